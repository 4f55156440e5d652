"""A tenant's people in Postgres."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.errors import AlreadyExists, FailedPrecondition, NotFound
from deskbell_server.domain.identity import Role, User, UserId
from deskbell_server.domain.names import TenantId, tenant_name, user_name

_SQL = load_statements("users")


class PostgresUserStore:
    """Fulfils `UserStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, user: User, password_hash: str) -> User:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                # The address is not repeated: it would end up in logs.
                taken=AlreadyExists("user", f"{tenant_name(tenant)} with this e-mail address"),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                row = await connection.fetchrow(
                    _SQL["create"],
                    tenant,
                    user.id,
                    user.email,
                    user.display_name,
                    user.role,
                    user.disabled,
                    password_hash,
                    user.created_at,
                    user.updated_at,
                )
        return _found(row, tenant, user.id)

    async def get(self, tenant: TenantId, user: UserId) -> User:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get"], tenant, user), tenant, user)

    async def page(self, tenant: TenantId, *, after: UserId | None, limit: int) -> list[User]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_user(row) for row in rows]

    async def update(
        self, tenant: TenantId, user: UserId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> User:
        async with self._database.tenant(tenant) as connection:
            owners = await connection.fetch(_SQL["lock_owners"], tenant)
            old = _found(await connection.fetchrow(_SQL["lock"], tenant, user), tenant, user)
            check_etag(old.version, etag)
            new = dataclasses.replace(old, **changes)
            if new.disabled or new.role is not Role.OWNER:
                _check_owners([row["user_id"] for row in owners], user)
            row = await connection.fetchrow(
                _SQL["update"], tenant, user, new.display_name, new.role, new.disabled, now
            )
            if new.disabled or new.role is not old.role:
                await connection.execute(_SQL["end_sessions"], tenant, user, now, None)
            return _found(row, tenant, user)

    async def set_password(self, tenant: TenantId, user: UserId, password_hash: str, now: datetime) -> None:
        async with self._database.tenant(tenant) as connection:
            if await connection.fetchval(_SQL["set_password"], tenant, user, password_hash, now) is None:
                raise NotFound("user", user_name(tenant, user))
            await connection.execute(_SQL["end_sessions"], tenant, user, now, None)

    async def delete(self, tenant: TenantId, user: UserId) -> None:
        async with self._database.tenant(tenant) as connection:
            owners = await connection.fetch(_SQL["lock_owners"], tenant)
            _check_owners([row["user_id"] for row in owners], user)
            if await connection.fetchval(_SQL["delete"], tenant, user) is None:
                raise NotFound("user", user_name(tenant, user))


def _check_owners(owners: list[str], leaving: UserId) -> None:
    if owners == [leaving]:
        raise FailedPrecondition(
            "the tenant would be left without an owner who can sign in; make another one first",
            reason="LAST_OWNER",
        )


def _found(row: asyncpg.Record | None, tenant: TenantId, user: UserId) -> User:
    if row is None:
        raise NotFound("user", user_name(tenant, user))
    return _user(row)


def _user(row: asyncpg.Record) -> User:
    return User(
        tenant=TenantId(row["tenant_id"]),
        id=UserId(row["user_id"]),
        email=row["email"],
        display_name=row["display_name"],
        role=Role(row["role"]),
        disabled=row["disabled"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_sign_in_at=row["last_sign_in_at"],
    )
