"""Between protos and domain, for what can be booked and what is booked."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from google.protobuf import duration_pb2

from deskbell.v1 import booking_pb2 as pb
from deskbell_server.booking.slots import Slot
from deskbell_server.domain.booking import (
    BookableService,
    BookingRules,
    Caller,
    Interval,
    NotFree,
    OpeningHours,
    Reservation,
    ReservationId,
    ReservationState,
    Resource,
    ResourceId,
    ResourceKind,
    ServiceId,
    StoredHours,
)
from deskbell_server.domain.errors import FieldViolation, InvalidInput
from deskbell_server.domain.names import TenantId, conversation_name, etag, split_name, tenant_name
from deskbell_server.privacy.contacts import e164
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.rpc.mapping import timestamp

RESOURCE_KINDS = {
    pb.RESOURCE_KIND_UNSPECIFIED: ResourceKind.STAFF,
    pb.RESOURCE_KIND_STAFF: ResourceKind.STAFF,
    pb.RESOURCE_KIND_ROOM: ResourceKind.ROOM,
}
NOT_FREE = {
    None: pb.NOT_FREE_REASON_UNSPECIFIED,
    NotFree.TAKEN: pb.NOT_FREE_REASON_TAKEN,
    NotFree.CLOSED: pb.NOT_FREE_REASON_CLOSED,
    NotFree.OFF_GRID: pb.NOT_FREE_REASON_OFF_GRID,
    NotFree.TOO_SOON: pb.NOT_FREE_REASON_TOO_SOON,
    NotFree.TOO_FAR: pb.NOT_FREE_REASON_TOO_FAR,
    NotFree.NOBODY: pb.NOT_FREE_REASON_NOBODY,
}
RULES = ("granularity", "lead", "horizon")
CALLER_FIELDS = ("name", "phone", "email", "caller_id")
_KINDS_OUT = {ResourceKind.STAFF: pb.RESOURCE_KIND_STAFF, ResourceKind.ROOM: pb.RESOURCE_KIND_ROOM}
_STATES = {
    ReservationState.BOOKED: pb.RESERVATION_STATE_BOOKED,
    ReservationState.CANCELLED: pb.RESERVATION_STATE_CANCELLED,
}
_MINUTE = timedelta(minutes=1)


# ---- from requests


def day(field: str, text: str) -> date:
    """A date, `2026-05-02`. Raises InvalidInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput.field(field, "is no date of the calendar, for example 2026-05-02") from None


def minutes(field: str, value: duration_pb2.Duration) -> timedelta:
    """A duration, whose bounds were checked. Raises InvalidInput for one that is not in whole minutes."""
    seconds, rest = divmod(value.ToNanoseconds(), 1_000_000_000)
    if rest or seconds % 60:
        raise InvalidInput.field(field, "must be whole minutes")
    return timedelta(seconds=seconds)


def child(field: str, name: str, tenant: TenantId) -> str:
    """The last id in a name whose shape was checked. Raises InvalidInput if it is of another tenant."""
    owner, found = split_name(name)
    if owner != tenant:
        raise InvalidInput.field(field, f"must be of {tenant_name(tenant)}")
    return found


def resource_id(field: str, name: str, tenant: TenantId) -> ResourceId | None:
    """The resource that is named, None if none is. Raises InvalidInput if it is of another tenant."""
    return ResourceId(child(field, name, tenant)) if name else None


def reservation_id(text: str) -> ReservationId:
    """The id in a reservation's name, whose shape was checked."""
    return ReservationId(uuid.UUID(text))


def schedule(field: str, value: pb.Schedule) -> OpeningHours:
    """Opening hours. Raises InvalidInput, which names what is wrong of them."""
    weekly = {
        each.weekday - 1: _intervals(f"{field}.weekly[{index}]", each.intervals)
        for index, each in enumerate(value.weekly)
    }
    if len(weekly) < len(value.weekly):
        raise InvalidInput.field(f"{field}.weekly", "must have each day of the week once")
    exceptions = {
        day(f"{field}.exceptions[{index}].date", each.date): _intervals(
            f"{field}.exceptions[{index}]", each.intervals
        )
        for index, each in enumerate(value.exceptions)
    }
    if len(exceptions) < len(value.exceptions):
        raise InvalidInput.field(f"{field}.exceptions", "must have each date once")
    return OpeningHours(weekly, exceptions)


def rules(field: str, value: pb.BookingRules, names: Collection[str] = RULES) -> dict[str, timedelta]:
    """Those of the rules that are named, with defaults filled in. Raises InvalidInput."""
    default = BookingRules()
    return {
        name: minutes(f"{field}.{name}", getattr(value, name))
        if value.HasField(name)
        else getattr(default, name)
        for name in RULES
        if name in names
    }


def caller(field: str, value: pb.ReservationCaller, time_zone: str) -> Caller:
    """For whom something is, with the number as agents write it, by which a caller on the telephone is found; one that
    the numbering plan of the time zone's country has not stays as it is. Raises InvalidInput without name, phone and
    e-mail address."""
    phone = e164(value.phone, region_of_time_zone(time_zone)) or value.phone
    found = Caller(value.name, phone, value.email, value.caller_id).tidy()
    if not (found.name or found.phone or found.email):
        raise InvalidInput.field(field, "must have a name, a phone number or an e-mail address")
    return found


@contextmanager
def within(path: str, *fields: str) -> Iterator[None]:
    """Says of which field of the request an error about one of these of the domain's is: `lead` of
    `opening_hours.rules`."""
    try:
        yield
    except InvalidInput as error:
        if not {v.field for v in error.violations} <= set(fields):
            raise
        violations = tuple(FieldViolation(f"{path}.{v.field}", v.description) for v in error.violations)
        raise InvalidInput(
            "; ".join(f"{v.field}: {v.description}" for v in violations), violations=violations
        ) from None


def _intervals(field: str, values: Sequence[pb.OpenInterval]) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for index, each in enumerate(values):
        opens, closes = _minute(each.opens), _minute(each.closes)
        path = f"{field}.intervals[{index}]"
        if opens >= closes:
            raise InvalidInput.field(f"{path}.closes", f"is {each.closes}; must be later than {each.opens}")
        if found and opens < found[-1].closes:
            raise InvalidInput.field(f"{path}.opens", "must not be before the end of the interval before it")
        found.append(Interval(opens, closes))
    return tuple(found)


def _minute(text: str) -> int:
    hours, _, minute = text.partition(":")
    return int(hours) * 60 + int(minute)


# ---- into responses


def resource_name(tenant: TenantId, resource: ResourceId) -> str:
    return f"{tenant_name(tenant)}/resources/{resource}"


def service_name(tenant: TenantId, service: ServiceId) -> str:
    return f"{tenant_name(tenant)}/services/{service}"


def resource(value: Resource) -> pb.Resource:
    return pb.Resource(
        name=value.name,
        display_name=value.display_name,
        kind=_KINDS_OUT[value.kind],
        capacity=value.capacity,
        schedule=None if value.hours is None else schedule_out(value.hours),
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        etag=etag(value.version),
    )


def service(value: BookableService) -> pb.BookableService:
    return pb.BookableService(
        name=value.name,
        display_name=value.display_name,
        duration=_duration(value.duration),
        buffer=_duration(value.buffer),
        price=value.price,
        resources=[resource_name(value.tenant, each) for each in value.resources],
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        etag=etag(value.version),
    )


def opening_hours(tenant: TenantId, time_zone: str, value: StoredHours) -> pb.OpeningHours:
    return pb.OpeningHours(
        name=f"{tenant_name(tenant)}/openingHours",
        schedule=schedule_out(value.hours),
        rules=pb.BookingRules(**{name: _duration(getattr(value.rules, name)) for name in RULES}),
        time_zone=time_zone,
        etag=etag(value.version),
    )


def schedule_out(value: OpeningHours) -> pb.Schedule:
    return pb.Schedule(
        weekly=[
            pb.WeekdayHours(weekday=pb.Weekday.Name(number + 1), intervals=_intervals_out(intervals))
            for number, intervals in sorted(value.weekly.items())
        ],
        exceptions=[
            pb.DateHours(date=each.isoformat(), intervals=_intervals_out(intervals))
            for each, intervals in sorted(value.exceptions.items())
        ],
    )


def slot(tenant: TenantId, value: Slot) -> pb.Slot:
    return pb.Slot(
        start_time=timestamp(value.times.starts_at),
        end_time=timestamp(value.times.ends_at),
        resources=[resource_name(tenant, each) for each in value.resources],
    )


def reservation(value: Reservation, time_zone: str) -> pb.Reservation:
    conversation = value.conversation
    return pb.Reservation(
        name=value.name,
        service=service_name(value.tenant, value.service),
        resource=resource_name(value.tenant, value.resource),
        start_time=timestamp(value.times.starts_at),
        end_time=timestamp(value.times.ends_at),
        caller=pb.ReservationCaller(
            name=value.caller.name,
            phone=value.caller.phone,
            email=value.caller.email,
            caller_id=value.caller.id,
        ),
        notes=value.notes,
        state=_STATES[value.state],
        conversation="" if conversation is None else conversation_name(value.tenant, conversation),
        time_zone=time_zone,
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        etag=etag(value.version),
    )


def page_key(value: Reservation) -> str:
    """Where a list of reservations goes on after one."""
    return f"{value.times.starts_at.isoformat()} {value.id}"


def parse_page_key(key: str) -> tuple[datetime, ReservationId]:
    """The reverse."""
    start, _, last = key.rpartition(" ")
    return datetime.fromisoformat(start), reservation_id(last)


def _intervals_out(values: Iterable[Interval]) -> list[pb.OpenInterval]:
    return [pb.OpenInterval(opens=_clock(each.opens), closes=_clock(each.closes)) for each in values]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _duration(value: timedelta) -> duration_pb2.Duration:
    result = duration_pb2.Duration()
    result.FromTimedelta(value)
    return result
