"""The claims of a sentence: its clauses, without what is said for courtesy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deskbell_server.knowledge.words import content, synonyms, tokens

_LEAD = re.compile(
    r"^(?:(?:yes|yeah|yep|no|nope|sure|certainly|absolutely|definitely|of course|great|good (?:news|question|morning|"
    r"afternoon|evening)|hello|hi|thanks|thank you|well|okay|ok|right|alright|all right|actually|so|and|but|also|"
    r"i'm (?:sorry|afraid)|i am (?:sorry|afraid)|sorry|"
    r"unfortunately|happy to help|no problem|perfect|wonderful|lovely|"
    r"just so you know|please note(?: that)?|according to (?:our|the) "
    r"\w+)\b[,.!:;\u2013-]*\s*(?:but\s+|that\s+|to say\s+(?:that\s+)?)?)+",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^(?:"
    r"(?:thank you|thanks|you're (?:very )?welcome|you are "
    r"welcome|goodbye|bye|have a|take care|one moment|just a moment|"
    r"let me|please hold|hold on|bear with me|i understand|i see|got it|i hear you|my apologies|i apologi[sz]e|"
    r"no problem|glad|happy to|my pleasure|not at all|perfect|"
    r"great|wonderful|alright|all right|hello|hi|welcome)\b.*|"
    r"(?:i|(?:i|we)(?:'ll| will| can| could| would be happy to|'d be "
    r"happy to|'m happy to| am happy to|'d like to))(?: also| gladly)? "
    r"(?:have (?:someone|somebody|a colleague|an agent|one of (?:our|the) \w+|our team|your (?:name|number|details))|"
    r"(?:note|take|pass|check|look|connect|transfer|put|ask|help|"
    r"arrange|repeat|call you|forward|let you|get back)\b).*|"
    r"(?:i|we) (?:do not|don't|did not|didn't) (?:have|know|see|"
    r"find)\b.{0,40}\b(?:information|details?|answer|that|about|"
    r"whether|if|anything|mention)\b.*|"
    r"(?:i|we)(?:'ve| have) (?:noted|got|written|taken) .*|"
    r"(?:i|we)(?:'m| am|'re| are)? (?:not sure|not certain|unable|not able)\b.*|"
    r"i (?:can't|cannot|couldn't|could not) (?:find|say|tell|see|confirm|answer|help|give)\b.*|"
    r"(?:that|this)(?:'s| is) (?:not something|a good|a great|no problem|fine|right|correct|all)\b.*|"
    r"(?:someone|somebody|a colleague|our team|the team|an agent) "
    r"(?:can|will|could|would) (?:call|get back|contact|help|"
    r"follow|be in touch)\b.*|"
    r"(?:just )?(?:let (?:me|us) know|feel free|please (?:feel free|"
    r"let|tell|give|hold|wait|say|call back|ask|do)|tell me|give me|"
    r"could you|can you|may i|would you|if you(?:'d| would) like)\b.*|"
    r"(?:is|are) there anything else\b.*|to confirm\b.*|just to (?:check|confirm)\b.*|so that's\b.*|you said\b.*|"
    r"the (?:documents?|passages?|information) (?:i have |we have )?(?:do(?:es)? not|don't|doesn't)\b.*"
    r")$",
    re.IGNORECASE | re.DOTALL,
)
_JOINTS = re.compile(
    r"(?:,|;|:| \u2013| -)\s+(?:(?:and|but|or|while|whereas|which|"
    r"where|who|so|though|although|with|plus|including|covering|"
    r"because)\s+)?|\s+(?:but|while|whereas|though|although|which|"
    r"because)\s+|\s+and\s+(?=(?:\w+ ){0,2}?(?:is|are|was|were|has|have|"
    r"costs?|takes?|comes?|includes?|needs?|closes?|opens?|close|"
    r"open|can|may|works?|speaks?|does|do|you|we|it|they|that|"
    r"he|she|there)\b)"
)
_NEGATIVE = re.compile(
    r"\b(?:no|not|never|cannot|none|neither|nor|nobody|nothing|unable|closed|close[sd]? on|forbidden|"
    r"prohibited|refuse[sd]?|excluded)\b|n't\b",
    re.IGNORECASE,
)
_NEUTRAL = re.compile(
    r"\bwithout (?:(?:any|an?|extra|further) )*(?:charge|cost|"
    r"paying|obligation|interest|fee|seeing|appointment|steps|"
    r"problem)\w*|\bno (?:extra |additional )?(?:charge|cost|obligation|interest|steps|problem)\b|\bnon-\w+|"
    r"\bnot only\b|\bno later than\b|\bno more than\b|\bno need\b|"
    r"\b(?:if|when|unless) [^,]*?(?=,|$)|\bno longer than\b|"
    r"\bdo(?:es)? not (?:need|have to)\b|\bdon't (?:need|have to)\b|\bdo not have to\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bwithout (?:an? |the |any )?([\w'-]+)", re.IGNORECASE)
_OPEN_ELSE = re.compile(r"\b(?:when|if|while|once) (?:we|the \w+) (?:is|are|re|'re) closed\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A clause that says something about the business."""

    text: str


def courtesy(sentence: str) -> bool:
    """Whether a sentence is a question, an offer, a refusal or politeness from beginning to end."""
    text = sentence.strip()
    if not content(text):
        return True
    if text.endswith("?"):
        return True
    rest = _LEAD.sub("", text, count=1)
    if not content(rest):
        return True
    return bool(_COURTESY.match(text) or _COURTESY.match(rest)) and not _claims_after(rest)


def _claims_after(rest: str) -> bool:
    """ "I don't know, but parking is usually free" claims something after all."""
    parts = re.split(r",?\s+but\s+|;\s+", rest, maxsplit=1)
    return len(parts) > 1 and not _COURTESY.match(_LEAD.sub("", parts[1])) and bool(content(parts[1]))


def claims(sentence: str) -> list[Claim]:
    """The clauses that claim something. A list of days or things ("Monday, Tuesday and Friday") stays together."""
    text = _LEAD.sub("", sentence.strip(), count=1)
    found: list[str] = []
    position = 0
    for joint in [*_JOINTS.finditer(text), None]:
        piece = text[position : joint.start() if joint else len(text)].strip()
        if piece:
            if found and len(piece.split()) < 2:
                found[-1] = f"{found[-1]}, {piece}"
            else:
                found.append(piece)
        position = joint.end() if joint else len(text)
    return [Claim(piece) for piece in found if not courtesy(piece)]


def left_out(text: str) -> frozenset[str]:
    """The stems of what a text excludes: "without flash"."""
    return frozenset(tokens(" ".join(match[1] for match in _WITHOUT.finditer(_NEUTRAL.sub(" ", text)))))


def negative(text: str, subject: Sequence[str]) -> bool:
    """Whether a text denies what it says of the subject: of several clauses, the one with most of its words."""
    text = _OPEN_ELSE.sub(" ", text)
    pieces = [piece for piece in re.split(r"[;,]\s+|\s+(?:but|and|though)\s+", text) if piece.strip()]
    meant = [synonyms(word) for word in subject]

    def shared(piece: str) -> int:
        words = set(tokens(piece)) | set(tokens(piece.replace("-", "")))
        return sum(not meanings.isdisjoint(words) for meanings in meant)

    if not pieces:
        return False
    most = max(map(shared, pieces))
    best = [piece for piece in pieces if shared(piece) == most]
    return any(_NEGATIVE.search(_NEUTRAL.sub(" ", piece)) for piece in best)
