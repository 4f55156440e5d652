"""ConversationService."""

from __future__ import annotations

from deskbell.v1 import conversation_service_pb2 as pb
from deskbell.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, TenantId, split_name
from deskbell_server.ports.stores import ConversationStore
from deskbell_server.rpc import mapping
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.page_tokens import PageTokens

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
        found, token = await self._tokens.page(
            f"{request.parent}/conversations?agent={request.agent}",
            request,
            mapping.conversation_id,
            lambda before, limit: self._store.page(
                TenantId(tenant),
                agent=agent,
                before=before,
                limit=limit,
            ),
            lambda conversation: conversation.id,
        )
        return pb.ListConversationsResponse(
            conversations=map(mapping.conversation, found), next_page_token=token
        )

    async def ListMessages(
        self, request: pb.ListMessagesRequest, context: Context
    ) -> pb.ListMessagesResponse:
        tenant, name = split_name(request.parent)
        conversation = mapping.conversation_id(name)
        found, token = await self._tokens.page(
            f"{request.parent}/messages",
            request,
            int,
            lambda after, limit: self._store.messages(
                TenantId(tenant), conversation, after=after or 0, limit=limit
            ),
            lambda message: message.index,
            size=MESSAGE_PAGE,
        )
        return pb.ListMessagesResponse(
            messages=mapping.messages(TenantId(tenant), conversation, found), next_page_token=token
        )
