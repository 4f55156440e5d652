"""What a caller said, to be searched: values as they are written, and what words stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from deskbell_server.aftermath.case import Case
from deskbell_server.booking.dates import understand as understand_dates
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.turn.slots.model import Answer, Heard, Slot
from deskbell_server.turn.slots.numbers import number_at
from deskbell_server.turn.slots.tokens import tokens
from deskbell_server.turn.slots.understanding import understand

MOST_READ = 200
"""Messages that are read for values, the last ones."""
MOST_DIGITS = 15
FEWEST_DIGITS = 5
"""From so many on a value of digits is a telephone or reference number, and may be written in groups."""
_ASKED = (
    (Slot.EMAIL, re.compile(r"\be-?mail\b[^.?!]*\?", re.IGNORECASE)),
    (Slot.PHONE, re.compile(r"\b(?:phone|telephone|mobile|number)\b[^.?!]*\?", re.IGNORECASE)),
    (Slot.NAME, re.compile(r"\bname\b[^.?!]*\?|\bwho am i speaking\b[^.?!]*\?", re.IGNORECASE)),
    (Slot.PEOPLE, re.compile(r"\bhow many (?:people|guests|persons|of you)\b[^.?!]*\?", re.IGNORECASE)),
    (Slot.PROPERTY, re.compile(r"\bwhich (?:property|flat|apartment|house)\b[^.?!]*\?", re.IGNORECASE)),
)
_WRITTEN = re.compile(
    r"(?<![\w.])(?P<figure>\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?![\d,]*\d)(?P<part>\.\d+)?"
    r"(?P<times> ?(?:k|thousand|million|m)\b)?",
    re.IGNORECASE,
)
_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6}
_MONEY = re.compile(
    r"(?:[£$€] ?(?P<before>\d[\d,.]*\d|\d)(?P<b>k|m)?)|(?:(?P<after>\d[\d,.]*\d|\d)(?P<a> ?(?:k|thousand|million))? ?"
    r"(?:pounds|euros?|dollars|quid|gbp|eur|usd)\b)",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """In small letters, without accents, with one space for whatever is neither letter nor digit."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(" " if not c.isalnum() else c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.split())


class Said:
    """The words of one conversation's caller, and the records that were made of them."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.region = region_of_time_zone(case.tenant.time_zone)
        self._zone = ZoneInfo(case.tenant.time_zone)
        self._messages = [f" {plain(text)} " for text in case.said]

    def holds(self, value: str) -> bool:
        """Whether the caller said it: in these words, as digits or an address that were dictated, as a day or time that
        was named, or as a record of the conversation has it."""
        words = plain(value)
        if not words:
            return False
        if any(f" {words} " in message for message in self._messages):
            return True
        if words in self._recorded or words in {plain(heard.value) for heard in self.heard}:
            return True
        digits = re.sub(r"\D", "", value)
        is_number = len(digits) >= FEWEST_DIGITS and re.fullmatch(r"[\d\s()+./-]+", value.strip())
        if is_number and any(_ends_alike(digits, known) for known in self._digits):
            return True
        return self._names_moment(value)

    def holds_number(self, value: float) -> bool:
        """Whether the caller said a number, in figures or in words."""
        return value in self.numbers

    @cached_property
    def heard(self) -> list[Heard]:
        """Names, numbers and the rest, in the order in which they were said."""
        found: list[Heard] = []
        before = ""
        for exchange in self._case.exchanges[-MOST_READ:]:
            if exchange.asked:
                asked = next((slot for slot, cue in _ASKED if cue.search(before)), None)
                found += understand(exchange.asked, asked=asked, region=self.region).heard
            before = exchange.answered
        return found

    def last(self, slot: Slot) -> Heard | None:
        """What was said last for a slot, which counts."""
        return next((each for each in reversed(self.heard) if each.slot is slot and each.valid), None)

    @cached_property
    def agreed(self) -> bool:
        """Whether the caller said yes to anything."""
        return any(understand(text).answer is Answer.YES for text in self._case.said[-MOST_READ:])

    @cached_property
    def days(self) -> tuple[list[date], set[date]]:
        """The days that were named and can mean nothing else, and those that may have been meant."""
        sure: list[date] = []
        possible: set[date] = set()
        for named, _ in self._moments:
            single = [day for day in named if day is not None]
            possible.update(single)
            if len(named) == 1:
                sure += single
        return list(dict.fromkeys(sure)), possible

    @cached_property
    def minutes(self) -> tuple[list[int], set[int]]:
        """The same of times of day, in minutes after midnight."""
        sure: list[int] = []
        possible: set[int] = set()
        for _, named in self._moments:
            possible.update(named)
            if len(named) == 1:
                sure += named
        return list(dict.fromkeys(sure)), possible

    @cached_property
    def numbers(self) -> set[float]:
        """The numbers that were said."""
        found: set[float] = set()
        for text in self._case.said[-MOST_READ:]:
            for match in _WRITTEN.finditer(text):
                number = _figure(match["figure"] + (match["part"] or ""), match["times"])
                if number is not None:
                    found.add(number)
            words = tokens(text)
            for i in range(len(words)):
                # Figures are read above: of "250,000" no word is 250.
                read = None if words[i].text.isdecimal() else number_at(words, i)
                if read is not None:
                    found.add(float(read[0]))
        return found

    @cached_property
    def amounts(self) -> list[float]:
        """The sums of money that were said, in order, each once."""
        found = [
            _figure(match["before"] or match["after"], match["b"] or match["a"])
            for text in self._case.said[-MOST_READ:]
            for match in _MONEY.finditer(text)
        ]
        return list(dict.fromkeys(amount for amount in found if amount is not None))

    def counted(self, nouns: set[str]) -> list[int]:
        """How many of something were said to be, each number once: "three nights" of {"nights"}."""
        found: list[int] = []
        for text in self._case.said[-MOST_READ:]:
            words = tokens(text)
            for i in range(len(words)):
                read = number_at(words, i)
                following = words[read[1]].low if read is not None and read[1] < len(words) else ""
                if read is not None and {following, following.rstrip("s")} & nouns:
                    found.append(read[0])
        return list(dict.fromkeys(found))

    @cached_property
    def _moments(self) -> list[tuple[list[date | None], list[int]]]:
        """For each message the days and the times that may be meant; None for a stretch of days."""
        found = []
        for exchange in self._case.exchanges[-MOST_READ:]:
            if not exchange.asked:
                continue
            meant = understand_dates(exchange.asked[:500], exchange.asked_at, self._zone)
            days = [wish.first if wish.first == wish.last else None for wish in meant.days]
            times = [wish.since for wish in meant.times if wish.since == wish.until]
            found.append((days, times))
        return found

    @cached_property
    def _recorded(self) -> set[str]:
        return {plain(value) for value in self._records() if value}

    def _records(self) -> Iterator[str]:
        for lead in self._case.material.leads:
            yield from (lead.name, lead.phone, lead.email, lead.property_id, lead.intent)
        for booked in self._case.material.booked:
            at = booked.starts_at.astimezone(self._zone)
            yield from (booked.service, booked.name, booked.phone, booked.email)
            yield from (f"{at:%Y-%m-%d}", f"{at:%H:%M}", f"{at:%Y-%m-%dT%H:%M}", at.isoformat())

    @cached_property
    def _digits(self) -> list[str]:
        runs = [
            re.sub(r"\D", "", run)
            for text in self._case.said
            for run in re.findall(r"\d[\d\s()+./-]*\d", text)
        ]
        spoken = [re.sub(r"\D", "", heard.value) for heard in self.heard]
        recorded = [re.sub(r"\D", "", value) for value in self._records()]
        return [digits for digits in (*runs, *spoken, *recorded) if len(digits) >= FEWEST_DIGITS]

    def _names_moment(self, value: str) -> bool:
        """Whether it is an ISO date, time, or both, that was named."""
        text = value.strip().replace("Z", "+00:00")
        try:
            if re.fullmatch(r"\d{1,2}:\d\d(?::\d\d)?", text):
                hours, minutes = map(int, text.split(":")[:2])
                return hours * 60 + minutes in self.minutes[1]
            moment = datetime.fromisoformat(text)
        except ValueError:
            return False
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return moment.date() in self.days[1]
        return moment.date() in self.days[1] and moment.hour * 60 + moment.minute in self.minutes[1]


def _ends_alike(one: str, other: str) -> bool:
    """Whether two numbers are the same but for the country's code, or the zero in its place."""
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return len(short) >= FEWEST_DIGITS and long.endswith(short) and len(long) - len(short) <= 3


def _figure(figure: str, times: str | None) -> float | None:
    """The number that a figure stands for; None for one that nobody would say."""
    figure = figure.replace(",", "").rstrip(".")
    if len(figure) > MOST_DIGITS or figure.count(".") > 1:
        return None
    return float(figure) * _TIMES.get((times or "").strip().lower(), 1.0)
