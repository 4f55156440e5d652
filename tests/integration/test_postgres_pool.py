"""Transactions, and what happens when the database or the caller goes away."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest

from deskbell_server.adapters.postgres import pool
from deskbell_server.adapters.postgres.pool import Database, open_database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.errors import NotFound, StoreUnavailable
from deskbell_server.domain.names import AgentId, TenantId
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL
from tests.integration.store_world import Connection, Stores, make_stores

DESK = AgentId("front-desk")
SERVER_BACKENDS = """
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database() and usename like 'deskbell_%'
"""


async def test_a_killed_backend_is_unavailable_and_then_replaced(
    stores: Stores, pools: Database, owner: Connection
) -> None:
    async def use_a_connection_that_is_killed() -> None:
        async with pools.tenant(CLINIC) as connection:
            await connection.execute("update tenants set display_name = 'half done'")
            await owner.execute("select pg_terminate_backend($1)", connection.get_server_pid())
            await connection.execute("select 1")

    with pytest.raises(StoreUnavailable):
        await use_a_connection_that_is_killed()
    assert (await stores.tenants.get(CLINIC)).display_name == f"The {CLINIC}"


async def test_a_restarted_database_is_found_again(stores: Stores, owner: Connection) -> None:
    """All connections go, those in use and those that wait."""
    calls = [asyncio.create_task(stores.agents.get(CLINIC, DESK)) for _ in range(20)]
    await asyncio.sleep(0)
    await owner.fetch(SERVER_BACKENDS)
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert not isinstance(outcome, BaseException) or isinstance(outcome, StoreUnavailable)
    async with asyncio.timeout(5):
        while True:
            try:
                await stores.agents.get(CLINIC, DESK)
                await stores.tenants.get(CLINIC)
                break
            except StoreUnavailable:
                await asyncio.sleep(0.02)


async def test_a_database_that_does_not_answer_is_unavailable(secret_key: bytes) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"postgresql://owner:secret@127.0.0.1:{silent.getsockname()[1]}/deskbell"
        with pytest.raises(StoreUnavailable) as caught:
            async with open_database(url, secret_key, size=1):
                pass
    assert "secret" not in str(caught.value)


async def test_another_secret_key_is_not_let_in(database: str) -> None:
    with pytest.raises(StoreUnavailable, match="28P01"):
        async with open_database(database, b"some other key, of another deployment", size=1):
            pass


async def test_waiting_for_a_connection_has_an_end(
    database: str, secret_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ACQUIRE_TIMEOUT", 0.1)
    async with open_database(database, secret_key, size=1) as small, small.tenant(CLINIC):
        with pytest.raises(StoreUnavailable):
            async with small.tenant(CLINIC):
                pass


async def test_a_statement_that_takes_too_long_is_given_up(
    database: str, secret_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pool._SESSION, "statement_timeout", "100")
    async with open_database(database, secret_key, size=1) as impatient:
        with pytest.raises(StoreUnavailable, match="57014"):
            async with impatient.tenant(CLINIC) as connection:
                await connection.execute("select pg_sleep(30)")
        async with impatient.tenant(CLINIC) as connection:
            assert await connection.fetchval("select 1") == 1


async def test_cancelling_rolls_back_and_gives_the_connection_back(
    database: str, secret_key: bytes, stores: Stores
) -> None:
    begun = asyncio.Event()

    async def slow(small: Database) -> None:
        async with small.tenant(CLINIC) as connection:
            await connection.execute("update tenants set display_name = 'half done'")
            begun.set()
            await connection.execute("select pg_sleep(30)")

    async with open_database(database, secret_key, size=1) as small:
        work = asyncio.create_task(slow(small))
        await begun.wait()
        await asyncio.sleep(0.05)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(work, 3)
        async with small.tenant(HOTEL) as connection:
            assert await connection.fetchval("select current_setting('app.tenant_id')") == HOTEL
        assert (await make_stores(small).tenants.get(CLINIC)).display_name == f"The {CLINIC}"


async def test_an_error_in_the_block_rolls_back_and_is_passed_on(stores: Stores, pools: Database) -> None:
    async def fail_half_way() -> None:
        async with pools.tenant(CLINIC) as connection:
            await connection.execute("update tenants set display_name = 'half done'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()
    assert (await stores.tenants.get(CLINIC)).display_name == f"The {CLINIC}"


async def test_refuses_what_can_be_no_tenant_before_any_statement(pools: Database) -> None:
    with pytest.raises(NotFound):
        async with pools.tenant(TenantId("a'; reset all; --")):
            pass


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
async def test_a_search_reads_the_tenants_rows_by_index(
    stores: Stores, pools: Database, owner: Connection, plan: str
) -> None:
    await fill_with_passages(owner, tenants=20, passages=300)
    async with pools.tenant(TenantId("tenant-7")) as connection:
        await connection.execute(f"set local plan_cache_mode = {plan}")
        lines = await connection.fetchval(
            f"explain (analyze, format json) {load_statements('knowledge')['nearest']}",
            "tenant-7",
            sample.vector(),
            3,
        )
    scans = [
        node
        for node in plan_nodes(json.loads(lines)[0]["Plan"])
        if "passages" in str(node.get("Relation Name"))
    ]
    assert scans
    for scan in scans:
        assert scan["Node Type"] in {"Index Scan", "Bitmap Heap Scan"}
        assert scan["Actual Rows"] * scan["Actual Loops"] == 300
        assert scan.get("Rows Removed by Filter", 0) == 0


def plan_nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for child in node.get("Plans", []) for below in plan_nodes(child))]


async def fill_with_passages(owner: Connection, *, tenants: int, passages: int) -> None:
    """READY documents, ten passages each, for `tenant-1` and so on."""
    await owner.execute(
        f"""
        insert into tenants
        select 'tenant-' || t, 'T', '', 'en', 'UTC', now(), now() from generate_series(1, {tenants}) t;
        insert into documents (tenant_id, document_id, title, media_type, text, size_bytes, state, created_at,
            updated_at)
        select 'tenant-' || t, 'document-' || d, 'D', 'text/plain', '', 0, 'ready', now(), now()
        from generate_series(1, {tenants}) t, generate_series(1, {passages} / 10) d;
        insert into passages (tenant_id, document_id, passage_index, heading, text, start_offset, end_offset,
            embedding)
        select tenant_id, document_id, p, '', repeat('word ', 80), 0, 400,
            (select array_agg(random() - 0.5) from generate_series(1, 384) where p is not null)::halfvec(384)
        from documents, generate_series(1, 10) p
        where tenant_id like 'tenant-%';
        analyze;
        """
    )
