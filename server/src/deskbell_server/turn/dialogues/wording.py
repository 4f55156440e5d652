"""Days and times as one says them, in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo


def day_aloud(day: date, today: date) -> str:
    """ "today", "tomorrow", "Tuesday 1 December", with the year if it is another one's."""
    if day == today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    year = f" {day.year}" if day.year != today.year and (day - today).days > 180 else ""
    return f"{day:%A} {day.day} {day:%B}{year}"


def time_aloud(moment: datetime, zone: ZoneInfo) -> str:
    """ "3:30 p.m."."""
    local = moment.astimezone(zone)
    return minutes_aloud(local.hour * 60 + local.minute)


def minutes_aloud(minutes: int) -> str:
    """A time of day given in minutes after midnight."""
    hour, minute = divmod(minutes % (24 * 60), 60)
    figure = f"{(hour - 1) % 12 + 1}" + (f":{minute:02d}" if minute else "")
    return f"{figure} {'a.m.' if hour < 12 else 'p.m.'}"


def moment_aloud(moment: datetime, today: date, zone: ZoneInfo) -> str:
    """ "Tuesday 1 December at 3:30 p.m."."""
    return f"{day_aloud(moment.astimezone(zone).date(), today)} at {time_aloud(moment, zone)}"


def moments_aloud(moments: Sequence[datetime], today: date, zone: ZoneInfo) -> str:
    """ "Tuesday 1 December at 9 a.m. or 10 a.m., or Wednesday 2 December at 9 a.m."."""
    days = [
        f"{day_aloud(day, today)} at {listed([time_aloud(moment, zone) for moment in of_day], 'or')}"
        for day, of_day in groupby(moments, key=lambda moment: moment.astimezone(zone).date())
    ]
    return listed(days, "or") if len(days) < 2 else f"{', '.join(days[:-1])}, or {days[-1]}"


def listed(words: Sequence[str], joint: str) -> str:
    """ "a, b or c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def capital(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def sentence(text: str) -> str:
    """With a full stop, unless "p.m." has one."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
