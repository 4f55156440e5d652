"""Finds personal data in a text by its form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from deskbell_server.domain.privacy import PersonalData
from deskbell_server.privacy.cards import is_card
from deskbell_server.privacy.emails import emails
from deskbell_server.privacy.identities import ids_with_letters, is_id_of_digits
from deskbell_server.privacy.innocent import without_everyday_numbers, without_machines_ids
from deskbell_server.privacy.phones import FEWEST, phones, spelt
from deskbell_server.privacy.plain import blank, plain
from deskbell_server.privacy.runs import Run, runs

_DIGIT = re.compile(r"\d")
_LONGEST = 19
"""The most digits that a card number has; no id of digits has more."""


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data from `start` up to `end`, in code points."""

    kind: PersonalData
    start: int
    end: int


def find(text: str, region: str | None = None) -> list[Found]:
    """What a text has, in order and without overlaps. `region`: an ISO code of the country whose telephone
    numbers and ids may be written without saying so."""
    found: list[Found] = []
    rest = plain(text)

    def take(kind: PersonalData, spans: Iterator[tuple[int, int]]) -> None:
        nonlocal rest
        ordered = _apart(spans)
        found.extend(Found(kind, start, end) for start, end in ordered)
        rest = blank(rest, ordered)

    # From what is told most surely to what is told least: what has been found is out of the way of the next.
    take(PersonalData.EMAIL_ADDRESS, emails(rest))
    words = list(spelt(rest))
    take(PersonalData.CARD_NUMBER, ((start, end) for start, end, digits in words if is_card(digits)))
    take(PersonalData.PHONE_NUMBER, ((start, end) for start, end, digits in words if not is_card(digits)))
    if _DIGIT.search(rest) is not None:
        rest = without_machines_ids(rest)
        take(PersonalData.NATIONAL_ID, ids_with_letters(rest))
        numbers = list(_cards_and_ids(rest, region))
        for kind in (PersonalData.CARD_NUMBER, PersonalData.NATIONAL_ID):
            take(kind, ((start, end) for each, start, end in numbers if each is kind))
        rest = without_everyday_numbers(rest)
        take(PersonalData.PHONE_NUMBER, phones(rest, region))
    return sorted(found, key=lambda each: each.start)


def _apart(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    ordered: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not ordered or start >= ordered[-1][1]:
            ordered.append((start, end))
    return ordered


def _cards_and_ids(text: str, region: str | None) -> Iterator[tuple[PersonalData, int, int]]:
    for run in runs(text):
        if sum(run.lengths()) < FEWEST + 2:
            continue
        first = 0
        while first < len(run.groups):
            found = _from(text, run, first, region)
            if found is None:
                first += 1
                continue
            kind, last = found
            yield kind, run.groups[first][0], run.groups[last][1]
            first = last + 1


def _from(text: str, run: Run, first: int, region: str | None) -> tuple[PersonalData, int] | None:
    """The card or id that begins with a group: its kind and its last group."""
    digits = ""
    for last in range(first, len(run.groups)):
        start, end = run.groups[last]
        if len(digits) + end - start > _LONGEST:
            return None
        digits += text[start:end]
        if len(digits) < FEWEST + 2:
            continue
        groups = run.groups[first : last + 1]
        lengths = tuple(b - a for a, b in groups)
        whole = len(groups) == len(run.groups) and not text.startswith("+", run.start)
        # In digits that are told one by one, anything would be found somewhere.
        if not whole and max(lengths) == 1:
            continue
        if is_card(digits):
            return PersonalData.CARD_NUMBER, last
        hyphens = len(groups) > 1 and all(text[a[1] : b[0]] == "-" for a, b in pairwise(groups))
        if is_id_of_digits(text, groups[0][0], lengths, digits, region, hyphens=hyphens):
            return PersonalData.NATIONAL_ID, last
    return None
