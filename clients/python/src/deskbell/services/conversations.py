"""ConversationService."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import grpc

from deskbell.profile import agent_name, tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import conversation_pb2, conversation_service_pb2, conversation_service_pb2_grpc


class Conversations:
    """ConversationService. Conversations are named `tenants/a/conversations/b`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = conversation_service_pb2_grpc.ConversationServiceStub(channel)

    async def get(self, name: str) -> conversation_pb2.Conversation:
        """One conversation."""
        request = conversation_service_pb2.GetConversationRequest(name=name)
        return (await self._rpcs.read(self._stub.GetConversation, request)).conversation

    def list(self, tenant: str, *, agent: str = "") -> AsyncIterator[conversation_pb2.Conversation]:
        """A tenant's conversations, the newest first."""
        request = conversation_service_pb2.ListConversationsRequest(
            parent=tenant_name(tenant), agent=agent_name(agent) if agent else ""
        )
        return self._rpcs.pages(self._stub.ListConversations, request, "conversations")

    def messages(self, name: str) -> AsyncIterator[conversation_pb2.Message]:
        """What was said, in order."""
        request = conversation_service_pb2.ListMessagesRequest(parent=name)
        return self._rpcs.pages(self._stub.ListMessages, request, "messages")

    async def watch(
        self, name: str, *, after: int = 0
    ) -> AsyncGenerator[conversation_service_pb2.WatchConversationResponse, None]:
        """What is in a conversation and what comes, until it ends; `after` is the `sequence` of the last response that
        was seen. A message whose `name` came before takes its place.

        Goes on by itself where it was cut off when the server goes away, for about a minute, and when the session is
        renewed. Raises DeskbellError otherwise, NotFound when the conversation is erased. Closing the iterator stops
        it.
        """
        request = conversation_service_pb2.WatchConversationRequest(name=name, after_sequence=after)
        async with aclosing(self._rpcs.watch(self._stub.WatchConversation, request)) as events:
            async for event in events:
                yield event

    async def export(self, name: str) -> AsyncGenerator[bytes, None]:
        """All that is stored of a conversation as JSON Lines (`ExportLine`), in pieces of whole lines."""
        request = conversation_service_pb2.ExportConversationRequest(name=name)
        async with aclosing(self._rpcs.stream(self._stub.ExportConversation, request)) as pieces:
            async for piece in pieces:
                yield piece.data
