"""Tenants in Postgres."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.names import TenantId, tenant_name
from deskbell_server.domain.privacy import Handling, RedactionPolicy, Retention
from deskbell_server.domain.tenant import Tenant

_SQL = load_statements("tenants")


class PostgresTenantStore:
    """Fulfils `TenantStore`. Creating and listing tenants is platform work; the rest is bound to the tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: Tenant) -> Tenant:
        async with self._database.platform() as connection:
            with broken_constraints(taken=AlreadyExists("tenant", tenant_name(tenant.id))):
                row = await connection.fetchrow(
                    _SQL["create"], tenant.id, *_values(tenant), tenant.created_at, tenant.updated_at
                )
        return _found(row, tenant.id)

    async def get(self, tenant: TenantId) -> Tenant:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get"], tenant), tenant)

    async def page(self, *, after: TenantId | None, limit: int) -> list[Tenant]:
        async with self._database.platform() as connection:
            return [_tenant(row) for row in await connection.fetch(_SQL["page"], after, limit)]

    async def update(self, tenant: TenantId, changes: Mapping[str, Any], etag: str, now: datetime) -> Tenant:
        async with self._database.tenant(tenant) as connection:
            old = _found(await connection.fetchrow(_SQL["lock"], tenant), tenant)
            check_etag(old.version, etag)
            new = dataclasses.replace(old, **changes)
            return _found(await connection.fetchrow(_SQL["update"], tenant, *_values(new), now), tenant)

    async def delete(self, tenant: TenantId) -> None:
        async with self._database.tenant(tenant) as connection:
            if await connection.fetchval(_SQL["delete"], tenant) is None:
                raise NotFound("tenant", tenant_name(tenant))
            await connection.execute(_SQL["forget_requests"], tenant)


async def check_tenant_exists(connection: Connection, tenant: TenantId) -> None:
    """Raises NotFound. For a transaction bound to the tenant that found no row, which may be why."""
    if await connection.fetchrow(_SQL["get"], tenant) is None:
        raise NotFound("tenant", tenant_name(tenant))


def _values(tenant: Tenant) -> tuple[object, ...]:
    """What can change of a tenant, in the statements' order."""
    return (
        tenant.display_name,
        tenant.industry,
        tenant.language_code,
        tenant.time_zone,
        tenant.redaction.phone_numbers,
        tenant.redaction.email_addresses,
        tenant.redaction.card_numbers,
        tenant.redaction.national_ids,
        tenant.retention.audio_days,
        tenant.retention.transcript_days,
        tenant.retention.lead_days,
        tenant.retention.reservation_days,
    )


def _found(row: asyncpg.Record | None, tenant: TenantId) -> Tenant:
    if row is None:
        raise NotFound("tenant", tenant_name(tenant))
    return _tenant(row)


def _tenant(row: asyncpg.Record) -> Tenant:
    return Tenant(
        id=TenantId(row["id"]),
        display_name=row["display_name"],
        industry=row["industry"],
        language_code=row["language_code"],
        time_zone=row["time_zone"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        redaction=RedactionPolicy(
            phone_numbers=Handling(row["phone_numbers"]),
            email_addresses=Handling(row["email_addresses"]),
            card_numbers=Handling(row["card_numbers"]),
            national_ids=Handling(row["national_ids"]),
        ),
        retention=Retention(
            audio_days=row["audio_days"],
            transcript_days=row["transcript_days"],
            lead_days=row["lead_days"],
            reservation_days=row["reservation_days"],
        ),
        version=row["version"],
    )
