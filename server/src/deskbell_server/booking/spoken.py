"""What was said as plain words with figures, each of which knows where it came from: "the twenty-first, half past
three" becomes "the 21st , half past 3"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_CARDINAL = {word: number for number, word in enumerate(_UNITS)} | _TENS
_ORDINAL = {word: number for number, word in enumerate(_ORDINALS)} | {"twentieth": 20, "thirtieth": 30}

_TOKEN = re.compile(
    r"""
    \d{4}-\d{2}-\d{2}                       # 2026-05-02
    | \d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?  # 25/3
    | \d{1,2}[:.]\d{2}(?!\d)                # 15:45
    | \d+(?:st|nd|rd|th)?(?![0-9])          # 14th
    | [ap]\.?\ ?m\b\.?                      # p.m.
    | [a-z]+(?:['\u2019][a-z]+)?                 # o'clock
    | ,
    """,
    re.VERBOSE | re.IGNORECASE,
)


_WORD = r"(?:no|sorry|wait|actually|rather|i mean|i meant|make (?:that|it)|correction)"
REPAIR = rf"(?: ,)*(?: {_WORD})(?:(?: ,)* {_WORD})*(?: ,)*"
"""Between what was said by mistake and what is right: "ten, no, sorry, eleven"."""


@dataclass(frozen=True, slots=True)
class _Token:
    plain: str
    start: int
    end: int


class Spoken:
    """A sentence in plain words. What a pattern has understood is taken out, so that no other reads it again."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._tokens = _with_figures([_token(match) for match in _TOKEN.finditer(words)])
        self._taken = [False] * len(self._tokens)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first place where a pattern fits; it sees the words with one space between them, and `_` for each that
        was taken."""
        return pattern.search(self._plain())

    def take(self, match: re.Match[str]) -> None:
        """Takes out what a match of `find` covers."""
        place = 0
        for number, token in enumerate(self._tokens):
            length = 1 if self._taken[number] else len(token.plain)
            if match.start() < place + length and place < match.end():
                self._taken[number] = True
            place += length + 1

    def taken_words(self) -> str:
        """The words that were taken, as they were said."""
        parts: list[str] = []
        last = -2
        for number, token in enumerate(self._tokens):
            if not self._taken[number]:
                continue
            if number == last + 1:
                start = self._tokens[last].start
                parts[-1] += self._words[self._tokens[last].end : token.end] if start <= token.start else ""
            else:
                parts.append(self._words[token.start : token.end])
            last = number
        return " ".join(parts)

    def _plain(self) -> str:
        return " ".join(
            "_" if taken else token.plain for token, taken in zip(self._tokens, self._taken, strict=True)
        )


def _token(match: re.Match[str]) -> _Token:
    text = match[0].lower().replace("\u2019", "'")
    if re.fullmatch(r"[ap]\.? ?m\.?", text):
        text = f"{text[0]}m"
    return _Token(text, match.start(), match.end())


def _with_figures(tokens: list[_Token]) -> list[_Token]:
    result: list[_Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.plain in _TENS and after is not None:
            unit = _CARDINAL.get(after.plain, 0)
            ordinal = _ORDINAL.get(after.plain, 0)
            if 1 <= unit <= 9 or 1 <= ordinal <= 9:
                number = _TENS[token.plain] + (unit or ordinal)
                plain = _ordinal(number) if ordinal else str(number)
                result.append(_Token(plain, token.start, after.end))
                place += 2
                continue
        result.append(_Token(_figure(token.plain), token.start, token.end))
        place += 1
    return result


def _figure(word: str) -> str:
    if word in _CARDINAL:
        return str(_CARDINAL[word])
    if word in _ORDINAL:
        return _ordinal(_ORDINAL[word])
    return word


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
