"""Runs of digits as people write them, and as speech recognition does: in groups, with something between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_PAUSES = (", ", ". ")
# A group begins with a digit and what stands between two groups does not: there is one way only to match.
_RUN = re.compile(
    r"(?:\+ ?)?\(?\d+(?:(?: ?\) ?-? ?| ?\(| - | ?[-/] ?| {1,2}|\.|[,.] )\d+)*",
    re.ASCII,
)
_GROUP = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Run:
    """Groups of digits, as (start, end). What is in front of the first, a "+" or "(", begins at `start`."""

    start: int
    groups: tuple[tuple[int, int], ...]

    @property
    def end(self) -> int:
        """Where the last group ends."""
        return self.groups[-1][1]

    def lengths(self) -> tuple[int, ...]:
        """How many digits each group has."""
        return tuple(end - start for start, end in self.groups)

    def digits(self, text: str) -> str:
        """All of the digits."""
        return "".join(text[start:end] for start, end in self.groups)


def runs(text: str) -> Iterator[Run]:
    """The runs of a text, without groups that belong to a word such as an id."""
    for match in _RUN.finditer(text):
        groups = tuple((group.start(), group.end()) for group in _GROUP.finditer(text, *match.span()))
        for start, part in _at_pauses(text, match.start(), groups):
            run = _without_words(text, start, part)
            if run is not None:
                yield run


def _at_pauses(
    text: str, start: int, groups: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """Cuts at commas and full stops ("rooms 101, 102") unless they look like a breath taken in a number."""
    if not any(text[a[1] : b[0]] in _PAUSES for a, b in pairwise(groups)):
        yield start, groups
        return
    lengths = [b - a for a, b in groups]
    if all(length == 1 for length in lengths) or lengths in ([3, 4], [3, 3, 4]):
        yield start, groups
        return
    # "0 30, 12 34 56": a code, a breath, and the number.
    code = text[start] == "+" or text[groups[0][0]] == "0"
    first = 0
    for i in range(1, len(groups) + 1):
        if i == len(groups) or text[groups[i - 1][1] : groups[i][0]] in _PAUSES:
            if code and i < len(groups) and first == 0 and sum(lengths[:i]) < 7 and sum(lengths) <= 15:
                continue
            yield (start if first == 0 else groups[first][0]), groups[first:i]
            first = i


def _without_words(text: str, start: int, groups: tuple[tuple[int, int], ...]) -> Run | None:
    """Takes off the groups at both ends that are a part of a word: "B2 555-0142", "555-0142 4pm", "a1-234"."""
    first, last = 0, len(groups)
    before = text[start - 1 : start]
    attached = before.isalpha() or before == "_"
    if not attached and start > 1 and before in "-./#":
        attached = text[start - 2].isalnum()
    while attached and first < last:
        first += 1
        attached = first < last and " " not in text[groups[first - 1][1] : groups[first][0]]
    after = text[groups[-1][1] : groups[-1][1] + 2]
    attached = after[:1].isalpha() or after[:1] == "_" or (after[:1] == "-" and after[1:].isalpha())
    while attached and first < last:
        last -= 1
        attached = first < last and " " not in text[groups[last - 1][1] : groups[last][0]]
    if first >= last:
        return None
    return Run(start if first == 0 else groups[first][0], groups[first:last])
