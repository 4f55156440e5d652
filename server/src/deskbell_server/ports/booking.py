"""What can be booked and what was booked, kept: every method takes the tenant first and sees nothing of another.

All raise `StoreUnavailable` when the store does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from deskbell_server.domain.booking import (
    Agenda,
    BookableService,
    Booking,
    Caller,
    Held,
    Reservation,
    ReservationId,
    Resource,
    ResourceId,
    ServiceId,
    StoredHours,
    Times,
)
from deskbell_server.domain.names import ConversationId, TenantId


class CatalogueStore(Protocol):
    """A tenant's services, resources, opening hours and rules."""

    async def create_resource(self, tenant: TenantId, resource: Resource) -> Resource:
        """Raises NotFound (tenant) and AlreadyExists."""
        ...

    async def get_resource(self, tenant: TenantId, resource: ResourceId) -> Resource:
        """Raises NotFound."""
        ...

    async def page_resources(
        self, tenant: TenantId, *, after: ResourceId | None, limit: int
    ) -> list[Resource]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def update_resource(
        self, tenant: TenantId, resource: ResourceId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> Resource:
        """Sets the named attributes of `Resource`; reservations of units that are no longer there stay. Raises
        NotFound and Conflict."""
        ...

    async def delete_resource(self, tenant: TenantId, resource: ResourceId) -> None:
        """Raises NotFound, and FailedPrecondition (HAS_RESERVATIONS) also if all are cancelled or over."""
        ...

    async def create_service(self, tenant: TenantId, service: BookableService) -> BookableService:
        """Raises NotFound (tenant, or a resource) and AlreadyExists."""
        ...

    async def get_service(self, tenant: TenantId, service: ServiceId) -> BookableService:
        """Raises NotFound."""
        ...

    async def page_services(
        self, tenant: TenantId, *, after: ServiceId | None, limit: int
    ) -> list[BookableService]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def update_service(
        self, tenant: TenantId, service: ServiceId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> BookableService:
        """Sets the named attributes of `BookableService`; reservations keep their times. Raises NotFound, also for
        a resource, and Conflict."""
        ...

    async def delete_service(self, tenant: TenantId, service: ServiceId) -> None:
        """Raises NotFound and FailedPrecondition (HAS_RESERVATIONS) as above."""
        ...

    async def get_hours(self, tenant: TenantId) -> StoredHours:
        """The business's hours and rules. Raises NotFound (tenant)."""
        ...

    async def update_hours(
        self, tenant: TenantId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> StoredHours:
        """Sets the named attributes of `OpeningHours` and `BookingRules`; reservations outside them stay. Raises
        NotFound (tenant), Conflict, and InvalidInput for what does not go together."""
        ...

    async def agenda(self, tenant: TenantId, service: ServiceId, since: datetime, until: datetime) -> Agenda:
        """All that says when a service can begin from `since` to before `until`, in one round trip: of what its
        resources are held for, and of the exceptions in the hours, all that matters to that. Raises NotFound
        (service)."""
        ...

    async def resources_of(self, tenant: TenantId, service: ServiceId) -> list[Resource]:
        """The resources that can serve, by id. Raises NotFound (service)."""
        ...


class ReservationStore(Protocol):
    """A tenant's reservations. No two hold one unit of a resource at a time, also among servers."""

    async def create(
        self, tenant: TenantId, booking: Booking, resources: Sequence[ResourceId]
    ) -> Reservation:
        """Books a unit of the first of the resources that has one free for all of the time.

        With an idempotency key that was used before, gives back what was booked with it, as it is now, and books
        nothing. Raises SlotTaken and NotFound (service, or none of the resources is there).
        """
        ...

    async def get(self, tenant: TenantId, reservation: ReservationId) -> Reservation:
        """Raises NotFound."""
        ...

    async def by_key(self, tenant: TenantId, idempotency_key: str) -> Reservation | None:
        """What an attempt has booked, as it is now; None if nothing."""
        ...

    async def page(
        self,
        tenant: TenantId,
        *,
        since: datetime,
        until: datetime,
        after: tuple[datetime, ReservationId] | None,
        limit: int,
        resource: ResourceId | None = None,
        with_cancelled: bool = False,
    ) -> list[Reservation]:
        """Those that start from `since` to before `until`, by start, those at one time by id. `after` are both of
        the last one you have. Raises NotFound (tenant)."""
        ...

    async def of_conversation(self, tenant: TenantId, conversation: ConversationId) -> list[Reservation]:
        """What was booked in a conversation, by start, the cancelled too."""
        ...

    async def of_caller(self, tenant: TenantId, caller: Caller, since: datetime) -> list[Reservation]:
        """What is booked and ends after a moment, by start, for whoever has this phone, e-mail address or id: one
        that is not empty must be equal. No more than 20."""
        ...

    async def held(
        self, tenant: TenantId, resources: Sequence[ResourceId], since: datetime, until: datetime
    ) -> list[Held]:
        """The units that are taken at some time between the two, by resource and time."""
        ...

    async def reschedule(
        self,
        tenant: TenantId,
        reservation: ReservationId,
        times: Times,
        resources: Sequence[ResourceId],
        etag: str,
        now: datetime,
    ) -> Reservation:
        """Moves it, to another of the resources if its own is not among them or not free. It may overlap what it
        held itself. Raises NotFound, Conflict, FailedPrecondition (RESERVATION_CANCELLED) and SlotTaken, and then
        it stays where it was."""
        ...

    async def update(
        self,
        tenant: TenantId,
        reservation: ReservationId,
        caller: Caller,
        notes: str,
        etag: str,
        now: datetime,
    ) -> Reservation:
        """Sets for whom it is, and the notes. Raises NotFound and Conflict."""
        ...

    async def cancel(
        self, tenant: TenantId, reservation: ReservationId, etag: str, now: datetime
    ) -> Reservation:
        """Frees its unit; a cancelled one stays as it is, whatever the etag. Raises NotFound and Conflict."""
        ...
