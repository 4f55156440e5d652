"""How rpcs are made: with the credential, and again where that helps and does no harm.

A request is repeated after a status UNAVAILABLE or a lost connection, and after RATE_LIMITED where the wait is short. A
read changes nothing; what changes something carries a `request_id`, the same in each attempt, by which the server
tells a repeat: it answers as it did the first time, and does nothing twice. What is neither is not repeated.
After CREDENTIAL_EXPIRED or CREDENTIAL_INVALID there is one more attempt with a new credential, if there is one: such
a request was not done.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import grpc

from deskbell.credentials import Credentials
from deskbell.errors import DeskbellError, HandshakeFailed, Unavailable, from_rpc_error
from deskbell.profile import TlsFiles

RPC_TIMEOUT = 30.0
"""Seconds an ordinary rpc may take, with all its attempts."""
REPEATS = 3
WATCH_REPEATS = 40
"""Of a stream that goes on by itself: about a minute without a server."""
FIRST_WAIT, WAIT_FACTOR = 0.2, 2.5
RATE_LIMITED_REPEATS = 2
LONGEST_WAIT = 2.0
"""If the server wants a longer one, the caller decides."""

Metadata = tuple[tuple[str, str], ...]
T = TypeVar("T")

RENEWABLE = frozenset({"CREDENTIAL_EXPIRED", "CREDENTIAL_INVALID"})
"""An access token is invalid, too, when the key that signed it has been withdrawn, and the session goes on."""


class Rpcs:
    """What the services of one client share."""

    def __init__(self, server: str, tls: TlsFiles | None, credentials: Credentials) -> None:
        self.server = server
        self.credentials = credentials
        self._tls = tls

    async def read(
        self, method: Callable[..., Awaitable[T]], request: object, timeout: float = RPC_TIMEOUT
    ) -> T:
        """An rpc that changes nothing, or no more by a repeat than by itself."""
        return await self._unary(method, lambda: request, Attempts(self.credentials, timeout=timeout))

    async def change(self, method: Callable[..., Awaitable[T]], request: Any, request_id: str) -> T:
        """An rpc that is told from a repeat by its id; without one it gets one."""
        request.request_id = request_id_or_new(request_id)
        return await self.read(method, request)

    async def upload(
        self, method: Callable[..., Awaitable[T]], requests: Callable[[], object], timeout: float
    ) -> T:
        """One that sends a stream, which each attempt makes anew; it must hold a `request_id`."""
        return await self._unary(method, requests, Attempts(self.credentials, timeout=timeout))

    async def once(self, method: Callable[..., Awaitable[T]], request: object) -> T:
        """One that must not be repeated."""
        return await self._unary(method, lambda: request, Attempts(self.credentials, repeats=False))

    async def public(
        self,
        method: Callable[..., Awaitable[T]],
        request: object,
        *,
        repeats: bool,
        timeout: float = RPC_TIMEOUT,
    ) -> T:
        """One that needs no credential."""
        return await self._unary(method, lambda: request, Attempts(None, repeats=repeats, timeout=timeout))

    async def pages(
        self, method: Callable[..., Awaitable[Any]], request: Any, field: str
    ) -> AsyncIterator[Any]:
        """Every item of a list, page by page."""
        while True:
            response = await self.read(method, request)
            for item in getattr(response, field):
                yield item
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token

    async def stream(self, method: Callable[..., Any], request: object) -> AsyncGenerator[Any, None]:
        """What the server sends to one request, which holds a `request_id`. Once something came there is no other
        attempt: it would begin from the start."""
        attempts = Attempts(self.credentials, timeout=None)
        while True:
            responses = method(request, metadata=await attempts.metadata())
            began = False
            try:
                with self.translated():
                    async for response in responses:
                        began = True
                        yield response
                return
            except DeskbellError as error:
                if began:
                    raise
                await attempts.after(error)
            finally:
                responses.cancel()

    async def watch(self, method: Callable[..., Any], request: Any) -> AsyncGenerator[Any, None]:
        """What the server sends to one request for as long as what it shows goes on. Where the stream is cut off, it is
        gone on with after the last `sequence`; what it begins with (`started`) is yielded once."""
        attempts = Attempts(self.credentials, timeout=None, unavailable=WATCH_REPEATS)
        started = False
        while True:
            responses = method(request, metadata=await attempts.metadata())
            try:
                with self.translated():
                    async for response in responses:
                        attempts.succeeded()
                        request.after_sequence = response.sequence
                        if response.WhichOneof("event") == "started" and started:
                            continue
                        started = True
                        yield response
                return
            except DeskbellError as error:
                if error.reason != "RPC_TOO_LONG":
                    await attempts.after(error)
            finally:
                responses.cancel()

    async def _unary(
        self, method: Callable[..., Awaitable[T]], request: Callable[[], object], attempts: Attempts
    ) -> T:
        while True:
            metadata = await attempts.metadata()
            try:
                with self.translated():
                    return await method(request(), metadata=metadata, timeout=attempts.remaining())
            except DeskbellError as error:
                await attempts.after(error)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Makes gRPC's errors ours."""
        try:
            yield
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, self.server, self._tls) from None


class Attempts:
    """The attempts of one rpc."""

    def __init__(
        self,
        credentials: Credentials | None,
        *,
        repeats: bool = True,
        timeout: float | None = RPC_TIMEOUT,
        unavailable: int = REPEATS,
    ) -> None:
        self._credentials = credentials
        self._credential = ""
        self._most_unavailable = unavailable if repeats else 0
        self._most_rate_limited = RATE_LIMITED_REPEATS if repeats else 0
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self.succeeded()

    def succeeded(self) -> None:
        """The last attempt went well for a while: what fails now has its own further attempts."""
        self._renewals = 1
        self._unavailable = self._most_unavailable
        self._rate_limited = self._most_rate_limited
        self._wait = FIRST_WAIT

    async def metadata(self) -> Metadata:
        """For the next attempt."""
        if self._credentials is None:
            return ()
        self._credential = await self._credentials.current()
        return bearer(self._credential)

    def remaining(self) -> float | None:
        """Seconds that the next attempt may take."""
        return None if self._deadline is None else max(self._deadline - time.monotonic(), 0.0)

    async def after(self, error: DeskbellError) -> None:
        """Returns when it is time for another attempt. Raises the error where another one does not help."""
        if error.reason in RENEWABLE and self._credentials is not None and self._renewals:
            self._renewals -= 1
            if await self._credentials.renewed(self._credential) is not None:
                return
        wait = self._wait_after(error)
        left = self.remaining()
        if wait is None or (left is not None and wait >= left):
            raise error
        await asyncio.sleep(wait)

    def _wait_after(self, error: DeskbellError) -> float | None:
        asked = error.retry_after or 0.0
        if asked > LONGEST_WAIT:
            return None
        # A random part, so that those who failed together do not come again together.
        if isinstance(error, Unavailable) and not isinstance(error, HandshakeFailed) and self._unavailable:
            self._unavailable -= 1
            wait = self._wait * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
            self._wait = min(self._wait * WAIT_FACTOR, LONGEST_WAIT)
            return max(wait, asked)
        if error.reason == "RATE_LIMITED" and error.retry_after is not None and self._rate_limited:
            self._rate_limited -= 1
            return asked + random.uniform(0.0, 0.1)  # noqa: S311 - no secret
        return None


def bearer(credential: str) -> Metadata:
    """A credential as metadata."""
    return (("authorization", f"Bearer {credential}"),)


def request_id_or_new(request_id: str) -> str:
    """The id that was given, else a fresh one."""
    return request_id or str(uuid.uuid4())
