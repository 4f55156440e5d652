"""The stores of a database together, and a tenant with something in every table."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import asyncpg

from deskbell_server.adapters.postgres.accounts import PostgresAccountStore
from deskbell_server.adapters.postgres.agents import PostgresAgentStore
from deskbell_server.adapters.postgres.api_keys import PostgresApiKeyStore
from deskbell_server.adapters.postgres.audit import PostgresAuditLog
from deskbell_server.adapters.postgres.catalogue import PostgresCatalogueStore
from deskbell_server.adapters.postgres.client_tokens import PostgresClientTokenStore
from deskbell_server.adapters.postgres.conversations import PostgresConversationStore
from deskbell_server.adapters.postgres.gaps import PostgresGapStore
from deskbell_server.adapters.postgres.housekeeping import PostgresHousekeeping
from deskbell_server.adapters.postgres.index_queue import PostgresIndexQueue
from deskbell_server.adapters.postgres.knowledge import PostgresKnowledgeStore
from deskbell_server.adapters.postgres.leads import PostgresLeadStore
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.quotas import PostgresQuotaStore
from deskbell_server.adapters.postgres.reports import PostgresReports
from deskbell_server.adapters.postgres.reservations import PostgresReservationStore
from deskbell_server.adapters.postgres.tenants import PostgresTenantStore
from deskbell_server.adapters.postgres.units import PostgresUnitsOfWork
from deskbell_server.adapters.postgres.users import PostgresUserStore
from deskbell_server.domain.audit import AuditEntry
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.identity import (
    Account,
    ApiKey,
    ApiKeyId,
    ClientToken,
    ClientTokenId,
    CredentialLimits,
    Role,
    Scope,
    SessionId,
    User,
    UserId,
)
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.knowledge import DocumentState
from deskbell_server.domain.names import AgentId, DocumentId, TenantId, time_ordered_uuid
from deskbell_server.domain.turn import StageTime, TurnFacts, TurnMemory, TurnOutcome
from deskbell_server.ports.aftermath import GapStore, ReportJob
from deskbell_server.ports.booking import CatalogueStore, ReservationStore
from deskbell_server.ports.engines import Embedding
from deskbell_server.ports.identity import (
    AccountStore,
    ApiKeyStore,
    AuditLog,
    Claim,
    ClientTokenStore,
    UnitsOfWork,
    UserStore,
)
from deskbell_server.ports.stores import (
    AgentStore,
    ConversationStore,
    IndexQueue,
    KnowledgeStore,
    LeadStore,
    QuotaStore,
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
    leads: LeadStore
    users: UserStore
    accounts: AccountStore
    api_keys: ApiKeyStore
    client_tokens: ClientTokenStore
    quotas: QuotaStore
    units: UnitsOfWork
    audit: AuditLog
    housekeeping: PostgresHousekeeping
    catalogue: CatalogueStore
    reservations: ReservationStore
    reports: PostgresReports
    gaps: GapStore


def make_stores(database: Database) -> Stores:
    return Stores(
        tenants=PostgresTenantStore(database),
        agents=PostgresAgentStore(database),
        knowledge=PostgresKnowledgeStore(database),
        queue=PostgresIndexQueue(database),
        conversations=PostgresConversationStore(database),
        leads=PostgresLeadStore(database),
        users=PostgresUserStore(database),
        accounts=PostgresAccountStore(database),
        api_keys=PostgresApiKeyStore(database),
        client_tokens=PostgresClientTokenStore(database),
        quotas=PostgresQuotaStore(database),
        units=PostgresUnitsOfWork(database),
        audit=PostgresAuditLog(database),
        housekeeping=PostgresHousekeeping(database),
        catalogue=PostgresCatalogueStore(database),
        reservations=PostgresReservationStore(database),
        reports=PostgresReports(database),
        gaps=PostgresGapStore(database),
    )


TENANT_TABLES_SQL = """
    select relname as table, relrowsecurity, relforcerowsecurity
    from pg_class
    where
        relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and relname not in ('schema_migrations', 'operators', 'operator_sessions', 'signing_keys')
    order by relname
"""
"""Every table but those of the platform, which deskbell_server cannot touch: all others hold tenants' data."""
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"
PLATFORM_TABLES = ("schema_migrations", "operators", "operator_sessions", "signing_keys")


async def fill(stores: Stores, tenant: TenantId) -> Conversation:
    """Gives a tenant that has an agent a READY document with a passage, and a voice conversation with a
    turn, and a lead; returns the conversation."""
    await index(stores, tenant, "hours", [("Saturday nine to noon", sample.vector())])
    conversation = await stores.conversations.create(tenant, sample.conversation(tenant), "server-1")
    turn, messages = sample.turn("When on Saturday?", "Nine to noon.")
    facts = TurnFacts(
        (ScoredIntent(IntentKind.FAQ, 0.9),),
        "en",
        TurnOutcome.ANSWERED,
        stages=(StageTime("recall", 0.0, 0.001),),
    )
    memory = TurnMemory(facts, "")
    await stores.conversations.store_turn(tenant, conversation.id, turn, messages, memory)
    await stores.leads.record(tenant, sample.lead(tenant), "call-1")
    await fill_access(stores, tenant)
    await fill_booking(stores, tenant)
    asked = [sample.asked(turn, "When on Saturday?")]
    job = ReportJob(tenant, conversation.id, 2, 1)
    assert await stores.reports.complete(job, sample.report(), asked, lambda *_: False, sample.LATER)
    return conversation


async def fill_booking(stores: Stores, tenant: TenantId) -> None:
    """Gives a tenant opening hours, a resource with a unit, a service and a reservation."""
    weekly, exceptions = sample.HOURS.weekly, sample.HOURS.exceptions
    await stores.catalogue.update_hours(tenant, {"weekly": weekly, "exceptions": exceptions}, "", sample.NOW)
    await stores.catalogue.create_resource(tenant, sample.resource(tenant))
    await stores.catalogue.create_service(tenant, sample.service(tenant))
    await stores.reservations.create(tenant, sample.booking(), [sample.DENTIST])


async def fill_access(stores: Stores, tenant: TenantId) -> None:
    """Gives a tenant a user who is signed in, an API key, a client token, a quota, and a request that is noted
    together with its audit entry."""
    user = User(
        tenant, UserId("owner"), "owner@example.com", "Owner", Role.OWNER, False, 1, sample.NOW, sample.NOW
    )
    await stores.users.create(tenant, user, PASSWORD_HASH)
    account = Account(tenant, user.id, Role.OWNER, disabled=False)
    assert await stores.accounts.open_session(
        account, SessionId(uuid.uuid4()), PASSWORD_HASH, sample.NOW, sample.LATER
    )
    key = ApiKey(
        tenant,
        ApiKeyId(secrets.token_hex(8)),
        "Back end",
        frozenset({Scope.CHAT}),
        None,
        CredentialLimits(),
        sample.NOW,
    )
    await stores.api_keys.create(tenant, key, bytes(32))
    token = ClientToken(
        tenant, ClientTokenId(uuid.uuid4()), AgentId("front-desk"), "", 1, sample.NOW, sample.LATER
    )
    await stores.client_tokens.create(tenant, token, "test")
    await stores.quotas.update(tenant, {"concurrent_calls": 3}, "")
    await stores.quotas.add(tenant, key.id, sample.NOW.date().replace(day=1), 60.0, 7)
    claim = Claim("test", uuid.uuid4(), "/test", lambda: bytes(32))
    async with stores.units.unit(tenant, claim) as unit:
        await unit.complete(b"sealed", audit_entry())


async def second_owner(stores: Stores, tenant: TenantId) -> None:
    """Another owner, so that the first one may go."""
    user = User(
        tenant, UserId("second"), "second@example.com", "", Role.OWNER, False, 1, sample.NOW, sample.NOW
    )
    await stores.users.create(tenant, user, PASSWORD_HASH)


def audit_entry(**changes: Any) -> AuditEntry:
    """An entry for the audit log."""
    plain = AuditEntry(
        time_ordered_uuid(sample.NOW.timestamp()), sample.NOW, "test", "/test", "", "127.0.0.1", "r", "OK"
    )
    return replace(plain, **changes)


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
