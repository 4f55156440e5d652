"""A TCP relay that can be cut off, or fall silent: how a server behaves whose neighbour does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Relay:
    """Passes everything on, until `cut` closes what is open and what comes, or `hang` swallows what is sent."""

    url: str = ""
    connections: int = 0
    swallowed: int = 0
    """Pieces that were sent since it hangs."""
    _mode: str = "pass"
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        self._mode = "cut"
        for writer in list(self._open):
            writer.close()

    def hang(self) -> None:
        self._mode = "hang"

    def mend(self) -> None:
        """Passes on what is sent over new connections; old ones have lost something and are closed."""
        self.cut()
        self._mode = "pass"

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
    ) -> None:
        self.connections += 1
        if self._mode == "cut":
            writer.close()
            return
        with suppress(OSError):
            behind_reader, behind_writer = await asyncio.open_connection(host, port)
            self._open |= {writer, behind_writer}
            try:
                await asyncio.gather(self._pump(reader, behind_writer), self._pump(behind_reader, writer))
            finally:
                self._open -= {writer, behind_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                while data := await reader.read(65536):
                    if self._mode == "pass":
                        writer.write(data)
                        await writer.drain()
                    elif self._mode == "hang":
                        self.swallowed += 1
        finally:
            writer.close()


@asynccontextmanager
async def open_relay(url: str) -> AsyncIterator[Relay]:
    """A relay in front of the server of `url`; its own URL is `relay.url`."""
    parts = urlsplit(url)
    relay = Relay()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(relay.serve(reader, writer, parts.hostname or "", parts.port or 6379))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    account, at, _ = parts.netloc.rpartition("@")
    port = server.sockets[0].getsockname()[1]
    relay.url = parts._replace(netloc=f"{account}{at}127.0.0.1:{port}").geturl()
    try:
        yield relay
    finally:
        server.close()
        relay.cut()
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        await server.wait_closed()
