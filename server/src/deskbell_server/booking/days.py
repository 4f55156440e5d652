"""Days in words: every one that may be meant."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deskbell_server.booking.library import calendar_dates, counted
from deskbell_server.booking.spoken import REPAIR, Spoken

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
_MONTHS = "january february march april may june july august september october november december".split()


@dataclass(frozen=True, slots=True, order=True)
class DayWish:
    """A day, or all days from `first` to `last`."""

    first: date
    last: date


_WEEKDAY = rf"(?P<day>{'|'.join(_WEEKDAYS)}|{'|'.join(_SHORT)})(?:'s)?"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_NUMBER = r"(?P<number>\d{1,2}(?:st|nd|rd|th)|\d{1,2})"
_COUNT = r"(?P<count>an?|\d{1,3}|a couple of)"
# After "the 14th" nothing may follow that makes it the fourteenth of something else.
_MAY_FOLLOW = (
    "at around about after before between by from in for on or if any would is works please instead maybe and to say "
    "first early late morning afternoon evening"
).split()
_NOT_OF_THINGS = rf"(?= ?(?:$|[,_]|\d|(?:{'|'.join(_MAY_FOLLOW)})\b))"

_NAMED_DAY = rf"(?:{'|'.join(_WEEKDAYS)}|{'|'.join(_SHORT)})\b"
_NO_GOOD = (
    r"(?:(?:is|was|would be|just|really|actually) )*"
    r"(?:(?:no|not|isn't) (?:good|use|possible|great|ideal|convenient|free|okay|ok|going to work)|out|bad|impossible"
    r"|(?:won't|doesn't|does not|will not|wouldn't) (?:work|suit|do)\b)"
)
_UNWANTED = (
    re.compile(
        r"\b(?:not|except|excluding|besides|other (?:day )?than|apart from)(?: for)? (?:on )?(?:(?:this|next) )?"
        + _WEEKDAY
        + r"\b"
    ),
    re.compile(
        r"\b(?:can't|cannot|can not|couldn't|won't) (?:really )?(?:do|make|manage|come|make it)(?: on)? "
        + _WEEKDAY
        + r"\b"
    ),
    re.compile(rf"\b(?:on )?{_WEEKDAY} {_NO_GOOD}"),
)
_REPAIRED = re.compile(rf"\b(?:on )?{_WEEKDAY}{REPAIR}(?= (?:on )?(?:(?:this|next) )?{_NAMED_DAY})")
_Reader = Callable[[re.Match[str], date, bool | None], list[DayWish]]


def day_wishes(spoken: Spoken, today: date, *, day_first: bool | None = None) -> tuple[DayWish, ...]:
    """The days that may be meant, in order: none if none was said, several where the words leave it open.

    Takes what it understood out of `spoken`, and dates that do not exist. Never a day before today; of a stretch
    that has begun what is left.
    """
    found: list[list[DayWish]] = []
    bare: re.Match[str] | None = None
    for pattern, read in _PATTERNS:
        match = spoken.find(pattern)
        if match is None:
            continue
        wishes = read(match, today, day_first)
        if not wishes and read not in _NAMES_A_DATE:
            continue
        # A date that no year has is taken out too: "the 31st of April" is not the 31st of another month.
        spoken.take(match)
        if not wishes:
            continue
        if read is _weekday:
            further = _further_weekdays(spoken, today)
            if not match["how"] and not further:
                bare = match
            wishes = sorted({*wishes, *further})
        found.append(wishes)
    everything = sorted({wish for wishes in found for wish in wishes})
    if bare is not None and len(found) > 1:
        # A weekday beside a date or a stretch only says which day of it: "Saturday the 14th" is not the coming one.
        coming = _weekday(bare, today, None)
        found = [_on_weekday(wishes, _number_of(bare["day"])) for wishes in found if wishes != coming]
    # Two ways to say one day: what all of them mean or, if that is nothing, whatever one of them means.
    return tuple(_common(found) or everything)


def unwanted_weekdays(words: str) -> frozenset[int]:
    """The weekdays, from Monday as 0, that are ruled out: "not Friday", "Friday is no good"."""
    spoken = Spoken(words)
    matches = [match for pattern in _UNWANTED if (match := spoken.find(pattern)) is not None]
    return frozenset(_number_of(match["day"]) for match in matches)


def _further_weekdays(spoken: Spoken, today: date) -> list[DayWish]:
    """Monday or Tuesday: either is meant."""
    wishes: list[DayWish] = []
    while (match := spoken.find(_PLAIN_WEEKDAY)) is not None:
        spoken.take(match)
        wishes += _weekday(match, today, None)
    return wishes


def _on_weekday(wishes: Iterable[DayWish], weekday: int) -> list[DayWish]:
    """The days of some stretches that are a weekday: of "next week" the Thursday."""
    days: set[DayWish] = set()
    for wish in wishes:
        day = wish.first + timedelta(days=(weekday - wish.first.weekday()) % 7)
        while day <= wish.last:
            days.add(DayWish(day, day))
            day += _WEEK
    return sorted(days)


def _common(found: list[list[DayWish]]) -> list[DayWish]:
    """What all mean."""
    common = found[0] if found else []
    for others in found[1:]:
        common = sorted(
            {
                DayWish(max(a.first, b.first), min(a.last, b.last))
                for a in common
                for b in others
                if a.first <= b.last and b.first <= a.last
            }
        )
    return common


def _one(day: date) -> list[DayWish]:
    return [DayWish(day, day)]


def _number_of(name: str) -> int:
    return _SHORT[name] if name in _SHORT else _WEEKDAYS.index(name)


def _coming(name: str, today: date) -> date:
    """The first such weekday after today."""
    return today + timedelta(days=(_number_of(name) - today.weekday() - 1) % 7 + 1)


def _next(name: str, today: date) -> list[date]:
    """What "next Friday" is: the coming one if that is in another week and not just tomorrow; else people mean one
    or the other, that or a week later."""
    coming = _coming(name, today)
    sunday = today + timedelta(days=6 - today.weekday())
    if coming > sunday and coming - today > _DAY:
        return [coming]
    return [coming, coming + _WEEK]


def _weekday(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    name, how = match["day"], match["how"] or ""
    coming = _coming(name, today)
    if how.startswith("next"):
        days = _next(name, today)
    elif coming - today == _WEEK:
        # Said on that very day: today, or in a week.
        days = [today, coming]
    else:
        days = [coming]
    return [DayWish(day, day) for day in days]


def _not(_: re.Match[str], __: date, ___: bool | None) -> list[DayWish]:
    """Not on Monday: that day is not wished for; which one is was not said."""
    return []


def _beside_weekday(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    """Before Thursday, by Friday, after Monday: the days from today, or the week from then."""
    coming = _coming(match["day"], today)
    if match["side"] == "after":
        return [DayWish(coming + _DAY, coming + _WEEK)]
    last = coming - _DAY if match["side"] == "before" else coming
    return [DayWish(today, last)]


def _weekday_week(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    """In Britain "Friday week", or "a week on Friday", is a week after the coming Friday."""
    weeks = 2 if (match["count"] or "").startswith(("2", "fortnight")) else 1
    coming = _coming(match["day"], today)
    if coming - today == _WEEK:
        coming = today
    return _one(coming + weeks * _WEEK)


def _weekday_after_next(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    return [DayWish(day + _WEEK, day + _WEEK) for day in _next(match["day"], today)]


def _weekday_of_next_week(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    monday = today + timedelta(days=7 - today.weekday())
    return _one(monday + timedelta(days=_number_of(match["day"])))


def _calendar(match: re.Match[str], today: date, day_first: bool | None) -> list[DayWish]:
    """A date that the library reads."""
    groups = match.groupdict()
    if groups.get("month"):
        number = re.sub(r"\D", "", match["number"])
        text = f"{number} {match['month']} {groups.get('year') or ''}".strip()
    else:
        text = match["date"]
    return [DayWish(day, day) for day in calendar_dates(text, today, day_first=day_first)]


def _day_of_month(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    """The next day with this number; a month that lacks it is skipped."""
    number = int(re.sub(r"\D", "", match["number"]))
    if not 1 <= number <= 31:
        return []
    year, month = today.year, today.month
    while True:
        if number <= monthrange(year, month)[1] and (day := date(year, month, number)) >= today:
            return _one(day)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _counted(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    """In two weeks; a week from Monday."""
    count = {"a": 1, "an": 1, "a couple of": 2}.get(match["count"]) or int(match["count"])
    unit = match["unit"]
    if unit == "fortnight":
        count, unit = 2 * count, "week"
    base = today
    start = match.groupdict().get("from") or ""
    if start == "tomorrow":
        base += _DAY
    elif start and start not in {"now", "today"}:
        base = _coming(start, today)
    found = counted(f"in {count} {unit}s", datetime.combine(base, time(12)))
    return [] if found is None else _one(found.date())


def _week(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    monday = today - timedelta(days=today.weekday())
    if match["how"] == "this":
        return [DayWish(today, monday + 6 * _DAY)]
    monday += _WEEK * (2 if match["how"] == "the week after" else 1)
    return [DayWish(monday, monday + 6 * _DAY)]


def _weekend(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    saturday = today + timedelta(days=5 - today.weekday())
    this = DayWish(max(today, saturday), saturday + _DAY)
    following = DayWish(saturday + _WEEK, saturday + _WEEK + _DAY)
    return [this, following] if match["how"] == "next" else [this]


def _month(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    [month] = _whole_month(match, today)
    return [DayWish(max(month.first, today), month.last)]


def _weekday_of_month(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    """The last Friday of the month; if that is over, nothing."""
    [month] = _whole_month(match, today)
    days = _on_weekday([month], _number_of(match["day"]))
    place = -1 if match["number"] == "last" else int(match["number"][0]) - 1
    return [day for day in days[place : place + 1 or None] if day.first >= today]


def _day_of_named_month(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    """The fifth of next month."""
    [month] = _whole_month(match, today)
    day = month.first + timedelta(days=int(re.sub(r"\D", "", match["number"])) - 1)
    return _one(day) if today <= day <= month.last else []


def _whole_month(match: re.Match[str], today: date) -> list[DayWish]:
    named = match.groupdict().get("month")
    month = _MONTHS.index(named) + 1 if named else today.month + (match["which"] == "next")
    year = today.year + (month < today.month)
    if month > 12:
        year, month = today.year + 1, 1
    return [DayWish(date(year, month, 1), date(year, month, monthrange(year, month)[1]))]


def _week_of(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    days = _day_of_month(match, today, None)
    return [
        DayWish(
            max(today, day.first - timedelta(days=day.first.weekday())),
            day.first + timedelta(days=6 - day.first.weekday()),
        )
        for day in days
    ]


def _holiday(match: re.Match[str], today: date, _: bool | None) -> list[DayWish]:
    return [DayWish(day, day) for day in calendar_dates(_HOLIDAYS[match["holiday"]], today)]


def _days_from_today(days: int) -> _Reader:
    return lambda _, today, __: _one(today + timedelta(days=days))


_UNIT = r"(?P<unit>day|week|fortnight|month)s?"
_FROM = rf"(?P<from>now|today|tomorrow|{'|'.join(_WEEKDAYS)})"
_NUMBER_OF_MAY = r"(?P<number>\d{1,2}(?:st|nd|rd|th)|\d{1,2}(?= ?(?:$|,| at\b| 20\d\d)))"
_PLAIN_WEEKDAY = re.compile(rf"\b(?:on )?(?:(?P<how>this coming|this|next|coming|the coming) )?{_WEEKDAY}\b")
_OF_MONTH = rf"(?:of|in) (?:(?P<which>the|this|next) month|{_MONTH})"
_ORDINAL = r"(?P<number>\d{1,2}(?:st|nd|rd|th))"
_OF_THIS_OR_NEXT = r"of (?P<which>the|this|next) month"
_HOLIDAYS = {
    "christmas eve": "24 december",
    "christmas day": "25 december",
    "boxing day": "26 december",
    "new year's eve": "31 december",
    "new year's day": "1 january",
}
_YEAR = r"(?: ?,? (?P<year>20\d\d)\b)?"
_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    # The longer before what they contain.
    (_REPAIRED, _not),
    *((pattern, _not) for pattern in _UNWANTED),
    (re.compile(rf"\b(?P<side>before|by|until|till|after) (?:next )?{_WEEKDAY}(?! (?:week|the)\b)"), _beside_weekday),
    (re.compile(rf"\b(?:on )?(?:the )?(?P<number>1st|2nd|3rd|4th|last) {_WEEKDAY} {_OF_MONTH}\b"), _weekday_of_month),
    (re.compile(rf"\b(?:on )?(?:the )?{_ORDINAL} {_OF_THIS_OR_NEXT}\b"), _day_of_named_month),
    (re.compile(rf"\bweek (?:of|commencing|starting) (?:{_WEEKDAY} )?(?:the )?{_ORDINAL}\b(?! of\b)"), _week_of),
    (re.compile(rf"\b(?:on )?(?P<holiday>{'|'.join(_HOLIDAYS)})\b"), _holiday),
    (re.compile(r"\b(?:the )?day after tomorrow\b"), _days_from_today(2)),
    (re.compile(rf"\b(?:in )?{_COUNT} {_UNIT}(?:'s time)? (?:from|after) {_FROM}\b"), _counted),
    (re.compile(rf"\bin {_COUNT} {_UNIT}(?:'s time| time)?\b"), _counted),
    (re.compile(rf"\b(?P<count>a|2) weeks? on {_WEEKDAY}\b"), _weekday_week),
    (re.compile(r"\b(?:a )?week today\b"), _days_from_today(7)),
    (re.compile(r"\b(?:a )?week tomorrow\b"), _days_from_today(8)),
    (re.compile(rf"\b{_WEEKDAY} (?P<count>week|fortnight)\b"), _weekday_week),
    (re.compile(rf"\b(?:on )?(?:the )?{_WEEKDAY} after next\b"), _weekday_after_next),
    (re.compile(rf"\b(?:on )?{_WEEKDAY} (?:of )?next week\b"), _weekday_of_next_week),
    (re.compile(rf"\bnext week (?:on )?{_WEEKDAY}\b"), _weekday_of_next_week),
    (re.compile(rf"\b(?:on )?(?:the )?{_NUMBER} (?:of )?{_MONTH}\b{_YEAR}"), _calendar),
    # "May" is a word of its own: with it the day must be an ordinal, or nothing may follow.
    (re.compile(rf"\b(?:on )?(?!may ){_MONTH} (?:the )?{_NUMBER}\b(?!:){_YEAR}"), _calendar),
    (re.compile(rf"\b(?:on )?(?P<month>may) (?:the )?{_NUMBER_OF_MAY}\b{_YEAR}"), _calendar),
    (re.compile(r"(?P<date>\b\d{4}-\d{2}-\d{2}\b)"), _calendar),
    (re.compile(r"(?:\bon )?(?:\bthe )?(?P<date>\b\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![\d/]))"), _calendar),
    (_PLAIN_WEEKDAY, _weekday),
    (re.compile(rf"\b(?:on )?(?:the |_ ){_ORDINAL}\b{_NOT_OF_THINGS}"), _day_of_month),
    (re.compile(r"\b(?P<how>this|next|the week after) week\b"), _week),
    (re.compile(r"\b(?:at |on )?(?:the |(?P<how>this|next) )?weekend\b"), _weekend),
    (re.compile(r"\b(?P<which>this|next) month\b"), _month),
    (re.compile(rf"\b(?:in|during) {_MONTH}\b"), _month),
    (re.compile(r"\btomorrow\b"), _days_from_today(1)),
    (re.compile(r"\btoday\b|\bthis (?=morning|afternoon|evening|lunchtime)|(?=\btonight\b)"), _days_from_today(0)),
)  # fmt: skip
_NAMES_A_DATE = (_not, _calendar, _weekday_of_month, _day_of_named_month)
"""What these match names a day by its form, even if there is none, or it is over or unwanted."""
