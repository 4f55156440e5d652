"""Telephone numbers: those that a country's numbering plan knows, and runs of digits as long as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from deskbell_server.privacy.innocent import is_named_otherwise
from deskbell_server.privacy.runs import Run, runs

FEWEST = 7
MOST = 15
"""The most digits of an international number (E.164)."""

_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_WORD = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPELT = re.compile(rf"\b{_WORD}(?:[ ,-]{{1,2}}{_WORD}){{6,}}\b", re.IGNORECASE)
_VALUES = dict(
    zip(
        "zero oh o one two three four five six seven eight nine".split(),
        "000123456789",
        strict=True,
    )
)
_EXTENSION = 16
"""So many characters after a number may be its extension."""


def phones(text: str, region: str | None) -> Iterator[tuple[int, int]]:
    """Where a text, of which all else has been blanked, has telephone numbers, in order."""
    for run in runs(text):
        digits = sum(run.lengths())
        if digits < 6 or is_named_otherwise(text, run.start):
            continue
        rest = run.start
        if region is not None and digits <= 2 * MOST:
            for start, end in _of_plan(text, run, region):
                yield start, end
                rest = end
        left = tuple(group for group in run.groups if group[0] >= rest)
        if left:
            yield from _long_enough(text, Run(run.start if left == run.groups else left[0][0], left))


def spelt(text: str) -> Iterator[tuple[int, int, str]]:
    """Where digits are written as words ("five five five oh one four two"), and the digits."""
    for match in _SPELT.finditer(text):
        digits, times = "", 1
        for word in re.split(r"[ ,-]+", match.group().lower()):
            if word in _VALUES:
                digits += _VALUES[word] * times
            times = {"double": 2, "triple": 3}.get(word, 1)
        if not _counts_up([int(digit) for digit in digits]):
            yield *match.span(), digits


def _of_plan(text: str, run: Run, region: str) -> Iterator[tuple[int, int]]:
    from phonenumbers import PhoneNumberMatcher

    # The run alone, as the library's cost grows with the text; a character in front, as it looks at that too.
    first = max(0, run.start - 1)
    for match in PhoneNumberMatcher(text[first : run.end + _EXTENSION], region):
        if first + match.start < run.end:
            yield max(first + match.start, run.start), first + match.end


def _long_enough(text: str, run: Run) -> Iterator[tuple[int, int]]:
    lengths, digits = run.lengths(), run.digits(text)
    most = MOST + 2 if digits.startswith("00") else MOST
    if len(digits) < FEWEST or most < len(digits) < 20 or _is_a_list(text, run):
        return
    if len(digits) <= most:
        yield run.start, run.end
        return
    # Several numbers, one after the other.
    first, taken = 0, 0
    for i, length in enumerate((*lengths, MOST + 1)):
        if taken + length > MOST:
            if taken >= FEWEST:
                yield (run.start if first == 0 else run.groups[first][0]), run.groups[i - 1][1]
            first, taken = (i, length) if length <= MOST else (i + 1, 0)
        else:
            taken += length


def _is_a_list(text: str, run: Run) -> bool:
    """Years, or numbers that count up such as those of rooms."""
    if (
        len(run.groups) == 1
        or text.startswith("+", run.start)
        or len(run.groups) > MOST
        or max(run.lengths()) > MOST
    ):
        return False
    groups = [text[start:end] for start, end in run.groups]
    return all(_YEAR.fullmatch(group) for group in groups) or _counts_up([int(group) for group in groups])


def _counts_up(values: list[int]) -> bool:
    return len(values) > 2 and all(b - a == 1 for a, b in pairwise(values))
