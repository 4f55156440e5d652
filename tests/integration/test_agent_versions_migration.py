"""Agents and conversations from before there were versions."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from deskbell_server.adapters.postgres.migrations import apply_migrations, migrate, read_migrations
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.adapters.postgres.roles import Role, create_roles
from deskbell_server.domain.agent import TURN_BUDGET, AgentType, Handoff, TrafficShare, VoiceSettings
from deskbell_server.domain.names import AgentId
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOW
from tests.integration.store_world import Connection, make_stores

OLD = """
    insert into tenants (id, display_name, industry, language_code, time_zone, created_at, updated_at)
    values ($1, 'T', '', 'en', 'UTC', $2, $2)
"""
OLD_AGENT = """
    insert into agents (
        tenant_id, agent_id, display_name, type, system_prompt, greeting, voice, speaking_rate,
        end_of_utterance_silence, created_at, updated_at, version
    )
    values ($1, 'desk', 'Desk', 'custom', 'Be kind.', 'Hello!', 'joe', 1.25, 0.7, $2, $3, 9)
"""
OLD_CONVERSATION = """
    insert into conversations (
        tenant_id, conversation_id, agent_id, channel, state, caller_id, owner, message_count, started_at, end_reason
    )
    values ($1, '01900000-0000-7000-8000-000000000001', 'desk', 'chat', 'open', 'ann', 'x', 0, $2, '')
"""
OLD_MESSAGE = """
    insert into messages (
        tenant_id, conversation_id, message_index, turn_id, speaker, text, heard_text, heard_estimated, citations,
        created_at
    )
    values (
        $1, '01900000-0000-7000-8000-000000000001', $2, gen_random_uuid(), 'caller', 'Hello?', 'Hello?', false, '[]', $3
    )
"""
LAST_SAID = LATER + timedelta(days=1)


@pytest.fixture
async def before(database: str, owner: Connection, secret_key: bytes) -> AsyncIterator[str]:
    """URL of a database of the version before, owned by somebody whom forced row-level security binds."""
    name = f"before_{secrets.token_hex(4)}"
    await owner.execute(f"create database {name}")
    url = urlsplit(database)._replace(path=f"/{name}")
    superuser = await asyncpg.connect(url.geturl(), timeout=10)
    try:
        await superuser.execute(f"create role {name} login createrole password 'secret'")
        await superuser.execute("create extension vector")
        await superuser.execute(f"alter database {name} owner to {name}")
        await create_roles(superuser, secret_key)
        for role in Role:
            await superuser.execute(f"grant {role} to {name} with admin option, inherit false, set false")
        host = url.netloc.rpartition("@")[2]
        owned = url._replace(netloc=f"{name}:secret@{host}").geturl()
        connection = await asyncpg.connect(owned, timeout=10)
        await apply_migrations(connection, read_migrations()[:8])
        await connection.close(timeout=10)
        for tenant in (CLINIC, HOTEL):
            await superuser.execute(OLD, tenant, NOW)
            await superuser.execute(OLD_AGENT, tenant, NOW, LATER)
            await superuser.execute(OLD_CONVERSATION, tenant, LATER)
            for number, said_at in enumerate((LATER, LAST_SAID), start=1):
                await superuser.execute(OLD_MESSAGE, tenant, number, said_at)
        yield owned
    finally:
        await superuser.execute(f"reassign owned by {name} to current_user")
        await superuser.execute(f"drop owned by {name}")
        await superuser.close(timeout=10)
        await owner.execute(f"drop database {name} with (force)")
        await owner.execute(f"drop role {name}")


async def test_agents_keep_what_they_say_as_version_1(before: str, secret_key: bytes) -> None:
    assert "0009_agent_versions" in await migrate(before, secret_key)
    async with open_database(before, secret_key, size=2) as database:
        stores = make_stores(database)
        for tenant in (CLINIC, HOTEL):
            agent = await stores.agents.get(tenant, AgentId("desk"))
            assert (agent.display_name, agent.type, agent.system_prompt, agent.greeting) == (
                "Desk",
                AgentType.CUSTOM,
                "Be kind.",
                "Hello!",
            )
            assert agent.voice == VoiceSettings("joe", 1.25, 0.7)
            assert (agent.created_at, agent.updated_at, agent.version, agent.number) == (NOW, LATER, 9, 1)
            assert (agent.handoff, agent.intent_examples, agent.turn_budget) == (Handoff(), (), TURN_BUDGET)
            assert agent.traffic == (TrafficShare(1, 100),)
            [chat] = await stores.conversations.page(tenant, agent=None, before=None, limit=5)
            assert chat.agent_version == 0
            assert await stores.agents.of_conversation(tenant, chat) == agent
            changed = await stores.agents.update(tenant, agent.id, {"greeting": "Hi!"}, "", LATER)
            assert (changed.number, changed.traffic) == (2, (TrafficShare(2, 100),))
            back = await stores.agents.roll_back(tenant, agent.id, None, "", LATER)
            assert back.traffic == (TrafficShare(1, 100),)


async def test_a_chat_that_goes_on_is_not_ended_by_the_upgrade(before: str, secret_key: bytes) -> None:
    await migrate(before, secret_key)
    async with open_database(before, secret_key, size=2) as database:
        stores = make_stores(database)
        assert await stores.reports.end_idle_chats(1800, LAST_SAID + timedelta(minutes=29)) == 0
        assert await stores.reports.end_idle_chats(1800, LAST_SAID + timedelta(minutes=31)) == 2
