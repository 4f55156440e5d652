"""The platform's operators in Postgres."""

from __future__ import annotations

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.identity import Operator, OperatorId

_SQL = load_statements("operators")


class PostgresOperatorStore:
    """Fulfils `OperatorStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, operator: Operator, password_hash: str) -> Operator:
        async with self._database.platform() as connection:
            # The address is not repeated: it would end up in logs.
            with broken_constraints(taken=AlreadyExists("operator", "with this e-mail address")):
                row = await connection.fetchrow(
                    _SQL["create"], operator.id, operator.email, password_hash, operator.created_at
                )
        return operator if row is None else _operator(row)

    async def page(self, *, after: OperatorId | None, limit: int) -> list[Operator]:
        async with self._database.platform() as connection:
            return [_operator(row) for row in await connection.fetch(_SQL["page"], after, limit)]

    async def delete(self, operator: OperatorId) -> None:
        async with self._database.platform() as connection:
            if await connection.fetchval(_SQL["delete"], operator) is None:
                raise NotFound("operator", f"operators/{operator}")


def _operator(row: asyncpg.Record) -> Operator:
    return Operator(OperatorId(row["operator_id"]), row["email"], row["created_at"], row["last_sign_in_at"])
