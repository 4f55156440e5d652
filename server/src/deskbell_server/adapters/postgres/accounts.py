"""Passwords and sessions in Postgres, of a tenant's users and of the platform's operators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.identity import Account, Role, Session, SessionId
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.identity import StoredPassword

_USERS = load_statements("accounts")
_OPERATORS = load_statements("operator_accounts")


class PostgresAccountStore:
    """Fulfils `AccountStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, tenant: TenantId | None, email: str) -> StoredPassword | None:
        async with self._of(tenant) as (connection, sql):
            return _stored(tenant, await connection.fetchrow(sql["find"], tenant, email))

    async def find_by_id(self, tenant: TenantId | None, account: str) -> StoredPassword | None:
        async with self._of(tenant) as (connection, sql):
            return _stored(tenant, await connection.fetchrow(sql["find_by_id"], tenant, account))

    async def set_password(
        self,
        tenant: TenantId | None,
        account: str,
        verified: str,
        password_hash: str,
        now: datetime,
        keep: SessionId | None,
    ) -> bool:
        async with self._of(tenant) as (connection, sql):
            values = (tenant, account, verified, password_hash, now)
            if await connection.fetchval(sql["set_password"], *values) is None:
                return False
            await connection.execute(sql["end_sessions"], tenant, account, now, keep)
        return True

    async def rehash(self, tenant: TenantId | None, account: str, verified: str, password_hash: str) -> None:
        async with self._of(tenant) as (connection, sql):
            await connection.execute(sql["rehash"], tenant, account, verified, password_hash)

    async def open_session(
        self, account: Account, session: SessionId, verified: str, now: datetime, expires_at: datetime
    ) -> bool:
        async with self._of(account.tenant) as (connection, sql):
            values = (account.tenant, account.id, session, now, expires_at, verified)
            return await connection.fetchval(sql["open_session"], *values) is not None

    async def session(self, tenant: TenantId | None, session: SessionId) -> Session | None:
        async with self._of(tenant) as (connection, sql):
            row = await connection.fetchrow(sql["session"], tenant, session)
        if row is None:
            return None
        return Session(
            _account(tenant, row),
            session,
            row["generation"],
            row["expires_at"],
            row["revoked_at"] is not None,
        )

    async def refresh(
        self, tenant: TenantId | None, session: SessionId, generation: int, now: datetime
    ) -> bool:
        async with self._of(tenant) as (connection, sql):
            return await connection.fetchval(sql["refresh"], tenant, session, generation, now) is not None

    async def revoke_session(self, tenant: TenantId | None, session: SessionId, now: datetime) -> bool:
        async with self._of(tenant) as (connection, sql):
            return await connection.fetchval(sql["revoke"], tenant, session, now) is not None

    @asynccontextmanager
    async def _of(self, tenant: TenantId | None) -> AsyncIterator[tuple[Connection, Mapping[str, str]]]:
        if tenant is None:
            async with self._database.platform() as connection:
                yield connection, _OPERATORS
        else:
            async with self._database.tenant(tenant) as connection:
                yield connection, _USERS


def _account(tenant: TenantId | None, row: asyncpg.Record) -> Account:
    return Account(tenant, row["id"], Role(row["role"]), row["disabled"])


def _stored(tenant: TenantId | None, row: asyncpg.Record | None) -> StoredPassword | None:
    return None if row is None else StoredPassword(_account(tenant, row), row["password_hash"])
