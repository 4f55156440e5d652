"""ConversationService."""

from __future__ import annotations

import uuid

from deskbell.v1 import conversation_service_pb2 as pb
from deskbell.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, ConversationId, TenantId, split_name
from deskbell_server.ports.stores import ConversationStore
from deskbell_server.rpc import mapping
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.page_tokens import PageTokens

PAGE = 50
MESSAGE_PAGE = 100


class Conversations(ConversationServiceServicer):
    """See protos/deskbell/v1/conversation_service.proto."""

    def __init__(self, store: ConversationStore, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    async def GetConversation(
        self, request: pb.GetConversationRequest, context: Context
    ) -> pb.GetConversationResponse:
        tenant, conversation = split_name(request.name)
        found = await self._store.get(TenantId(tenant), mapping.conversation_id(conversation))
        return pb.GetConversationResponse(conversation=mapping.conversation(found))

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: Context
    ) -> pb.ListConversationsResponse:
        (tenant,) = split_name(request.parent)
        agent = None
        if request.agent:
            owner, agent_id = split_name(request.agent)
            if owner != tenant:
                raise InvalidInput.field("agent", f"must be an agent of {request.parent}")
            agent = AgentId(agent_id)
        scope = f"{request.parent}/conversations?agent={request.agent}"
        limit = request.page_size or PAGE
        before = self._tokens.read(scope, request.page_token)
        found = await self._store.page(
            TenantId(tenant),
            agent=agent,
            before=None if before is None else ConversationId(uuid.UUID(before)),
            limit=limit + 1,
        )
        response = pb.ListConversationsResponse(
            conversations=[mapping.conversation(c) for c in found[:limit]]
        )
        if len(found) > limit:
            response.next_page_token = self._tokens.make(scope, str(found[limit - 1].id))
        return response

    async def ListMessages(
        self, request: pb.ListMessagesRequest, context: Context
    ) -> pb.ListMessagesResponse:
        tenant, name = split_name(request.parent)
        conversation = mapping.conversation_id(name)
        scope = f"{request.parent}/messages"
        limit = request.page_size or MESSAGE_PAGE
        after = int(self._tokens.read(scope, request.page_token) or 0)
        found = await self._store.messages(TenantId(tenant), conversation, after=after, limit=limit + 1)
        response = pb.ListMessagesResponse(
            messages=mapping.messages(TenantId(tenant), conversation, found[:limit])
        )
        if len(found) > limit:
            response.next_page_token = self._tokens.make(scope, str(found[limit - 1].index))
        return response
