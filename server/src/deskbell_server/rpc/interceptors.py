"""What every rpc passes through, outermost first: logging and metrics, errors, the credential, the rules.

One interceptor wraps each handler with all of them, so that a stream's errors are unwrapped around the stream
itself: an exception group that left the handler would reach the client as UNKNOWN.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import structlog
from google.rpc import code_pb2

from deskbell_server.domain.errors import DeskbellError, NotAuthenticated
from deskbell_server.observability.metrics import ServerMetrics
from deskbell_server.rpc import errors
from deskbell_server.rpc.context import Context, Handler
from deskbell_server.rpc.validation import check

HEALTH = "/grpc.health.v1.Health/"
_log = structlog.get_logger(__name__)
_Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]


class Gate:
    """Knows the bootstrap key, and which methods answer without it."""

    def __init__(self, admin_key: str, *, open_health: bool) -> None:
        self._key = admin_key.encode()
        self._open_health = open_health

    def check(self, method: str, metadata: tuple[tuple[str, str | bytes], ...]) -> None:
        """Raises NotAuthenticated unless the call carries the key."""
        if self._open_health and method.startswith(HEALTH):
            return
        values = [value for name, value in metadata if name == "authorization"]
        if len(values) != 1 or not isinstance(values[0], str):
            raise NotAuthenticated("send the API key in the metadata: `authorization: Bearer KEY`")
        scheme, _, key = values[0].partition(" ")
        given = key.strip().encode()
        # Compared in any case, so that the time taken tells nothing.
        right = hmac.compare_digest(given, self._key)
        if scheme.lower() != "bearer" or not right:
            raise NotAuthenticated("the API key is not one that this server knows")


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every handler."""

    def __init__(self, gate: Gate, metrics: ServerMetrics) -> None:
        self._gate = gate
        self._metrics = metrics

    async def intercept_service(
        self, continuation: _Continuation, details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """Replaces the handler by one that passes through everything named above."""
        handler = await continuation(details)
        method = details.method
        if handler is None:
            return None
        if handler.request_streaming and handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(
                self._wrap(method, handler.stream_stream),
                handler.request_deserializer,
                handler.response_serializer,
            )
        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(
                self._wrap(method, handler.stream_unary),
                handler.request_deserializer,
                handler.response_serializer,
            )
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._wrap(method, handler.unary_stream, checks=True),
                handler.request_deserializer,
                handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._wrap(method, handler.unary_unary, checks=True),
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _wrap(self, method: str, behaviour: Any, *, checks: bool = False) -> Any:
        """`checks`: the request is one message, to be checked here; streams check their own as they come."""

        async def wrapped(request: Any, context: Context) -> Any:
            began = time.monotonic()
            code = "OK"
            try:
                self._gate.check(method, tuple(context.invocation_metadata() or ()))
                if checks:
                    check(request)
                result = behaviour(request, context)
                if isinstance(result, AsyncIterator):
                    await _write_all(result, context)
                    return None
                return await result
            except asyncio.CancelledError:
                code = "CANCELLED"
                raise
            except (grpc.aio.AbortError, grpc.aio.UsageError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the client gets a status
                status = errors.status_of(error, method)
                code = code_pb2.Code.Name(status.code)
                reason = getattr(errors.unwrapped(error), "reason", "INTERNAL")
                if isinstance(errors.unwrapped(error), DeskbellError):
                    _log.info("rpc_refused", method=method, code=code, reason=reason)
                await errors.abort(context, status)
            finally:
                self._metrics.rpc(method, code, time.monotonic() - began)

        return wrapped


async def _write_all(responses: AsyncIterator[Any], context: Context) -> None:
    """Sends a generator's messages through the write form, so that its errors surface inside the wrapper."""
    try:
        async for response in responses:
            await context.write(response)
    finally:
        close = getattr(responses, "aclose", None)
        if close is not None:
            await close()
