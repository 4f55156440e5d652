"""Conversations and what was said in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import AgentId, ConversationId, TenantId, TurnId


class Channel(StrEnum):
    """How a conversation came in."""

    CHAT = "chat"
    VOICE = "voice"


class ConversationState(StrEnum):
    """Whether it goes on. `lost`: its server went away before its end."""

    OPEN = "open"
    ENDED = "ended"
    LOST = "lost"


class Speaker(StrEnum):
    """Who said something."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call or chat."""

    tenant: TenantId
    id: ConversationId
    agent: AgentId
    channel: Channel
    state: ConversationState
    caller_id: str
    message_count: int
    started_at: datetime
    ended_at: datetime | None
    end_reason: str
    created_by: str = ""
    """Whoever began it (`Principal.actor`)."""
    agent_version: int = 0
    """Number of the agent's version that it began with and goes on with; 0 if not known."""
    language: str = ""
    """BCP 47, that of the caller's last utterance; empty before the first."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said. `index` is its place in the conversation, from 1.

    Of an agent on a call `heard_text` is what the caller heard; elsewhere it equals `text`.
    """

    index: int
    turn: TurnId
    speaker: Speaker
    text: str
    heard_text: str
    heard_estimated: bool
    citations: tuple[Citation, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One earlier message as the chat model sees it: of the agent, only what was heard."""

    speaker: Speaker
    text: str
