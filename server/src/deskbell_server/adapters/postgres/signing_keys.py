"""The keys that sign tokens, in Postgres, encrypted."""

from __future__ import annotations

from datetime import datetime

from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.ports.identity import SealedKey

_SQL = load_statements("signing_keys")


class PostgresSigningKeyStore:
    """Fulfils `SigningKeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[SealedKey]:
        async with self._database.platform() as connection:
            rows = await connection.fetch(_SQL["all"])
        return [SealedKey(row["key_id"], row["sealed_private_key"], row["created_at"]) for row in rows]

    async def add(self, key: SealedKey, *, unless_newer_than: datetime | None = None) -> None:
        async with self._database.platform() as connection:
            await connection.execute(_SQL["lock"])
            await connection.execute(_SQL["add"], key.id, key.sealed, key.created_at, unless_newer_than)

    async def delete_before(self, created_at: datetime) -> int:
        async with self._database.platform() as connection:
            return len(await connection.fetch(_SQL["delete_before"], created_at))
