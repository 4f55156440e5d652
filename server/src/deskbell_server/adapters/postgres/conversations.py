"""Conversations and messages in Postgres."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.citations import citations_from_json, citations_to_json
from deskbell_server.adapters.postgres.errors import broken_constraints
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.stored_turns import stored_turn
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.conversation import (
    Channel,
    Conversation,
    ConversationState,
    HistoryEntry,
    Message,
    Speaker,
)
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.history import Changed, News, StoredTurn
from deskbell_server.domain.names import (
    AgentId,
    ConversationId,
    TenantId,
    TurnId,
    agent_name,
    conversation_name,
    tenant_name,
)
from deskbell_server.domain.turn import TurnMemory
from deskbell_server.ports.stores import ConversationContext

_SQL = load_statements("conversations")


class PostgresConversationStore:
    """Fulfils `ConversationStore` and `ConversationHistory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, conversation: Conversation, owner: str) -> Conversation:
        async with self._database.tenant(tenant) as connection:
            name = conversation_name(tenant, conversation.id)
            with broken_constraints(
                taken=AlreadyExists("conversation", name), parent=NotFound("tenant", tenant_name(tenant))
            ):
                row = await connection.fetchrow(
                    _SQL["create"],
                    tenant,
                    conversation.agent,
                    conversation.id,
                    conversation.channel,
                    conversation.state,
                    conversation.caller_id,
                    owner,
                    conversation.message_count,
                    conversation.started_at,
                    conversation.ended_at,
                    conversation.end_reason,
                    conversation.created_by,
                    conversation.agent_version,
                )
        if row is None:
            raise NotFound("agent", agent_name(tenant, conversation.agent))
        return conversation_of(row)

    async def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["get"], tenant, conversation)
        if row is None:
            raise NotFound("conversation", conversation_name(tenant, conversation))
        return conversation_of(row)

    async def page(
        self, tenant: TenantId, *, agent: AgentId | None, before: ConversationId | None, limit: int
    ) -> list[Conversation]:
        async with self._database.tenant(tenant) as connection:
            if agent is None:
                rows = await connection.fetch(_SQL["page"], tenant, before, limit)
            else:
                rows = await connection.fetch(_SQL["page_of_agent"], tenant, before, limit, agent)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [conversation_of(row) for row in rows]

    async def messages(
        self, tenant: TenantId, conversation: ConversationId, *, after: int, limit: int
    ) -> list[Message]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["messages"], tenant, conversation, after, limit)
            if not rows and await connection.fetchrow(_SQL["get"], tenant, conversation) is None:
                raise NotFound("conversation", conversation_name(tenant, conversation))
        return [message_of(row) for row in rows]

    async def news(self, tenant: TenantId, conversation: ConversationId, *, after: int, limit: int) -> News:
        async with self._database.tenant(tenant) as connection:
            # First: what was said before its end is then seen, too.
            row = await connection.fetchrow(_SQL["get"], tenant, conversation)
            if row is None:
                raise NotFound("conversation", conversation_name(tenant, conversation))
            rows = []
            if row["revision"] > after:
                rows = await connection.fetch(_SQL["changed_messages"], tenant, conversation, after, limit)
        return News(conversation_of(row), tuple(Changed(row["revision"], message_of(row)) for row in rows))

    async def turns(
        self, tenant: TenantId, conversation: ConversationId, *, after: TurnId | None, limit: int
    ) -> list[StoredTurn]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["turns_of_conversation"], tenant, conversation, after, limit)
        return [stored_turn(row) for row in rows]

    async def context(
        self, tenant: TenantId, conversation: ConversationId, limit: int
    ) -> ConversationContext:
        """As the port says; a message of which nothing was heard is left out."""
        async with self._database.tenant(tenant) as connection:
            known = await connection.fetchrow(_SQL["context"], tenant, conversation)
            if known is None:
                raise NotFound("conversation", conversation_name(tenant, conversation))
            rows = await connection.fetch(_SQL["history"], tenant, conversation, limit)
        return ConversationContext(
            tuple(HistoryEntry(Speaker(row["speaker"]), row["heard_text"]) for row in reversed(rows)),
            known["dialogue"],
            known["language"],
            known["knowledge_version"],
            known["said"] or "",
            known["heard"] or "",
            known["unfound"],
        )

    async def hold(self, tenant: TenantId, conversation: ConversationId, dialogue: str) -> bool:
        async with self._database.tenant(tenant) as connection:
            now = await connection.fetchval(_SQL["hold"], tenant, conversation)
        if now is None:
            raise NotFound("conversation", conversation_name(tenant, conversation))
        return bool(now == dialogue)

    async def store_turn(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        turn: TurnId,
        messages: Sequence[Message],
        memory: TurnMemory | None = None,
    ) -> bool:
        """As the port says; the messages get the conversation's next indexes and `turn`, whatever their own
        `index` and `turn` are."""
        async with self._database.tenant(tenant) as connection:
            # Two statements: the second must see what was committed while the first waited for its lock.
            count = await connection.fetchval(_SQL["lock"], tenant, conversation)
            if count is None:
                raise NotFound("conversation", conversation_name(tenant, conversation))
            added: int = await connection.fetchval(
                _SQL["append_turn"],
                tenant,
                conversation,
                turn,
                count,
                [message.speaker for message in messages],
                [message.text for message in messages],
                [message.heard_text for message in messages],
                [message.heard_estimated for message in messages],
                [citations_to_json(message.citations) for message in messages],
                [message.created_at for message in messages],
            )
            if added and memory is not None:
                await connection.execute(
                    _SQL["keep_turn"], tenant, conversation, turn, *_kept(memory, messages[0].created_at)
                )
        return added > 0

    async def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> list[Message]:
        async with self._database.tenant(tenant) as connection:
            return [
                message_of(row) for row in await connection.fetch(_SQL["turn"], tenant, conversation, turn)
            ]

    async def set_heard(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, heard: str, *, estimated: bool
    ) -> None:
        """As the port says; does nothing if the turn is not stored."""
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["set_heard"], tenant, conversation, turn, heard, estimated)

    async def end(self, tenant: TenantId, conversation: ConversationId, now: datetime, reason: str) -> None:
        """As the port says; does nothing if there is no such conversation."""
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["end"], tenant, conversation, now, reason)

    async def owners_of_open_calls(self) -> list[str]:
        async with self._database.platform() as connection:
            return [row["owner"] for row in await connection.fetch(_SQL["owners_of_open_calls"])]

    async def mark_lost(self, owner: str, now: datetime) -> int:
        async with self._database.platform() as connection:
            return len(await connection.fetch(_SQL["mark_lost"], owner, now))


def _kept(memory: TurnMemory, now: datetime) -> tuple[object, ...]:
    """What is kept of a turn, in the statement's order."""
    facts = memory.facts
    first, *others = facts.intents
    return (
        first.kind,
        first.probability,
        [other.kind for other in others],
        facts.language,
        facts.outcome,
        facts.cache,
        facts.handoff_reason,
        json.dumps([asdict(each) for each in facts.degraded]),
        json.dumps(
            [
                {
                    "stage": stage.stage,
                    "start": round(stage.start * 1000, 3),
                    "duration": round(stage.duration * 1000, 3),
                }
                for stage in facts.stages
            ]
        ),
        facts.prompt_tokens,
        facts.completion_tokens,
        now,
        memory.dialogue,
        memory.dialogue_before,
    )


def conversation_of(row: asyncpg.Record) -> Conversation:
    """A row of `conversations`."""
    return Conversation(
        tenant=TenantId(row["tenant_id"]),
        id=ConversationId(row["conversation_id"]),
        agent=AgentId(row["agent_id"]),
        channel=Channel(row["channel"]),
        state=ConversationState(row["state"]),
        caller_id=row["caller_id"],
        message_count=row["message_count"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        end_reason=row["end_reason"],
        created_by=row["created_by"],
        agent_version=row["agent_version"] or 0,
        language=row["language"] or "",
    )


def message_of(row: asyncpg.Record) -> Message:
    """A row of `messages`."""
    return Message(
        index=row["message_index"],
        turn=TurnId(row["turn_id"]),
        speaker=Speaker(row["speaker"]),
        text=row["text"],
        heard_text=row["heard_text"],
        heard_estimated=row["heard_estimated"],
        citations=citations_from_json(row["citations"]),
        created_at=row["created_at"],
    )
