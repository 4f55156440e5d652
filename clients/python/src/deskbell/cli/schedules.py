"""Opening hours as people write them: `mon=09:00-12:00,13:00-17:00`, `2026-12-25=closed`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deskbell.cli.moments import day
from deskbell.cli.options import UsageProblem
from deskbell.v1 import booking_pb2

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INTERVAL = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")


def set_days(schedule: booking_pb2.Schedule, texts: Iterable[str]) -> None:
    """Puts the given days of the week, or stretches such as `mon-fri`, in place of what a schedule has for them.
    Raises UsageProblem."""
    for text in texts:
        name, intervals = _parts(text)
        first, _, last = name.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise UsageProblem(f"{name!r} is no day of the week: write one of {', '.join(DAYS)}, or mon-fri")
        for number in range(DAYS.index(first) + 1, DAYS.index(last or first) + 2):
            kept = [each for each in schedule.weekly if each.weekday != number]
            del schedule.weekly[:]
            schedule.weekly.extend(kept)
            if intervals:
                schedule.weekly.add(weekday=booking_pb2.Weekday.Name(number), intervals=intervals)


def set_dates(schedule: booking_pb2.Schedule, texts: Iterable[str]) -> None:
    """The same for dates; `2026-12-25=as-usual` takes one out. Raises UsageProblem."""
    for text in texts:
        usual = text.endswith("=as-usual")
        name, intervals = (text.partition("=")[0], []) if usual else _parts(text)
        date = day(name).isoformat()
        kept = [each for each in schedule.exceptions if each.date != date]
        del schedule.exceptions[:]
        schedule.exceptions.extend(kept)
        if not usual:
            schedule.exceptions.add(date=date, intervals=intervals)


def lines(schedule: booking_pb2.Schedule) -> list[str]:
    """For people: each day, and each date that differs."""
    weekly = {each.weekday: each.intervals for each in schedule.weekly}
    found = [f"{name}  {_shown(weekly.get(number, ()))}" for number, name in enumerate(DAYS, 1)]  # type: ignore[call-overload]
    return [*found, *(f"{each.date}  {_shown(each.intervals)}" for each in schedule.exceptions)]


def _parts(text: str) -> tuple[str, list[booking_pb2.OpenInterval]]:
    name, equals, hours = text.strip().lower().partition("=")
    if equals and hours == "closed":
        return name, []
    intervals = []
    for part in hours.split(","):
        match = _INTERVAL.fullmatch(part.strip())
        if match is None:
            raise UsageProblem(f"{text!r}: write mon=09:00-12:00,13:00-17:00 or mon=closed")
        opens, closes = (each.zfill(5) for each in match.groups())
        intervals.append(booking_pb2.OpenInterval(opens=opens, closes=closes))
    return name, intervals


def _shown(intervals: Iterable[booking_pb2.OpenInterval]) -> str:
    return ", ".join(f"{each.opens}-{each.closes}" for each in intervals) or "closed"
