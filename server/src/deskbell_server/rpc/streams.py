"""Streams of requests, whose first message says in which tenant they want to do something."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from deskbell_server.domain.errors import InvalidInput
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
        if message is not grpc.aio.EOF:
            check_readable(message)
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


class Unreadable:
    """In the place of bytes that are no message."""


def check_readable(message: object) -> None:
    """Raises InvalidInput for Unreadable."""
    if isinstance(message, Unreadable):
        raise InvalidInput.field("(message)", "is not a protobuf message of the request's type")


class Incoming:
    """The requests of a stream, each looked at before it passes. An iterator rather than a generator: one that is left
    half-way leaves nothing to be closed. Raises InvalidInput for a request that is Unreadable."""

    def __init__(self, requests: AsyncIterable[Any], look: Callable[[Message], None] | None = None) -> None:
        self._requests = aiter(requests)
        self._look = look
        self._put_back: list[Message] = []

    def __aiter__(self) -> Incoming:
        return self

    async def __anext__(self) -> Any:
        if self._put_back:
            return self._put_back.pop()
        request = await anext(self._requests)
        check_readable(request)
        if self._look is not None:
            self._look(request)
        return request

    def put_back(self, request: Message) -> None:
        """Lets the next one be this one."""
        self._put_back.append(request)


def names_its_resource(policy: Policy, first: Message) -> bool:
    """Whether a first message is of the kind that holds the resource. One of another kind is refused by the
    rpc itself, which can say what it expected."""
    return first.HasField(policy.resource.partition(".")[0])
