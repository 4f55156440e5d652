"""The harness: a marker by folder, real Postgres and Redis for those who ask, and no leaks.

`DESKBELL_TEST_DATABASE_URL` and `DESKBELL_TEST_REDIS_URL` name other servers to test against than our own;
the first one's user must be a superuser, and the second one's database is flushed.

The tests run on asyncio's own loop, which tells what a failed test left open; on uvloop closing the loop would
wait for it. The server's own loop, uvloop, is what the tests in e2e run.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from redis.asyncio import Redis

from deskbell_server.adapters.embedded import embedded_stack
from deskbell_server.adapters.postgres.migrations import migrate

FOLDERS = {
    "unit": "unit",
    "contract": "contract",
    "integration": "integration",
    "e2e": "e2e",
    "benchmarks": "benchmark",
}
SECRET_KEY = b"the test servers' secret key"
TEMPLATE = "deskbell_template"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test by its folder; benchmarks run only when asked for."""
    here = Path(__file__).parent
    asked = "benchmark" in (config.option.markexpr or "")
    kept, left_out = [], []
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if folder not in FOLDERS:
            raise pytest.UsageError(f"{item.path} is in none of tests/{{{','.join(FOLDERS)}}}")
        item.add_marker(FOLDERS[folder])
        (left_out if folder == "benchmarks" and not asked else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture(autouse=True)
async def nothing_left_behind(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Fails an asynchronous test that leaves tasks behind, or an exception that nobody saw."""
    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks(loop)
    unseen: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unseen.append(context))
    yield
    await asyncio.sleep(0)
    ours = asyncio.all_tasks(loop) - before - {asyncio.current_task()}
    left = [task for task in ours if not task.done()]
    assert not left, f"tasks left behind: {left}"
    assert not unseen, f"exceptions that nobody saw: {unseen}"


@dataclass(frozen=True)
class Servers:
    """The servers of the test session, as their owner connects."""

    database_url: str
    redis_url: str


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Postgres with a migrated template database, and Redis: our own, unless others are named."""
    database = os.environ.get("DESKBELL_TEST_DATABASE_URL")
    redis = os.environ.get("DESKBELL_TEST_REDIS_URL")
    with ExitStack() as stack:
        # Not among pytest's folders: run by root, the servers' account must be able to pass through, and another
        # run of pytest that begins meanwhile closes them again.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deskbell-tests-")))
        folder.chmod(0o711)
        runner = stack.enter_context(asyncio.Runner())

        context = embedded_stack(
            folder, postgres=database is None, redis=redis is None, report=lambda _: None
        )
        own = runner.run(context.__aenter__())
        stack.callback(lambda: runner.run(context.__aexit__(None, None, None)))
        found = Servers(database or own.database_url or "", redis or own.redis_url or "")
        if database is None:
            runner.run(_without_fsync(found.database_url))
        runner.run(_make_template(found.database_url))
        yield found


@pytest.fixture(scope="session")
def secret_key() -> bytes:
    """Under which the template was migrated; roles are common to all databases of a server."""
    return SECRET_KEY


async def _without_fsync(server: str) -> None:
    """Nothing of these databases outlives the session, so that the disk need not be waited for."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await _command(server, f"alter system set {setting} = off")
    await _command(server, "select pg_reload_conf()")


async def _make_template(server: str) -> None:
    await _command(server, f"drop database if exists {TEMPLATE}")
    await _command(server, f"create database {TEMPLATE}")
    await migrate(_in(server, TEMPLATE), SECRET_KEY)


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[str]:
    """The owner's URL of a fresh, migrated database."""
    name = f"test_{secrets.token_hex(6)}"
    await _command(servers.database_url, f"create database {name} template {TEMPLATE}")
    yield _in(servers.database_url, name)
    await _command(servers.database_url, f"drop database {name} with (force)")


@pytest.fixture
async def redis_url(servers: Servers) -> str:
    """The URL of an empty Redis database."""
    async with Redis.from_url(servers.redis_url) as client:
        await client.flushdb()
    return servers.redis_url


async def _command(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(sql)
    finally:
        await connection.close(timeout=10)


def _in(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()
