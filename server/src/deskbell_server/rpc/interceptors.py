"""What every rpc passes through, outermost first: metrics, errors, admission, the rules of the protos, the tenant,
a deadline; and around what it changes, a unit of work with the audit log.

One interceptor wraps each handler with all of them, so that a stream's errors are unwrapped around the stream
itself: an exception group that left the handler would reach the client as UNKNOWN.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2, status_pb2

from deskbell_server.domain.errors import DeadlinePassed, DeskbellError
from deskbell_server.domain.names import TenantId
from deskbell_server.observability.metrics import ServerMetrics
from deskbell_server.rpc import errors
from deskbell_server.rpc.admission import Admission, check_resource
from deskbell_server.rpc.caller import Caller, set_caller
from deskbell_server.rpc.context import Context, Handler
from deskbell_server.rpc.mutations import Fingerprint, Mutations
from deskbell_server.rpc.policies import Policy, field_value
from deskbell_server.rpc.streams import (
    CheckedContext,
    Incoming,
    Unreadable,
    check_readable,
    names_its_resource,
)
from deskbell_server.rpc.validation import check

UNARY_SECONDS = 60.0
STREAM_SECONDS = 300.0
"""The longest that an upload or a chat may take. A voice call has limits of its own."""
WATCH_SECONDS = 3600.0
"""Of what watches; whoever watches on shows the credential again."""
FIRST_MESSAGE_SECONDS = 30.0
_log = structlog.get_logger(__name__)
_Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every handler."""

    def __init__(self, admission: Admission, mutations: Mutations, metrics: ServerMetrics) -> None:
        self._admission = admission
        self._mutations = mutations
        self._metrics = metrics

    async def intercept_service(
        self, continuation: _Continuation, details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """Replaces the handler by one that passes through everything named above."""
        handler = await continuation(details)
        if handler is None:
            return None
        policy = self._admission.policy(details.method)
        codecs = (_lenient(handler.request_deserializer), handler.response_serializer)
        if handler.request_streaming and handler.response_streaming:
            # A call has limits of its own.
            limit = STREAM_SECONDS if policy.any_credential else None
            calls = self._guarded(policy, self._stream_stream, handler.stream_stream, limit)
            return grpc.stream_stream_rpc_method_handler(calls, *codecs)
        if handler.request_streaming:
            uploads = self._guarded(policy, self._stream_unary, handler.stream_unary, STREAM_SECONDS)
            return grpc.stream_unary_rpc_method_handler(uploads, *codecs)
        if handler.response_streaming:
            seconds = WATCH_SECONDS if policy.any_credential or policy.watch else STREAM_SECONDS
            answers = self._guarded(policy, _single(self._unary_stream), handler.unary_stream, seconds)
            return grpc.stream_stream_rpc_method_handler(answers, *codecs)
        plain = self._guarded(policy, _single(self._unary_unary), handler.unary_unary, UNARY_SECONDS)
        return grpc.stream_unary_rpc_method_handler(plain, *codecs)

    def _guarded(self, policy: Policy, shape: Any, behaviour: Any, seconds: float | None = None) -> Any:
        async def guarded(request: Any, context: Context) -> Any:
            began = time.monotonic()
            code = "OK"
            try:
                async with _deadline(seconds):
                    caller = await self._admission.admit(
                        policy, tuple(context.invocation_metadata() or ()), context.peer()
                    )
                    set_caller(caller)
                    structlog.contextvars.bind_contextvars(request_id=caller.request_id)
                    return await shape(policy, caller, behaviour, request, context)
            except asyncio.CancelledError:
                code = "CANCELLED"
                raise
            except (grpc.aio.AbortError, grpc.aio.UsageError):
                code = _code_of(context)
                raise
            except Exception as error:
                if isinstance(errors.unwrapped(error), grpc.aio.InternalError):
                    # gRPC could not carry out an operation of its own: the client went away in the middle of a
                    # write, and there is nobody to tell a status.
                    code = "CANCELLED"
                    raise asyncio.CancelledError from error
                status = _status(policy, error)
                code = code_pb2.Code.Name(status.code)
                await errors.abort(context, status)
            finally:
                self._metrics.rpc(policy.method, code, time.monotonic() - began)

        return guarded

    async def _unary_unary(
        self, policy: Policy, caller: Caller, behaviour: Any, request: Message, context: Context
    ) -> Message:
        check_readable(request)
        check(request)
        tenant = check_resource(policy, caller.principal, request)
        if policy.takes_request_id:
            fingerprint = Fingerprint()
            request_id = fingerprint.add(request)
            return await self._mutations.unary(
                policy,
                caller,
                tenant,
                request,
                fingerprint.digest,
                request_id,
                lambda: behaviour(request, context),
            )
        response: Message = await behaviour(request, context)
        if policy.transcripts:
            name = str(field_value(request, policy.resource)) if policy.resource else ""
            await self._mutations.note(caller, tenant, name)
        return response

    async def _stream_unary(
        self, policy: Policy, caller: Caller, behaviour: Any, requests: Any, context: Context
    ) -> Message:
        fingerprint = Fingerprint()
        request_ids: list[str] = []
        incoming = Incoming(requests, lambda request: request_ids.append(fingerprint.add(request)))
        async with _deadline(FIRST_MESSAGE_SECONDS):
            first = await anext(incoming, None)
        if first is not None:
            incoming.put_back(first)
        if first is None or not names_its_resource(policy, first):
            refused: Message = await behaviour(incoming, context)
            return refused
        check(first)
        return await self._mutations.unary(
            policy,
            caller,
            check_resource(policy, caller.principal, first),
            first,
            fingerprint.digest,
            request_ids[0],
            lambda: behaviour(incoming, context),
        )

    async def _unary_stream(
        self, policy: Policy, caller: Caller, behaviour: Any, request: Message, context: Context
    ) -> None:
        check_readable(request)
        check(request)
        tenant = check_resource(policy, caller.principal, request)
        if policy.takes_request_id:
            responses = self._mutations.stream(
                policy, caller, tenant, request, lambda: behaviour(request, context)
            )
            await _write_all(responses, context)
            return
        if policy.transcripts:
            name = str(field_value(request, policy.resource)) if policy.resource else ""
            context = _noted(context, lambda: self._mutations.note(caller, tenant, name))
        result = behaviour(request, context)
        if isinstance(result, AsyncIterator):
            await _write_all(result, context)
        else:
            await result

    async def _stream_stream(
        self, policy: Policy, caller: Caller, behaviour: Any, requests: Any, context: Context
    ) -> None:
        if policy.any_credential:
            await _write_all(behaviour(Incoming(requests), context), context)
            return
        tenant: TenantId | None = None

        async def look(first: Message) -> None:
            nonlocal tenant
            if names_its_resource(policy, first):
                check(first)
                tenant = check_resource(policy, caller.principal, first)

        async def note(first: Any) -> None:
            await self._mutations.note(caller, tenant, first.started.conversation)

        await behaviour(requests, CheckedContext(context, look, note))


def _noted(context: Context, note: Callable[[], Awaitable[None]]) -> Any:
    """A context of which a note is made before the first response goes out."""

    async def nothing(_: Message) -> None:
        pass

    return CheckedContext(context, nothing, lambda _: note())


def _single(shape: Any) -> Any:
    """For an rpc whose request is one message, served as a stream of one, which is the same on the wire: grpc would
    read the message before anything of ours runs, so that whoever never sends it, and needs no credential for that,
    would keep a place for ever."""

    async def single(
        policy: Policy, caller: Caller, behaviour: Any, requests: AsyncIterable[Any], context: Context
    ) -> Any:
        async with _deadline(FIRST_MESSAGE_SECONDS):
            request = await anext(aiter(requests), None)
        return await shape(policy, caller, behaviour, Unreadable() if request is None else request, context)

    return single


def _code_of(context: Context) -> str:
    """The name of the status code with which a servicer of grpc's own has ended its rpc."""
    code = context.code()
    number = code.value[0] if isinstance(code, grpc.StatusCode) else int(code or 0)
    name: str = code_pb2.Code.Name(number)
    return name


def _lenient(deserializer: Callable[[bytes], Message] | None) -> Callable[[bytes], Message | Unreadable]:
    """grpc itself answers bytes that are no message with UNKNOWN, and a stack trace in the log, before anybody has
    asked for a credential. So they pass as Unreadable, to be refused in their turn."""

    def deserialize(content: bytes) -> Message | Unreadable:
        try:
            return deserializer(content) if deserializer is not None else Unreadable()
        except DecodeError:
            return Unreadable()

    return deserialize


def _status(policy: Policy, error: Exception) -> status_pb2.Status:
    """The status that ends an rpc which raised an error, after it was logged."""
    status = errors.status_of(error, policy.method)
    cause = errors.unwrapped(error)
    if isinstance(cause, DeskbellError):
        code = code_pb2.Code.Name(status.code)
        _log.info("rpc_refused", method=policy.method, code=code, reason=cause.reason)
    return status


def _deadline(seconds: float | None) -> AbstractAsyncContextManager[object]:
    return nullcontext() if seconds is None else _Deadline(seconds)


class _Deadline:
    """As asyncio.timeout, and raises DeadlinePassed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *exception: Any) -> None:
        try:
            await self._timeout.__aexit__(*exception)
        except TimeoutError:
            if not self._timeout.expired():
                raise
            raise DeadlinePassed(
                f"the rpc took longer than {self._seconds:.0f} s", reason="RPC_TOO_LONG"
            ) from None


async def _write_all(responses: AsyncIterator[Any], context: Context) -> None:
    """Sends a generator's messages through the write form, so that its errors surface inside the wrapper."""
    try:
        async for response in responses:
            await context.write(response)
    finally:
        close = getattr(responses, "aclose", None)
        if close is not None:
            await close()
