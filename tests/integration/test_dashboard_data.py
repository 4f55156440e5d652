"""The dashboard's reading when the database is away, comes back, or is not the right one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deskbell_dashboard.data import DATABASE_URL, ReportsUnavailable, open_reports, reports
from deskbell_server.adapters.postgres.roles import Role, role_url
from tests.integration.store_world import Stores


class Relay:
    """A wire to the database that can be cut and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._idle.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        ends = {writer, far_writer}
        self._writers |= ends
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, far_writer))
                group.create_task(self._copy(far_reader, writer))
        finally:
            self._writers -= ends
            if not self._writers:
                self._idle.set()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()


@pytest.fixture
async def relay(database: str) -> AsyncIterator[Relay]:
    url = urlsplit(database)
    assert url.hostname
    relay = Relay(url.hostname, url.port or 5432)
    await relay.mend()
    yield relay
    await relay.cut()


async def test_recovers_when_the_database_comes_back(
    stores: Stores, database: str, secret_key: bytes, relay: Relay
) -> None:
    url = urlsplit(role_url(database, Role.DASHBOARD, secret_key))
    account = url.netloc.rpartition("@")[0]
    reader = open_reports(urlunsplit(url._replace(netloc=f"{account}@127.0.0.1:{relay.port}")))
    try:
        before = await asyncio.to_thread(reader.tenants)
        await relay.cut()
        with pytest.raises(ReportsUnavailable, match="does not answer"):
            await asyncio.to_thread(reader.tenants)
        await relay.mend()
        assert await asyncio.to_thread(reader.tenants) == before
    finally:
        await asyncio.to_thread(reader.close)


async def test_survives_the_loss_of_its_connections(
    stores: Stores, database: str, secret_key: bytes, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    reader = open_reports(role_url(database, Role.DASHBOARD, secret_key))
    try:
        before = await asyncio.to_thread(reader.tenants)
        ended = await owner.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = 'deskbell-dashboard' and datname = current_database()"
        )
        assert ended == 1
        assert await asyncio.to_thread(reader.tenants) == before
    finally:
        await asyncio.to_thread(reader.close)


def test_a_database_that_is_not_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        reader = open_reports(f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/none")
        try:
            with pytest.raises(ReportsUnavailable, match="does not answer"):
                reader.tenants()
        finally:
            reader.close()


async def test_a_database_without_views_is_told(
    database: str, secret_key: bytes, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    await owner.execute("drop schema reporting cascade")
    reader = open_reports(role_url(database, Role.DASHBOARD, secret_key))
    try:
        with pytest.raises(ReportsUnavailable, match="deskbell-server migrate"):
            await asyncio.to_thread(reader.tenants)
    finally:
        await asyncio.to_thread(reader.close)


def test_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATABASE_URL, raising=False)
    with pytest.raises(ReportsUnavailable, match=DATABASE_URL):
        reports()
