"""Agents in Postgres."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.agent import Agent, AgentType, VoiceSettings
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.names import AgentId, TenantId, agent_name, tenant_name

_SQL = load_statements("agents")


class PostgresAgentStore:
    """Fulfils `AgentStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: TenantId, agent: Agent) -> Agent:
        async with self._database.tenant(tenant) as connection:
            with broken_constraints(
                taken=AlreadyExists("agent", agent_name(tenant, agent.id)),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                row = await connection.fetchrow(
                    _SQL["create"], tenant, agent.id, *_values(agent), agent.created_at, agent.updated_at
                )
        return _found(row, tenant, agent.id)

    async def get(self, tenant: TenantId, agent: AgentId) -> Agent:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get"], tenant, agent), tenant, agent)

    async def page(self, tenant: TenantId, *, after: AgentId | None, limit: int) -> list[Agent]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_agent(row) for row in rows]

    async def update(
        self, tenant: TenantId, agent: AgentId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> Agent:
        async with self._database.tenant(tenant) as connection:
            old = _found(await connection.fetchrow(_SQL["lock"], tenant, agent), tenant, agent)
            check_etag(old.version, etag)
            new = dataclasses.replace(old, **changes, updated_at=now)
            row = await connection.fetchrow(_SQL["update"], tenant, agent, *_values(new), new.updated_at)
            return _found(row, tenant, agent)

    async def delete(self, tenant: TenantId, agent: AgentId) -> None:
        async with self._database.tenant(tenant) as connection:
            if await connection.fetchval(_SQL["delete"], tenant, agent) is None:
                raise NotFound("agent", agent_name(tenant, agent))


def _values(agent: Agent) -> tuple[object, ...]:
    """What can change of an agent, in the statements' order."""
    return (
        agent.display_name,
        agent.type,
        agent.system_prompt,
        agent.greeting,
        agent.voice.voice,
        agent.voice.speaking_rate,
        agent.voice.end_of_utterance_silence,
    )


def _found(row: asyncpg.Record | None, tenant: TenantId, agent: AgentId) -> Agent:
    if row is None:
        raise NotFound("agent", agent_name(tenant, agent))
    return _agent(row)


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
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
