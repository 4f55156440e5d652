"""The audit log in Postgres: the server's role may add and read entries, and do nothing else to them."""

from __future__ import annotations

import uuid

import asyncpg

from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.audit import AuditEntry
from deskbell_server.domain.names import TenantId

_SQL = load_statements("audit")


class PostgresAuditLog:
    """Fulfils `AuditLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant: TenantId | None, entry: AuditEntry) -> None:
        own = self._database.platform() if tenant is None else self._database.tenant(tenant)
        async with own as connection:
            await add_entry(connection, tenant, entry)

    async def page(
        self, tenant: TenantId | None, *, actor: str, before: uuid.UUID | None, limit: int
    ) -> list[AuditEntry]:
        own = self._database.platform() if tenant is None else self._database.tenant(tenant)
        async with own as connection:
            if actor:
                rows = await connection.fetch(_SQL["page_of_actor"], tenant or "", before, limit, actor)
            else:
                rows = await connection.fetch(_SQL["page"], tenant or "", before, limit)
            if not rows and tenant is not None:
                await check_tenant_exists(connection, tenant)
        return [_entry(row) for row in rows]


async def add_entry(connection: Connection, tenant: TenantId | None, entry: AuditEntry) -> None:
    """Adds an entry within a transaction of the tenant's, or the platform's."""
    await connection.execute(
        _SQL["add"],
        tenant or "",
        entry.id,
        entry.at,
        entry.actor,
        entry.method,
        entry.resource,
        entry.address,
        entry.request_id,
        entry.outcome,
    )


def _entry(row: asyncpg.Record) -> AuditEntry:
    return AuditEntry(
        id=row["entry_id"],
        at=row["at"],
        actor=row["actor"],
        method=row["method"],
        resource=row["resource"],
        address=row["address"],
        request_id=row["request_id"],
        outcome=row["outcome"],
    )
