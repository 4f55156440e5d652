"""Tells of changes of conversations by Postgres's LISTEN and NOTIFY.

A trigger notifies (migration 11), so that whatever changes a conversation is told of, on every server, when it is
committed and not before. Redis could carry the same; then each writer would have to think of it, and a server that
dies between its commit and its word to Redis would have said nothing.

A notification holds a conversation's name and nothing of what was said.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog

from deskbell_server.adapters.postgres.errors import DRIVER_ERRORS
from deskbell_server.adapters.postgres.roles import Role, role_url
from deskbell_server.domain.names import ConversationId, TenantId

CHANNEL = "deskbell_conversations"
CONNECT_TIMEOUT = 5.0
RECONNECT_SECONDS = 1.0
ALIVE_SECONDS, ALIVE_TIMEOUT = 30.0, 5.0
"""How often to ask whether the connection still carries anything, and how long the answer may take."""
_log = structlog.get_logger(__name__)


class PostgresConversationChanges:
    """Fulfils `ConversationChanges`, while `run` runs: one connection for all that is watched in this process."""

    def __init__(self, owner_url: str, secret_key: bytes) -> None:
        self._url = role_url(owner_url, Role.SERVER, secret_key)
        self._watched: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watching(self, tenant: TenantId, conversation: ConversationId) -> Iterator[asyncio.Event]:
        name = f"{tenant}/{conversation}"
        changed = asyncio.Event()
        self._watched[name].add(changed)
        try:
            yield changed
        finally:
            self._watched[name].discard(changed)
            if not self._watched[name]:
                del self._watched[name]

    async def run(self) -> None:
        """Listens until cancelled; a connection that is lost is made again."""
        while True:
            try:
                await self._listen()
            except DRIVER_ERRORS as error:
                _log.warning("not_listening", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        """Until the connection is lost. Raises what the driver raises."""
        connection = await asyncpg.connect(
            self._url, timeout=CONNECT_TIMEOUT, server_settings={"application_name": "deskbell-listen"}
        )
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
            # Something may have happened while nobody listened.
            for changed in [event for events in self._watched.values() for event in events]:
                changed.set()
            while not lost.is_set():
                try:
                    async with asyncio.timeout(ALIVE_SECONDS):
                        await lost.wait()
                except TimeoutError:
                    await connection.execute("select 1", timeout=ALIVE_TIMEOUT)
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _process: int, _channel: str, name: object) -> None:
        for changed in self._watched.get(str(name), ()):
            changed.set()
