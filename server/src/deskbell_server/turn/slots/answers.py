"""Yes, no, and "never mind"."""

from __future__ import annotations

import re

from deskbell_server.turn.slots.model import Answer
from deskbell_server.turn.slots.names import plain_quotes

_NO = (
    r"nope|nah|no way|not (?:quite|right|really|correct|exactly|at all|yet|now)|no|negative|wrong|incorrect"
    r"|don't|do not|(?:that's|that is|it's|it is) not|(?:that|it) isn't|isn't|i'd rather not|not"
)
_YES = (
    r"yes|yeah|yep|yup|ya|aye|sure|correct|right|okay|ok|go ahead|please do|go for it|do it"
    r"|sounds (?:good|great|fine|right)|perfect|fine|absolutely|exactly|mm+[- ]?hmm+|uh[- ]?huh|of course|definitely"
    r"|certainly|i do|you may|you can"
    r"|that's (?:it|me|the one)|that is it"
    r"|i (?:guess|think|suppose|believe) so|spot on|no (?:problem|worries)|why not|all good|good"
    r"|book it|that works|works for me|great|go on then|lovely|brilliant|wonderful"
)
_ANSWER = re.compile(
    rf"\b(?:(?P<fine>no (?:problem|worries)|why not|not a problem|don't mind)|(?P<no>{_NO})|(?P<yes>{_YES}))(?![\w'])"
)
_YES_NO = re.compile(r"\A\W*(?:yes|yeah|yep|well|oh)[\s,.]+no(?:pe)?\b(?! (?:problem|worries))")
""" "Yeah no" means no."""
_CONSENT = (
    r"yes(?: (?:i do|i am|it is|that is|you may|you can|i would))?|yeah|yep|yup|ya|aye|sure(?: thing)?|correct|right"
    r"|ok(?:ay)?|fine|perfect|great|lovely|brilliant|wonderful|excellent|super|absolutely|exactly|definitely|certainly"
    r"|of course|please do|go (?:ahead|for it|on)|do (?:it|that|so)|book (?:it|that|me in)"
    r"|confirm(?:ed)?(?: it| that)?"
    r"|(?:that|it)(?:'s| is| all is)?(?: all)? (?:right|correct|fine|perfect|great|good|lovely|ok(?:ay)?|it)"
    r"|that(?:'s| is) (?:it|all|the one|me)|(?:that|it) works(?: for me)?"
    r"|sounds (?:good|great|fine|perfect|right|lovely)|all (?:right|good|correct|fine)|alright|i (?:do|agree|confirm)"
    r"|you (?:may|can)|it is|mm+[- ]?hm+|uh[- ]?huh|indeed|spot on|no (?:problem|worries)|not a problem"
    r"|why not|(?:i'm )?happy with (?:that|it)|yes indeed"
)
_COURTESY = (
    r"please|(?:thank you|thanks|cheers)(?: (?:very|so) much| a lot)?|then|now|well|oh|um+|uh+|er+m*"
    r"|if you (?:could|would|can)|and"
)
_CONSENTS = re.compile(
    rf"(?:(?:{_COURTESY})[\s,.!]+)*(?:{_CONSENT})(?:[\s,.!]+(?:{_CONSENT}|{_COURTESY}))*[\s,.!]*"
)
_NO_THATS_RIGHT = re.compile(
    r"no,? (?:that(?:'s| is)|it(?:'s| is)|that'll be) (?:right|correct|fine|good|perfect|great|all|it)[\s,.!]*"
    rf"(?:(?:{_COURTESY})[\s,.!]*)*"
)
""" "No, that's right" is an answer to "anything to change?"."""
_ANEW = re.compile(r"\b(?:i mean|i meant|actually|sorry|wait)\b")
_MOST_BEFORE = 4
"""An answer comes at the beginning: so many words may be in front of it."""
_ABORTS = re.compile(
    r"\b(?:never ?mind|forget (?:it|about (?:it|that|the \w+)|that|the (?:whole|booking|appointment))"
    r"|cancel (?:that|this|it)|leave it|don't bother|do not bother"
    r"|i(?:'ve| have)? changed my mind|stop this|let's (?:leave|drop) it"
    r"|don't want to (?:leave|give|do|book) (?:it|that|any)|don't want it any ?more)\b"
)
_LEAVES = re.compile(
    r"\W*(?:(?:no|oh|ok|okay|just|please|actually|sorry|well|can (?:we|you)|let's)\W+)*"
    r"(?:cancel|stop|quit|exit|abort|scrap (?:it|that)|drop it|end (?:this|it))"
    r"(?:\W+(?:now|please|thanks|thank you|it|this|that|stop|cancel|here|altogether))*\W*"
)
"""The whole of what is said: "stop at three" is no wish to leave."""
_CHANGES = re.compile(
    r"\b(?:changed my mind|make it|make that|can (?:we|i|you)|could (?:we|i|you)|move|instead|change (?:it|that)"
    r"|(?:how|what) about|rather|let's|i'd like|better)\b"
)
_DECLINES = re.compile(
    r"\b(?:skip (?:it|that|this)|(?:i )?(?:don't|do not|haven't|have no|don't really) (?:have|got|use|want)"
    r"|(?:i'd|i would) rather not|prefer not|no,? thank(?:s| you)|none"
    r"|no (?:e-?mail|phone|number)|not needed|nothing(?: else)?)\b"
)


def answer(text: str) -> Answer | None:
    """Yes or no; None for a question or anything else."""
    low = plain_quotes(text).lower().strip()
    if low.endswith("?"):
        return None
    for part in _ANEW.finditer(low):
        changed = _first(low[part.end() :])
        if changed is not None:
            return changed
    return _first(low)


def consents(text: str) -> bool:
    """Whether an utterance is a yes and nothing else. What something is done upon: "okay, hold on", "yes, but" and
    "that can't be right" are none."""
    low = " ".join(plain_quotes(text).lower().split())
    if low.endswith("?"):
        return False
    return _CONSENTS.fullmatch(low) is not None or _NO_THATS_RIGHT.fullmatch(low) is not None


def aborts(text: str) -> bool:
    """Whether the caller wants to leave the whole thing."""
    low = plain_quotes(text).lower()
    return _ABORTS.search(low) is not None or _LEAVES.fullmatch(low) is not None


def without_abort(text: str) -> str:
    """What is wanted instead, where "I've changed my mind" goes on with it: "can we make it Monday"; otherwise the text
    as it is. For a text that names another day or time."""
    plain = plain_quotes(text)
    low = plain.lower()
    if not aborts(text) or not _CHANGES.search(low):
        return text
    return _ABORTS.sub(lambda said: " " * len(said.group()), low)


def declines(text: str) -> bool:
    """Whether the caller does not want to say what was asked for: "I don't have e-mail", "skip that"."""
    return _DECLINES.search(plain_quotes(text).lower()) is not None


def _first(low: str) -> Answer | None:
    if _YES_NO.search(low):
        return Answer.NO
    match = _ANSWER.search(low)
    if match is None or len(low[: match.start()].split()) > _MOST_BEFORE:
        return None
    return Answer.NO if match["no"] is not None else Answer.YES
