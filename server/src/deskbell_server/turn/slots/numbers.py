"""Digits as they are said: "oh seven seven double oh", "nine hundred", "fifty six", and as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deskbell_server.turn.slots.tokens import SOUNDS, Token

DIGITS = {
    **dict(zip("zero one two three four five six seven eight nine".split(), "0123456789", strict=True)),
    **dict.fromkeys(("oh", "o", "nought", "naught", "nil"), "0"),
}
TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        map(str, range(10, 20)),
        strict=True,
    )
)
TENS = dict(
    zip(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        map(str, range(20, 100, 10)),
        strict=True,
    )
)
TIMES = {"double": 2, "triple": 3, "treble": 3}
_POWERS = {"hundred": "00", "thousand": "000"}
_BETWEEN = re.compile(r"[\s,.()/+\u2010-\u2015-]*\Z")


@dataclass(frozen=True, slots=True)
class Said:
    """Digits said one after the other: the group at each breath, and the places of the words."""

    groups: tuple[tuple[str, int, int], ...]
    first: int
    last: int
    plus: bool = False
    in_words: bool = False

    @property
    def digits(self) -> str:
        """All of them."""
        return "".join(group for group, _, _ in self.groups)

    @property
    def start(self) -> int:
        """Where the first begins."""
        return self.groups[0][1]

    @property
    def end(self) -> int:
        """Where the last ends."""
        return self.groups[-1][2]


def digits_at(words: list[Token], i: int) -> tuple[str, int] | None:
    """The digits that the word at `i`, with those after it, stands for, and the next word's place."""
    word = words[i].low
    if word.isdecimal():
        return words[i].text, i + 1
    if word in TIMES and i + 1 < len(words):
        once = words[i + 1].low
        digit = DIGITS.get(once) or (once if once.isdecimal() and len(once) == 1 else None)
        return (digit * TIMES[word], i + 2) if digit is not None else None
    if word in DIGITS:
        following = words[i + 1].low if i + 1 < len(words) else ""
        if following in _POWERS and DIGITS[word] != "0":
            return DIGITS[word] + _POWERS[following], i + 2
        return DIGITS[word], i + 1
    if word in TEENS:
        return TEENS[word], i + 1
    tens, _, unit = word.partition("-")
    if tens in TENS:
        if unit in DIGITS:
            return TENS[tens][0] + DIGITS[unit], i + 1
        following = words[i + 1].low if i + 1 < len(words) else ""
        if not unit and DIGITS.get(following, "0") != "0" and not words[i + 1].fresh:
            return TENS[tens][0] + DIGITS[following], i + 2
        return (TENS[tens], i + 1) if not unit else None
    return None


def number_at(words: list[Token], i: int) -> tuple[int, int] | None:
    """A small number of things, and the next word's place."""
    read = digits_at(words, i) if i < len(words) and words[i].low not in {"o", "oh"} else None
    return (int(read[0]), read[1]) if read is not None and len(read[0]) <= 4 else None


def said_digits(text: str, words: list[Token]) -> Iterator[Said]:
    """Each run of digits, across the sounds that people make while they remember the next."""
    i = 0
    while i < len(words):
        read = digits_at(words, i)
        if read is None or _is_part_of_a_word(text, words, i, read[1]):
            i += 1
            continue
        first, groups, in_words = i, [], False
        last = i
        plus = words[i].gap.rstrip(" (").endswith("+") or (i > 0 and words[i - 1].low == "plus")
        while read is not None:
            groups.append((read[0], words[i].start, words[read[1] - 1].end))
            in_words = in_words or not words[i].text.isdecimal()
            last, i = read[1] - 1, read[1]
            while i < len(words) and words[i].low in SOUNDS:
                i += 1
            read = None
            if i < len(words) and _BETWEEN.fullmatch(words[i].gap) and "+" not in words[i].gap:
                read = digits_at(words, i)
                if read is not None and _is_part_of_a_word(text, words, i, read[1]):
                    read = None
        i = last + 1
        yield Said(tuple(groups), first, last, plus, in_words)


def _is_part_of_a_word(text: str, words: list[Token], i: int, after: int) -> bool:
    """ "12B" and "4pm" are no digits to dial."""
    start, end = words[i].start, words[after - 1].end
    return text[start - 1 : start].isalpha() or text[end : end + 1].isalpha() or text[end : end + 1] == ":"
