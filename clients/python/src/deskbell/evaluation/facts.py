"""Whether a text says something. Written and spoken forms of numbers, prices and times count as the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from deskbell.evaluation.tokens import Number, Time, Token, Word, digits, tokens

_SIGNIFICANT = 7
"""Digits at least: telephone numbers are compared by their end, since countries and trunks are said differently."""
_TOWARDS = frozenset({"to", "until", "till", "and"})
_AT = frozenset({"at", "from", "by", "until", "to", "before", "after"})


@dataclass(frozen=True, slots=True)
class Says:
    """These words, as whole words and one after the other."""

    phrase: str

    def __str__(self) -> str:
        return repr(self.phrase)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them is enough."""

    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        return "any of " + ", ".join(map(str, self.facts))


@dataclass(frozen=True, slots=True)
class Digits:
    """A telephone number or code, said in any groups."""

    number: str

    def __str__(self) -> str:
        return f"the digits {self.number}"


@dataclass(frozen=True, slots=True)
class Matches:
    """A regular expression that is found in the text as it is, in any case."""

    pattern: str

    def __str__(self) -> str:
        return f"a match of /{self.pattern}/"


Fact: TypeAlias = Says | AnyOf | Digits | Matches


def says(text: str, fact: Fact) -> bool:
    """Whether the text says it."""
    match fact:
        case Says(phrase):
            return _contains(tokens(text), tokens(phrase))
        case AnyOf(facts):
            return any(says(text, each) for each in facts)
        case Digits(number):
            wanted = digits(number)
            return wanted[-max(_SIGNIFICANT, len(wanted) - 3) :] in digits(text)
        case Matches(pattern):
            return re.search(pattern, text, re.IGNORECASE) is not None


def _contains(text: Sequence[Token], phrase: Sequence[Token]) -> bool:
    if not phrase:
        return False
    return any(
        all(_same(text, start + i, wanted) for i, wanted in enumerate(phrase))
        for start in range(len(text) - len(phrase) + 1)
    )


def _same(text: Sequence[Token], at: int, wanted: Token) -> bool:
    found = text[at]
    match found, wanted:
        case Word(), Word():
            return found == wanted
        case Number(), Number():
            return found.value == wanted.value
        case Time(), Time():
            same_half = found.hour == wanted.hour or not (found.exact and wanted.exact)
            return found.minute == wanted.minute and found.hour % 12 == wanted.hour % 12 and same_half
        case Time(minute=0), Number():
            return wanted.value in {found.hour, _on_the_dial(found.hour)}
        case Number(), Time(minute=0):
            # "from 9 to 1 p.m.", "at four": a number that stands where a time would.
            on_dial = found.value in {wanted.hour, _on_the_dial(wanted.hour)}
            return on_dial and _in_place_of_a_time(text, at)
    return False


def _on_the_dial(hour: int) -> int:
    return (hour - 1) % 12 + 1


def _in_place_of_a_time(text: Sequence[Token], at: int) -> bool:
    before = text[at - 1] if at else None
    after, then = ([*text[at + 1 : at + 3], None, None])[:2]
    if isinstance(before, Word) and before.text in _AT:
        return not isinstance(after, Word) or after.text in _TOWARDS | {"on", "in"}
    return isinstance(after, Word) and after.text in _TOWARDS and isinstance(then, Time)
