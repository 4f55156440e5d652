"""ChatService."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import grpc

from deskbell.profile import agent_name
from deskbell.rpcs import Rpcs, request_id_or_new
from deskbell.v1 import chat_service_pb2, chat_service_pb2_grpc


class Chat:
    """ChatService."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel, default_agent: str) -> None:
        self._rpcs = rpcs
        self._stub = chat_service_pb2_grpc.ChatServiceStub(channel)
        self._default_agent = default_agent

    async def send(
        self,
        text: str,
        *,
        agent: str | None = None,
        conversation: str = "",
        caller_id: str = "",
        request_id: str = "",
    ) -> AsyncGenerator[chat_service_pb2.SendMessageResponse, None]:
        """Says something and yields the events of the answer. Give the conversation of the first event
        (`started`) to go on with it. Closing the iterator stops the answer. Where the connection is lost in the
        middle, the same `request_id` brings the answer again, from its start."""
        request = chat_service_pb2.SendMessageRequest(
            agent=agent_name(agent or self._default_agent),
            conversation=conversation,
            text=text,
            caller_id=caller_id,
            request_id=request_id_or_new(request_id),
        )
        async with aclosing(self._rpcs.stream(self._stub.SendMessage, request)) as events:
            async for event in events:
                yield event
