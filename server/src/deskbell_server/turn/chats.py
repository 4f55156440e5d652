"""Conversations in text: opens or continues one, and runs a turn in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.agent import Agent
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState, Speaker
from deskbell_server.domain.errors import InvalidInput, NotFound
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import (
    AgentId,
    ConversationId,
    TenantId,
    TurnId,
    conversation_name,
    time_ordered_uuid,
)
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.stores import AgentStore, Clock, ConversationStore, TenantStore
from deskbell_server.turn.engine import Question, TurnEngine
from deskbell_server.turn.events import Answer, TurnEvent


@dataclass(frozen=True, slots=True)
class OpenChat:
    """A conversation to which something can be said."""

    tenant: Tenant
    agent: Agent
    conversation: ConversationId
    principal: Principal
    caller_id: str


class Chats:
    """Text conversations with a tenant's agents."""

    def __init__(
        self,
        tenants: TenantStore,
        agents: AgentStore,
        conversations: ConversationStore,
        engine: TurnEngine,
        quotas: Quotas,
        clock: Clock,
        owner: str,
    ) -> None:
        self._tenants = tenants
        self._agents = agents
        self._conversations = conversations
        self._engine = engine
        self._quotas = quotas
        self._clock = clock
        self._owner = owner
        self._running: dict[TurnId, asyncio.Event] = {}

    async def open(
        self,
        tenant: TenantId,
        agent: AgentId,
        conversation: ConversationId | None,
        caller_id: str,
        principal: Principal,
    ) -> OpenChat:
        """Begins a conversation, or finds the one to go on with. Raises NotFound (agent, conversation) and
        QuotaExceeded."""
        if conversation is None:
            return await self._begin(tenant, agent, principal.caller_id or caller_id, principal)
        existing = await self._conversations.get(tenant, conversation)
        if existing.channel is not Channel.CHAT or existing.agent != agent or _foreign(existing, principal):
            raise NotFound("conversation", conversation_name(tenant, conversation))
        found_agent = await self._agents.of_conversation(tenant, existing)
        found_tenant = await self._tenants.get(tenant)
        await self._quotas.check_month(tenant, principal, calls=False)
        return OpenChat(found_tenant, found_agent, conversation, principal, existing.caller_id)

    async def _begin(
        self, tenant: TenantId, agent: AgentId, caller_id: str, principal: Principal
    ) -> OpenChat:
        now = self._clock.now()
        conversation = ConversationId(time_ordered_uuid(now.timestamp()))
        found_agent = await self._agents.for_caller(tenant, agent, caller_id, conversation)
        found_tenant = await self._tenants.get(tenant)
        await self._quotas.check_month(tenant, principal, calls=False)
        await self._conversations.create(
            tenant,
            Conversation(
                tenant=tenant,
                id=conversation,
                agent=agent,
                channel=Channel.CHAT,
                state=ConversationState.OPEN,
                caller_id=caller_id,
                message_count=0,
                started_at=now,
                ended_at=None,
                end_reason="",
                created_by=principal.actor,
                agent_version=found_agent.number,
            ),
            self._owner,
        )
        return OpenChat(found_tenant, found_agent, conversation, principal, caller_id)

    async def stored_answer(self, chat: OpenChat, turn: TurnId) -> Answer | None:
        """The answer of a turn that is over. One that goes on in this process is waited for."""
        running = self._running.get(turn)
        if running is not None:
            await running.wait()
        for message in await self._conversations.turn(chat.tenant.id, chat.conversation, turn):
            if message.speaker is Speaker.AGENT:
                return Answer(message.text, list(message.citations))
        return None

    def new_turn(self) -> TurnId:
        """A fresh turn id."""
        return TurnId(time_ordered_uuid(self._clock.now().timestamp()))

    async def say(self, chat: OpenChat, turn: TurnId, text: str) -> AsyncGenerator[TurnEvent, None]:
        """Runs one turn. Raises InvalidInput for a text of white space, and what the turn raises."""
        if not text.strip():
            raise InvalidInput.field("text", "must hold more than white space")
        question = Question(
            chat.tenant,
            chat.agent,
            chat.conversation,
            turn,
            Channel.CHAT,
            text.strip(),
            chat.principal,
            chat.caller_id,
        )
        over = self._running.setdefault(turn, asyncio.Event())
        try:
            async with aclosing(self._engine.answer(question, Answer())) as events:
                async for event in events:
                    yield event
        finally:
            over.set()
            self._running.pop(turn, None)


def _foreign(conversation: Conversation, principal: Principal) -> bool:
    """Whether a phone wants to go on with what is another caller's."""
    if not principal.is_client or conversation.created_by == principal.actor:
        return False
    return not principal.caller_id or conversation.caller_id != principal.caller_id
