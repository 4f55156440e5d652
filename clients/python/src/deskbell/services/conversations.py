"""ConversationService."""

from __future__ import annotations

from collections.abc import AsyncIterator

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
