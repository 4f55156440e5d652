"""What can be done at a booking desk: ask what is free, book, move, change, cancel.

The rpcs and the turns on calls and chats both come here. Nothing is booked twice: the store sees to that, whatever was
looked at before.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from deskbell_server.booking.alternatives import alternatives, days_around
from deskbell_server.booking.clock import day_span
from deskbell_server.booking.refusing import refusal
from deskbell_server.booking.slots import Calendar, Slot
from deskbell_server.domain.booking import (
    BookableService,
    Booking,
    Caller,
    NotFree,
    Reservation,
    ReservationId,
    ReservationState,
    ResourceId,
    ServiceId,
    SlotTaken,
)
from deskbell_server.domain.errors import FailedPrecondition, InvalidInput
from deskbell_server.domain.names import ConversationId, TenantId, time_ordered_uuid
from deskbell_server.domain.names import etag as etag_of
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.booking import CatalogueStore, ReservationStore
from deskbell_server.ports.stores import Clock

MOST_SERVICES = 200
MOST_DAYS = 62
"""That one question about free slots may be about."""
MOST_SLOTS = 1000
ALTERNATIVES = 3
DAYS_AHEAD = timedelta(days=42)
"""How much further ahead to look for alternatives when the days around have none."""
FARTHEST = timedelta(days=730)
"""The longest horizon that there can be."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Availability:
    """The free slots of some days, by time; `more` if there are others that were left out."""

    slots: tuple[Slot, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a wanted moment is free.

    `slot` is what can be booked then; without one `why` says why not, and `alternatives` are others, those of that day
    first, then of the days around. `calendar` is what was looked at last, for further questions about its days.
    """

    wanted: datetime
    slot: Slot | None
    why: NotFree | None
    alternatives: tuple[Slot, ...]
    calendar: Calendar

    def refusal(self) -> SlotTaken:
        """What to raise without a slot; its message says which rule it was."""
        return refusal(self.why or NotFree.TAKEN, self.calendar, self.wanted)


class BookingDesk:
    """The desk of every tenant. Moments are aware, in any zone; days are of the tenant's own zone.

    All methods raise StoreUnavailable when the store does not answer, and NotFound for what is not there. Cancelling
    one leaves a booking either made or not made, never half: the same attempt again, by its idempotency key, tells.
    """

    def __init__(self, catalogue: CatalogueStore, reservations: ReservationStore, clock: Clock) -> None:
        self._catalogue = catalogue
        self._reservations = reservations
        self._clock = clock

    async def services(self, tenant: TenantId) -> list[BookableService]:
        """What can be booked, by id, no more than 200. One query."""
        return await self._catalogue.page_services(tenant, after=None, limit=MOST_SERVICES)

    async def calendar(
        self,
        tenant: Tenant,
        service: ServiceId,
        first: date,
        last: date,
        *,
        resource: ResourceId | None = None,
    ) -> Calendar:
        """What is open and held on the days from `first` to `last`; with a resource, of that one alone. One query.

        Its `slots`, `at`, `why_not` and `is_open` are right for those days; of other days it knows the usual hours of
        the week, and the exceptions of the 31 days that follow. Raises InvalidInput for a resource that does not serve.
        """
        zone = ZoneInfo(tenant.time_zone)
        # The store adds what the service takes after the last day.
        since, until = day_span(first, zone).since, day_span(last, zone).until
        agenda = await self._catalogue.agenda(tenant.id, service, since, until)
        resources = agenda.resources
        if resource is not None:
            resources = tuple(one for one in resources if one.id == resource)
            if not resources:
                raise InvalidInput.field("resource", f"is not one that serves {agenda.service.name}")
        return Calendar(
            agenda.service, resources, agenda.business.hours, zone, agenda.held, agenda.business.rules
        )

    async def availability(
        self,
        tenant: Tenant,
        service: ServiceId,
        first: date,
        last: date,
        *,
        resource: ResourceId | None = None,
        limit: int = MOST_SLOTS,
    ) -> Availability:
        """The free slots that begin on the days from `first` to `last`, by time, at most `limit` of them; none in the
        past, too soon or too far ahead. One query. Raises InvalidInput for more than 62 days, or none."""
        if not 0 <= (last - first).days < MOST_DAYS:
            raise InvalidInput.field("last_day", f"must be 0 to {MOST_DAYS - 1} days after the first one")
        now = self._clock.now()
        today = now.astimezone(ZoneInfo(tenant.time_zone)).date()
        # Of days on which nothing can begin under any rules nothing is loaded.
        near = [min(max(day, today), today + FARTHEST) for day in (first, last)]
        calendar = await self.calendar(tenant, service, near[0], near[1], resource=resource)
        slots = await _slots(calendar, max(first, today), min(last, today + FARTHEST), now, limit=limit + 1)
        return Availability(tuple(slots[:limit]), len(slots) > limit)

    async def check(
        self,
        tenant: Tenant,
        service: ServiceId,
        starts_at: datetime,
        *,
        resource: ResourceId | None = None,
        limit: int = ALTERNATIVES,
    ) -> Checked:
        """Whether a service can begin at a moment, and if not what to offer instead, at most `limit` times, the nearest
        ones. One query if it is free, two if not, three if nothing is for a week."""
        return await self._check(tenant, service, starts_at, resource, None, limit)

    async def book(
        self,
        tenant: Tenant,
        service: ServiceId,
        starts_at: datetime,
        caller: Caller,
        *,
        idempotency_key: str,
        notes: str = "",
        conversation: ConversationId | None = None,
        resource: ResourceId | None = None,
    ) -> Reservation:
        """Books a unit of one of the resources that are free then, or of the given one.

        `idempotency_key` (1 to 200 characters, one namespace for each tenant) names the attempt: with one that was
        used before it gives back what was booked with it, as it is now, whatever else is asked. Raises SlotTaken, and
        says why; InvalidInput for a resource that does not serve.
        """
        checked = await self._check(tenant, service, starts_at, resource, None, 0)
        if checked.slot is None:
            # By this very attempt, perhaps, whose answer was lost.
            if (first := await self._reservations.by_key(tenant.id, idempotency_key)) is not None:
                return first
            raise checked.refusal()
        now = self._clock.now()
        booking = Booking(
            id=ReservationId(time_ordered_uuid(now.timestamp())),
            service=service,
            times=checked.slot.times,
            caller=caller.tidy(),
            notes=notes,
            idempotency_key=idempotency_key,
            conversation=conversation,
            created_at=now,
        )
        return await self._reservations.create(tenant.id, booking, checked.slot.resources)

    async def move(
        self,
        tenant: Tenant,
        reservation: ReservationId,
        starts_at: datetime,
        *,
        resource: ResourceId | None = None,
        etag: str = "",
    ) -> Reservation:
        """Moves a reservation; whoever serves stays the same if that one is free then. What is there already stays as
        it is, so that a second attempt does no harm.

        Raises SlotTaken, and says why, FailedPrecondition (RESERVATION_CANCELLED), Conflict for an etag that is
        neither empty nor the current one, and InvalidInput for a resource that does not serve; then it stays where
        it was.
        """
        old = await self._reservations.get(tenant.id, reservation)
        if old.state is ReservationState.CANCELLED:
            raise FailedPrecondition(
                "a cancelled reservation cannot be moved; make another one", reason="RESERVATION_CANCELLED"
            )
        there = old.times.starts_at == starts_at and resource in {None, old.resource}
        if there and etag in {"", etag_of(old.version)}:
            return old
        checked = await self._check(tenant, old.service, starts_at, resource, old, 0)
        if checked.slot is None:
            raise checked.refusal()
        return await self._reservations.reschedule(
            tenant.id, reservation, checked.slot.times, checked.slot.resources, etag, self._clock.now()
        )

    async def amend(
        self, tenant: TenantId, reservation: ReservationId, caller: Caller, notes: str, *, etag: str = ""
    ) -> Reservation:
        """Sets for whom a reservation is, and the notes; also of one that is over or cancelled. Raises Conflict."""
        return await self._reservations.update(
            tenant, reservation, caller.tidy(), notes, etag, self._clock.now()
        )

    async def cancel(self, tenant: TenantId, reservation: ReservationId, *, etag: str = "") -> Reservation:
        """Frees what a reservation holds; one that is cancelled stays as it is. Raises Conflict."""
        return await self._reservations.cancel(tenant, reservation, etag, self._clock.now())

    async def get(self, tenant: TenantId, reservation: ReservationId) -> Reservation:
        """One reservation."""
        return await self._reservations.get(tenant, reservation)

    async def of_caller(self, tenant: TenantId, caller: Caller) -> list[Reservation]:
        """What is booked and not over for whoever has this phone, e-mail address or id, by start, at most 20."""
        return await self._reservations.of_caller(tenant, caller.tidy(), self._clock.now())

    async def of_conversation(self, tenant: TenantId, conversation: ConversationId) -> list[Reservation]:
        """What was booked in a conversation, by start, the cancelled too."""
        return await self._reservations.of_conversation(tenant, conversation)

    async def _check(
        self,
        tenant: Tenant,
        service: ServiceId,
        starts_at: datetime,
        resource: ResourceId | None,
        moved: Reservation | None,
        limit: int,
    ) -> Checked:
        """Without alternatives: `limit` 0."""
        now = self._clock.now()
        zone = ZoneInfo(tenant.time_zone)
        today = now.astimezone(zone).date()

        async def load(first: date, last: date) -> Calendar:
            calendar = await self.calendar(tenant, service, first, last, resource=resource)
            return calendar if moved is None else _without(calendar, moved)

        # A wish for the year 9000 is refused as it is; what is loaded, and offered instead, is not so far.
        near = min(max(starts_at, now), now + FARTHEST)
        day = near.astimezone(zone).date()
        calendar = await load(day, day)
        why = calendar.why_not(starts_at, now)
        if why is None:
            return Checked(starts_at, calendar.at(starts_at, now), None, (), calendar)
        if not limit or not calendar.resources:
            return Checked(starts_at, None, why, (), calendar)
        near = min(max(near, now + calendar.rules.lead), now + calendar.rules.horizon)
        first, last = days_around(near.astimezone(zone).date(), today)
        calendar = await load(first, last)
        slots = await _slots(calendar, first, last, now)
        if not slots:
            first, last = last + _DAY, last + DAYS_AHEAD
            calendar = await load(first, last)
            slots = await _slots(calendar, first, last, now, most_days=limit)
        return Checked(starts_at, None, why, tuple(alternatives(near, slots, zone, limit)), calendar)


def _without(calendar: Calendar, moved: Reservation) -> Calendar:
    """A calendar in which a reservation is not held."""
    its = (moved.resource, moved.unit, moved.times.starts_at)
    return replace(
        calendar, held=[one for one in calendar.held if (one.resource, one.unit, one.since) != its]
    )


async def _slots(
    calendar: Calendar,
    first: date,
    last: date,
    now: datetime,
    *,
    limit: int | None = None,
    most_days: int | None = None,
) -> list[Slot]:
    """The slots of some days, or those of as many of the days as have `limit` slots, or of as many as `most_days` that
    have some. In a thread: many resources with hours of their own take a while."""

    def found() -> list[Slot]:
        slots: list[Slot] = []
        day, days = first, 0
        while (
            day <= last and (limit is None or len(slots) < limit) and (most_days is None or days < most_days)
        ):
            of_day = calendar.slots(day, day, now)
            slots.extend(of_day)
            days += bool(of_day)
            day += _DAY
        return slots

    return await asyncio.to_thread(found)
