"""What a demo tenant's callers can book, as its `tenant.toml` has it.

[booking]                    granularity, lead, horizon in minutes; closed: dates on which nobody is there
[booking.hours]              monday = ["08:00-18:00"], ...; a day that is missing is closed
[[resources]]                id, display_name, kind, capacity
[resources.hours]            the same, where they differ from the business's
[resources.dates]            2026-12-29 = ["10:00-12:00"]: in place of the weekday's, and of `closed`
[resources.fortnightly]      first = 2026-01-03, hours = ["09:00-13:00"]: from then on every second week
[[services]]                 id, display_name, minutes, buffer (minutes), price, resources
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deskbell_server.domain.booking import (
    MINUTE,
    BookingRules,
    Interval,
    OpeningHours,
    ResourceId,
    ResourceKind,
    ServiceId,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORTNIGHTS = 60


@dataclass(frozen=True, slots=True)
class DemoResource:
    """Somebody or something that serves; `hours` None: the business's."""

    id: ResourceId
    display_name: str
    kind: ResourceKind
    capacity: int
    hours: OpeningHours | None


@dataclass(frozen=True, slots=True)
class DemoService:
    """What can be booked."""

    id: ServiceId
    display_name: str
    duration: timedelta
    buffer: timedelta
    price: str
    resources: tuple[ResourceId, ...]


@dataclass(frozen=True, slots=True)
class DemoBooking:
    """All of it, in order of ids."""

    hours: OpeningHours
    rules: BookingRules
    resources: tuple[DemoResource, ...]
    services: tuple[DemoService, ...]


def load_booking(about: Mapping[str, Any]) -> DemoBooking:
    """Reads a `tenant.toml` that was parsed."""
    booking = about["booking"]
    closed = booking["closed"]
    return DemoBooking(
        hours=_hours(booking["hours"], closed, {}),
        rules=BookingRules(**{name: booking[name] * MINUTE for name in ("granularity", "lead", "horizon")}),
        resources=tuple(_resource(entry, closed) for entry in _by_id(about["resources"])),
        services=tuple(_service(entry) for entry in _by_id(about["services"])),
    )


def _by_id(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(entries, key=lambda entry: str(entry["id"]))


def _resource(entry: Mapping[str, Any], closed: Iterable[date]) -> DemoResource:
    hours = None
    if "hours" in entry:
        dates = {date.fromisoformat(day): texts for day, texts in entry.get("dates", {}).items()}
        hours = _hours(entry["hours"], closed, dates, entry.get("fortnightly"))
    return DemoResource(
        id=ResourceId(entry["id"]),
        display_name=entry["display_name"],
        kind=ResourceKind(entry["kind"]),
        capacity=entry.get("capacity", 1),
        hours=hours,
    )


def _service(entry: Mapping[str, Any]) -> DemoService:
    return DemoService(
        id=ServiceId(entry["id"]),
        display_name=entry["display_name"],
        duration=entry["minutes"] * MINUTE,
        buffer=entry.get("buffer", 0) * MINUTE,
        price=entry["price"],
        resources=tuple(map(ResourceId, entry["resources"])),
    )


def _hours(
    weekly: Mapping[str, list[str]],
    closed: Iterable[date],
    dates: Mapping[date, list[str]],
    fortnightly: Mapping[str, Any] | None = None,
) -> OpeningHours:
    exceptions: dict[date, tuple[Interval, ...]] = {}
    if fortnightly is not None:
        for number in range(_FORTNIGHTS):
            day = fortnightly["first"] + timedelta(weeks=2 * number)
            exceptions[day] = _intervals(fortnightly["hours"])
    exceptions |= dict.fromkeys(closed, ())
    exceptions |= {day: _intervals(texts) for day, texts in dates.items()}
    return OpeningHours(
        {WEEKDAYS.index(day): _intervals(texts) for day, texts in weekly.items()},
        exceptions,
    )


def _intervals(texts: Iterable[str]) -> tuple[Interval, ...]:
    return tuple(Interval(*map(_minute, text.split("-"))) for text in texts)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
