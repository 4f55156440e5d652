"""What is kept: every method but the list of tenants takes the tenant first, and sees nothing of another.

All raise `StoreUnavailable` when the store does not answer. Lists are pages in a stable order: give the key
of the last row that you have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from deskbell_server.domain.agent import Agent
from deskbell_server.domain.conversation import Conversation, HistoryEntry, Message
from deskbell_server.domain.identity import ApiKeyId
from deskbell_server.domain.knowledge import Document, FoundPassage, MediaType, Passage
from deskbell_server.domain.names import AgentId, ConversationId, DocumentId, TenantId, TurnId
from deskbell_server.domain.quota import Quota, Usage
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.engines import Embedding


class TenantStore(Protocol):
    """Tenants."""

    async def create(self, tenant: Tenant) -> Tenant:
        """Raises AlreadyExists."""
        ...

    async def get(self, tenant: TenantId) -> Tenant:
        """Raises NotFound."""
        ...

    async def page(self, *, after: TenantId | None, limit: int) -> list[Tenant]:
        """By id."""
        ...

    async def update(self, tenant: TenantId, changes: Mapping[str, Any], etag: str, now: datetime) -> Tenant:
        """Sets the named attributes of `Tenant`. Raises NotFound, and Conflict for an etag that is neither empty
        nor the current one."""
        ...

    async def delete(self, tenant: TenantId) -> None:
        """Deletes the tenant and everything of it. Raises NotFound."""
        ...


class AgentStore(Protocol):
    """A tenant's agents."""

    async def create(self, tenant: TenantId, agent: Agent) -> Agent:
        """Raises NotFound (tenant) and AlreadyExists."""
        ...

    async def get(self, tenant: TenantId, agent: AgentId) -> Agent:
        """Raises NotFound."""
        ...

    async def page(self, tenant: TenantId, *, after: AgentId | None, limit: int) -> list[Agent]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def update(
        self, tenant: TenantId, agent: AgentId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> Agent:
        """Sets the named attributes of `Agent`. Raises NotFound, and Conflict as above."""
        ...

    async def delete(self, tenant: TenantId, agent: AgentId) -> None:
        """Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True)
class IndexJob:
    """A document that waits to be indexed, claimed by one indexer for a while."""

    tenant: TenantId
    document: DocumentId
    media_type: MediaType
    text: str
    passages_done: int
    """How many passages an earlier attempt had embedded and stored."""


class KnowledgeStore(Protocol):
    """A tenant's documents and passages."""

    async def create(
        self, tenant: TenantId, document: Document, text: str, room: int | None = None
    ) -> Document:
        """Stores a document in state PROCESSING. Raises NotFound (tenant), AlreadyExists, and QuotaExceeded when
        all documents of the tenant would then have more than `room` bytes (None: any number)."""
        ...

    async def get(self, tenant: TenantId, document: DocumentId) -> Document:
        """Raises NotFound."""
        ...

    async def get_text(self, tenant: TenantId, document: DocumentId) -> str:
        """Raises NotFound."""
        ...

    async def page(self, tenant: TenantId, *, after: DocumentId | None, limit: int) -> list[Document]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def delete(self, tenant: TenantId, document: DocumentId) -> None:
        """Deletes it with its passages. Raises NotFound."""
        ...

    async def nearest(self, tenant: TenantId, query: Embedding, limit: int) -> list[FoundPassage]:
        """The passages of READY documents nearest by cosine; `score` is the similarity."""
        ...

    async def matching(
        self, tenant: TenantId, question: str, query: Embedding, limit: int
    ) -> list[FoundPassage]:
        """The passages of READY documents that share words with the question, by full-text rank;
        `score` is the rank."""
        ...


class IndexQueue(Protocol):
    """The documents that wait to be indexed, of all tenants; it survives a crash, and a claim that is not
    renewed within its lease goes to the next who asks."""

    async def claim(self, lease_seconds: float) -> IndexJob | None:
        """The next document, or None."""
        ...

    async def begin(self, job: IndexJob, passage_count: int) -> bool:
        """Notes how many passages there are. False if the document was deleted meanwhile."""
        ...

    async def add(
        self,
        job: IndexJob,
        passages: Sequence[Passage],
        embeddings: Sequence[Embedding],
        lease_seconds: float,
    ) -> bool:
        """Stores embedded passages and renews the lease. Adding a passage again changes nothing.
        False if the document was deleted meanwhile."""
        ...

    async def finish(self, job: IndexJob, failure: str = "") -> None:
        """Makes the document READY, or FAILED with the reason."""
        ...


class ConversationStore(Protocol):
    """A tenant's conversations."""

    async def create(self, tenant: TenantId, conversation: Conversation, owner: str) -> Conversation:
        """`owner` names the server process that holds the call. Raises NotFound (agent)."""
        ...

    async def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        """Raises NotFound."""
        ...

    async def page(
        self, tenant: TenantId, *, agent: AgentId | None, before: ConversationId | None, limit: int
    ) -> list[Conversation]:
        """The newest first. Raises NotFound (tenant)."""
        ...

    async def messages(
        self, tenant: TenantId, conversation: ConversationId, *, after: int, limit: int
    ) -> list[Message]:
        """By index, from the one after `after`. Raises NotFound."""
        ...

    async def history(self, tenant: TenantId, conversation: ConversationId, limit: int) -> list[HistoryEntry]:
        """The last messages in order, of the agent what was heard."""
        ...

    async def store_turn(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        turn: TurnId,
        messages: Sequence[Message],
    ) -> None:
        """Appends the messages of a finished turn in one transaction. Storing a turn again changes nothing.
        Raises NotFound."""
        ...

    async def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> list[Message]:
        """The messages of one turn, none if it is not stored."""
        ...

    async def set_heard(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, heard: str, *, estimated: bool
    ) -> None:
        """Corrects what the caller heard of the agent's message of a turn."""
        ...

    async def end(self, tenant: TenantId, conversation: ConversationId, now: datetime, reason: str) -> None:
        """Marks it ended; an ended one stays as it is."""
        ...

    async def owners_of_open_calls(self) -> list[str]:
        """The servers that, as the database knows, hold open voice conversations of any tenant."""
        ...

    async def mark_lost(self, owner: str, now: datetime) -> int:
        """Marks the open voice conversations of a server that is gone, of every tenant, as lost;
        returns how many."""
        ...


class QuotaStore(Protocol):
    """What tenants may use, and have used."""

    async def get(self, tenant: TenantId) -> Quota:
        """The tenant's own limits, 0 where it has none. Raises NotFound (tenant)."""
        ...

    async def update(self, tenant: TenantId, changes: Mapping[str, int], etag: str) -> Quota:
        """Sets the named attributes of `Quota`. Raises NotFound (tenant) and Conflict."""
        ...

    async def usage(self, tenant: TenantId, month: date) -> Usage:
        """What was used in a month."""
        ...

    async def key_usage(self, tenant: TenantId, key: ApiKeyId, month: date) -> tuple[float, int]:
        """Seconds of calls and tokens of a month with one key."""
        ...

    async def add(
        self, tenant: TenantId, key: ApiKeyId | None, month: date, seconds: float, tokens: int
    ) -> tuple[float, float]:
        """Counts seconds of calls and tokens of the chat model, for the key too if one is given; returns the month's
        seconds of the tenant and of the key. Raises NotFound (tenant)."""
        ...


class SpeechCache(Protocol):
    """Speech that was synthesised before (greetings), by tenant."""

    async def get(self, tenant: TenantId, key: str) -> bytes | None:
        """The PCM16 stored under the key, or None (also when the cache does not answer)."""
        ...

    async def put(self, tenant: TenantId, key: str, pcm: bytes) -> None:
        """Stores it for a day; failing to is not an error."""
        ...


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...
