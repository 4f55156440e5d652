"""What the server has to tell a client: bounded, numbered as it is sent, and without what an interruption
made stale."""

from __future__ import annotations

import asyncio

from deskbell_server.domain.errors import DeadlinePassed
from deskbell_server.domain.names import TurnId
from deskbell_server.ports.stores import Clock
from deskbell_server.voice.messages import (
    ResponseAudio,
    ResponseCitation,
    ResponseText,
    ServerEvent,
    ServerPayload,
    Transport,
)

CAPACITY = 64
SEND_TIMEOUT = 30.0
"""A client that reads nothing for so long is gone."""


class Outbox:
    """The way out of one call. `run` sends until `close`; `tell` waits while the outbox is full."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._queue: asyncio.Queue[tuple[TurnId | None, ServerPayload] | None] = asyncio.Queue(CAPACITY)
        self._stopped = ""
        self._seq = 0

    async def tell(self, payload: ServerPayload, turn: TurnId | None = None) -> None:
        """Adds an event."""
        await self._queue.put((turn, payload))

    def stop_response(self, response_id: str) -> None:
        """Nothing more of this response is sent, also not what is already waiting."""
        self._stopped = response_id

    async def close(self) -> None:
        """After what was told, no more comes; `run` returns when it is sent."""
        await self._queue.put(None)

    async def run(self) -> None:
        """Sends. Raises DeadlinePassed when the client does not read."""
        while (item := await self._queue.get()) is not None:
            turn, payload = item
            if (
                isinstance(payload, ResponseText | ResponseAudio | ResponseCitation)
                and payload.response_id == self._stopped
            ):
                continue
            self._seq += 1
            try:
                async with asyncio.timeout(SEND_TIMEOUT):
                    await self._transport.send(ServerEvent(self._seq, turn, self._clock.now(), payload))
            except TimeoutError:
                raise DeadlinePassed(
                    f"the client has read nothing for {SEND_TIMEOUT:.0f} s", reason="STREAM_IDLE"
                ) from None
