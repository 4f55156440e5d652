"""Brings a database to the schema of this version: numbered SQL files, each applied once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg

from deskbell_server.adapters.postgres.errors import is_passing, translated_errors
from deskbell_server.adapters.postgres.roles import create_roles

CONNECT_TIMEOUT = 10.0
STATEMENT_TIMEOUT = 600.0
"""Seconds that one migration may take."""
LOCK_TIMEOUT = 120.0
"""Seconds to wait for another server that migrates."""

# "deskbell" as a 64-bit number: the key of the advisory lock that migrations of one database share.
_LOCK_KEY = int.from_bytes(b"deskbell", "big", signed=True)
_FILE_NAME = re.compile(r"([0-9]{4})_[a-z0-9_]+\.sql")


class MigrationFailed(RuntimeError):
    """A migration is unsound, or the database refused it. Nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    name: str
    """File name without its suffix, `0001_tenants`."""
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(
    owner_url: str, secret_key: bytes, *, report: Callable[[str], None] | None = None
) -> list[str]:
    """Makes the roles, applies the migrations that the database does not have, and returns their names.

    May run in several servers at once: they take turns. Each migration is a transaction, so a crash or
    cancelling leaves it out altogether; run it again to go on. `report` is told each name before the
    migration begins. Raises `MigrationFailed`, `RoleTooPowerful` and, if the database does not answer,
    `StoreUnavailable`.
    """
    with translated_errors():
        owner = await asyncpg.connect(
            owner_url,
            timeout=CONNECT_TIMEOUT,
            command_timeout=STATEMENT_TIMEOUT,
            server_settings={
                "application_name": "deskbell-migrate",
                "lock_timeout": f"{LOCK_TIMEOUT:.0f}s",
            },
        )
        try:
            # The lock goes with the connection, however that ends.
            await owner.execute("select pg_advisory_lock($1)", _LOCK_KEY)
            with _explained("roles"):
                await create_roles(owner, secret_key)
            return await apply_migrations(owner, read_migrations(), report=report)
        finally:
            await owner.close(timeout=CONNECT_TIMEOUT)


def read_migrations(folder: Traversable | None = None) -> list[Migration]:
    """The migrations of this version (or of another folder), in order.

    Raises `MigrationFailed` for a file that is not named `0001_words.sql`, and for a gap or a repeat in
    the numbers.
    """
    folder = folder or resources.files(__package__) / "migrations"
    migrations = []
    for number, file in enumerate(sorted(folder.iterdir(), key=lambda file: file.name), start=1):
        match = _FILE_NAME.fullmatch(file.name)
        if match is None or int(match[1]) != number:
            raise MigrationFailed(f"{file.name}: expected the migration numbered {number:04}")
        migrations.append(Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")))
    return migrations


async def apply_migrations(
    owner: asyncpg.Connection[asyncpg.Record],
    migrations: Sequence[Migration],
    *,
    report: Callable[[str], None] | None = None,
) -> list[str]:
    """Applies those that the database does not have; the caller holds the lock. See `migrate`."""
    await owner.execute(
        """
        create table if not exists schema_migrations (
            name text collate "C" primary key,
            checksum text not null,
            applied_at timestamptz not null default now()
        )
        """
    )
    rows = await owner.fetch("select name, checksum from schema_migrations order by name")
    for row, migration in zip(rows, migrations, strict=False):
        if row["name"] != migration.name:
            raise MigrationFailed(f"{row['name']} was applied to the database and its file is missing")
        if row["checksum"] != migration.checksum:
            raise MigrationFailed(f"{row['name']} was changed after it was applied; add a new migration")
    if len(rows) > len(migrations):
        raise MigrationFailed(
            f"{rows[len(migrations)]['name']} was applied by a newer version of the server than this one"
        )
    waiting = migrations[len(rows) :]
    for migration in waiting:
        if report is not None:
            report(migration.name)
        await _apply(owner, migration)
    return [migration.name for migration in waiting]


async def _apply(owner: asyncpg.Connection[asyncpg.Record], migration: Migration) -> None:
    with _explained(migration.name):
        async with owner.transaction():
            await owner.execute(migration.sql)
            await owner.execute(
                "insert into schema_migrations (name, checksum) values ($1, $2)",
                migration.name,
                migration.checksum,
            )


@contextmanager
def _explained(step: str) -> Iterator[None]:
    """Lets the database say what it did not like: no caller's words are in a schema."""
    try:
        yield
    except asyncpg.PostgresError as error:
        if is_passing(error):
            raise
        raise MigrationFailed(f"{step}: {error}") from error
