"""Streams of requests, whose first message says in which tenant they want to do something."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from deskbell_server.rpc.policies import Policy


class CheckedContext:
    """A context whose first message that is read, and first that is written, are looked at before they pass.

    `on_first_read` refuses by raising.
    """

    def __init__(
        self,
        context: Any,
        on_first_read: Callable[[Message], Awaitable[None]],
        on_first_write: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._context = context
        self._on_first_read: Callable[[Message], Awaitable[None]] | None = on_first_read
        self._on_first_write: Callable[[Message], Awaitable[None]] | None = on_first_write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    async def read(self) -> Any:
        """The next message, or grpc.aio.EOF."""
        message = await self._context.read()
        if self._on_first_read is not None and message is not grpc.aio.EOF:
            check, self._on_first_read = self._on_first_read, None
            await check(message)
        return message

    async def write(self, message: Message) -> None:
        """Sends a message."""
        if self._on_first_write is not None:
            note, self._on_first_write = self._on_first_write, None
            await note(message)
        await self._context.write(message)


def names_its_resource(policy: Policy, first: Message) -> bool:
    """Whether a first message is of the kind that holds the resource. One of another kind is refused by the
    rpc itself, which can say what it expected."""
    return first.HasField(policy.resource.partition(".")[0])


async def chained(first: Message, rest: AsyncIterator[Message]) -> AsyncIterator[Message]:
    """The first message, then the others."""
    yield first
    async for message in rest:
        yield message
