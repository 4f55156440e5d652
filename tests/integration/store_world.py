"""The stores of a database together, and a tenant with something in every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from deskbell_server.adapters.postgres.agents import PostgresAgentStore
from deskbell_server.adapters.postgres.conversations import PostgresConversationStore
from deskbell_server.adapters.postgres.index_queue import PostgresIndexQueue
from deskbell_server.adapters.postgres.knowledge import PostgresKnowledgeStore
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.tenants import PostgresTenantStore
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.knowledge import DocumentState
from deskbell_server.domain.names import DocumentId, TenantId
from deskbell_server.ports.engines import Embedding
from deskbell_server.ports.stores import (
    AgentStore,
    ConversationStore,
    IndexQueue,
    KnowledgeStore,
    TenantStore,
)
from tests.integration import store_samples as sample

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A connection of the tests' own. A string, because the class takes a parameter in its type stub only."""


@dataclass(frozen=True)
class Stores:
    """All stores of one database."""

    tenants: TenantStore
    agents: AgentStore
    knowledge: KnowledgeStore
    queue: IndexQueue
    conversations: ConversationStore


def make_stores(database: Database) -> Stores:
    return Stores(
        tenants=PostgresTenantStore(database),
        agents=PostgresAgentStore(database),
        knowledge=PostgresKnowledgeStore(database),
        queue=PostgresIndexQueue(database),
        conversations=PostgresConversationStore(database),
    )


TENANT_TABLES_SQL = """
    select relname as table, relrowsecurity, relforcerowsecurity
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'schema_migrations'
    order by relname
"""
"""Every table but the list of migrations: all hold tenants' data."""


async def fill(stores: Stores, tenant: TenantId) -> Conversation:
    """Gives a tenant that has an agent a READY document with a passage, and a voice conversation with a
    turn; returns the conversation."""
    await index(stores, tenant, "hours", [("Saturday nine to noon", sample.vector())])
    conversation = await stores.conversations.create(tenant, sample.conversation(tenant), "server-1")
    turn, messages = sample.turn("When on Saturday?", "Nine to noon.")
    await stores.conversations.store_turn(tenant, conversation.id, turn, messages)
    return conversation


async def index(
    stores: Stores,
    tenant: TenantId,
    document: str,
    passages: list[tuple[str, Embedding]],
    *,
    heading: str = "",
) -> None:
    """Stores a document and makes it READY with these passages. No other document may be waiting."""
    await stores.knowledge.create(tenant, sample.document(tenant, document), "text")
    job = await stores.queue.claim(60)
    assert job is not None
    assert job.document == document
    texts = [sample.passage(number, text, heading=heading) for number, (text, _) in enumerate(passages)]
    assert await stores.queue.begin(job, len(passages))
    assert await stores.queue.add(job, texts, [embedding for _, embedding in passages], 60)
    await stores.queue.finish(job)
    stored = await stores.knowledge.get(tenant, DocumentId(document))
    assert stored.state is DocumentState.READY
