"""Client tokens in Postgres."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.identity import ClientToken, ClientTokenId
from deskbell_server.domain.names import AgentId, TenantId, agent_name, tenant_name

_SQL = load_statements("client_tokens")


class PostgresClientTokenStore:
    """Fulfils `ClientTokenStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, token: ClientToken, created_by: str) -> ClientToken:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("client_token", token.name),
                parent=NotFound("agent", agent_name(tenant, token.agent)),
            ):
                row = await connection.fetchrow(
                    _SQL["create"],
                    tenant,
                    token.id,
                    token.agent,
                    token.caller_id,
                    token.max_concurrent_calls,
                    created_by,
                    token.created_at,
                    token.expires_at,
                )
        assert row is not None  # an insert that returns  # noqa: S101
        return _token(row)

    async def get(self, tenant: TenantId, token: ClientTokenId) -> ClientToken | None:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["get"], tenant, token)
        return None if row is None else _token(row)

    async def page(
        self, tenant: TenantId, *, before: ClientTokenId | None, limit: int, now: datetime
    ) -> list[ClientToken]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, before, limit, now)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_token(row) for row in rows]

    async def revoke(self, tenant: TenantId, token: ClientTokenId, now: datetime) -> ClientToken:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["revoke"], tenant, token, now)
        if row is None:
            raise NotFound("client_token", f"{tenant_name(tenant)}/clientTokens/{token}")
        return _token(row)


def _token(row: asyncpg.Record) -> ClientToken:
    return ClientToken(
        tenant=TenantId(row["tenant_id"]),
        id=ClientTokenId(row["token_id"]),
        agent=AgentId(row["agent_id"]),
        caller_id=row["caller_id"],
        max_concurrent_calls=row["max_concurrent_calls"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
