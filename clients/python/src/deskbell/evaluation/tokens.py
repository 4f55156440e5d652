"""Text as words, numbers and times, so that "£62" and "sixty-two pounds", or "1 p.m." and "13:00", are the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"thousand": 1000, "million": 1_000_000}
_ORDINALS = {
    **{
        word: value
        for value, word in enumerate(
            "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
            "sixteenth seventeenth eighteenth nineteenth twentieth".split(),
            start=3,
        )
    },
    "thirtieth": 30,
}
_ORDINAL_UNITS = {"first": 1, "second": 2, **{word: n for word, n in _ORDINALS.items() if n < 10}}
"""After "twenty" or "thirty". Alone, "first" and "second" are rather words: "the first floor", "a second"."""
_CURRENCIES = {"£": "pounds", "$": "dollars", "€": "euros"}
_SPELLINGS = (
    (re.compile(r"[\u2018\u2019]"), "'"),
    (re.compile(r"[\u00a0\u202f]"), " "),
    (re.compile(r"\b([ap])\.? ?m\b\.?"), r"\1m"),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"([£$€]) ?(\d+(?:\.\d+)?)"), lambda m: f"{m[2]} {_CURRENCIES[m[1]]}"),
    (re.compile(r"(\d) ?([£$€])"), lambda m: f"{m[1]} {_CURRENCIES[m[2]]}"),
    (re.compile(r"(\d) ?%"), r"\1 percent"),
    (re.compile(r"\bper cent\b"), "percent"),
)
_PIECE = re.compile(
    r"(?P<clock>\d{1,2}:\d\d|\d{1,2}\.\d\d(?= ?[ap]m\b))"
    r"|(?P<number>\d+(?:\.\d+)?)(?:st|nd|rd|th)?(?![^\W_]*\d)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
)
_MINUTES_SAID = frozenset(range(5, 60, 5))


@dataclass(frozen=True, slots=True)
class Word:
    """A word in small letters."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number or ordinal; `spelt` if it was written in words, `digits` how it was written in digits."""

    value: Decimal
    spelt: bool = False
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; not `exact` if nobody said which half of the day."""

    hour: int
    minute: int
    exact: bool


Token: TypeAlias = Word | Number | Time


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, in order. Punctuation is left out."""
    return tuple(_with_times(_with_numbers(_pieces(text))))


def digits(text: str) -> str:
    """All digits of a text in a row, those that are said one by one too: "oh, double one" is 011."""
    found: list[str] = []
    times = 1
    for token in _pieces(text):
        if isinstance(token, Word):
            said = {"oh": 0, "o": 0, **_UNITS}.get(token.text)
            if said is not None:
                found.append(str(said) * times)
            times = {"double": 2, "triple": 3}.get(token.text, 1)
        elif isinstance(token, Number):
            found.append(token.digits * times)
            times = 1
    return "".join(found)


def _pieces(text: str) -> list[Token]:
    text = text.lower()
    for pattern, written in _SPELLINGS:
        text = pattern.sub(written, text)
    found: list[Token] = []
    for match in _PIECE.finditer(text):
        if match["clock"]:
            hour, minute = (int(part) for part in re.split(r"[:.]", match["clock"]))
            if hour < 24 and minute < 60:
                # "9:30" may be in the evening, "09:30" and "13:30" may not.
                found.append(Time(hour, minute, hour > 12 or match["clock"].startswith("0")))
                continue
        if match["word"]:
            found.append(Word(match["word"]))
        else:
            written = match["number"] or match["clock"].replace(":", "")
            found.append(Number(Decimal(written), digits=re.sub(r"\D", "", written)))
    return found


def _with_numbers(pieces: Sequence[Token]) -> list[Token]:
    """Number words put together: "two thousand four hundred and fifty"."""
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        number, after = _number(pieces, at)
        if number is None:
            found.append(pieces[at])
            at += 1
        else:
            found.append(number)
            at = after
    return found


def _word(pieces: Sequence[Token], at: int) -> str:
    token = pieces[at] if 0 <= at < len(pieces) else None
    return token.text if isinstance(token, Word) else ""


def _number(pieces: Sequence[Token], start: int) -> tuple[Number | None, int]:
    """A number in words that begins at a place, and where it ends. "four nine" are two."""
    total, group, at = 0, 0, start
    room = 100
    """What may be added next is less than this."""
    while word := _word(pieces, at):
        value = _UNITS.get(word, _TENS.get(word))
        if value is not None and value < room and (value or at == start):
            group += value
            room = 10 if word in _TENS else 0
        elif word == "hundred" and 0 < group < 100:
            group, room = group * 100, 100
        elif word in _SCALES and group:
            total, group, room = total + group * _SCALES[word], 0, 1000
        elif room == 10 and at > start and word in _ORDINAL_UNITS:
            return Number(Decimal(total + group + _ORDINAL_UNITS[word]), spelt=True), at + 1
        elif at == start and word in _ORDINALS:
            return Number(Decimal(_ORDINALS[word]), spelt=True), at + 1
        elif not (word == "and" and room >= 100 and at > start and _adds(_word(pieces, at + 1))):
            break
        at += 1
    if at == start:
        return None, start
    return _fraction(pieces, total + group, at)


def _adds(word: str) -> bool:
    return word in _UNITS or word in _TENS


def _fraction(pieces: Sequence[Token], whole: int, at: int) -> tuple[Number, int]:
    """A whole number with the "point five" or "and a half" that may follow."""
    places = ""
    if _word(pieces, at) == "point":
        while (digit := _UNITS.get(_word(pieces, at + 1 + len(places)), 10)) < 10:
            places += str(digit)
    if places:
        return Number(Decimal(f"{whole}.{places}"), spelt=True), at + 1 + len(places)
    if [_word(pieces, at + i) for i in range(3)] == ["and", "a", "half"]:
        return Number(whole + Decimal("0.5"), spelt=True), at + 3
    return Number(Decimal(whole), spelt=True), at


def _with_times(pieces: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        time, used = _time(pieces, at)
        found.append(time or pieces[at])
        at += used if time else 1
    return found


def _time(pieces: Sequence[Token], at: int) -> tuple[Time | None, int]:
    """A time that begins at a place, and of how many tokens."""
    first, second, third = ([*pieces[at : at + 3], None, None, None])[:3]
    half_of_day = {"am": 0, "pm": 12}
    match first, second, third:
        case Word("noon" | "midday"), _, _:
            return Time(12, 0, True), 1
        case Word("midnight"), _, _:
            return Time(0, 0, True), 1
        case Time(hour, minute), Word("am" | "pm" as half), _ if hour <= 12:
            return Time(hour % 12 + half_of_day[half], minute, True), 2
        case Time(), _, _:
            return first, 1
        case Word("half" | "quarter" as part), Word("past"), _ if hour := _hour(third):
            return _and_half_of_day(pieces, at + 3, hour, 30 if part == "half" else 15, 3)
        case Word("quarter"), Word("to"), _ if hour := _hour(third):
            return _and_half_of_day(pieces, at + 3, (hour - 2) % 12 + 1, 45, 3)
        case Number(spelt=True), Word("past" | "to" as side), _ if (
            (hour := _hour(third)) and first.value in _MINUTES_SAID and _word(pieces, at - 1) != "from"
        ):  # and "from ten to five" is a stretch of time
            if side == "past":
                return _and_half_of_day(pieces, at + 3, hour, int(first.value), 3)
            return _and_half_of_day(pieces, at + 3, (hour - 2) % 12 + 1, 60 - int(first.value), 3)
        case Number(), Word("o'clock" | "oclock"), _ if hour := _hour(first):
            return _and_half_of_day(pieces, at + 2, hour, 0, 2)
        case Number(), Word("am" | "pm" as half), _ if hour := _hour(first):
            return Time(hour % 12 + half_of_day[half], 0, True), 2
        case Number(spelt=True), Number(spelt=True), _ if (
            hour := _hour(first)
        ) and second.value in _MINUTES_SAID - {5}:
            return _and_half_of_day(pieces, at + 2, hour, int(second.value), 2)
    return None, 0


def _hour(token: Token | None) -> int:
    """1 to 12, else 0."""
    if isinstance(token, Number) and token.value == int(token.value) and 1 <= token.value <= 12:
        return int(token.value)
    return 0


def _and_half_of_day(pieces: Sequence[Token], at: int, hour: int, minute: int, used: int) -> tuple[Time, int]:
    """A time on the clock with the "p.m." or "in the afternoon" that may follow."""
    match [_word(pieces, at + i) for i in range(3)]:
        case ["am" | "pm" as half, *_]:
            return Time(hour % 12 + (12 if half == "pm" else 0), minute, True), used + 1
        case ["in", "the", "morning"]:
            return Time(hour % 12, minute, True), used + 3
        case ["in", "the", "afternoon" | "evening"]:
            return Time(hour % 12 + 12, minute, True), used + 3
    return Time(hour, minute, False), used
