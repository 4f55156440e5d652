"""Telephone numbers, as E.164."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from deskbell_server.domain.privacy import PersonalData
from deskbell_server.privacy.contacts import e164
from deskbell_server.privacy.finding import find
from deskbell_server.turn.slots.model import Heard, Slot
from deskbell_server.turn.slots.numbers import Said, said_digits
from deskbell_server.turn.slots.tokens import tokens

_FEWEST = 3
"""Fewer digits are no attempt at a number."""
_MOST = 24
"""More are no number with something said in front of it."""
_LONGEST = 15
"""Digits of a telephone number, anywhere."""
_SPOKEN = 9
"""So many digits in words are a telephone number, though nobody asked; fewer may be anything."""
_CUE = re.compile(
    r"\b(?:(?:my|the) (?:\w+ )?(?:number|mobile|cell|phone)|(?:call|ring|reach|text) me)\b", re.IGNORECASE
)
_INSTEAD = re.compile(r"\b(?:sorry|i mean|i meant|actually|correction|rather|wait)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normalised(digits: str, region: str | None) -> str | None:
    """Digits, with or without a "+" in front, as E.164; None if the region's numbering plan has no such number."""
    return e164(digits, region)


def phones(text: str, region: str | None, *, asked: bool) -> list[Heard]:
    """The telephone number in an utterance, valid or not; of two, the one that was said to put the first right."""
    said = list(said_digits(text, tokens(text)))

    @cache
    def written() -> list[tuple[int, int]]:
        return [
            (each.start, each.end) for each in find(text, region) if each.kind is PersonalData.PHONE_NUMBER
        ]

    heard = [each for run in said for each in _number(run, region, written, asked=asked)]
    valid = [each for each in heard if each.valid]
    if valid:
        last = valid[-1]
        return [last if _INSTEAD.search(text, valid[0].end, last.start) else valid[0]]
    return heard[-1:] if asked or _CUE.search(text) else []


def gone_on(text: str, begun: str, region: str | None) -> Heard | None:
    """The number of which `begun` are the digits that were said before, complete or not; None if there are none in the
    utterance, or more than a number has. A number that is said anew, whole or from its beginning, is no more of the
    old one."""
    runs = list(said_digits(text, tokens(text)))
    digits = "".join(run.digits for run in runs)
    if not digits or len(digits) > _MOST:
        return None
    plus = "+" if runs[0].plus else ""
    start, end = runs[0].start, runs[-1].end
    for candidate in (plus + digits, begun + digits):
        whole = normalised(candidate, region)
        if whole is not None:
            return Heard(Slot.PHONE, whole, start, end)
    anew = bool(plus) or (len(digits) >= _FEWEST and begun.lstrip("+").startswith(digits[:_FEWEST]))
    together = plus + digits if anew or len(begun + digits) > _LONGEST else begun + digits
    return Heard(Slot.PHONE, together, start, end, valid=False)


def _number(
    run: Said, region: str | None, written: Callable[[], list[tuple[int, int]]], *, asked: bool
) -> list[Heard]:
    """`written` are the places of what is written like a telephone number."""
    if len(run.digits) > _MOST or (not asked and not _stands_out(run, written)):
        return []
    plus = "+" if run.plus else ""
    whole = normalised(plus + run.digits, region)
    if whole is not None:
        return [Heard(Slot.PHONE, whole, run.start, run.end)]
    # "flat two, 020 7946 0958": a part that begins or ends at a breath.
    for first in range(len(run.groups)):
        for last in range(len(run.groups), first, -1):
            part = run.groups[first:last]
            digits = "".join(group for group, _, _ in part)
            if len(digits) < 7 or len(digits) < len(run.digits) - 3:
                continue
            number = normalised((plus if first == 0 else "") + digits, region)
            if number is not None:
                return [Heard(Slot.PHONE, number, part[0][1], part[-1][2])]
    if len(run.digits) < _FEWEST:
        return []
    return [Heard(Slot.PHONE, plus + run.digits, run.start, run.end, valid=False)]


def _stands_out(run: Said, written: Callable[[], list[tuple[int, int]]]) -> bool:
    """Whether digits that nobody asked for look like a telephone number and like nothing else."""
    if run.in_words:
        return len(run.digits) >= _SPOKEN
    if len(run.digits) < _FEWEST:
        return False
    return any(start < run.end and run.start < end for start, end in written())
