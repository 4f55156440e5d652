"""Things to put into stores, and unit vectors whose cosines are plain to see."""

from __future__ import annotations

import math
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from deskbell_server.domain.agent import Agent, AgentType, Handoff, IntentExample, VoiceSettings
from deskbell_server.domain.booking import (
    BookableService,
    Booking,
    Caller,
    Interval,
    OpeningHours,
    ReservationId,
    Resource,
    ResourceId,
    ResourceKind,
    ServiceId,
    Times,
)
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState, Message, Speaker
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.knowledge import (
    EMBEDDING_DIMENSIONS,
    Citation,
    Document,
    DocumentState,
    MediaType,
    Passage,
)
from deskbell_server.domain.lead import Lead
from deskbell_server.domain.names import (
    AgentId,
    ConversationId,
    DocumentId,
    LeadId,
    TenantId,
    TurnId,
    time_ordered_uuid,
)
from deskbell_server.domain.report import ConversationOutcome, Report, Sentiment, SentimentLabel
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.aftermath import Asked
from deskbell_server.ports.engines import Embedding

NOW = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
CLINIC, HOTEL = TenantId("clinic"), TenantId("hotel")
"""The tenants that the `stores` fixture makes."""
NOBODY = TenantId("nobody")
"""No tenant's id."""
DENTIST, CHECKUP = ResourceId("dentist"), ServiceId("checkup")
TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
"""When `booking` begins."""
HOURS = OpeningHours(
    weekly={day: (Interval(9 * 60, 12 * 60), Interval(13 * 60, 17 * 60)) for day in range(5)},
    exceptions={date(2026, 12, 25): (), date(2026, 12, 24): (Interval(9 * 60, 12 * 60),)},
)


def tenant(tenant_id: str) -> Tenant:
    return Tenant(TenantId(tenant_id), f"The {tenant_id}", "services", "en", "Europe/London", NOW, NOW)


def agent(tenant_id: TenantId, agent_id: str) -> Agent:
    return Agent(
        tenant=tenant_id,
        id=AgentId(agent_id),
        display_name="Front desk",
        type=AgentType.RECEPTIONIST,
        system_prompt="Be kind.",
        greeting="Hello!",
        voice=VoiceSettings(voice="joe", speaking_rate=1.25, end_of_utterance_silence=0.7),
        created_at=NOW,
        updated_at=NOW,
        handoff=Handoff("+442079460001", "One moment."),
        intent_examples=(IntentExample(IntentKind.BOOKING, 'Can I pop in on "Friday"?'),),
        extraction_schema='{"type": "object", "properties": {"budget": {"type": "number"}}}',
        lead_consent="May we write that down?",
        turn_budget=1.2,
    )


def document(tenant_id: TenantId, document_id: str, *, title: str = "Opening hours") -> Document:
    return Document(
        tenant=tenant_id,
        id=DocumentId(document_id),
        title=title,
        media_type=MediaType.MARKDOWN,
        size_bytes=12,
        state=DocumentState.PROCESSING,
        passage_count=0,
        indexed_passage_count=0,
        failure="",
        created_at=NOW,
        updated_at=NOW,
    )


def passage(index: int, text: str, *, heading: str = "") -> Passage:
    return Passage(index=index, start=index * 100, end=index * 100 + len(text), text=text, heading=heading)


def conversation(
    tenant_id: TenantId, *, agent_id: str = "front-desk", channel: Channel = Channel.VOICE, second: int = 0
) -> Conversation:
    """A conversation that begins `second` seconds after NOW."""
    return Conversation(
        tenant=tenant_id,
        id=ConversationId(time_ordered_uuid(NOW.timestamp() + second)),
        agent=AgentId(agent_id),
        channel=channel,
        state=ConversationState.OPEN,
        caller_id="+44 20 7946 0000",
        message_count=0,
        started_at=NOW,
        ended_at=None,
        end_reason="",
        agent_version=1,
    )


def turn(question: str, answer: str) -> tuple[TurnId, list[Message]]:
    """The two messages of a turn; the answer cites a document. Their indexes are for the store to choose."""
    turn_id = TurnId(uuid.uuid4())
    citation = Citation(0, len(answer), DocumentId("hours"), "Opening hours", 0, 3, 9, "Sat: 9")
    return turn_id, [
        Message(0, turn_id, Speaker.CALLER, question, question, False, (), NOW),
        Message(0, turn_id, Speaker.AGENT, answer, answer, False, (citation,), LATER),
    ]


def lead(tenant_id: TenantId, *, second: int = 0, **changes: Any) -> Lead:
    """A lead first heard of `second` seconds after NOW."""
    plain = Lead(
        tenant=tenant_id,
        id=LeadId(time_ordered_uuid(NOW.timestamp() + second)),
        name="Anna Kowalski",
        phone="+442079460958",
        email="anna@example.com",
        intent="viewing",
        property_id="12B",
        notes="After five.",
        created_at=NOW,
        updated_at=NOW,
        consent_text="May we call you back?",
        consented_at=NOW,
        caller_id="+44 20 7946 0958",
        agent=AgentId("front-desk"),
    )
    return replace(plain, **changes)


def vector(cosine: float = 1.0) -> Embedding:
    """A unit vector at a cosine to `vector()`."""
    embedding = np.zeros(EMBEDDING_DIMENSIONS, dtype=np.float32)
    embedding[0], embedding[1] = cosine, math.sqrt(1 - cosine**2)
    return embedding


def resource(tenant_id: TenantId, resource_id: str = DENTIST, *, capacity: int = 1) -> Resource:
    return Resource(
        tenant_id, ResourceId(resource_id), "Dr Adams", ResourceKind.STAFF, capacity, NOW, NOW, hours=HOURS
    )


def service(
    tenant_id: TenantId, service_id: str = CHECKUP, *, resources: tuple[str, ...] = (DENTIST,)
) -> BookableService:
    return BookableService(
        tenant_id,
        ServiceId(service_id),
        "Check-up",
        timedelta(minutes=30),
        timedelta(minutes=10),
        "40 pounds",
        tuple(ResourceId(one) for one in resources),
        NOW,
        NOW,
    )


def booking(starts_at: datetime = TEN, *, key: str | None = None, service_id: str = CHECKUP) -> Booking:
    """Half an hour with a buffer of ten minutes; a key of its own unless one is given."""
    return Booking(
        id=ReservationId(time_ordered_uuid(NOW.timestamp())),
        service=ServiceId(service_id),
        times=times(starts_at),
        caller=Caller("Ann Lee", "+44 20 7946 0000", "ann@example.com", "caller-1"),
        notes="first visit",
        idempotency_key=key or str(uuid.uuid4()),
        conversation=ConversationId(uuid.UUID(int=7)),
        created_at=NOW,
    )


def times(starts_at: datetime) -> Times:
    """Those of `booking`."""
    ends_at = starts_at + timedelta(minutes=30)
    return Times(starts_at, ends_at, ends_at + timedelta(minutes=10))


def report(**changes: Any) -> Report:
    """Of a conversation with two messages."""
    plain = Report(
        summary="Asked about dogs.",
        sentiment=Sentiment(0.25, SentimentLabel.POSITIVE),
        outcome=ConversationOutcome.UNANSWERED,
        message_count=2,
        engine="rules",
        said_from=NOW,
        created_at=LATER,
        extraction={"name": "Ann", "people": 4, "smoker": None},
        extraction_problem="odd",
    )
    return replace(plain, **changes)


def asked(turn_id: TurnId, question: str, *, cosine: float = 1.0, at: datetime = NOW) -> Asked:
    """A refused question; `key` is the question itself."""
    return Asked(turn_id, question, question.lower(), vector(cosine), at)
