"""Migrations on a real server: once, all or nothing, and safe from each other."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from deskbell_server.adapters.postgres import migrations
from deskbell_server.adapters.postgres.migrations import (
    Migration,
    MigrationFailed,
    apply_migrations,
    migrate,
    read_migrations,
)
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.adapters.postgres.roles import Role, RoleTooPowerful
from deskbell_server.domain.errors import NotFound, StoreUnavailable
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC
from tests.integration.store_world import Connection, fill, make_stores

ASLEEP = """
    select exists (
        select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'
    )
"""


@pytest.fixture
async def empty_database(database: str, owner: Connection) -> AsyncIterator[str]:
    """URL of a database with nothing in it."""
    name = f"empty_{secrets.token_hex(4)}"
    await owner.execute(f"create database {name}")
    yield urlsplit(database)._replace(path=f"/{name}").geturl()
    await owner.execute(f"drop database {name} with (force)")


@pytest.fixture
async def empty(empty_database: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(empty_database, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


async def test_applies_all_once_and_reports_each(empty_database: str, secret_key: bytes) -> None:
    expected = [migration.name for migration in read_migrations()]
    reported: list[str] = []
    assert await migrate(empty_database, secret_key, report=reported.append) == expected
    assert reported == expected
    assert await migrate(empty_database, secret_key, report=reported.append) == []
    assert reported == expected


async def test_servers_that_start_at_once_take_turns(empty_database: str, secret_key: bytes) -> None:
    applied = await asyncio.gather(*(migrate(empty_database, secret_key) for _ in range(8)))
    assert sorted(map(len, applied)) == [0] * 7 + [len(read_migrations())]
    async with open_database(empty_database, secret_key, size=1) as database:
        assert await make_stores(database).tenants.page(after=None, limit=1) == []


async def test_refuses_a_file_that_was_changed_after_it_was_applied(
    database: str, secret_key: bytes, owner: Connection
) -> None:
    await owner.execute("update schema_migrations set checksum = 'other' where name like '0002%'")
    with pytest.raises(MigrationFailed, match="0002_knowledge was changed after it was applied"):
        await migrate(database, secret_key)


async def test_refuses_a_file_that_is_missing(empty: Connection) -> None:
    await apply_migrations(empty, [Migration("0001_a", "select 1"), Migration("0002_b", "select 1")])
    with pytest.raises(MigrationFailed, match="0002_b was applied to the database and its file is missing"):
        await apply_migrations(empty, [Migration("0001_a", "select 1"), Migration("0002_c", "select 1")])


async def test_refuses_a_database_of_a_newer_version(
    database: str, secret_key: bytes, owner: Connection
) -> None:
    await owner.execute("insert into schema_migrations (name, checksum) values ('9999_future', '')")
    with pytest.raises(MigrationFailed, match="9999_future was applied by a newer version"):
        await migrate(database, secret_key)


async def test_a_migration_that_fails_leaves_nothing_and_earlier_ones_stay(empty: Connection) -> None:
    good = Migration("0001_good", "create table good ()")
    bad = Migration("0002_bad", "create table bad (); select 1 / 0")
    with pytest.raises(MigrationFailed, match="0002_bad: division by zero"):
        await apply_migrations(empty, [good, bad])
    assert await tables(empty) == {"good", "schema_migrations"}
    mended = Migration("0002_bad", "create table mended ()")
    assert await apply_migrations(empty, [good, mended]) == ["0002_bad"]


async def test_a_crash_in_the_middle_leaves_nothing(empty_database: str, empty: Connection) -> None:
    slow = Migration("0001_slow", "create table half (); select pg_sleep(60)")
    victim = await asyncpg.connect(empty_database, timeout=10)
    work = asyncio.create_task(apply_migrations(victim, [slow]))
    await until_asleep(empty)
    await empty.execute("select pg_terminate_backend($1)", victim.get_server_pid())
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await work
    assert await tables(empty) == {"schema_migrations"}
    assert await apply_migrations(empty, [Migration("0001_slow", "create table whole ()")]) == ["0001_slow"]


async def test_cancelling_leaves_nothing_and_frees_the_lock(
    empty_database: str, empty: Connection, secret_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Migration("0001_slow", "create table half (); select pg_sleep(60)")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "read_migrations", lambda: [slow])
        work = asyncio.create_task(migrate(empty_database, secret_key))
        await until_asleep(empty)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(work, 5)
    assert await tables(empty) == {"schema_migrations"}
    assert await migrate(empty_database, secret_key) == [migration.name for migration in read_migrations()]


async def test_a_server_that_waits_too_long_for_its_turn_gives_up(
    database: str, secret_key: bytes, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", 1.0)
    await owner.execute("select pg_advisory_lock($1)", int.from_bytes(b"deskbell", "big", signed=True))
    with pytest.raises(StoreUnavailable):
        await migrate(database, secret_key)


async def test_a_database_that_does_not_answer_is_unavailable(secret_key: bytes) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(StoreUnavailable):
            await migrate(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/deskbell", secret_key)


async def test_roles_own_nothing_and_have_no_power(database: str, owner: Connection) -> None:
    rows = await owner.fetch("select * from pg_roles where rolname = any($1)", list(Role))
    assert len(rows) == 3
    for row in rows:
        assert row["rolcanlogin"]
        for power in ("rolsuper", "rolbypassrls", "rolcreatedb", "rolcreaterole", "rolreplication"):
            assert not row[power], (row["rolname"], power)
        assert not await owner.fetchval("select count(*) from pg_class where relowner = $1", row["oid"])


async def test_refuses_a_role_that_could_see_everything(
    database: str, secret_key: bytes, owner: Connection
) -> None:
    await owner.execute("alter role deskbell_dashboard bypassrls")
    try:
        with pytest.raises(RoleTooPowerful, match="deskbell_dashboard"):
            await migrate(database, secret_key)
    finally:
        await owner.execute("alter role deskbell_dashboard nobypassrls")


async def test_an_owner_without_superuser_rights_is_enough(
    database: str, empty_database: str, empty: Connection, secret_key: bytes
) -> None:
    """As in a managed database, where somebody installed pgvector and row-level security binds the owner."""
    name = f"owner_{secrets.token_hex(4)}"
    await empty.execute(f"create role {name} login createrole password 'secret'")
    try:
        await empty.execute("create extension vector")
        await empty.execute(f"alter database {urlsplit(empty_database).path[1:]} owner to {name}")
        for role in Role:
            await empty.execute(f"grant {role} to {name} with admin option, inherit false, set false")
        host = urlsplit(empty_database).netloc.rpartition("@")[2]
        owner_url = urlsplit(empty_database)._replace(netloc=f"{name}:secret@{host}").geturl()
        assert await migrate(owner_url, secret_key)
        async with open_database(owner_url, secret_key, size=2) as opened:
            stores = make_stores(opened)
            await stores.tenants.create(sample.tenant(CLINIC))
            await stores.agents.create(CLINIC, sample.agent(CLINIC, "front-desk"))
            call = await fill(stores, CLINIC)
            await stores.tenants.delete(CLINIC)
            with pytest.raises(NotFound):
                await stores.conversations.get(CLINIC, call.id)
            for table in ("passages", "messages", "agents"):
                assert await empty.fetchval(f"select count(*) from {table}") == 0
    finally:
        await empty.execute(f"reassign owned by {name} to current_user")
        await empty.execute(f"drop owned by {name}")
        await empty.execute(f"drop role {name}")


async def tables(connection: Connection) -> set[str]:
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def until_asleep(connection: Connection) -> None:
    """Waits until a migration of this database has come to its pg_sleep."""
    async with asyncio.timeout(10):
        while not await connection.fetchval(ASLEEP):
            await asyncio.sleep(0.02)
