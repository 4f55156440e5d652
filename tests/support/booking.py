"""A tenant's catalogue, by rpc."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from deskbell.v1 import booking_pb2
from deskbell.v1 import catalog_service_pb2 as ca
from deskbell.v1 import reservation_service_pb2 as re
from tests.support.live_server import LiveServer

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
SERVICE = "tenants/clinic/services/check-up"
Hours = dict[int, list[tuple[str, str]]]


def schedule(
    weekly: Hours, exceptions: dict[str, list[tuple[str, str]]] | None = None
) -> booking_pb2.Schedule:
    """From days of the week, Monday 1, and dates."""
    return booking_pb2.Schedule(
        weekly=[
            booking_pb2.WeekdayHours(weekday=day, intervals=_intervals(pairs))  # type: ignore[arg-type]
            for day, pairs in weekly.items()
        ],
        exceptions=[
            booking_pb2.DateHours(date=day, intervals=_intervals(pairs))
            for day, pairs in (exceptions or {}).items()
        ],
    )


def every_day(*pairs: tuple[str, str]) -> Hours:
    """The same hours on each day."""
    return {day: list(pairs) for day in range(1, 8)}


NINE_TO_FIVE = every_day(("09:00", "17:00"))


def _intervals(pairs: Iterable[tuple[str, str]]) -> list[booking_pb2.OpenInterval]:
    return [booking_pb2.OpenInterval(opens=opens, closes=closes) for opens, closes in pairs]


async def set_hours(
    server: LiveServer,
    weekly: Hours,
    exceptions: dict[str, list[tuple[str, str]]] | None = None,
    *,
    tenant: str = "clinic",
    **minutes: int,
) -> booking_pb2.OpeningHours:
    """Opening hours and rules: `granularity`, `lead` and `horizon` in minutes."""
    hours = booking_pb2.OpeningHours(
        name=f"tenants/{tenant}/openingHours", schedule=schedule(weekly, exceptions)
    )
    for name, value in minutes.items():
        getattr(hours.rules, name).FromTimedelta(timedelta(minutes=value))
    response = await server.stubs.catalog.UpdateOpeningHours(
        ca.UpdateOpeningHoursRequest(opening_hours=hours), metadata=server.metadata
    )
    return response.opening_hours


async def add_resource(
    server: LiveServer, name: str, *, tenant: str = "clinic", **fields: Any
) -> booking_pb2.Resource:
    response = await server.stubs.catalog.CreateResource(
        ca.CreateResourceRequest(
            parent=f"tenants/{tenant}",
            resource_id=name,
            resource=booking_pb2.Resource(display_name=name.title(), **fields),
        ),
        metadata=server.metadata,
    )
    return response.resource


async def add_service(
    server: LiveServer,
    name: str,
    *resources: str,
    tenant: str = "clinic",
    minutes: int = 30,
    buffer: int = 0,
) -> booking_pb2.BookableService:
    service = booking_pb2.BookableService(
        display_name=name.title(),
        resources=[f"tenants/{tenant}/resources/{resource}" for resource in resources],
    )
    service.duration.FromTimedelta(timedelta(minutes=minutes))
    service.buffer.FromTimedelta(timedelta(minutes=buffer))
    response = await server.stubs.catalog.CreateBookableService(
        ca.CreateBookableServiceRequest(
            parent=f"tenants/{tenant}", bookable_service_id=name, bookable_service=service
        ),
        metadata=server.metadata,
    )
    return response.bookable_service


async def make_catalogue(server: LiveServer, tenant: str = "clinic") -> None:
    """A service `made` of half an hour, at any hour, that the resource `made` gives to one at a time."""
    await set_hours(server, every_day(("00:00", "24:00")), tenant=tenant)
    await add_resource(server, "made", tenant=tenant)
    await add_service(server, "made", "made", tenant=tenant)


def stamp(moment: datetime) -> Timestamp:
    result = Timestamp()
    result.FromDatetime(moment.astimezone(UTC))
    return result


def at(day: date, clock: str, zone: tzinfo = LONDON) -> Timestamp:
    """What the clock in a zone shows on a day, `09:30`."""
    hours, minutes = map(int, clock.split(":"))
    return stamp(datetime(day.year, day.month, day.day, hours, minutes, tzinfo=zone))


def soon(weekday: int, *, after: int = 7) -> date:
    """The first such day of the week, Monday 0, that is `after` days away or more."""
    day = datetime.now(LONDON).date() + timedelta(days=after)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


async def book(
    server: LiveServer,
    start: Timestamp,
    service: str = "made",
    *,
    tenant: str = "clinic",
    request_id: str = "",
    name: str = "Ann Lee",
    **fields: Any,
) -> booking_pb2.Reservation:
    response = await server.stubs.reservations.CreateReservation(
        re.CreateReservationRequest(
            parent=f"tenants/{tenant}",
            reservation=booking_pb2.Reservation(
                service=f"tenants/{tenant}/services/{service}",
                start_time=start,
                caller=booking_pb2.ReservationCaller(name=name),
                **fields,
            ),
            request_id=request_id,
        ),
        metadata=server.metadata,
    )
    return response.reservation


async def check(
    server: LiveServer, service: str = "made", *, tenant: str = "clinic", **fields: Any
) -> re.CheckAvailabilityResponse:
    """Asks about `start_time=` or `days=`."""
    response: re.CheckAvailabilityResponse = await server.stubs.reservations.CheckAvailability(
        re.CheckAvailabilityRequest(service=f"tenants/{tenant}/services/{service}", **fields),
        metadata=server.metadata,
    )
    return response


def days(first: date, last: date | None = None) -> re.DayRange:
    return re.DayRange(first_day=first.isoformat(), last_day=last.isoformat() if last else "")


def clocks(slots: Iterable[booking_pb2.Slot], zone: ZoneInfo = LONDON) -> list[str]:
    """When slots begin, as the clock shows it: `Tue 09:30`."""
    return [f"{slot.start_time.ToDatetime(UTC).astimezone(zone):%a %H:%M}" for slot in slots]
