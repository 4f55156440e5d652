"""VoiceStreamService."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc

from deskbell.v1 import voice_stream_service_pb2 as pb
from deskbell.v1.voice_stream_service_pb2_grpc import VoiceStreamServiceServicer
from deskbell_server.domain.errors import DeadlinePassed, InvalidInput, NotPermitted
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import TenantId, agent_name
from deskbell_server.observability.metrics import ServerMetrics
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc import voice_mapping
from deskbell_server.rpc.admission import Admission, may_act_on
from deskbell_server.rpc.caller import current_caller, current_principal
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.validation import check
from deskbell_server.voice.calls import Calls
from deskbell_server.voice.credential import CallCredential
from deskbell_server.voice.messages import BadMessage, CallStart, ClientMessage, ServerEvent, TurnMeasured

START_TIMEOUT = 10.0
"""Seconds a client may take to send its first message."""


class VoiceStreams(VoiceStreamServiceServicer):
    """See protos/deskbell/v1/voice_stream_service.proto."""

    def __init__(
        self, calls: Calls, admission: Admission, metrics: ServerMetrics, clock: Clock, default_rate: int
    ) -> None:
        self._calls = calls
        self._admission = admission
        self._clock = clock
        self._metrics = metrics
        self._default_rate = default_rate

    # The read and write form: a generator would leave its cleanup to a stray task when the client cancels.
    async def VoiceStream(  # type: ignore[override]
        self, request_iterator: Any, context: Context
    ) -> None:
        start = voice_mapping.call_start(await _first(context), self._default_rate)
        self._metrics.calls.inc()
        try:
            stream = _Stream(context, start.tenant, self._metrics)
            await self._calls.run(start, stream, self._credential(start))
        finally:
            self._metrics.calls.dec()

    def _credential(self, start: CallStart) -> CallCredential:
        caller = current_caller()
        policy = self._admission.policy(caller.method)
        agent = agent_name(start.tenant, start.agent)

        async def admit(credential: str) -> Principal:
            principal = await self._admission.principal(policy, credential)
            if not may_act_on(principal, start.tenant, agent):
                raise NotPermitted("the credential may not place this call")
            return principal

        return CallCredential(current_principal(), caller.credential, admit, self._clock)


async def _first(context: Context) -> pb.CallStart:
    try:
        async with asyncio.timeout(START_TIMEOUT):
            first = await context.read()
    except TimeoutError:
        raise DeadlinePassed(f"no `start` came within {START_TIMEOUT:.0f} s") from None
    if first is grpc.aio.EOF or first.WhichOneof("message") != "start":
        raise InvalidInput.field("start", "must be the first message", reason="START_EXPECTED")
    check(first)
    if first.client_seq != 1:
        raise InvalidInput.field("client_seq", f"is {first.client_seq}; the first message is number 1")
    result: pb.CallStart = first.start
    return result


class _Stream:
    """The wire of one call."""

    def __init__(self, context: Context, tenant: TenantId, metrics: ServerMetrics) -> None:
        self._context = context
        self._tenant = tenant
        self._metrics = metrics

    async def receive(self) -> ClientMessage | None:
        """The next message, a bad one as BadMessage."""
        request = await self._context.read()
        if request is grpc.aio.EOF:
            return None
        try:
            check(request)
        except InvalidInput as error:
            return ClientMessage(request.client_seq, BadMessage(error))
        return ClientMessage(request.client_seq, voice_mapping.client_payload(request))

    async def send(self, event: ServerEvent) -> None:
        """Sends an event, and counts a turn's metrics as they go by."""
        if isinstance(event.payload, TurnMeasured):
            measured = event.payload.metrics
            for stage in measured.stages:
                self._metrics.stage(stage.stage, stage.duration)
            if measured.voice_to_voice is not None:
                self._metrics.voice_to_voice(measured.voice_to_voice)
        await self._context.write(voice_mapping.response(event, self._tenant))
