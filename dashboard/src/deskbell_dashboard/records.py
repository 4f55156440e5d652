"""Rows of the reporting views, as the pages see them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class Tenant:
    """A business; `time_zone` is an IANA name."""

    id: str
    display_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent with conversations; `display_name` is its id once it is deleted."""

    id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A call or chat. `first_words` is what the caller said first, empty if nothing."""

    id: uuid.UUID
    agent: Agent
    channel: str
    state: str
    caller_id: str
    started_at: datetime
    ended_at: datetime | None
    message_count: int
    first_words: str


@dataclass(frozen=True, slots=True)
class Source:
    """The words of a document that support an answer."""

    title: str
    quote: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said. Of an agent on a call, `heard_text` is what the caller heard of `text`."""

    index: int
    speaker: str
    text: str
    heard_text: str
    heard_estimated: bool
    sources: tuple[Source, ...]
    created_at: datetime

    @property
    def was_cut(self) -> bool:
        return self.heard_text != self.text


def to_agent(row: asyncpg.Record) -> Agent:
    return Agent(row["agent_id"], row["agent_display_name"] or row["agent_id"])


def to_conversation(row: asyncpg.Record) -> Conversation:
    return Conversation(
        id=row["conversation_id"],
        agent=to_agent(row),
        channel=row["channel"],
        state=row["state"],
        caller_id=row["caller_id"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        message_count=row["message_count"],
        first_words=row["first_caller_message"] or "",
    )


def to_message(row: asyncpg.Record) -> Message:
    return Message(
        index=row["message_index"],
        speaker=row["speaker"],
        text=row["text"],
        heard_text=row["heard_text"],
        heard_estimated=row["heard_estimated"],
        sources=tuple(Source(entry["title"], entry["quote"]) for entry in json.loads(row["citations"])),
        created_at=row["created_at"],
    )
