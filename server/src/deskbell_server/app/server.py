"""Builds, opens and closes the whole server.

    stores (own Postgres and Redis, or those that are configured) -> migrations -> engines -> services -> gRPC

`open_app` is one stack of scopes: what was opened last is closed first, also when opening fails half-way.
"""

from __future__ import annotations

import asyncio
import os
import secrets as random
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import structlog

from deskbell_server.access.sweeping import Sweeper
from deskbell_server.adapters.embedded import embedded_stack
from deskbell_server.adapters.postgres.agents import PostgresAgentStore
from deskbell_server.adapters.postgres.analytics import PostgresFigureStore
from deskbell_server.adapters.postgres.catalogue import PostgresCatalogueStore
from deskbell_server.adapters.postgres.changes import PostgresConversationChanges
from deskbell_server.adapters.postgres.conversations import PostgresConversationStore
from deskbell_server.adapters.postgres.gaps import PostgresGapStore
from deskbell_server.adapters.postgres.index_queue import PostgresIndexQueue
from deskbell_server.adapters.postgres.knowledge import PostgresKnowledgeStore
from deskbell_server.adapters.postgres.leads import PostgresLeadStore
from deskbell_server.adapters.postgres.migrations import migrate
from deskbell_server.adapters.postgres.operators import PostgresOperatorStore
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.adapters.postgres.reports import PostgresReports
from deskbell_server.adapters.postgres.reservations import PostgresReservationStore
from deskbell_server.adapters.postgres.roles import Role, role_url
from deskbell_server.adapters.postgres.tenants import PostgresTenantStore
from deskbell_server.adapters.postgres.units import PostgresUnitsOfWork
from deskbell_server.adapters.postgres.users import PostgresUserStore
from deskbell_server.adapters.redis import RedisAnswerCache, RedisLiveCalls, RedisSpeechCache, open_redis
from deskbell_server.aftermath.runner import Aftermath, SchemaOf
from deskbell_server.app.access import open_access
from deskbell_server.app.clock import SystemClock
from deskbell_server.app.engines import Engines, open_engines
from deskbell_server.app.reporting import Report
from deskbell_server.app.secrets import ServerSecrets, load_secrets
from deskbell_server.app.seeding import Seeder
from deskbell_server.booking.desk import BookingDesk
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.errors import DeskbellError, NotFound
from deskbell_server.knowledge.documents import Documents
from deskbell_server.knowledge.indexing import Indexer
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.observability.metrics import ServerMetrics
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.limits import LiveCalls
from deskbell_server.ports.stores import AgentStore, ConversationStore
from deskbell_server.rpc.admission import Admission
from deskbell_server.rpc.interceptors import CallInterceptor
from deskbell_server.rpc.mutations import Mutations
from deskbell_server.rpc.page_tokens import PageTokens
from deskbell_server.rpc.policies import read_policies
from deskbell_server.rpc.server import SERVICE_NAMES, STANDARD_NAMES, RpcServer, Services, open_server
from deskbell_server.rpc.services.agents import Agents
from deskbell_server.rpc.services.analytics import Analytics
from deskbell_server.rpc.services.audit import Audit
from deskbell_server.rpc.services.auth import Auth
from deskbell_server.rpc.services.catalog import Catalog
from deskbell_server.rpc.services.chat import Chat
from deskbell_server.rpc.services.conversations import Conversations
from deskbell_server.rpc.services.knowledge import Knowledge
from deskbell_server.rpc.services.leads import Leads
from deskbell_server.rpc.services.operators import Operators
from deskbell_server.rpc.services.reservations import Reservations
from deskbell_server.rpc.services.tenants import Tenants
from deskbell_server.rpc.services.users import Users
from deskbell_server.rpc.services.voice import VoiceStreams
from deskbell_server.rpc.transport import server_credentials
from deskbell_server.settings import Engine, Settings
from deskbell_server.turn.building import TurnLimits, TurnParts, Turns
from deskbell_server.turn.chats import Chats
from deskbell_server.turn.dialogues.routing import Dialogues
from deskbell_server.turn.intents.tenants import TenantClassifiers
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.watching import Watches
from deskbell_server.voice.calls import Calls
from deskbell_server.voice.session import CallEngines, CallLimits

LOST_CALLS_SECONDS = 15.0
"""How often to look for calls whose server is gone."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoreUrls:
    """Where the stores are, as their owner connects."""

    database: str
    redis: str


@dataclass(frozen=True, slots=True)
class App:
    """A server that serves."""

    rpc: RpcServer
    calls: Calls
    metrics: ServerMetrics
    seeder: Seeder
    secrets: ServerSecrets
    engines: Engines
    dashboard_database_url: str

    async def drain(self, timeout: float) -> None:
        """Takes no more calls, and gives those that go on `timeout` seconds."""
        await self.rpc.serving(yes=False)
        await self.calls.drain(timeout)


@asynccontextmanager
async def open_stores(settings: Settings, report: Report, *, redis: bool = True) -> AsyncIterator[StoreUrls]:
    """The configured stores, and our own in place of those that are not; without Redis if not asked for."""
    database_url = settings.database_url.get_secret_value() if settings.database_url else None
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    async with embedded_stack(
        settings.data_dir,
        postgres=database_url is None,
        redis=redis and redis_url is None,
        report=report,
    ) as own:
        yield StoreUrls(database_url or own.database_url or "", redis_url or own.redis_url or "")


@asynccontextmanager
async def open_app(settings: Settings, report: Report) -> AsyncIterator[App]:
    """Opens the server; inside the scope it answers, though its health says NOT_SERVING until
    `App.rpc.serving`. `report` gets a line for each step that takes time.

    Cancelling it closes everything; calls that go on are cut off: `App.drain` first lets them end.
    """
    async with AsyncExitStack() as stack:
        secrets = load_secrets(settings)
        urls = await stack.enter_async_context(open_stores(settings, report))
        applied = await migrate(urls.database, secrets.secret_key, report=report)
        if applied:
            report(f"database migrated: {', '.join(applied)}")
        engines = await stack.enter_async_context(open_engines(settings, report))
        app = await stack.enter_async_context(open_services(settings, secrets, urls, engines))
        yield app


@asynccontextmanager
async def open_services(
    settings: Settings, secrets: ServerSecrets, urls: StoreUrls, engines: Engines
) -> AsyncIterator[App]:
    """The server on stores that are migrated and engines that are open: inside the scope it answers, as `open_app`
    says. Raises StoreUnavailable, OSError (the address is taken), TlsUnusable and PolicyMissing."""
    clock = SystemClock()
    owner = f"{socket.gethostname()}:{os.getpid()}:{random.token_hex(4)}"
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            open_database(urls.database, secrets.secret_key, size=settings.database_pool_size)
        )
        redis = await stack.enter_async_context(open_redis(urls.redis))
        tenants = PostgresTenantStore(database)
        agents = PostgresAgentStore(database)
        documents = PostgresKnowledgeStore(database)
        conversations = PostgresConversationStore(database)
        reports = PostgresReports(database)
        catalogue = PostgresCatalogueStore(database)
        reservations = PostgresReservationStore(database)
        desk = BookingDesk(catalogue, reservations, clock)
        leads = PostgresLeadStore(database)
        live = RedisLiveCalls(redis, owner)
        access = open_access(settings, secrets, database, redis, clock)
        stack.callback(access.passwords.close)
        search = KnowledgeSearch(documents, engines.embedder)
        indexer = Indexer(PostgresIndexQueue(database), documents, engines.embedder)
        record = TurnRecord(conversations, clock)
        metrics = ServerMetrics()
        units = PostgresUnitsOfWork(database)
        cache = RedisAnswerCache(redis, ttl_seconds=settings.cache_ttl)
        classifiers = TenantClassifiers(engines.intents, engines.embedder)
        turns = Turns(
            TurnParts(
                search=search,
                chat=engines.chat,
                embedder=engines.embedder,
                classifiers=classifiers,
                conversations=conversations,
                dialogues=Dialogues(desk, leads, clock),
                cache=cache,
                record=record,
                units=units,
                quotas=access.quotas,
                clock=clock,
            ),
            TurnLimits(
                top_k=settings.retrieval_top_k,
                history_messages=settings.history_messages,
                history_tokens=settings.history_tokens,
                temperature=settings.llm_temperature,
                max_tokens=settings.llm_max_tokens,
                # An extractive answerer cannot judge.
                tie_break=settings.intent_tie_break and not engines.chat.cites,
            ),
            TurnMetrics(metrics.registry),
            shadow_rate=settings.cache_check_rate,
            sample=random.SystemRandom().random,
        )
        calls = Calls(
            tenants=tenants,
            agents=agents,
            conversations=conversations,
            live=live,
            engines=CallEngines(
                engines.speech_to_text, engines.text_to_speech, engines.voice_activity, engines.labels
            ),
            turns=turns.engine,
            record=record,
            speech_cache=RedisSpeechCache(redis),
            clock=clock,
            limits=CallLimits(settings.max_call_duration, settings.stream_idle_timeout),
            quotas=access.quotas,
            max_calls=settings.max_calls,
            owner=owner,
        )
        knowledge = Documents(documents, indexer, access.quotas, clock)
        tokens = PageTokens(secrets.secret_key)
        chats = Chats(tenants, agents, conversations, turns.engine, access.quotas, clock, owner)
        mutations = Mutations(units, access.audit, secrets.secret_key, clock)
        admission = Admission(
            read_policies(SERVICE_NAMES, STANDARD_NAMES),
            access.authenticator,
            access.quotas,
            access.limits,
            clock,
            open_health=settings.open_health,
        )
        changes = PostgresConversationChanges(urls.database, secrets.secret_key)
        watches = Watches(conversations, changes, clock)
        services = Services(
            tenants=Tenants(tenants, access.quotas, access.housekeeping, cache, tokens, clock),
            agents=Agents(agents, tokens, clock),
            knowledge=Knowledge(
                knowledge,
                documents,
                tenants,
                search,
                tokens,
                settings.retrieval_top_k,
                PostgresGapStore(database),
                clock,
            ),
            chat=Chat(chats, clock, metrics),
            voice=VoiceStreams(calls, admission, metrics, clock, settings.sample_rate),
            conversations=Conversations(
                conversations, conversations, watches, admission, tokens, reports, clock
            ),
            leads=Leads(leads, tenants, tokens, clock),
            analytics=Analytics(PostgresFigureStore(database), tenants),
            auth=Auth(access.sessions, access.api_keys, access.client_tokens, tenants, mutations, tokens),
            users=Users(PostgresUserStore(database), access.passwords, tokens, clock),
            audit=Audit(access.audit, tokens),
            operators=Operators(
                PostgresOperatorStore(database), access.passwords, access.ring, mutations, tokens, clock
            ),
            catalog=Catalog(catalogue, tenants, tokens, clock),
            reservations=Reservations(desk, reservations, tenants, tokens, clock),
        )
        aftermath = Aftermath(
            reports,
            tenants,
            engines.embedder,
            # The local engine takes sentences out of documents; it cannot write about a conversation.
            engines.chat if settings.engine("chat") is Engine.GROQ else None,
            access.quotas,
            clock,
            chat_idle_seconds=settings.chat_idle_minutes * 60,
            schema_of=_schema_of(agents),
        )
        sweeper = Sweeper(tenants, access.housekeeping, clock, settings.audit_days)
        await access.ring.rotate_if_due()
        await stack.enter_async_context(
            _background(
                live.run(),
                changes.run(),
                indexer.run(),
                access.ring.run(),
                sweeper.run(),
                aftermath.run(),
                turns.check_cache(),
                classifiers.run(),
                _mark_lost_calls(conversations, live, clock),
            )
        )
        # A call that the server cuts off still stores what was heard, after the server has stopped.
        stack.push_async_callback(calls.until_over)
        rpc = await stack.enter_async_context(
            open_server(
                services,
                CallInterceptor(admission, mutations, metrics),
                settings.grpc_address,
                stop_timeout=1.0,
                credentials=_credentials(settings),
            )
        )
        # Before the server stops, so that whoever watches is told to go on elsewhere.
        stack.callback(watches.stop)
        yield App(
            rpc=rpc,
            calls=calls,
            metrics=metrics,
            seeder=Seeder(tenants, agents, knowledge, clock, catalogue),
            secrets=secrets,
            engines=engines,
            dashboard_database_url=role_url(urls.database, Role.DASHBOARD, secrets.secret_key),
        )


def _credentials(settings: Settings) -> grpc.ServerCredentials | None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return server_credentials(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)


@asynccontextmanager
async def _background(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """A scope for what runs as long as the server; leaving it cancels the jobs. One that fails ends the
    server."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


def _schema_of(agents: AgentStore) -> SchemaOf:
    async def schema_of(conversation: Conversation) -> str:
        try:
            return (await agents.of_conversation(conversation.tenant, conversation)).extraction_schema
        except NotFound:  # the agent is deleted
            return ""

    return schema_of


async def _mark_lost_calls(conversations: ConversationStore, live: LiveCalls, clock: SystemClock) -> None:
    """Closes the books on calls whose server was killed."""
    while True:
        try:
            for owner in await conversations.owners_of_open_calls():
                if not await live.is_alive(owner):
                    count = await conversations.mark_lost(owner, clock.now())
                    _log.info("calls_marked_lost", owner=owner, count=count)
        except DeskbellError as error:
            _log.warning("lost_calls_not_marked", reason=error.reason)
        await asyncio.sleep(LOST_CALLS_SECONDS)
