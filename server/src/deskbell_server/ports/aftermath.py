"""What is made of conversations that are over: the queue, what it is made from, and where it is kept.

All methods raise `StoreUnavailable` when the store does not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from deskbell_server.domain.conversation import Conversation, Message
from deskbell_server.domain.gap import GapId, GapStatus, KnowledgeGap
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import ConversationId, TenantId, TurnId
from deskbell_server.domain.report import Report, ReportStatus
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.ports.engines import Embedding

Alike = Callable[[str, str, float], bool]
"""Whether a question asks the same as one that is known, given the cosine of their embeddings."""


@dataclass(frozen=True, slots=True)
class ReportJob:
    """A conversation whose first `message_count` messages are to be reported on, claimed by one runner for a while.
    `attempt` counts from 1."""

    tenant: TenantId
    conversation: ConversationId
    message_count: int
    attempt: int


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What is kept of a turn beside its words."""

    turn: TurnId
    intent: IntentKind
    language: str
    outcome: TurnOutcome
    handoff_reason: str


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A reservation that was made in the conversation and stands."""

    service: str
    starts_at: datetime
    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead that was last heard from in the conversation."""

    name: str
    phone: str
    email: str
    intent: str
    property_id: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made from. `form_left_open`: a dialogue was not gone through to its end."""

    conversation: Conversation
    messages: tuple[Message, ...]
    turns: tuple[TurnRow, ...]
    booked: tuple[BookedRow, ...]
    leads: tuple[LeadRow, ...]
    form_left_open: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was refused in a turn, without personal data. `key` is the same for the same words."""

    turn: TurnId
    question: str
    key: str
    embedding: Embedding
    asked_at: datetime


class ReportQueue(Protocol):
    """The conversations, of all tenants, that are over and have messages without a report. It survives a crash; a
    claim whose lease has passed goes to the next who asks."""

    async def claim(self, lease_seconds: float) -> ReportJob | None:
        """The next one, or None."""
        ...

    async def material(self, job: ReportJob) -> Material | None:
        """What to report on; None if the conversation is gone. Without messages if they are."""
        ...

    async def complete(
        self, job: ReportJob, report: Report | None, asked: Sequence[Asked], alike: Alike, now: datetime
    ) -> bool:
        """Keeps the report (None: there was nothing to report on) and counts what was asked, in one transaction.
        False, and nothing is kept, if somebody else has done it meanwhile or the conversation is gone. A turn is
        counted once, whatever report it comes with."""
        ...

    async def retry(self, job: ReportJob, after_seconds: float) -> None:
        """Gives the claim back, to be tried again later."""
        ...

    async def give_up(self, job: ReportJob, failure: str, now: datetime) -> bool:
        """Keeps a FAILED report. False as `complete`."""
        ...

    async def end_idle_chats(self, idle_seconds: float, now: datetime) -> int:
        """Ends the open chats of every tenant in which nothing was said for so long; returns how many."""
        ...


class ReportStore(Protocol):
    """A tenant's reports."""

    async def find(
        self, tenant: TenantId, conversations: Sequence[ConversationId]
    ) -> Mapping[ConversationId, ReportStatus]:
        """The reports of some conversations. Of those that go on, and of those whose report is no longer kept,
        there is none."""
        ...


@dataclass(frozen=True, slots=True)
class GapPlace:
    """A gap's place in the order of a list."""

    ask_count: int
    gap: GapId


class GapStore(Protocol):
    """A tenant's knowledge gaps."""

    async def page(
        self, tenant: TenantId, *, status: GapStatus | None, after: GapPlace | None, limit: int
    ) -> list[KnowledgeGap]:
        """Those asked most often first, then the newest. Raises NotFound (tenant)."""
        ...

    async def decide(
        self, tenant: TenantId, gap: GapId, status: GapStatus, etag: str, now: datetime
    ) -> KnowledgeGap:
        """Sets the status. Raises NotFound, and Conflict for an etag that is neither empty nor
        the current one."""
        ...
