"""What tenants may use, and have used, in Postgres."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.identity import ApiKeyId
from deskbell_server.domain.names import TenantId, tenant_name
from deskbell_server.domain.quota import QUOTA_FIELDS, Quota, Usage

_SQL = load_statements("quotas")


class PostgresQuotaStore:
    """Fulfils `QuotaStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: TenantId) -> Quota:
        async with self._database.tenant(tenant) as connection:
            return _quota(await connection.fetchrow(_SQL["get"], tenant), tenant)

    async def update(self, tenant: TenantId, changes: Mapping[str, int], etag: str) -> Quota:
        async with self._database.tenant(tenant) as connection:
            # Two statements: the second must see what was committed while the first waited for its lock.
            await connection.fetchval(_SQL["lock"], tenant)
            old = _quota(await connection.fetchrow(_SQL["get"], tenant), tenant)
            check_etag(old.version, etag)
            new = dataclasses.replace(old, **changes, version=old.version + 1)
            values = [getattr(new, field) for field in QUOTA_FIELDS]
            await connection.execute(_SQL["put"], tenant, *values, new.version)
        return new

    async def usage(self, tenant: TenantId, month: date) -> Usage:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["usage"], tenant, month)
        if row is None:
            raise NotFound("tenant", tenant_name(tenant))
        return Usage(month, row["call_seconds"], row["tokens"], row["knowledge_bytes"])

    async def key_usage(self, tenant: TenantId, key: ApiKeyId, month: date) -> tuple[float, int]:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["key_usage"], tenant, key, month)
        return (0.0, 0) if row is None else (row["call_seconds"], row["tokens"])

    async def add(
        self, tenant: TenantId, key: ApiKeyId | None, month: date, seconds: float, tokens: int
    ) -> tuple[float, float]:
        name = tenant_name(tenant)
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(taken=AlreadyExists("usage", name), parent=NotFound("tenant", name)):
                of_key = 0.0
                if key is not None:
                    of_key = await connection.fetchval(
                        _SQL["add_key_usage"], tenant, key, month, seconds, tokens
                    )
                of_tenant = await connection.fetchval(_SQL["add_usage"], tenant, month, seconds, tokens)
        return of_tenant, of_key


def _quota(row: asyncpg.Record | None, tenant: TenantId) -> Quota:
    if row is None:
        raise NotFound("tenant", tenant_name(tenant))
    if row["tenant_id"] is None:
        return Quota()
    return Quota(**{field: row[field] for field in (*QUOTA_FIELDS, "version")})
