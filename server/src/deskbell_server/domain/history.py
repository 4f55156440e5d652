"""Conversations read back: what changed in them, in its order, and what became of their turns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deskbell_server.domain.conversation import Conversation, Message
from deskbell_server.domain.names import TurnId
from deskbell_server.domain.turn import TurnFacts


@dataclass(frozen=True, slots=True)
class Changed:
    """A message as it is now. `sequence` is the number of its last change among the conversation's, from 1: that it was
    said, or that what was heard of it was corrected."""

    sequence: int
    message: Message


@dataclass(frozen=True, slots=True)
class News:
    """A conversation, and messages of it that changed, in the order of their last change. When it is not open, nothing
    was said that is not among them, or comes after them."""

    conversation: Conversation
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """What is kept of a turn beside its words."""

    id: TurnId
    facts: TurnFacts
    created_at: datetime
