"""What to offer instead of a time that is not free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from deskbell_server.booking.slots import Slot

DAYS_AROUND = 7
"""How many days before and after the wanted one are worth looking at."""


def alternatives(wanted: datetime, slots: Iterable[Slot], zone: ZoneInfo, limit: int = 3) -> list[Slot]:
    """The slots nearest to a wanted moment: those of its day first, nearest first, then the days around, the later one
    before the earlier one, each by how near its time on the clock is to the wanted one.

    Of each other day one is offered before any other day is offered again, so that callers hear a choice of days.
    """
    local = wanted.astimezone(zone)
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(slot.times.starts_at.astimezone(zone).date(), []).append(slot)
    for day, of_day in by_day.items():
        of_day.sort(key=lambda slot: _distance(slot, wanted, zone, same_day=day == local.date()))
    chosen = by_day.pop(local.date(), [])[:limit]
    days = sorted(by_day, key=lambda day: (abs(day - local.date()), day < local.date()))
    place = 0
    while len(chosen) < limit and any(place < len(by_day[day]) for day in days):
        chosen += [by_day[day][place] for day in days if place < len(by_day[day])]
        place += 1
    return chosen[:limit]


def days_around(day: date, today: date) -> tuple[date, date]:
    """The first and the last day to look at for alternatives, none before today."""
    around = timedelta(days=DAYS_AROUND)
    return max(today, day - around), max(today, day) + around


def _distance(slot: Slot, wanted: datetime, zone: ZoneInfo, *, same_day: bool) -> tuple[timedelta, datetime]:
    start = slot.times.starts_at
    if same_day:
        return abs(start - wanted), start
    there, here = start.astimezone(zone), wanted.astimezone(zone)
    # Times on the clock: subtracting datetimes of one zone ignores that the days may differ in length.
    on_clock = datetime.combine(here.date(), there.time()) - here.replace(tzinfo=None)
    return abs(on_clock), start
