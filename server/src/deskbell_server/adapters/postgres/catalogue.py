"""Services, resources and opening hours in Postgres."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.hours import hours_from_json, hours_to_json
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.booking import (
    Agenda,
    BookableService,
    BookingRules,
    Held,
    OpeningHours,
    Resource,
    ResourceId,
    ResourceKind,
    ServiceId,
    StoredHours,
)
from deskbell_server.domain.errors import AlreadyExists, FailedPrecondition, NotFound
from deskbell_server.domain.names import TenantId, tenant_name

_SQL = load_statements("catalogue")
_T = TypeVar("_T", OpeningHours, BookingRules)
_MINUTE = timedelta(minutes=1)
_NEVER_SET = StoredHours(OpeningHours(), 0)


class PostgresCatalogueStore:
    """Fulfils `CatalogueStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_resource(self, tenant: TenantId, resource: Resource) -> Resource:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("resource", resource.name),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                row = await connection.fetchrow(
                    _SQL["create_resource"],
                    tenant,
                    resource.id,
                    *_resource_values(resource),
                    resource.created_at,
                    resource.updated_at,
                )
        return _found(row, tenant, resource.id)

    async def get_resource(self, tenant: TenantId, resource: ResourceId) -> Resource:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get_resource"], tenant, resource), tenant, resource)

    async def page_resources(
        self, tenant: TenantId, *, after: ResourceId | None, limit: int
    ) -> list[Resource]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page_resources"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_resource(row) for row in rows]

    async def update_resource(
        self, tenant: TenantId, resource: ResourceId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> Resource:
        async with self._database.tenant(tenant) as connection:
            old = _found(await connection.fetchrow(_SQL["lock_resource"], tenant, resource), tenant, resource)
            check_etag(old.version, etag)
            new = dataclasses.replace(old, **changes)
            row = await connection.fetchrow(
                _SQL["update_resource"], tenant, resource, *_resource_values(new), now
            )
            return _found(row, tenant, resource)

    async def delete_resource(self, tenant: TenantId, resource: ResourceId) -> None:
        async with self._database.tenant(tenant) as connection:
            with _reserved("resource"):
                deleted = await connection.fetchval(_SQL["delete_resource"], tenant, resource)
            if deleted is None:
                raise _missing_resource(tenant, resource)

    async def create_service(self, tenant: TenantId, service: BookableService) -> BookableService:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("service", service.name),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                await connection.fetchval(
                    _SQL["create_service"],
                    tenant,
                    service.id,
                    *_service_values(service),
                    service.created_at,
                    service.updated_at,
                )
            await _set_resources(connection, service)
            return await _get_service(connection, tenant, service.id)

    async def get_service(self, tenant: TenantId, service: ServiceId) -> BookableService:
        async with self._database.tenant(tenant) as connection:
            return await _get_service(connection, tenant, service)

    async def page_services(
        self, tenant: TenantId, *, after: ServiceId | None, limit: int
    ) -> list[BookableService]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page_services"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_service(row) for row in rows]

    async def update_service(
        self, tenant: TenantId, service: ServiceId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> BookableService:
        async with self._database.tenant(tenant) as connection:
            # Locked first and read afterwards: the statement that waits for the lock would still see the
            # resources as they were before it.
            await connection.fetchval(_SQL["lock_service"], tenant, service)
            old = await _get_service(connection, tenant, service)
            check_etag(old.version, etag)
            new = dataclasses.replace(old, **changes)
            await connection.execute(_SQL["update_service"], tenant, service, *_service_values(new), now)
            if "resources" in changes:
                await connection.execute(_SQL["clear_service_resources"], tenant, service)
                await _set_resources(connection, new)
            return await _get_service(connection, tenant, service)

    async def delete_service(self, tenant: TenantId, service: ServiceId) -> None:
        async with self._database.tenant(tenant) as connection:
            with _reserved("service"):
                deleted = await connection.fetchval(_SQL["delete_service"], tenant, service)
            if deleted is None:
                raise _missing_service(tenant, service)

    async def get_hours(self, tenant: TenantId) -> StoredHours:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["get_hours"], tenant)
            if row is None:
                await check_tenant_exists(connection, tenant)
                return _NEVER_SET
        return _business(row)

    async def update_hours(
        self, tenant: TenantId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> StoredHours:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("opening_hours", tenant_name(tenant)),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                await connection.execute(_SQL["begin_hours"], tenant, *_hours_values(_NEVER_SET), now)
            old = _business(await connection.fetchrow(_SQL["lock_hours"], tenant))
            check_etag(old.version, etag)
            new = StoredHours(_changed(old.hours, changes), old.version, _changed(old.rules, changes))
            return _business(
                await connection.fetchrow(_SQL["update_hours"], tenant, *_hours_values(new), now)
            )

    async def agenda(self, tenant: TenantId, service: ServiceId, since: datetime, until: datetime) -> Agenda:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["agenda"], tenant, service, since, until)
        if not rows:
            raise _missing_service(tenant, service)
        # Hours of many resources, each with many exceptions, take a while to be read.
        return await asyncio.to_thread(_agenda, rows)

    async def resources_of(self, tenant: TenantId, service: ServiceId) -> list[Resource]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["resources_of"], tenant, service)
            if not rows:
                await _get_service(connection, tenant, service)
        return [_resource(row) for row in rows]


async def _set_resources(connection: Connection, service: BookableService) -> None:
    """Raises NotFound if one of the resources is not there."""
    listed = sorted(set(service.resources))
    missing = await connection.fetch(_SQL["missing_resources"], service.tenant, listed)
    if missing:
        raise _missing_resource(service.tenant, missing[0]["resource_id"])
    try:
        await connection.execute(_SQL["set_service_resources"], service.tenant, service.id, listed)
    except asyncpg.ForeignKeyViolationError:
        # One was deleted meanwhile.
        raise _missing_resource(service.tenant, listed[0]) from None


async def _get_service(connection: Connection, tenant: TenantId, service: ServiceId) -> BookableService:
    row = await connection.fetchrow(_SQL["get_service"], tenant, service)
    if row is None:
        raise _missing_service(tenant, service)
    return _service(row)


@contextmanager
def _reserved(kind: str) -> Iterator[None]:
    """Raises FailedPrecondition for what reservations refer to."""
    try:
        yield
    except asyncpg.ForeignKeyViolationError:
        raise FailedPrecondition(
            f"there are reservations of this {kind}; it cannot be deleted", reason="HAS_RESERVATIONS"
        ) from None


def _resource_name(tenant: TenantId, resource: ResourceId) -> str:
    return f"{tenant_name(tenant)}/resources/{resource}"


def _missing_resource(tenant: TenantId, resource: ResourceId) -> NotFound:
    return NotFound("resource", _resource_name(tenant, resource))


def _missing_service(tenant: TenantId, service: ServiceId) -> NotFound:
    return NotFound("service", f"{tenant_name(tenant)}/services/{service}")


def _resource_values(resource: Resource) -> tuple[object, ...]:
    """What can change of a resource, in the statements' order."""
    return (
        resource.display_name,
        resource.kind,
        resource.capacity,
        None if resource.hours is None else hours_to_json(resource.hours),
    )


def _service_values(service: BookableService) -> tuple[object, ...]:
    """What can change of a service but its resources, in the statements' order."""
    return (
        service.display_name,
        service.duration // _MINUTE,
        service.buffer // _MINUTE,
        service.price,
    )


def _hours_values(stored: StoredHours) -> tuple[object, ...]:
    """What can change of opening hours, in the statements' order."""
    rules = stored.rules
    return (
        hours_to_json(stored.hours),
        rules.granularity // _MINUTE,
        rules.lead // _MINUTE,
        rules.horizon // _MINUTE,
    )


def _changed(value: _T, changes: Mapping[str, Any]) -> _T:
    """A value with those of the changes that name its attributes."""
    names = {one.name for one in dataclasses.fields(value)}
    return dataclasses.replace(value, **{name: new for name, new in changes.items() if name in names})


def _found(row: asyncpg.Record | None, tenant: TenantId, resource: ResourceId) -> Resource:
    if row is None:
        raise _missing_resource(tenant, resource)
    return _resource(row)


def _resource(row: asyncpg.Record) -> Resource:
    return Resource(
        tenant=TenantId(row["tenant_id"]),
        id=ResourceId(row["resource_id"]),
        display_name=row["display_name"],
        kind=ResourceKind(row["kind"]),
        capacity=row["capacity"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        hours=None if row["hours"] is None else hours_from_json(row["hours"]),
        version=row["version"],
    )


def _service(row: asyncpg.Record) -> BookableService:
    return BookableService(
        tenant=TenantId(row["tenant_id"]),
        id=ServiceId(row["service_id"]),
        display_name=row["display_name"],
        duration=row["duration_minutes"] * _MINUTE,
        buffer=row["buffer_minutes"] * _MINUTE,
        price=row["price"],
        resources=tuple(ResourceId(resource) for resource in row["resources"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def _business(row: asyncpg.Record | None) -> StoredHours:
    if row is None or row["business_hours"] is None:
        return _NEVER_SET
    return StoredHours(
        hours_from_json(row["business_hours"]),
        row["business_version"],
        BookingRules(
            row["granularity_minutes"] * _MINUTE,
            row["lead_minutes"] * _MINUTE,
            row["horizon_minutes"] * _MINUTE,
        ),
    )


def _agenda(rows: Sequence[asyncpg.Record]) -> Agenda:
    first = rows[0]
    serving = [row for row in rows if row["resource_id"] is not None]
    return Agenda(
        service=BookableService(
            tenant=TenantId(first["service_tenant_id"]),
            id=ServiceId(first["service_id"]),
            display_name=first["service_display_name"],
            duration=first["duration_minutes"] * _MINUTE,
            buffer=first["buffer_minutes"] * _MINUTE,
            price=first["price"],
            resources=tuple(ResourceId(row["resource_id"]) for row in serving),
            created_at=first["service_created_at"],
            updated_at=first["service_updated_at"],
            version=first["service_version"],
        ),
        resources=tuple(map(_resource, serving)),
        business=_business(first),
        held=tuple(
            Held(ResourceId(row["resource_id"]), unit, since, until)
            for row in serving
            for unit, since, until in zip(
                row["units"] or (), row["since"] or (), row["until"] or (), strict=True
            )
        ),
    )
