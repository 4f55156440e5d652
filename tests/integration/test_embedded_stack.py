"""Our own Postgres and Valkey: start, stop, kill, restart, passwords, two side by side."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from deskbell_server.adapters.embedded import EmbeddedError, embedded_stack
from tests.support.folders import passable

PARENT = """
import asyncio, sys
from pathlib import Path
from deskbell_server.adapters.embedded import embedded_stack
async def main():
    async with embedded_stack(Path(sys.argv[1]), postgres=True, redis=True, report=lambda _: None) as stack:
        print(stack.database_url, stack.redis_url, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that the servers' account can pass into."""
    passable(tmp_path)
    return tmp_path / "data"


def using(folder: Path) -> list[int]:
    """The processes of the servers in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "comm").read_text().strip()
            place = str((process / "cwd").readlink()) + (process / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        if name in {"postgres", "initdb", "valkey-server"} and str(folder) in place:
            found.append(int(process.name))
    return found


def quiet(_: str) -> None:
    """A report that nobody reads."""


async def test_what_was_acknowledged_survives_a_kill_of_the_parent(folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, folder], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    database_url, redis_url = (await asyncio.to_thread(parent.stdout.readline)).split()
    connection = await asyncpg.connect(database_url)
    await connection.execute("create extension vector; create table kept (n int)")
    await connection.executemany("insert into kept values ($1)", [(n,) for n in range(1000)])
    async with Redis.from_url(redis_url) as redis:
        await redis.set("kept", "yes")
    await asyncio.sleep(1.1)  # Valkey's log reaches the disk each second
    assert using(folder)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while using(folder) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert not using(folder), "the children went with their parent"
    connection.terminate()
    async with embedded_stack(folder, postgres=True, redis=True, report=quiet) as stack:
        connection = await asyncpg.connect(stack.database_url)
        assert await connection.fetchval("select count(*) from kept") == 1000
        await connection.close()
        async with Redis.from_url(str(stack.redis_url)) as redis:
            assert await redis.get("kept") == b"yes"
    assert not using(folder)


async def test_passwords_are_asked_for_and_shown_nowhere(folder: Path) -> None:
    async with embedded_stack(folder, postgres=True, redis=True, report=quiet) as stack:
        for name in ("postgres_password", "redis_password"):
            path = folder / "secrets" / name
            assert path.stat().st_mode & 0o777 == 0o600
            for pid in using(folder):
                process = Path("/proc") / str(pid)
                shown = (process / "cmdline").read_text() + (process / "environ").read_text(errors="replace")
                assert path.read_text() not in shown
        assert "***" in repr(stack)
        parts = urlsplit(str(stack.database_url))
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1", port=parts.port, user="deskbell", password="x", database="deskbell"
            )
        async with Redis(host="127.0.0.1", port=int(urlsplit(str(stack.redis_url)).port or 0)) as redis:
            with pytest.raises(AuthenticationError):
                await redis.ping()


async def test_one_folder_serves_one_and_two_folders_two(folder: Path) -> None:
    async with embedded_stack(folder, postgres=False, redis=True, report=quiet) as first:
        with pytest.raises(EmbeddedError, match=r"another server \(process \d+\)"):
            async with embedded_stack(folder, postgres=False, redis=True, report=quiet):
                pass
        beside = folder.with_name("beside")
        async with embedded_stack(beside, postgres=False, redis=True, report=quiet) as second:
            assert first.redis_url != second.redis_url
    assert not using(folder)


async def test_a_start_that_is_cancelled_leaves_nothing(folder: Path) -> None:
    async def start() -> None:
        async with embedded_stack(folder, postgres=True, redis=True, report=quiet):
            await asyncio.Event().wait()

    starting = asyncio.create_task(start())
    await asyncio.sleep(0.4)  # initdb is at work
    starting.cancel()
    await asyncio.wait({starting})
    assert not using(folder)
    async with embedded_stack(folder, postgres=True, redis=False, report=quiet) as stack:
        connection = await asyncpg.connect(stack.database_url)
        assert await connection.fetchval("show server_version_num") >= "180000"
        await connection.close()


async def test_a_server_that_cannot_start_shows_its_log(folder: Path) -> None:
    async with embedded_stack(folder, postgres=True, redis=False, report=quiet):
        pass
    (folder / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match=r"(?s)Postgres did not start.*incompatible"):
        async with embedded_stack(folder, postgres=True, redis=False, report=quiet):
            pass


async def test_nothing_is_started_that_is_not_asked_for(folder: Path) -> None:
    async with embedded_stack(folder, postgres=False, redis=False, report=quiet) as stack:
        assert (stack.database_url, stack.redis_url) == (None, None)
    assert not folder.exists()
