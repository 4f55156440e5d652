"""What each role of the database can see and change, asked of the database itself, past the stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from deskbell_server.adapters.postgres.roles import Role, role_url
from tests.integration.store_samples import CLINIC, HOTEL
from tests.integration.store_world import PLATFORM_TABLES, TENANT_TABLES_SQL, Connection, Stores, fill

# Statements are put together from names in the database's catalogue.
REFUSED = asyncpg.InsufficientPrivilegeError
NEVER_FOR_VIEWS = (asyncpg.WrongObjectTypeError, asyncpg.ObjectNotInPrerequisiteStateError)
"""What Postgres says of a change that a view cannot carry, whoever asks."""
SETTINGS = [None, "", "nobody", HOTEL, "%", "clinic' or true --"]
"""Values of app.tenant_id, None for unset, that must not open the clinic's rows."""


@pytest.fixture
async def world(stores: Stores) -> Stores:
    """Clinic and hotel have rows in every table."""
    await fill(stores, CLINIC)
    await fill(stores, HOTEL)
    return stores


@pytest.fixture
async def tables(world: Stores, owner: Connection) -> list[str]:
    return [row["table"] for row in await owner.fetch(TENANT_TABLES_SQL)]


@asynccontextmanager
async def connected(database: str, role: Role, key: bytes, tenant: str | None) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(role_url(database, role, key), timeout=10)
    try:
        if tenant is not None:
            await connection.execute("select set_config('app.tenant_id', $1, false)", tenant)
        yield connection
    finally:
        await connection.close(timeout=10)


async def snapshot(owner: Connection, tables: list[str], tenant: str) -> dict[str, list[str]]:
    """All rows of a tenant, by table, as JSON."""
    rows = {}
    for table in tables:
        of_tenant = f"from {table} where {tenant_column(table)} = $1"
        found = await owner.fetch(f"select to_jsonb({table})::text as row {of_tenant} order by 1", tenant)
        rows[table] = [row["row"] for row in found]
    return rows


def tenant_column(table: str) -> str:
    return "id" if table == "tenants" else "tenant_id"


async def columns(owner: Connection, table: str) -> list[str]:
    """The columns that an INSERT can name."""
    rows = await owner.fetch(
        """
        select attname from pg_attribute
        where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum
        """,
        table,
    )
    return [row["attname"] for row in rows]


async def test_the_world_has_rows_in_every_table(owner: Connection, tables: list[str]) -> None:
    assert {"tenants", "agents", "documents", "passages", "conversations", "messages"} <= set(tables)
    for tenant in (CLINIC, HOTEL):
        for table, rows in (await snapshot(owner, tables, tenant)).items():
            assert rows, table


async def test_every_table_forces_row_level_security_and_is_keyed_by_tenant(owner: Connection) -> None:
    for row in await owner.fetch(TENANT_TABLES_SQL):
        assert row["relrowsecurity"], row["table"]
        assert row["relforcerowsecurity"], row["table"]
        keys = await owner.fetch(
            """
            select attname from pg_constraint
            join pg_attribute on attrelid = conrelid and attnum = conkey[1]
            where conrelid = $1::text::regclass and contype in ('p', 'u', 'f')
            """,
            row["table"],
        )
        assert {key["attname"] for key in keys} == {tenant_column(row["table"])}, row["table"]


async def test_the_server_reads_no_row_of_another_tenant(
    database: str, secret_key: bytes, tables: list[str]
) -> None:
    for setting in SETTINGS:
        async with connected(database, Role.SERVER, secret_key, setting) as connection:
            for table in tables:
                rows = await connection.fetch(f"select {tenant_column(table)} as tenant from {table}")
                visible = {row["tenant"] for row in rows}
                assert visible == ({HOTEL} if setting == HOTEL else set()), (setting, table)


async def test_the_server_writes_no_row_of_another_tenant(
    database: str, secret_key: bytes, owner: Connection, tables: list[str]
) -> None:
    before = await snapshot(owner, tables, CLINIC)
    for setting in SETTINGS:
        async with connected(database, Role.SERVER, secret_key, setting) as connection:
            for table in tables:
                await try_to_write(connection, table, await columns(owner, table), before[table][0])
        assert await snapshot(owner, tables, CLINIC) == before, setting


async def try_to_write(connection: Connection, table: str, names: list[str], row: str) -> None:
    """Tries each way to change the clinic's rows of a table, of which `row` is one, as JSON."""
    key = tenant_column(table)
    for name in names:
        await expect_no_row(connection, f"update {table} set {name} = {name} where {key} = '{CLINIC}'")
    await expect_no_row(connection, f"delete from {table} where {key} = '{CLINIC}'")
    # Nor can a row of its own be given to another tenant.
    await expect_no_row(connection, f"update {table} set {key} = '{CLINIC}'")
    listed = ", ".join(names)
    with pytest.raises(REFUSED):
        await connection.execute(
            f"insert into {table} ({listed}) select {listed} from jsonb_populate_record(null::{table}, $1)",
            row,
        )


async def expect_no_row(connection: Connection, statement: str) -> None:
    try:
        result = await connection.execute(statement)
    except REFUSED:
        return
    assert result.endswith(" 0"), statement


async def test_a_tenants_transaction_leaves_no_tenant_behind(
    database: str, secret_key: bytes, tables: list[str]
) -> None:
    async with connected(database, Role.SERVER, secret_key, None) as connection:
        await connection.execute(f"begin; set local app.tenant_id = '{CLINIC}'")
        assert await connection.fetchval("select count(*) from agents") == 1
        await connection.execute("commit")
        for table in tables:
            assert await connection.fetchval(f"select count(*) from {table}") == 0, table


async def test_the_server_cannot_touch_what_is_the_platforms(
    database: str, secret_key: bytes, world: Stores
) -> None:
    async with connected(database, Role.SERVER, secret_key, CLINIC) as connection:
        for table in PLATFORM_TABLES:
            for statement in (
                f"select * from {table}",
                f"delete from {table}",
                f"insert into {table} default values",
            ):
                with pytest.raises(REFUSED):
                    await connection.execute(statement)


async def test_the_audit_log_is_append_only_for_the_server(
    database: str, secret_key: bytes, world: Stores
) -> None:
    async with connected(database, Role.SERVER, secret_key, CLINIC) as connection:
        assert await connection.fetchval("select count(*) from audit_entries") == 1
        for statement in (
            "update audit_entries set actor = 'nobody'",
            "delete from audit_entries",
            "truncate audit_entries",
        ):
            with pytest.raises(REFUSED):
                await connection.execute(statement)


async def test_the_platform_deletes_only_what_is_old(
    database: str, secret_key: bytes, world: Stores, owner: Connection
) -> None:
    await owner.execute("update audit_entries set at = now() where tenant_id = 'clinic'")
    await owner.execute("update audit_entries set at = now() - interval '31 days' where tenant_id = 'hotel'")
    async with connected(database, Role.PLATFORM, secret_key, None) as connection:
        await connection.execute("delete from audit_entries")
        await connection.execute("delete from request_records")
    assert await owner.fetchval("select string_agg(tenant_id, ' ') from audit_entries") == "clinic"
    assert await owner.fetchval("select count(*) from request_records") == 2


async def test_the_platform_sees_nothing_that_was_said_or_written(
    database: str, secret_key: bytes, tables: list[str]
) -> None:
    async with connected(database, Role.PLATFORM, secret_key, CLINIC) as connection:
        for forbidden in (
            "select * from agents",
            "select * from messages",
            "select text from passages",
            "select caller_id from conversations",
            "insert into documents (tenant_id) values ('clinic')",
            "delete from documents",
            "delete from conversations",
            "update passages set text = ''",
            "select * from reporting.tenants",
            "select * from users",
            "select * from api_keys",
            "select * from client_tokens",
            "update tenants set display_name = ''",
            "delete from tenants",
        ):
            with pytest.raises(REFUSED):
                await connection.execute(forbidden)


async def test_the_dashboard_can_only_read(
    database: str, secret_key: bytes, owner: Connection, tables: list[str]
) -> None:
    before = await snapshot(owner, tables, CLINIC)
    views = [
        f"reporting.{row['relname']}"
        for row in await owner.fetch(
            "select relname from pg_class where relnamespace = 'reporting'::regnamespace and relkind = 'v'"
        )
    ]
    assert len(views) >= 7
    async with connected(database, Role.DASHBOARD, secret_key, CLINIC) as connection:
        for relation in [*tables, *views, "schema_migrations"]:
            for statement in (f"delete from {relation}", f"truncate {relation}", f"drop table {relation}"):
                with pytest.raises((REFUSED, *NEVER_FOR_VIEWS)):
                    await connection.execute(statement)
            for name in await columns(owner, relation):
                with pytest.raises((REFUSED, *NEVER_FOR_VIEWS)):
                    await connection.execute(f"update {relation} set {name} = null")
                with pytest.raises((REFUSED, *NEVER_FOR_VIEWS)):
                    await connection.execute(f"insert into {relation} ({name}) values (null)")
        for forbidden in (
            "select text from documents",
            "select text from passages",
            "select system_prompt from agent_versions",
            "select * from agents_by_version",
            "select owner from conversations",
            "create table mine (id int)",
            "create table reporting.mine (id int)",
        ):
            with pytest.raises(REFUSED):
                await connection.execute(forbidden)
    assert await snapshot(owner, tables, CLINIC) == before


async def test_the_dashboard_sees_no_conversation_of_another_tenant(
    database: str, secret_key: bytes, world: Stores
) -> None:
    for setting in SETTINGS:
        async with connected(database, Role.DASHBOARD, secret_key, setting) as connection:
            for view in (
                "reporting.conversations",
                "reporting.messages",
                "reporting.turns",
                "reporting.turn_stages",
                "reporting.reservations",
                "reporting.leads",
            ):
                rows = await connection.fetch(f"select tenant_id from {view}")
                visible = {row["tenant_id"] for row in rows}
                assert visible == ({HOTEL} if setting == HOTEL else set()), (setting, view)
            tenants = await connection.fetch("select id from reporting.tenants order by id")
            assert [row["id"] for row in tenants] == [CLINIC, HOTEL]


async def test_the_dashboard_shows_what_was_said(database: str, secret_key: bytes, world: Stores) -> None:
    async with connected(database, Role.DASHBOARD, secret_key, CLINIC) as connection:
        [call] = await connection.fetch("select * from reporting.conversations")
        said = await connection.fetch("select * from reporting.messages order by message_index")
    assert call["agent_display_name"] == "Front desk"
    assert (call["channel"], call["state"], call["message_count"]) == ("voice", "open", 2)
    assert call["first_caller_message"] == "When on Saturday?"
    assert [row["text"] for row in said] == ["When on Saturday?", "Nine to noon."]


async def test_figures_show_one_tenant_and_nobodys_name(
    database: str, secret_key: bytes, world: Stores
) -> None:
    views = ("conversations", "turns", "turn_stages", "reservations", "leads")
    for setting in SETTINGS:
        async with connected(database, Role.SERVER, secret_key, setting) as connection:
            for view in views:
                rows = await connection.fetch(f"select tenant_id from reporting.{view}")
                visible = {row["tenant_id"] for row in rows}
                assert visible == ({HOTEL} if setting == HOTEL else set()), (setting, view)
    async with connected(database, Role.DASHBOARD, secret_key, CLINIC) as connection:
        for forbidden in (
            "select phone from leads",
            "select notes from leads",
            "select name from leads",
            "select caller_name from reservations",
            "select caller_phone from reservations",
        ):
            with pytest.raises(REFUSED):
                await connection.execute(forbidden)
