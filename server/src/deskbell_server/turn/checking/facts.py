"""The facts of a text that are either right or wrong: numbers, sums, times, days, names.

"from half past six to 10 a.m."     times 6:30 of either half of the day, and 10 in the morning
"£45", "forty-five pounds"          45 in pounds
"0117 496 0142"                     a telephone number
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from deskbell_server.knowledge.vocabulary import STOP_WORDS
from deskbell_server.knowledge.words import days, synonyms, tokens


class FactKind(StrEnum):
    """What kind of fact it is. `NUMBER` is a number of anything."""

    NUMBER = "number"
    MONEY = "price"
    PERCENT = "percentage"
    TIME = "time"
    PHONE = "telephone number"
    ADDRESS = "address"
    NAME = "name"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` is in digits, of a time the minutes after midnight or after noon; `unit` a currency, or "a" or "p" of a
    time, or the stems of what a number counts, or empty where it is not said. `start` and `end` are characters of the
    text."""

    kind: FactKind
    value: str
    unit: str
    start: int
    end: int

    def agrees(self, other: Fact) -> bool:
        """Whether both can be the same. A number of anything agrees with the sum, percentage or hour of that size."""
        if FactKind.TIME in (self.kind, other.kind) and FactKind.NUMBER in (self.kind, other.kind):
            number, time = (self, other) if self.kind is FactKind.NUMBER else (other, self)
            return number.value.isdigit() and time.value == str(int(number.value) % 12 * 60)
        if self.kind is other.kind is FactKind.NUMBER:
            return self.value == other.value and _same_thing(self.unit, other.unit)
        if FactKind.NUMBER in (self.kind, other.kind):
            counted = {FactKind.NUMBER, FactKind.MONEY, FactKind.PERCENT}
            return self.value == other.value and {self.kind, other.kind} <= counted
        if self.value != other.value or (self.unit and other.unit and self.unit != other.unit):
            return False
        return self.kind is other.kind


_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = {
    word: 10 * ten
    for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
VALUES = {word: value for value, word in enumerate(_SMALL)} | _TENS
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORDS = "|".join(sorted((*VALUES, *_SCALES), key=len, reverse=True))
_IN_WORDS = rf"(?:{_WORDS})(?:(?:[ -]|(?<=d) and | and (?=(?:a )?half\b))(?:{_WORDS}))*"
_IN_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = (
    rf"(?P<number>{_IN_DIGITS}|\b{_IN_WORDS}\b)(?P<half> and a half|½)?(?: (?P<scale>thousand|million|k\b))?"
)
_CURRENCIES = {
    "£": "GBP", "pound": "GBP", "pounds": "GBP", "gbp": "GBP", "quid": "GBP", "€": "EUR", "euro": "EUR", "euros": "EUR",
    "eur": "EUR", "$": "USD", "dollar": "USD", "dollars": "USD", "usd": "USD", "bucks": "USD",
    "cents": "cents", "cent": "cents", "pence": "cents", "p": "cents",
}  # fmt: skip
_CURRENCY = r"pounds?|gbp|quid|euros?|eur|dollars?|usd|bucks|cents?|pence"
_HALF_DAY = r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)"
_SECOND_NUMBER = re.sub(r"<(number|half|scale)>", r"<\g<1>2>", _NUMBER)
_PARTS = (
    (
        FactKind.ADDRESS,
        re.compile(
            (
                r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)[^\s,;]+|"
                r"\b[\w-]+\.(?:com|org|net|co\.uk|de|io|example)\b"
            ),
            re.I,
        ),
    ),
    (FactKind.PHONE, re.compile(r"(?<![\w.,£$€-])\+?(?:\(?\d[\d() -]{5,}\d)(?![\w]|[.,]\d)")),
    (
        FactKind.TIME,
        re.compile(
            r"(?<![£$€\d.])\b(?P<hour>[01]?\d|2[0-3])(?::|\.(?=[0-5]\d "
            rf"?[ap]\.?m))(?P<minute>[0-5]\d){_HALF_DAY}?(?![\d%])(?! ?(?:percent|pounds|euros|dollars))|"
            rf"\b(?P<hour2>1[0-2]|0?[1-9]){_HALF_DAY.replace('half', 'half2')}|"
            rf"\b(?P<hour3>1[0-2]|[1-9]) ?o'?clock\b|\b(?P<noon>noon|midday|midnight)\b|"
            rf"\b(?P<to>half past|quarter past|quarter to|half) (?P<hour4>1[0-2]|[1-9]|{'|'.join(_SMALL[1:13])})\b",
            re.I,
        ),
    ),
    (
        FactKind.MONEY,
        re.compile(
            rf"(?P<sign>[£$€])\s?{_NUMBER}|{_SECOND_NUMBER}[ -](?P<word>{_CURRENCY})\b(?: (?P<small>\d\d))?",
            re.I,
        ),
    ),
    (FactKind.PERCENT, re.compile(rf"{_NUMBER}\s?(?:%|per ?cent\b)", re.I)),
    (FactKind.NUMBER, re.compile(rf"(?<![\w-]){_NUMBER}(?:st|nd|rd|th)?\b", re.I)),
)
_REFERENCE = re.compile(r"\b[A-Z]{1,4}-?\d[A-Z\d]*\b(?: \d[A-Z]{2}\b)?")
_NAME = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof)\b\.? )?\b[A-Z][a-z]+(?:['\u2019-][A-Z]?[a-z]+)?(?: [A-Z][a-z]+)*\b"
)
_WIFI = re.compile(r"\bWi-Fi\b")
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday "
    "mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays mon tue wed thu fri sat sun i dr mr mrs ms prof".split()
)
_TITLES = frozenset("dr mr mrs ms prof doctor".split())
_BEGINS = re.compile(r"(?:^|[.!?:]\s+|[\"\u201c(]\s*)$")


def value_of(number: str, half: str | None = None, scale: str | None = None) -> str:
    """ "1,240", "twenty-five", "two" and a half, "1.65" million, in digits."""
    text = number.lower().replace(",", "")
    value = float(text) if text[0].isdigit() else _from_words(text)
    value += 0.5 if half else 0.0
    value *= {"thousand": 1000, "k": 1000, "million": 1_000_000}.get((scale or "").lower(), 1)
    return f"{value:g}" if value < 1_000_000 else f"{value:.0f}"


def _from_words(text: str) -> float:
    total = current = 0.0
    for word in re.findall(r"[a-z]+", text):
        if word in VALUES:
            current += VALUES[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            total += (current or 1) * _SCALES[word]
            current = 0.0
    return total + current


_NO_GROUPS = _NUMBER.replace("?P<number>", "?:").replace("?P<half>", "?:").replace("?P<scale>", "?:")
_RANGE = re.compile(rf"^\s*(?:(?:to|and|or|-|\u2013|until)\s*{_NO_GROUPS}\s*)+", re.IGNORECASE)


def _counted(after: str) -> str:
    """What a number counts: the stems of the two words behind it, or behind the other end of its range."""
    after = _RANGE.sub(" ", after)
    words = re.match(r"[\s-]*([A-Za-z]+)?(?:[\s-]+([A-Za-z]+))?", after)
    return (
        " ".join(tokens(" ".join(word for word in words.groups() if word and word.lower() not in STOP_WORDS)))
        if words
        else ""
    )


def _same_thing(one: str, other: str) -> bool:
    if not one or not other:
        return True
    meant = frozenset().union(*(synonyms(word) for word in one.split()))
    return not meant.isdisjoint(other.split())


@lru_cache(maxsize=4096)
def facts(text: str) -> tuple[Fact, ...]:
    """The facts of a text, in order. Names are words with a capital inside a sentence, or two of them in a row."""
    found: list[Fact] = []
    left = text
    for kind, pattern in _PARTS:
        for match in pattern.finditer(left):
            fact = _fact(kind, match)
            if fact is None:
                continue
            found.append(fact)
            left = left[: match.start()] + " " * (match.end() - match.start()) + left[match.end() :]
    for match in _REFERENCE.finditer(text):
        found = [fact for fact in found if not match.start() <= fact.start < match.end()]
        found.append(Fact(FactKind.NAME, match[0].lower().replace("-", ""), "", match.start(), match.end()))
    found += _names(text)
    found += [Fact(FactKind.DAY, str(day), "", 0, 0) for day in sorted(days(text))]
    return tuple(sorted(found, key=lambda fact: fact.start))


def _fact(kind: FactKind, match: re.Match[str]) -> Fact | None:
    start, end = match.span()
    groups = match.groupdict()
    match kind:
        case FactKind.ADDRESS:
            return Fact(kind, match[0].lower().rstrip(".,"), "", start, end)
        case FactKind.PHONE:
            digits = re.sub(r"\D", "", match[0])
            return Fact(kind, digits, "", start, end) if len(digits) >= 7 else None
        case FactKind.TIME:
            return _time(match)
        case FactKind.MONEY:
            value = value_of(
                groups["number"] or groups["number2"],
                groups["half"] or groups["half2"],
                groups["scale"] or groups["scale2"],
            )
            if groups["small"]:
                value = f"{float(value) + int(groups['small']) / 100:g}"
            return Fact(kind, value, _CURRENCIES[(groups["sign"] or groups["word"]).lower()], start, end)
        case _:
            if groups["number"].lower() == "one" and kind is FactKind.NUMBER:
                return None  # "the small one"
            unit = _counted(match.string[match.end() :]) if kind is FactKind.NUMBER else ""
            return Fact(kind, value_of(groups["number"], groups["half"], groups["scale"]), unit, start, end)


def _time(match: re.Match[str]) -> Fact:
    """A time of twelve hours, with "a" or "p" if that is said."""
    if match["noon"]:
        return Fact(FactKind.TIME, "0", "a" if match["noon"].lower() == "midnight" else "p", *match.span())
    if match["to"]:
        spoken = match["hour4"].lower()
        hour = int(spoken) if spoken.isdigit() else VALUES[spoken]
        minute = {"half past": 30, "half": 30, "quarter past": 15, "quarter to": -15}[match["to"].lower()]
        return Fact(FactKind.TIME, str((hour % 12 * 60 + minute) % 720), "", *match.span())
    hour = int(match["hour"] or match["hour2"] or match["hour3"])
    half = (match["half"] or match["half2"] or ("p" if hour > 12 else "")).lower()
    return Fact(FactKind.TIME, str(hour % 12 * 60 + int(match["minute"] or 0)), half, *match.span())


def _names(text: str) -> list[Fact]:
    """One fact for each word of a name; titles do not count."""
    found = []
    for match in _NAME.finditer(_WIFI.sub("wifi ", text)):
        words = [word for word in re.finditer(r"[\w'\u2019-]+", match[0]) if word[0].lower() not in _NO_NAMES]
        if _BEGINS.search(text[: match.start()]) and match[0].split()[0].rstrip(".").lower() not in _TITLES:
            # A capital is no name at the beginning of a sentence, unless another one follows at once.
            words = words[
                0 if len(words) > 1 and len(match[0].split()) > 1 and words[0].start() == 0 else 1 :
            ]
        for word in words:
            [value] = tokens(word[0])[:1] or [""]
            if value and word[0].lower() not in STOP_WORDS:
                found.append(
                    Fact(FactKind.NAME, value, "", match.start() + word.start(), match.start() + word.end())
                )
    return found
