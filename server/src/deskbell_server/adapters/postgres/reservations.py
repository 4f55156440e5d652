"""Reservations in Postgres.

The exclusion constraint `reservations_hold_a_unit_alone` makes double booking impossible. What is done here beyond
that is to find a free unit at the first try: whoever books a resource locks its row, looks, and writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.errors import check_etag
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.booking import (
    Booking,
    Caller,
    Held,
    Reservation,
    ReservationId,
    ReservationState,
    ResourceId,
    ServiceId,
    SlotTaken,
    Times,
    reservation_name,
)
from deskbell_server.domain.errors import AlreadyExists, FailedPrecondition, NotFound
from deskbell_server.domain.names import ConversationId, TenantId, tenant_name

_SQL = load_statements("reservations")


class PostgresReservationStore:
    """Fulfils `ReservationStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, tenant: TenantId, booking: Booking, resources: Sequence[ResourceId]
    ) -> Reservation:
        async with self._database.tenant(tenant) as connection:
            there = await _lock(connection, tenant, resources)
            # After the lock: who waited for it must see what the one before has booked.
            if (first := await _by_key(connection, tenant, booking.idempotency_key)) is not None:
                return first
            for resource in there:
                if (made := await _book(connection, tenant, booking, resource)) is not None:
                    return made
        raise SlotTaken

    async def get(self, tenant: TenantId, reservation: ReservationId) -> Reservation:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get"], tenant, reservation), tenant, reservation)

    async def by_key(self, tenant: TenantId, idempotency_key: str) -> Reservation | None:
        async with self._database.tenant(tenant) as connection:
            return await _by_key(connection, tenant, idempotency_key)

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
        start, last = after or (None, None)
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(
                _SQL["page"], tenant, since, until, start, last, resource, with_cancelled, limit
            )
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_reservation(row) for row in rows]

    async def of_conversation(self, tenant: TenantId, conversation: ConversationId) -> list[Reservation]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["of_conversation"], tenant, conversation)
        return [_reservation(row) for row in rows]

    async def of_caller(self, tenant: TenantId, caller: Caller, since: datetime) -> list[Reservation]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(
                _SQL["of_caller"], tenant, since, caller.phone, caller.email, caller.id
            )
        return [_reservation(row) for row in rows]

    async def held(
        self, tenant: TenantId, resources: Sequence[ResourceId], since: datetime, until: datetime
    ) -> list[Held]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["held"], tenant, list(resources), since, until)
        return [
            Held(ResourceId(row["resource_id"]), row["unit"], row["starts_at"], row["held_until"])
            for row in rows
        ]

    async def reschedule(
        self,
        tenant: TenantId,
        reservation: ReservationId,
        times: Times,
        resources: Sequence[ResourceId],
        etag: str,
        now: datetime,
    ) -> Reservation:
        async with self._database.tenant(tenant) as connection:
            old = await _locked(connection, tenant, reservation, etag)
            if old.state is ReservationState.CANCELLED:
                raise FailedPrecondition(
                    "a cancelled reservation cannot be moved; make another one",
                    reason="RESERVATION_CANCELLED",
                )
            there = await _lock(connection, tenant, resources)
            # Its own first: callers keep whom they have, if they can.
            for resource in sorted(there, key=lambda one: one != old.resource):
                unit = await _free_unit(connection, tenant, resource, times, old.id)
                if unit is not None:
                    return await _move(connection, old, times, resource, unit, now)
        raise SlotTaken

    async def update(
        self,
        tenant: TenantId,
        reservation: ReservationId,
        caller: Caller,
        notes: str,
        etag: str,
        now: datetime,
    ) -> Reservation:
        async with self._database.tenant(tenant) as connection:
            await _locked(connection, tenant, reservation, etag)
            row = await connection.fetchrow(
                _SQL["update"],
                tenant,
                reservation,
                caller.name,
                caller.phone,
                caller.email,
                caller.id,
                notes,
                now,
            )
            return _found(row, tenant, reservation)

    async def cancel(
        self, tenant: TenantId, reservation: ReservationId, etag: str, now: datetime
    ) -> Reservation:
        async with self._database.tenant(tenant) as connection:
            old = await _locked(connection, tenant, reservation, "")
            if old.state is ReservationState.CANCELLED:
                return old
            check_etag(old.version, etag)
            return _found(
                await connection.fetchrow(_SQL["cancel"], tenant, reservation, now), tenant, reservation
            )


async def _lock(
    connection: Connection, tenant: TenantId, resources: Sequence[ResourceId]
) -> list[ResourceId]:
    """Those of the resources that are there, in the order given. Raises NotFound if none is."""
    rows = await connection.fetch(_SQL["lock_resources"], tenant, list(resources))
    there = {row["resource_id"] for row in rows}
    if not there:
        raise NotFound("resource", f"{tenant_name(tenant)}/resources/{', '.join(resources)}")
    return [resource for resource in resources if resource in there]


async def _by_key(connection: Connection, tenant: TenantId, key: str) -> Reservation | None:
    row = await connection.fetchrow(_SQL["get_by_key"], tenant, key)
    return None if row is None else _reservation(row)


async def _book(
    connection: Connection, tenant: TenantId, booking: Booking, resource: ResourceId
) -> Reservation | None:
    """A reservation of one of the resource's units, or what the same attempt has booked elsewhere meanwhile; None
    if no unit is free. Raises AlreadyExists for an id that is taken."""
    refused: int | None = None
    while (unit := await _free_unit(connection, tenant, resource, booking.times, None)) is not None:
        try:
            row = await connection.fetchrow(
                _SQL["create"],
                tenant,
                booking.id,
                booking.service,
                resource,
                unit,
                booking.times.starts_at,
                booking.times.ends_at,
                booking.times.held_until,
                booking.caller.name,
                booking.caller.phone,
                booking.caller.email,
                booking.caller.id,
                booking.notes,
                booking.idempotency_key,
                booking.conversation,
                booking.created_at,
            )
        except asyncpg.ForeignKeyViolationError:
            # The resource is locked, so it is the service.
            raise NotFound("service", f"{tenant_name(tenant)}/services/{booking.service}") from None
        if row is not None:
            return _reservation(row)
        # The same key went to other resources, or somebody wrote without the lock. Now it can be seen.
        if (first := await _by_key(connection, tenant, booking.idempotency_key)) is not None:
            return first
        if unit == refused:
            raise AlreadyExists("reservation", reservation_name(tenant, booking.id))
        refused = unit
    return None


async def _free_unit(
    connection: Connection, tenant: TenantId, resource: ResourceId, times: Times, but: ReservationId | None
) -> int | None:
    unit: int | None = await connection.fetchval(
        _SQL["free_unit"], tenant, resource, times.starts_at, times.held_until, but
    )
    return unit


async def _move(
    connection: Connection, old: Reservation, times: Times, resource: ResourceId, unit: int, now: datetime
) -> Reservation:
    try:
        row = await connection.fetchrow(
            _SQL["move"],
            old.tenant,
            old.id,
            resource,
            unit,
            times.starts_at,
            times.ends_at,
            times.held_until,
            now,
        )
    except asyncpg.ExclusionViolationError:
        # Only if somebody wrote without the lock.
        raise SlotTaken from None
    return _found(row, old.tenant, old.id)


async def _locked(
    connection: Connection, tenant: TenantId, reservation: ReservationId, etag: str
) -> Reservation:
    """Raises NotFound and Conflict."""
    old = _found(await connection.fetchrow(_SQL["lock"], tenant, reservation), tenant, reservation)
    check_etag(old.version, etag)
    return old


def _found(row: asyncpg.Record | None, tenant: TenantId, reservation: ReservationId) -> Reservation:
    if row is None:
        raise NotFound("reservation", reservation_name(tenant, reservation))
    return _reservation(row)


def _reservation(row: asyncpg.Record) -> Reservation:
    return Reservation(
        tenant=TenantId(row["tenant_id"]),
        id=ReservationId(row["reservation_id"]),
        service=ServiceId(row["service_id"]),
        resource=ResourceId(row["resource_id"]),
        unit=row["unit"],
        times=Times(row["starts_at"], row["ends_at"], row["held_until"]),
        caller=Caller(row["caller_name"], row["caller_phone"], row["caller_email"], row["caller_id"]),
        notes=row["notes"],
        state=ReservationState(row["state"]),
        idempotency_key=row["idempotency_key"],
        conversation=None if row["conversation_id"] is None else ConversationId(row["conversation_id"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
