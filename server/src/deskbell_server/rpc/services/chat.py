"""ChatService."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from deskbell.v1 import chat_service_pb2 as pb
from deskbell.v1 import turn_events_pb2
from deskbell.v1.chat_service_pb2_grpc import ChatServiceServicer
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, TenantId, TurnId, conversation_name, split_name
from deskbell_server.observability.metrics import ServerMetrics
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc import mapping, turn_mapping
from deskbell_server.rpc.caller import current_caller, current_principal
from deskbell_server.rpc.context import Context
from deskbell_server.turn.chats import Chats
from deskbell_server.turn.events import (
    Answer,
    Cited,
    Classified,
    Degraded,
    Finished,
    HandedOver,
    Metrics,
    Recorded,
    Text,
    TurnEvent,
)

RESPONSE_ID = "r1"
"""A chat turn has one response."""


class Chat(ChatServiceServicer):
    """See protos/deskbell/v1/chat_service.proto."""

    def __init__(self, chats: Chats, clock: Clock, metrics: ServerMetrics) -> None:
        self._chats = chats
        self._clock = clock
        self._metrics = metrics

    async def SendMessage(
        self, request: pb.SendMessageRequest, context: Context
    ) -> AsyncIterator[pb.SendMessageResponse]:
        tenant, agent = split_name(request.agent)
        conversation = None
        if request.conversation:
            owner, conversation_id = split_name(request.conversation)
            if owner != tenant:
                raise InvalidInput.field("conversation", f"must be a conversation of tenants/{tenant}")
            conversation = mapping.conversation_id(conversation_id)
        if not request.text.strip():
            raise InvalidInput.field("text", "must hold more than white space")
        caller = current_caller()
        turn = self._chats.new_turn()
        if caller.repeated is not None:
            # Begun before, under the same request id: the same conversation and turn.
            conversation = mapping.conversation_id(split_name(caller.repeated.started.conversation)[1])
            turn = TurnId(uuid.UUID(caller.repeated.turn_id))
        chat = await self._chats.open(
            TenantId(tenant), AgentId(agent), conversation, request.caller_id, current_principal()
        )
        seq = 0

        def event(**payload: Any) -> pb.SendMessageResponse:
            nonlocal seq
            seq += 1
            return pb.SendMessageResponse(
                event_seq=seq,
                turn_id=str(turn),
                event_time=mapping.timestamp(self._clock.now()),
                **payload,
            )

        name = conversation_name(chat.tenant.id, chat.conversation)
        yield event(started=pb.ChatStarted(conversation=name))
        yield event(response_started=turn_events_pb2.ResponseStarted(response_id=RESPONSE_ID))
        stored = None if caller.repeated is None else await self._chats.stored_answer(chat, turn)
        answer_again = self._chats.say(chat, turn, request.text) if stored is None else _again(stored)
        async with aclosing(answer_again) as events:
            async for happened in events:
                match happened:
                    case Text(text):
                        piece = turn_events_pb2.ResponseText(response_id=RESPONSE_ID, text=text)
                        yield event(response_text=piece)
                    case Cited(citation):
                        yield event(citation=mapping.citation_event(chat.tenant.id, RESPONSE_ID, citation))
                    case Classified() | Recorded() | HandedOver() | Degraded():
                        yield event(**turn_mapping.told(happened))
                    case Finished(answer, metrics):
                        done = turn_events_pb2.ResponseDone(
                            response_id=RESPONSE_ID,
                            outcome=turn_events_pb2.RESPONSE_OUTCOME_COMPLETED,
                            text=answer.text,
                        )
                        yield event(response_done=done)
                        for stage in metrics.stages:
                            self._metrics.stage(stage.stage, stage.duration)
                        yield event(metrics=turn_mapping.metrics(metrics))


async def _again(answer: Answer) -> AsyncGenerator[TurnEvent, None]:
    """The events of an answer that was given before."""
    yield Text(answer.text)
    for citation in answer.citations:
        yield Cited(citation)
    yield Finished(answer, Metrics())
