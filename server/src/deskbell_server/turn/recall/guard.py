"""Whether two questions that sound alike ask for the same.

Nearness of embeddings finds candidates and cannot tell Saturday from Sunday; words can. So a candidate is refused
unless every word of each question that counts is accounted for in the other, in the same roles, and a cosine only has
to confirm what the words say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deskbell_server.turn.recall import frames, order, relations
from deskbell_server.turn.recall.kinds import Kind
from deskbell_server.turn.recall.nearly import one_word_apart
from deskbell_server.turn.recall.signature import Signature

EQUAL_FLOOR = 0.35
"""Cosine below which even equal signatures are taken for a coincidence of words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`same`, or the reason why not, in words for a log."""

    same: bool
    reason: str = ""


_SAME = Verdict(True)
_MODAL_SAYS_LITTLE = frozenset((Kind.AGE, Kind.DURATION, Kind.PRICE, Kind.DISTANCE, Kind.FREE, Kind.HOW))
_WITH_PERMISSION = frozenset(("bring", "wear", "join"))
_TELLING = frozenset(Kind) - {Kind.YES_NO, Kind.WHICH, Kind.HOW, Kind.NEED, Kind.CONTENTS, Kind.WHO}
"""Kinds that ask for something even without a word more, such as opening hours."""


def compare(asked: Signature, known: Signature, cosine: float) -> Verdict:
    """Whether the answer to `known` answers `asked`; `cosine` is that of the two questions' embeddings, -1 to 1."""
    reason = _slots(asked, known) or _words(asked, known) or _roles(asked, known)
    if reason:
        return Verdict(False, reason)
    return _SAME if cosine >= EQUAL_FLOOR else Verdict(False, "the same words, far apart in meaning")


def _slots(asked: Signature, known: Signature) -> str:
    """The first slot in which the questions differ, or nothing."""
    if asked.kind is not known.kind:
        return f"kind: {asked.kind} / {known.kind}"
    if asked.numbers != known.numbers:
        return f"numbers: {_listed(asked.numbers)} / {_listed(known.numbers)}"
    if len(set(asked.numbers)) > 1 and asked.counted != known.counted:
        return "numbers: of other things"
    if asked.times != known.times:
        return f"times: {_listed(asked.times)} / {_listed(known.times)}"
    if asked.negated != known.negated:
        return "negation"
    if (asked.modal == "need") is not (known.modal == "need") and asked.kind not in _MODAL_SAYS_LITTLE:
        return "may / must"
    if asked.every != known.every:
        return "all / some"
    return ""


def _words(asked: Signature, known: Signature) -> str:
    """The words that are not accounted for, or nothing."""
    if not (asked.concepts or asked.times or asked.numbers or asked.kind in _TELLING):
        return "nothing is asked for in words we know"
    more, less = asked.concepts - known.concepts, known.concepts - asked.concepts
    if asked.permits or known.permits:
        more, less = more - _WITH_PERMISSION, less - _WITH_PERMISSION
    return f"words: {_listed(more)} / {_listed(less)}" if more or less else ""


def _roles(asked: Signature, known: Signature) -> str:
    """What the same words do otherwise in the other question, or nothing."""
    if (asked.permits and not known.permits and known.modal != "can") or (
        known.permits and not asked.permits and asked.modal != "can"
    ):
        return "permission / offer"
    if frames.other_frame(asked.frame, known.frame):
        return f"put otherwise: {asked.frame} / {known.frame}"
    if order.offers_choice(asked.order) is not order.offers_choice(known.order):
        return "the one or the other"
    if frames.anothers_turn(asked.mover, known.mover):
        return "who: the caller / the business"
    if asked.kind is not Kind.DISTANCE and (
        differing := relations.related_otherwise(asked.kind, asked.relations, known.relations)
    ):
        return f"direction: {differing}"
    if turned := order.turned(
        asked.order, known.order, asked.passive ^ known.passive, of_one=asked.frame == known.frame == "is so"
    ):
        return f"order: {turned}"
    if nearly := one_word_apart(asked.spoken, known.spoken):
        return f"one word apart: {nearly}"
    return ""


def _listed(words: Iterable[str]) -> str:
    return " ".join(sorted(words)) or "-"
