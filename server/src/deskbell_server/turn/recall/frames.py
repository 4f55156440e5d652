"""How a question is put: who would do something, and whether it asks for what there is, what is so or what one may."""

from __future__ import annotations

import re

from deskbell_server.turn.recall.kinds import AUX, Kind
from deskbell_server.turn.recall.lemmas import lemma
from deskbell_server.turn.recall.synonyms import concept
from deskbell_server.turn.recall.vocabulary import LIGHT

_CAN = re.compile(r"\b(?:can|may|could|might)\b|\b(?:possible|allowed|permitted)\b")
_PERMITS = re.compile(r"\b(?:allow|allows|allowed|permit|permits|permitted|permission)\b")
_EVERY = re.compile(r"(?<!\bat )\ball\b|\bevery\b|\balways\b|\bwhole\b|\bentire\b")


_MOVER = re.compile(rf"\b{AUX} (?:not )?(i|we|you)\b ?(\w*)")
_TOLERANT = frozenset(concept(word) for word in "accept allow pay rent".split())
_MOVES = frozenset(
    concept(word)
    for word in "collect pickup return dropoff bring call send visit come go contact fetch write "
    "inform text sign move email "
    "buy sell clean cook wash teach learn lend borrow".split()
)


def mover(asked: str, words: list[str]) -> str:
    """Who acts by which verb: "Can I pick up the car?" and "Can you pick up the car?" have the same words."""
    found = _MOVER.search(asked)
    if not found:
        return ""
    verb = concept(found[2] or "")
    leads = verb not in _TOLERANT and lemma(found[2] or "") not in LIGHT and found[2] != ""
    moves = words[-1] in ("me", "us", "you") or any(concept(word) in _MOVES for word in words)
    if not leads and not moves:
        return ""
    return ("you" if found[1] == "you" else "self") + (f" {verb}" if leads else "")


def anothers_turn(one: str, other: str) -> bool:
    """Whether the same is done by the caller in one question and by the business in the other."""
    (who, _, verb), (other_who, _, other_verb) = one.partition(" "), other.partition(" ")
    if not who or not other_who or who == other_who:
        return False
    return verb == other_verb or not verb or not other_verb


def _compiled(*frames: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in frames)


_FRAMES = {
    Kind.YES_NO: _compiled(
        ("may", r"(?:can|could|may) (?:i|we) (?:have|get)\b.* (?:in|at|on) (?:my|our|the|your)\b"),
        ("may", r"do you (?:not )?(?:allow|permit|accept)\b|is it (?:allowed|permitted)\b"),
        ("may", r"(?:can|could|may) (?:i|we) (?:have|keep)\b"),
        (
            "may",
            r"(?:can|could|may) (?:i|we) get (?:\w+ )?(?:dogs?|cats?|pets?|child|children|baby|guests?|visitors?)\b",
        ),
        (
            "is there",
            (
                r"(?:do|can|could) (?:you|i|we) (?:not )?(?:have|get|find|expect)\b(?! (?:an? |the |"
                r"my )?\w+ (?!for)\w+ed$)"
            ),
        ),
        ("is there", r"(?:is|are) there\b|(?:is|are) .*\b(?:available|provided|offered|served|onoffer)\b"),
        ("is there", r"do you sell\b|can (?:i|we) buy\b|(?:do you|can i|can we) rent\b"),
        ("is so", r"(?:are you|is it) (?:an?|the)\b"),
        ("you are", r"are you\b"),
        ("may", r"(?:can|could|may) (?:i|we)\b"),
        ("others may", r"(?:can|could|may) (?!you\b)"),
        ("you do", r"(?:do|can|could|will|would) you\b"),
        ("self does", r"(?:do|will|would|should|must|am) (?:i|we)\b"),
        ("is done", r"(?:is|are) .*\w+ed\b"),
        ("is so", r"(?:is|are|was|were)\b"),
        ("does", r"(?:do|does|did|has|have|will|would)\b"),
    ),
    # A coat of paint takes an hour and lasts ten years.
    Kind.DURATION: _compiled(
        ("lasts", r".*\b(?:do|does|will|would) .*\blast\b"), ("takes", r".*\b(?:takes?|taking|took)\b")
    ),
    Kind.WHO: _compiled(
        ("whom", rf".*\bwho(?:m)? {AUX} (?:i|we|you|they|the|my|your|guests|customers)\b"),
        ("who may", r"who (?:can|could|may)\b"),
        ("who must", r"who (?:must|should|has to|have to|needs?)\b"),
        ("who is", r"who (?:is|are)\b"),
        ("who", r"who\b"),
    ),
    # "What rooms do you have?" is not "what do rooms have?".
    Kind.WHICH: _compiled(
        ("what are", r"(?:what|which) are\b"),
        ("what is", r"(?:what|which) (?:is|was)\b"),
        ("what does", rf"(?:what|which) {AUX}\b"),
        ("which", r"(?:what|which)\b"),
    ),
}
_COMPATIBLE = frozenset(
    frozenset(pair)
    for pair in (
        ("is there", "you do"),
        ("is there", "does"),
        ("is there", "you are"),
        ("is so", "is done"),
        ("is done", "does"),
        ("is done", "you do"),
        ("you are", "you do"),
        ("you are", "is done"),
        ("may", "others may"),
        ("what are", "what is"),
        ("what are", "which"),
        ("is done", "others may"),
    )
)


def frame(kind: Kind, asked: str) -> str:
    """How a question is put, for kinds in which that tells what is asked: "Can I smoke in the room?" is not
    "Do you have smoking rooms?", nor "Is the chef French?" "Is there a French chef?"."""
    return next((name for name, pattern in _FRAMES.get(kind, ()) if pattern.match(asked)), "")


def other_frame(one: str, other: str) -> bool:
    """Whether what is put the one way is not what is put the other way."""
    return one != other and "" not in (one, other) and frozenset((one, other)) not in _COMPATIBLE


def permits(asked: str) -> bool:
    """Whether permission is spoken of in so many words."""
    return bool(_PERMITS.search(asked))


def is_possible(asked: str) -> bool:
    """Whether the question is whether, or how, something can be done."""
    return bool(_CAN.search(asked))


def every(asked: str) -> bool:
    """Whether of all: "all rooms" is not "rooms"."""
    return bool(_EVERY.search(asked))
