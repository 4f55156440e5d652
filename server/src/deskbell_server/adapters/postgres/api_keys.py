"""API keys in Postgres, by the hash of their secrets."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.identity import LIMIT_FIELDS, ApiKey, ApiKeyId, CredentialLimits, Scope
from deskbell_server.domain.names import TenantId, tenant_name

_SQL = load_statements("api_keys")
_USE_NOTED = timedelta(minutes=1)


class PostgresApiKeyStore:
    """Fulfils `ApiKeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, key: ApiKey, secret_hash: bytes) -> ApiKey:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("api_key", key.name), parent=NotFound("tenant", tenant_name(tenant))
            ):
                row = await connection.fetchrow(
                    _SQL["create"],
                    tenant,
                    key.id,
                    key.display_name,
                    sorted(key.scopes),
                    secret_hash,
                    key.expires_at,
                    key.created_at,
                    *(getattr(key.limits, name) for name in LIMIT_FIELDS),
                )
        return _found(row, tenant, key.id)

    async def page(self, tenant: TenantId, *, after: ApiKeyId | None, limit: int) -> list[ApiKey]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_key(row) for row in rows]

    async def find(self, tenant: TenantId, key: ApiKeyId, secret_hash: bytes, now: datetime) -> ApiKey | None:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["get"], tenant, key)
            if row is None:
                return None
            # Both are compared, so that the time taken does not tell which one there is.
            current = hmac.compare_digest(row["secret_hash"], secret_hash)
            previous = hmac.compare_digest(row["previous_hash"] or bytes(32), secret_hash)
            if not current and not (
                previous and row["previous_expires_at"] and row["previous_expires_at"] > now
            ):
                return None
            if row["last_used_at"] is None or row["last_used_at"] < now - _USE_NOTED:
                await connection.execute(_SQL["touch"], tenant, key, now)
        return _key(row)

    async def rotate(
        self, tenant: TenantId, key: ApiKeyId, secret_hash: bytes, previous_expires_at: datetime
    ) -> ApiKey:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["rotate"], tenant, key, secret_hash, previous_expires_at)
        return _found(row, tenant, key)

    async def revoke(self, tenant: TenantId, key: ApiKeyId, now: datetime) -> ApiKey:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["revoke"], tenant, key, now), tenant, key)


def _found(row: asyncpg.Record | None, tenant: TenantId, key: ApiKeyId) -> ApiKey:
    if row is None:
        raise NotFound("api_key", f"{tenant_name(tenant)}/apiKeys/{key}")
    return _key(row)


def _key(row: asyncpg.Record) -> ApiKey:
    return ApiKey(
        tenant=TenantId(row["tenant_id"]),
        id=ApiKeyId(row["key_id"]),
        display_name=row["display_name"],
        scopes=frozenset(map(Scope, row["scopes"])),
        expires_at=row["expires_at"],
        limits=CredentialLimits(**{name: row[name] for name in LIMIT_FIELDS}),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        previous_expires_at=row["previous_expires_at"],
    )
