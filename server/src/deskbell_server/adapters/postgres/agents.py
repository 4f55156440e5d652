"""Agents and their versions in Postgres."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.agent import (
    MAX_VERSIONS,
    Agent,
    AgentType,
    AgentVersion,
    Handoff,
    IntentExample,
    NeverLive,
    TooManyVersions,
    TrafficShare,
    VoiceSettings,
)
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import (
    AgentId,
    ConversationId,
    TenantId,
    agent_name,
    agent_version_name,
    tenant_name,
)
from deskbell_server.domain.traffic import all_to, bucket_of, reassigned

_SQL = load_statements("agents")


class PostgresAgentStore:
    """Fulfils `AgentStore`.

    What changes an agent locks its row first, in a statement of its own: the next ones see what was committed while it
    waited.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, agent: Agent, *, by: str = "", note: str = "") -> Agent:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("agent", agent_name(tenant, agent.id)),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                await connection.execute(
                    _SQL["create"], tenant, agent.id, agent.display_name, agent.created_at, agent.updated_at
                )
            await _add_version(connection, dataclasses.replace(agent, number=1), agent.created_at, by, note)
            await _add_traffic(connection, tenant, agent.id, 1, all_to(1))
            return await _newest(connection, tenant, agent.id)

    async def get(self, tenant: TenantId, agent: AgentId) -> Agent:
        async with self._database.tenant(tenant) as connection:
            return await _newest(connection, tenant, agent)

    async def for_caller(
        self, tenant: TenantId, agent: AgentId, caller_id: str, conversation: ConversationId
    ) -> Agent:
        async with self._database.tenant(tenant) as connection:
            return await _for_caller(connection, tenant, agent, caller_id, conversation)

    async def of_conversation(self, tenant: TenantId, conversation: Conversation) -> Agent:
        agent, number = conversation.agent, conversation.agent_version
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["version"], tenant, agent, number) if number else None
            # One that is younger than the conversation only has the name of the agent that it began with.
            if row is not None and row["agent_created_at"] <= conversation.started_at:
                return _agent(row)
            return await _for_caller(connection, tenant, agent, conversation.caller_id, conversation.id)

    async def page(self, tenant: TenantId, *, after: AgentId | None, limit: int) -> list[Agent]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_agent(row) for row in rows]

    async def update(
        self,
        tenant: TenantId,
        agent: AgentId,
        changes: Mapping[str, Any],
        etag: str,
        now: datetime,
        *,
        by: str = "",
        note: str = "",
        draft: bool = False,
    ) -> Agent:
        async with self._database.tenant(tenant) as connection:
            counters = await _lock(connection, tenant, agent, etag)
            old = await _newest(connection, tenant, agent)
            new = dataclasses.replace(old, **changes)
            if new == old:
                return old
            if counters["newest"] >= MAX_VERSIONS:
                raise TooManyVersions(agent_name(tenant, agent))
            new = dataclasses.replace(new, number=counters["newest"] + 1)
            await _add_version(connection, new, now, by, note)
            release = counters["release"]
            if not draft:
                release = await _release(connection, tenant, agent, release, {new.number: 100})
            await connection.execute(
                _SQL["update"], tenant, agent, new.display_name, new.number, release, now
            )
            return await _newest(connection, tenant, agent)

    async def version(self, tenant: TenantId, agent: AgentId, number: int) -> AgentVersion:
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["version"], tenant, agent, number)
            if row is None:
                await _newest(connection, tenant, agent)
                raise NotFound("agent_version", agent_version_name(tenant, agent, number))
        return _version(row)

    async def page_versions(
        self, tenant: TenantId, agent: AgentId, *, before: int | None, limit: int
    ) -> list[AgentVersion]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["versions"], tenant, agent, before, limit)
            if not rows:
                await _newest(connection, tenant, agent)
        return [_version(row) for row in rows]

    async def set_traffic(
        self, tenant: TenantId, agent: AgentId, shares: Mapping[int, int], etag: str, now: datetime
    ) -> Agent:
        async with self._database.tenant(tenant) as connection:
            counters = await _lock(connection, tenant, agent, etag)
            rows = await connection.fetch(_SQL["existing"], tenant, agent, list(shares))
            for missing in sorted(set(shares) - {row["number"] for row in rows}):
                raise NotFound("agent_version", agent_version_name(tenant, agent, missing))
            release = await _release(connection, tenant, agent, counters["release"], shares)
            if release != counters["release"]:
                await connection.execute(
                    _SQL["update"], tenant, agent, None, counters["newest"], release, now
                )
            return await _newest(connection, tenant, agent)

    async def roll_back(
        self, tenant: TenantId, agent: AgentId, number: int | None, etag: str, now: datetime
    ) -> Agent:
        async with self._database.tenant(tenant) as connection:
            counters = await _lock(connection, tenant, agent, etag)
            release = await connection.fetchval(
                _SQL["release_before"], tenant, agent, counters["release"], number
            )
            if release is None:
                raise NeverLive(agent_name(tenant, agent), number)
            await connection.execute(_SQL["forget_releases"], tenant, agent, release + 1)
            if number is not None:
                await connection.execute(_SQL["forget_releases"], tenant, agent, release)
                await _add_traffic(connection, tenant, agent, release, all_to(number))
            await connection.execute(_SQL["update"], tenant, agent, None, counters["newest"], release, now)
            return await _newest(connection, tenant, agent)

    async def delete(self, tenant: TenantId, agent: AgentId) -> None:
        async with self._database.tenant(tenant) as connection:
            if await connection.fetchval(_SQL["delete"], tenant, agent) is None:
                raise NotFound("agent", agent_name(tenant, agent))


async def _lock(connection: Connection, tenant: TenantId, agent: AgentId, etag: str) -> asyncpg.Record:
    """Raises NotFound, and Conflict for an etag that is neither empty nor the current one."""
    counters = await connection.fetchrow(_SQL["lock"], tenant, agent)
    if counters is None:
        raise NotFound("agent", agent_name(tenant, agent))
    check_etag(counters["version"], etag)
    return counters


async def _newest(connection: Connection, tenant: TenantId, agent: AgentId) -> Agent:
    return _found(await connection.fetchrow(_SQL["newest"], tenant, agent), tenant, agent)


async def _for_caller(
    connection: Connection, tenant: TenantId, agent: AgentId, caller_id: str, conversation: ConversationId
) -> Agent:
    bucket = bucket_of(tenant, agent, caller_id, conversation)
    return _found(await connection.fetchrow(_SQL["of_bucket"], tenant, agent, bucket), tenant, agent)


async def _add_version(connection: Connection, agent: Agent, now: datetime, by: str, note: str) -> None:
    await connection.execute(
        _SQL["add_version"],
        agent.tenant,
        agent.id,
        agent.number,
        agent.display_name,
        agent.type,
        agent.system_prompt,
        agent.greeting,
        agent.voice.voice,
        agent.voice.speaking_rate,
        agent.voice.end_of_utterance_silence,
        agent.handoff.destination,
        agent.handoff.message,
        json.dumps([dataclasses.asdict(example) for example in agent.intent_examples]),
        agent.extraction_schema,
        agent.lead_consent,
        agent.turn_budget,
        now,
        by,
        note,
    )


async def _release(
    connection: Connection, tenant: TenantId, agent: AgentId, release: int, shares: Mapping[int, int]
) -> int:
    """The release in which the versions have these shares: the one that is live, or a new one after it."""
    rows = await connection.fetch(_SQL["traffic"], tenant, agent, release)
    held = {row["number"]: row["buckets"] for row in rows}
    if {number: len(buckets) for number, buckets in held.items()} == dict(shares):
        return release
    await _add_traffic(connection, tenant, agent, release + 1, reassigned(held, shares))
    return release + 1


async def _add_traffic(
    connection: Connection, tenant: TenantId, agent: AgentId, release: int, buckets: Mapping[int, list[int]]
) -> None:
    for number, own in buckets.items():
        await connection.execute(_SQL["add_traffic"], tenant, agent, release, number, own)


def _found(row: asyncpg.Record | None, tenant: TenantId, agent: AgentId) -> Agent:
    if row is None:
        raise NotFound("agent", agent_name(tenant, agent))
    return _agent(row)


def _version(row: asyncpg.Record) -> AgentVersion:
    return AgentVersion(_agent(row), row["created_at"], row["created_by"], row["note"])


def _agent(row: asyncpg.Record) -> Agent:
    return Agent(
        tenant=TenantId(row["tenant_id"]),
        id=AgentId(row["agent_id"]),
        display_name=row["display_name"],
        type=AgentType(row["type"]),
        system_prompt=row["system_prompt"],
        greeting=row["greeting"],
        voice=VoiceSettings(
            voice=row["voice"],
            speaking_rate=row["speaking_rate"],
            end_of_utterance_silence=row["end_of_utterance_silence"],
        ),
        created_at=row["agent_created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        number=row["number"],
        handoff=Handoff(row["handoff_destination"], row["handoff_message"]),
        intent_examples=tuple(
            IntentExample(IntentKind(example["kind"]), example["text"])
            for example in json.loads(row["intent_examples"])
        ),
        extraction_schema=row["extraction_schema"],
        lead_consent=row["lead_consent"],
        turn_budget=row["turn_budget"],
        traffic=tuple(TrafficShare(number, percent) for number, percent in row["traffic"]),
    )
