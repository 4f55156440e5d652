"""Conversations and messages in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.citations import citations_from_json, citations_to_json
from deskbell_server.adapters.postgres.errors import broken_constraints
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
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
from deskbell_server.domain.names import (
    AgentId,
    ConversationId,
    TenantId,
    TurnId,
    agent_name,
    conversation_name,
    tenant_name,
)

_SQL = load_statements("conversations")


class PostgresConversationStore:
    """Fulfils `ConversationStore`."""

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
                )
        if row is None:
            raise NotFound("agent", agent_name(tenant, conversation.agent))
        return _conversation(row)

    async def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["get"], tenant, conversation)
        if row is None:
            raise NotFound("conversation", conversation_name(tenant, conversation))
        return _conversation(row)

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
        return [_conversation(row) for row in rows]

    async def messages(
        self, tenant: TenantId, conversation: ConversationId, *, after: int, limit: int
    ) -> list[Message]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["messages"], tenant, conversation, after, limit)
            if not rows and await connection.fetchrow(_SQL["get"], tenant, conversation) is None:
                raise NotFound("conversation", conversation_name(tenant, conversation))
        return [_message(row) for row in rows]

    async def history(self, tenant: TenantId, conversation: ConversationId, limit: int) -> list[HistoryEntry]:
        """As the port says; a message of which nothing was heard is left out."""
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["history"], tenant, conversation, limit)
        return [HistoryEntry(Speaker(row["speaker"]), row["heard_text"]) for row in reversed(rows)]

    async def store_turn(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        turn: TurnId,
        messages: Sequence[Message],
    ) -> None:
        """As the port says; the messages get the conversation's next indexes and `turn`, whatever their own
        `index` and `turn` are."""
        async with self._database.tenant(tenant) as connection:
            # Two statements: the second must see what was committed while the first waited for its lock.
            count = await connection.fetchval(_SQL["lock"], tenant, conversation)
            if count is None:
                raise NotFound("conversation", conversation_name(tenant, conversation))
            await connection.execute(
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

    async def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> list[Message]:
        async with self._database.tenant(tenant) as connection:
            return [_message(row) for row in await connection.fetch(_SQL["turn"], tenant, conversation, turn)]

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


def _conversation(row: asyncpg.Record) -> Conversation:
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
    )


def _message(row: asyncpg.Record) -> Message:
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
