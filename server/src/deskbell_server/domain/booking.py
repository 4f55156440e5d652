"""What can be booked, when, and what was booked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NewType

from deskbell_server.domain.errors import DeskbellError, InvalidInput
from deskbell_server.domain.names import ConversationId, TenantId

ServiceId = NewType("ServiceId", str)
ResourceId = NewType("ResourceId", str)
ReservationId = NewType("ReservationId", uuid.UUID)

MINUTE = timedelta(minutes=1)
MINUTES_OF_DAY = 24 * 60
MAX_DURATION = timedelta(days=31)
"""Of a service, its buffer included: a room may be taken for some weeks."""
RULE_LIMITS = {
    "granularity": (timedelta(minutes=5), timedelta(days=1)),
    "lead": (timedelta(), timedelta(days=90)),
    "horizon": (timedelta(days=1), timedelta(days=730)),
}
"""The least and the most of each of the `BookingRules`."""


_BETWEEN_DIGITS = re.compile(r"[ ()./-]")


class ResourceKind(StrEnum):
    """What serves the caller."""

    STAFF = "staff"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a day on the clock on the wall, in minutes after midnight; `closes` may be 24:00 (1440).

    A night is two of them: until 24:00, and from 0:00 of the next day.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_OF_DAY:
            raise InvalidInput.field("opening_hours", "must open before they close, between 0:00 and 24:00")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When somebody is there, in the tenant's time zone.

    `weekly` has the days of the week from Monday, 0, to Sunday, 6; a missing day is closed. A date in `exceptions`
    has these intervals instead, none on a holiday. Raises InvalidInput for intervals of a day that overlap or are
    out of order.
    """

    weekly: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not set(self.weekly) <= set(range(7)):
            raise InvalidInput.field("opening_hours", "a day of the week is 0 (Monday) to 6 (Sunday)")
        for intervals in (*self.weekly.values(), *self.exceptions.values()):
            for before, after in pairwise(intervals):
                if after.opens < before.closes:
                    raise InvalidInput.field("opening_hours", "a day's intervals must be in order, and apart")

    def on(self, day: date) -> tuple[Interval, ...]:
        """The intervals of a date, in order."""
        exception = self.exceptions.get(day)
        return self.weekly.get(day.weekday(), ()) if exception is None else exception


@dataclass(frozen=True, slots=True)
class BookingRules:
    """When something can begin: `granularity` from one start to the next, counted from opening; `lead` before its start
    at least, and `horizon` before it at most, it can be booked.

    Whole minutes; raises InvalidInput for what is out of bounds.
    """

    granularity: timedelta = timedelta(minutes=15)
    lead: timedelta = timedelta(hours=1)
    horizon: timedelta = timedelta(days=365)

    def __post_init__(self) -> None:
        for name, (least, most) in RULE_LIMITS.items():
            value: timedelta = getattr(self, name)
            if not least <= value <= most or value % MINUTE:
                raise InvalidInput.field(
                    name, f"must be whole minutes, from {_minutes(least)} to {_minutes(most)} of them"
                )
        if self.lead >= self.horizon:
            raise InvalidInput.field("lead", "must be shorter than the horizon")


def _minutes(value: timedelta) -> int:
    return value // MINUTE


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody or something that serves callers, `capacity` of them at a time.

    A dentist has one unit; a restaurant with twelve equal tables may be one resource with twelve. `hours` None: the
    business's own.
    """

    tenant: TenantId
    id: ResourceId
    display_name: str
    kind: ResourceKind
    capacity: int
    created_at: datetime
    updated_at: datetime
    hours: OpeningHours | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """`tenants/{tenant}/resources/{resource}`."""
        return f"tenants/{self.tenant}/resources/{self.id}"


@dataclass(frozen=True, slots=True)
class BookableService:
    """What is booked. After `duration` the resource is held for `buffer`, to clean or to write notes.

    `price` is a text to be said ("from 40 pounds"); nothing is computed from it. Any one of `resources` can serve.
    """

    tenant: TenantId
    id: ServiceId
    display_name: str
    duration: timedelta
    buffer: timedelta
    price: str
    resources: tuple[ResourceId, ...]
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def name(self) -> str:
        """`tenants/{tenant}/services/{service}`."""
        return f"tenants/{self.tenant}/services/{self.id}"


@dataclass(frozen=True, slots=True)
class StoredHours:
    """The business's opening hours and rules with their version, 0 if none were ever set: closed."""

    hours: OpeningHours
    version: int
    rules: BookingRules = field(default_factory=BookingRules)


@dataclass(frozen=True, slots=True)
class Times:
    """When a reservation is, and how long it holds its unit: in UTC, `starts_at` < `ends_at` <= `held_until`."""

    starts_at: datetime
    ends_at: datetime
    held_until: datetime

    @classmethod
    def of(cls, service: BookableService, starts_at: datetime) -> Times:
        """The times of a service that begins at a moment."""
        ends_at = starts_at + service.duration
        return cls(starts_at, ends_at, ends_at + service.buffer)


class ReservationState(StrEnum):
    """Whether it still holds its unit."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom it is; each may be empty. `id` is the conversation's `caller_id`, by which a caller is erased."""

    name: str = ""
    phone: str = ""
    email: str = ""
    id: str = ""

    def tidy(self) -> Caller:
        """The same without what people put between the digits of a number, and around a name."""
        return Caller(self.name.strip(), _BETWEEN_DIGITS.sub("", self.phone), self.email.strip(), self.id)


@dataclass(frozen=True, slots=True)
class Booking:
    """What is asked for; the store chooses the resource and its unit.

    `idempotency_key` names the attempt, for example a turn: with the same key nothing is booked twice.
    """

    id: ReservationId
    service: ServiceId
    times: Times
    caller: Caller
    notes: str
    idempotency_key: str
    conversation: ConversationId | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was booked. `unit` counts from 1 to the resource's capacity."""

    tenant: TenantId
    id: ReservationId
    service: ServiceId
    resource: ResourceId
    unit: int
    times: Times
    caller: Caller
    notes: str
    state: ReservationState
    idempotency_key: str
    conversation: ConversationId | None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def name(self) -> str:
        """`tenants/{tenant}/reservations/{reservation}`."""
        return reservation_name(self.tenant, self.id)


def reservation_name(tenant: TenantId, reservation: ReservationId) -> str:
    return f"tenants/{tenant}/reservations/{reservation}"


@dataclass(frozen=True, slots=True)
class Held:
    """A unit of a resource that is taken from `since` to `until`, UTC, the buffer included."""

    resource: ResourceId
    unit: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that says when a service can begin: itself, the resources that can serve by id, the business's hours and
    rules, and what those resources are held for."""

    service: BookableService
    resources: tuple[Resource, ...]
    business: StoredHours
    held: tuple[Held, ...]


class NotFree(StrEnum):
    """Why nothing can be booked at a time."""

    TAKEN = "taken"
    CLOSED = "closed"
    OFF_GRID = "off_grid"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    NOBODY = "nobody"
    """The service has no resource that could serve."""


class SlotTaken(DeskbellError):
    """Nothing can be booked at that time: no resource that could serve has a free unit, is there, or may be booked
    then. Metadata `why` has the name of the `NotFree`."""

    code = "FAILED_PRECONDITION"
    default_reason = "SLOT_TAKEN"

    def __init__(
        self,
        why: NotFree = NotFree.TAKEN,
        message: str = "this time is no longer free; ask for what is available",
    ) -> None:
        super().__init__(message, metadata={"why": why.name})
        self.why = why
