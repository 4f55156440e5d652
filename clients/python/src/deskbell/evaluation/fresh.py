"""What is different each time: names, numbers and days, so that a scenario can be played twice on one server.

{name} {first_name} {last_name}      a person
{phone}                              a number that is kept for fiction, of the scenario's country
{email}                              an address at example.com
{day} {weekday} {month}              "Tuesday the fourteenth of October", two to twelve weeks ahead: a Tuesday,
{other_day} {other_weekday}          Wednesday or Thursday, and no holiday that falls on one
{time} {other_time}                  "half past nine", from nine o'clock to half past three
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from deskbell.evaluation.facts import AnyOf, Digits, Fact, Matches, Says

COUNTRIES = ("gb", "us", "de")
NAMES = (
    "name",
    "first_name",
    "last_name",
    "phone",
    "email",
    "day",
    "weekday",
    "month",
    "other_day",
    "other_weekday",
    "time",
    "other_time",
)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# Short and unlike each other, so that speech recognition is not what is tested.
_FIRST = "Anna Peter Laura David Emma Robert Sarah Thomas Helen Martin".split()
_LAST = "Parker Miller Bennett Cooper Harper Foster Turner Walker Mason Carter".split()
_FICTION = {
    "gb": ("0117 496 0", "0113 496 0", "0161 496 0", "020 7946 0", "0141 496 0"),
    "us": tuple(f"{area} 555 01" for area in "617 212 415 206 312 305 404 503 602 713".split()),
    "de": ("030 23125 ", "069 90009 ", "040 66969 ", "0221 4710 ", "089 99998 "),
}
"""Beginnings of numbers that Ofcom, the North American Numbering Plan and the Bundesnetzagentur keep for fiction."""
_LENGTH = {"gb": 3, "us": 2, "de": 3}
_DIGITS = "zero one two three four five six seven eight nine".split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
    "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_HOURS = "nine ten eleven twelve one two three".split()
_FIRST_DAY, _LAST_DAY = 14, 84
"""Days from today."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """Values for one time that a scenario is played."""

    written: Mapping[str, str]
    spoken: Mapping[str, str]
    """Those that are said otherwise than written."""

    def write(self, text: str) -> str:
        """The text with its variables filled in."""
        return _PLACEHOLDER.sub(lambda match: self.written[match[1]], text)

    def speak(self, text: str) -> str:
        """The same for a voice."""
        return _PLACEHOLDER.sub(lambda m: self.spoken.get(m[1], self.written[m[1]]), text)

    def fact(self, fact: Fact) -> Fact:
        """A fact with its variables filled in."""
        match fact:
            case Says(phrase):
                return Says(self.write(phrase))
            case AnyOf(facts):
                return AnyOf(tuple(map(self.fact, facts)))
            case Digits(number):
                return Digits(self.write(number))
            case Matches():
                return fact


def placeholders(text: str) -> list[str]:
    """The names of the variables in a text."""
    return _PLACEHOLDER.findall(text)


def draw(dice: random.Random, country: str, choose: Mapping[str, tuple[str, ...]], today: date) -> Fresh:
    """Draws values for all variables; the same dice on the same day give the same ones."""
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    number = f"{dice.randrange(10 ** _LENGTH[country]):0{_LENGTH[country]}}"
    phone = dice.choice(_FICTION[country]) + number
    code = dice.randrange(100, 1000)
    day, other_day = dice.sample(_days(today), 2)
    time, other_time = dice.sample(_times(country), 2)
    written = {
        "name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "phone": phone,
        "email": f"{first}.{last}{code}@example.com".lower(),
        "day": _said(day, country),
        "weekday": _WEEKDAYS[day.weekday()],
        "month": _MONTHS[day.month - 1],
        "other_day": _said(other_day, country),
        "other_weekday": _WEEKDAYS[other_day.weekday()],
        "time": time,
        "other_time": other_time,
        **{name: dice.choice(values) for name, values in choose.items()},
    }
    groups = (" ".join(_DIGITS[int(digit)] for digit in group) for group in _groups(phone))
    aloud = " ".join(_DIGITS[int(digit)] for digit in str(code))
    spoken = {"phone": ", ".join(groups), "email": f"{first} dot {last} {aloud} at example dot com"}
    return Fresh(written, spoken)


def _groups(phone: str) -> list[str]:
    """A number's digits as one reads them aloud: its own groups, the long ones in two."""
    groups = ((group[:3], group[3:]) if len(group) > 4 else (group,) for group in phone.split())
    return [part for parts in groups for part in parts]


def _days(today: date) -> list[date]:
    ahead = (today + timedelta(days=number) for number in range(_FIRST_DAY, _LAST_DAY + 1))
    return [day for day in ahead if day.weekday() in {1, 2, 3} and not _is_holiday(day)]


def _is_holiday(day: date) -> bool:
    """Whether a Tuesday to Thursday may be free in Britain, the United States or Germany."""
    fixed = {(1, 6), (5, 1), (6, 19), (7, 4), (10, 3), (10, 31), (11, 1), (11, 11)}
    thanksgiving = day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28
    yule = (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 3)
    # Of the feasts that move with Easter, Ascension and Corpus Christi are on Thursdays.
    moving = day.weekday() == 3 and (day - _easter(day.year)).days in {39, 60}
    return (day.month, day.day) in fixed or thanksgiving or yule or moving


def _easter(year: int) -> date:
    """Easter Sunday, by the rule of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    total = h + k - 7 * ((a + 11 * h + 22 * k) // 451) + 114
    return date(year, total // 31, total % 31 + 1)


def _said(day: date, country: str) -> str:
    weekday, month, ordinal = _WEEKDAYS[day.weekday()], _MONTHS[day.month - 1], _ORDINALS[day.day - 1]
    return f"{weekday}, {month} {ordinal}" if country == "us" else f"{weekday} the {ordinal} of {month}"


def _times(country: str) -> list[str]:
    half = "{} thirty" if country == "us" else "half past {}"
    return [said.format(hour) for hour in _HOURS for said in ("{} o'clock", half)]
