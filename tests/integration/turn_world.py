"""Whole turns: the real steps on real Postgres and Redis with the local engines, and a clock that stands still."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from deskbell_server.access.quotas import Quotas
from deskbell_server.adapters.local.answerer import ExtractiveChat
from deskbell_server.adapters.local.weights import MINILM
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.redis import RedisAnswerCache, open_redis
from deskbell_server.booking.desk import BookingDesk
from deskbell_server.domain.agent import Agent, AgentType, VoiceSettings
from deskbell_server.domain.booking import (
    BookableService,
    Interval,
    OpeningHours,
    Resource,
    ResourceId,
    ResourceKind,
    ServiceId,
)
from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.identity import BOOTSTRAP, Principal
from deskbell_server.domain.names import AgentId, ConversationId, TenantId, TurnId, time_ordered_uuid
from deskbell_server.domain.quota import Quota
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.engines import Chat
from deskbell_server.turn.building import TurnLimits, TurnParts, Turns
from deskbell_server.turn.dialogues.routing import Dialogues
from deskbell_server.turn.events import Answer, Classified, Finished, HandedOver, Recorded, TurnEvent
from deskbell_server.turn.intents.classifier import IntentClassifier
from deskbell_server.turn.intents.tenants import TenantClassifiers
from deskbell_server.turn.intents.weights import load
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.state import Question
from tests.integration import store_samples as sample
from tests.integration.answer_world import index_documents, question_sets
from tests.integration.local_world import embedder
from tests.integration.store_world import Stores, make_stores

CLINIC = TenantId("demo-clinic")
TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
"""In London, in winter."""
NINE_TO_FIVE = OpeningHours(weekly={day: (Interval(9 * 60, 17 * 60),) for day in range(5)})


@dataclass
class Clock:
    """Stands still unless it is moved; durations are measured all the same."""

    at: datetime = TUESDAY

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Said:
    """A turn, as it was told."""

    text: str
    events: list[TurnEvent]
    answer: Answer

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def intent(self) -> str:
        return str(self.of(Classified)[0].intents[0].kind)

    @property
    def records(self) -> list[str]:
        return [f"{record.action} {record.name.split('/')[2]}" for record in self.of(Recorded)]

    @property
    def handoff(self) -> str:
        handed_over = self.of(HandedOver)
        return str(handed_over[0].reason) if handed_over else ""


@dataclass
class Desk:
    """A tenant's desk, to which one talks."""

    stores: Stores
    turns: Turns
    clock: Clock
    tenant: TenantId = CLINIC
    conversation: ConversationId | None = None
    heard: list[Said] = field(default_factory=list)
    principal: Principal = BOOTSTRAP
    """Who talks."""

    async def new_conversation(self, channel: Channel = Channel.CHAT, caller_id: str = "") -> None:
        now = self.clock.now()
        conversation = sample.conversation(self.tenant, channel=channel)
        self.conversation = ConversationId(time_ordered_uuid(now.timestamp()))
        conversation = replace(conversation, id=self.conversation, caller_id=caller_id, started_at=now)
        await self.stores.conversations.create(self.tenant, conversation, "test")

    async def question(self, text: str, turn: TurnId | None = None) -> Question:
        if self.conversation is None:
            await self.new_conversation()
        conversation = self.conversation
        assert conversation is not None
        known = await self.stores.conversations.get(self.tenant, conversation)
        return Question(
            await self.stores.tenants.get(self.tenant),
            await self.stores.agents.get(self.tenant, known.agent),
            conversation,
            turn or TurnId(uuid.uuid4()),
            known.channel,
            text,
            self.principal,
            known.caller_id,
        )

    async def say(self, text: str, turn: TurnId | None = None) -> Said:
        """Says one thing; the answer is whole when it returns."""
        answer, events = Answer(), []
        async with aclosing(self.turns.engine.answer(await self.question(text, turn), answer)) as told:
            async for event in told:
                events.append(event)
        assert isinstance(events[-1], Finished)
        said = Said(answer.text, events, answer)
        self.heard.append(said)
        return said

    async def talk(self, *lines: str) -> Said:
        """Says several things, one after the other; returns the last answer."""
        for line in lines:
            said = await self.say(line)
        return said


def classifier() -> IntentClassifier:
    weights = load(MINILM.label(None))
    assert weights is not None
    return IntentClassifier(weights)


async def make_tenant(stores: Stores, *, documents: bool) -> None:
    """The clinic with its agent and what can be booked."""
    if documents:
        [questions] = [each for each in question_sets() if each.documents == CLINIC]
        await index_documents(stores, embedder(), questions)
    else:
        await stores.tenants.create(sample.tenant(CLINIC))
    plain = Agent(
        CLINIC,
        AgentId("front-desk"),
        "Desk",
        AgentType.RECEPTIONIST,
        "",
        "",
        VoiceSettings(),
        sample.NOW,
        sample.NOW,
    )
    await stores.agents.create(CLINIC, plain)
    await stores.catalogue.update_hours(CLINIC, {"weekly": NINE_TO_FIVE.weekly}, "", sample.NOW)
    for resource, service, name, minutes in (
        ("dr-hart", "check-up", "Check-up", 30),
        ("priya", "hygienist", "Visit to the hygienist", 30),
    ):
        await stores.catalogue.create_resource(
            CLINIC,
            Resource(CLINIC, ResourceId(resource), resource, ResourceKind.STAFF, 1, sample.NOW, sample.NOW),
        )
        await stores.catalogue.create_service(
            CLINIC,
            BookableService(
                CLINIC,
                ServiceId(service),
                name,
                timedelta(minutes=minutes),
                timedelta(),
                "62 pounds",
                (ResourceId(resource),),
                sample.NOW,
                sample.NOW,
            ),
        )


@asynccontextmanager
async def open_desk(
    pools: Database,
    redis_url: str,
    *,
    chat: Chat | None = None,
    documents: bool = False,
    existing: Desk | None = None,
    **parts: Any,
) -> AsyncIterator[Desk]:
    """The clinic's desk: two services, one dentist and one hygienist, nine to five on weekdays; with its documents if
    they are wanted. `existing`: one that was open before, whose stores are there."""
    clock = Clock()
    stores = make_stores(pools)
    if existing is None:
        await make_tenant(stores, documents=documents)
    async with open_redis(redis_url) as redis:
        everything: dict[str, Any] = {
            "search": KnowledgeSearch(stores.knowledge, embedder()),
            "chat": chat or ExtractiveChat(embedder()),
            "embedder": embedder(),
            "classifiers": TenantClassifiers(classifier(), embedder()),
            "conversations": stores.conversations,
            "dialogues": Dialogues(
                BookingDesk(stores.catalogue, stores.reservations, clock), stores.leads, clock
            ),
            "cache": RedisAnswerCache(redis),
            "record": TurnRecord(stores.conversations, clock),
            "units": stores.units,
            "quotas": Quotas(stores.quotas, Quota(), clock),
            "clock": clock,
        }
        turns = Turns(
            TurnParts(**{**everything, **parts}),
            TurnLimits(3, 12, 0.0, 300),
            TurnMetrics(CollectorRegistry()),
            shadow_rate=0.0,
            sample=lambda: 1.0,
        )
        yield Desk(stores, turns, clock, conversation=existing.conversation if existing else None)
