"""Things to put into stores, and unit vectors whose cosines are plain to see."""

from __future__ import annotations

import math
import uuid
from datetime import UTC, datetime

import numpy as np

from deskbell_server.domain.agent import Agent, AgentType, VoiceSettings
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState, Message, Speaker
from deskbell_server.domain.knowledge import (
    EMBEDDING_DIMENSIONS,
    Citation,
    Document,
    DocumentState,
    MediaType,
    Passage,
)
from deskbell_server.domain.names import (
    AgentId,
    ConversationId,
    DocumentId,
    TenantId,
    TurnId,
    time_ordered_uuid,
)
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.engines import Embedding

NOW = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
CLINIC, HOTEL = TenantId("clinic"), TenantId("hotel")
"""The tenants that the `stores` fixture makes."""
NOBODY = TenantId("nobody")
"""No tenant's id."""


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
    )


def turn(question: str, answer: str) -> tuple[TurnId, list[Message]]:
    """The two messages of a turn; the answer cites a document. Their indexes are for the store to choose."""
    turn_id = TurnId(uuid.uuid4())
    citation = Citation(0, len(answer), DocumentId("hours"), "Opening hours", 0, 3, 9, "Sat: 9")
    return turn_id, [
        Message(0, turn_id, Speaker.CALLER, question, question, False, (), NOW),
        Message(0, turn_id, Speaker.AGENT, answer, answer, False, (citation,), LATER),
    ]


def vector(cosine: float = 1.0) -> Embedding:
    """A unit vector at a cosine to `vector()`."""
    embedding = np.zeros(EMBEDDING_DIMENSIONS, dtype=np.float32)
    embedding[0], embedding[1] = cosine, math.sqrt(1 - cosine**2)
    return embedding
