"""Writes out what a voice cannot read: times, prices, telephone numbers, dates, addresses, abbreviations.

A list of rules, each a pattern with what to say instead, applied in the order of the list. What the
pronouncing dictionary reads well by itself (plain numbers, "NHS", "25 percent") stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from deskbell_server.turn.checking.form import SIGNS

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = ("", "", "twenty", "thirty", "forty", "fifty")
_MONTHS = "January February March April May June July August September October November December".split()
_CURRENCIES = {
    "$": ("dollar", "dollars", "and {} cents"),
    "£": ("pound", "pounds", "{}"),
    "€": ("euro", "euros", "{}"),
}
_SIGNS = {".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore"}

_DAYS = {
    "Mon": "Monday",
    "Tues?": "Tuesday",
    "Wed": "Wednesday",
    "Thu(?:rs?)?": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
_UNITS_OF_MEASURE = {
    r"(?:sq\.?\s?ft|ft²)": "square feet",
    r"(?:sq\.?\s?m|m²)": "square metres",
    r"km": "kilometres",
    r"kg": "kilograms",
    r"hrs?": "hours",
    r"mins?": "minutes",
    r"°\s?C?": "degrees",
    r"%": "percent",
}
_ABBREVIATIONS = {
    r"\bDr\b\.?": "Doctor",
    r"\bMr\b\.?": "Mister",
    r"\bMrs\b\.?": "Missus",
    r"\bProf\b\.?": "Professor",
    r"\bSt\b\.?(?= [A-Z][a-z])": "Saint",
    r"(?<=[a-z] )St\b\.?": "Street",
    r"(?<=[a-z] )Rd\b\.?": "Road",
    r"(?<=[a-z] )Ave\b\.?": "Avenue",
    r"\bNo\. ?(?=\d)": "number ",
    r"\bapprox\.": "approximately",
    r"\bincl\.": "including",
}

_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_DAY_OF_MONTH = r"(?P<day>[12]?\d|3[01])"
_DAY_OR_MONTH = rf"(?:{'|'.join(_DAYS.values())}|{'|'.join(_MONTHS)})"


def speakable(text: str) -> str:
    """The text as it is to be said, on one line."""
    text = " ".join(text.split())
    for pattern, spoken in _RULES:
        text = pattern.sub(spoken, text)
    return " ".join(text.split())


def _number(value: int) -> str:
    """A number below 60 in words."""
    if value < len(_UNITS):
        return _UNITS[value]
    tens, units = divmod(value, 10)
    return f"{_TENS[tens]} {_UNITS[units]}" if units else _TENS[tens]


def _spelled(text: str) -> str:
    """Every letter and digit by itself."""
    return " ".join(_UNITS[int(c)] if c.isdigit() else c for c in text if c.isalnum())


def _ordinal(day: str) -> str:
    number = int(day)
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _web_address(match: re.Match[str]) -> str:
    """Its signs in words; a full stop behind it stays."""
    whole = match[0]
    address = whole.rstrip(".,;:!?")
    end = whole[len(address) :]
    address = re.sub(r"^(https?://)?(www\.)?|/$", "", address, flags=re.IGNORECASE)
    return "".join(f" {_SIGNS[c]} " if c in _SIGNS else c for c in address) + end


def _telephone(match: re.Match[str]) -> str:
    """Digit by digit, with a pause between the groups in which it is written."""
    number = match[0]
    if sum(c.isdigit() for c in number) < 7:
        return number
    groups = ", ".join(_spelled(group) for group in re.findall(r"\d+", number))
    return f"plus {groups}" if number.startswith("+") else groups


def _price(match: re.Match[str]) -> str:
    """ "$45.50" -> "45 dollars and 50 cents", "£1" -> "1 pound", "€2 million" -> "2 million euros"."""
    whole, cents, scale = match["whole"], match["cents"], match["scale"]
    one, many, small = _CURRENCIES[match["sign"]]
    if scale:
        return f"{whole}{'.' + cents if cents else ''} {scale} {many}"
    price = f"{whole} {one if whole == '1' else many}"
    return f"{price} {small.format(int(cents))}" if cents and int(cents) else price


def _time(match: re.Match[str]) -> str:
    """ "9:30" -> "nine thirty", "8:05" -> "eight oh five", "9:00 a.m." -> "nine a.m."."""
    hour, minute = int(match["hour"]), int(match["minute"])
    if minute:
        return f"{_number(hour)} {'oh ' if minute < 10 else ''}{_number(minute)}"
    if match.string.startswith((" a.m.", " p.m."), match.end()):
        return _number(hour)
    return f"{_number(hour)} hundred" if hour > 12 else f"{_number(hour)} o'clock"


def _half_day(match: re.Match[str]) -> str:
    """ "9am", "9 A.M." -> "9 a.m.", which every later rule can rely on."""
    return f" {match[1].lower()}.m."


def _iso_date(match: re.Match[str]) -> str:
    return f"{_MONTHS[int(match['m']) - 1]} {_ordinal(match['d'])} {match['y']}"


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"[\u2018\u2019]"), "'"),
    (re.compile(r"[\u201c\u201d\"*#`|<>\[\]{}]+"), " "),
    (re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}|\b(?:https?://|www\.)\S+", re.IGNORECASE), _web_address),
    (re.compile(r"\b(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])\b"), _iso_date),
    # A number with a plus, a zero or a bracket in front, in three groups, as 555-0177, or of seven digits.
    (
        re.compile(
            r"(?<![\w.,:/$£€-])(?:\+\d[\d() -]{5,}\d|[0(][\d() -]{5,}\d|\d+[ -]\d+[ -][\d -]*\d|"
            r"\d{3}[ -]\d{4}|\d{7,})(?![\w:/-]|[.,]\d)"
        ),
        _telephone,
    ),
    (
        re.compile(
            r"\b((?:call|ring|dial|phone)(?: us)?(?: on| at)?) (\d{3,6})\b(?! ?[ap]\.?m)", re.IGNORECASE
        ),
        lambda match: f"{match[1]} {_spelled(match[2])}",
    ),
    (
        re.compile(
            r"(?P<sign>[$£€]) ?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d\d?))?(?!\d)"
            r"(?: ?(?P<scale>thousand|million|billion)\b)?"
        ),
        _price,
    ),
    *((re.compile(pattern), spoken) for pattern, spoken in _ABBREVIATIONS.items()),
    # "Sat" and "Sun" are words too: a day stands before a full stop, a comma, a dash, a number or another day.
    *(
        (re.compile(rf"\b{short}\b(?:\.(?!$))?(?=\.?$|[,;:)\u2013-]| ?[&/]| (?:to|and|from|\d|[A-Z]))"), day)
        for short, day in _DAYS.items()
    ),
    *(
        (re.compile(rf"(?<=\d) ?{sign}(?!\w)(?:\.(?!$))?"), f" {unit}")
        for sign, unit in _UNITS_OF_MEASURE.items()
    ),
    (re.compile(r"(?<=\d) ?([ap])\.? ?m\b\.?", re.IGNORECASE), _half_day),
    (re.compile(r"(?:(?<=\d)|(?<=[ap]\.m\.)) ?[\u2013\u2014-] ?(?=\d|noon|midnight)"), " to "),
    (re.compile(r"(?<![\d.,:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:])"), _time),
    (re.compile(r"(?<![\d.,:])(?P<hour>1?\d)\.(?P<minute>[0-5]\d)(?= [ap]\.m\.)"), _time),
    (re.compile(rf"(?<=[a-z]) ?[\u2013\u2014-] ?(?={_DAY_OR_MONTH})"), " to "),
    (
        re.compile(rf"\b(?:the )?{_DAY_OF_MONTH} {_MONTH}\b"),
        lambda match: f"the {_ordinal(match['day'])} of {match['month']}",
    ),
    (
        re.compile(rf"\b{_MONTH} {_DAY_OF_MONTH}\b(?![%,.]?\d)"),
        lambda match: f"{match['month']} {_ordinal(match['day'])}",
    ),
    # References and postcodes: HV-202, BS1 4XX.
    (re.compile(r"\b[A-Z]{1,4}-?\d[A-Z\d]*\b(?: \d[A-Z]{2}\b)?"), lambda match: _spelled(match[0])),
    *SIGNS,
    (re.compile(r" ?[\u2013\u2014] ?| -+ "), ", "),
    (re.compile(r"(?<=[a-z])-(?=[a-z])"), " "),
)
