"""What is kept: every method but the list of tenants takes the tenant first, and sees nothing of another.

All raise `StoreUnavailable` when the store does not answer. Lists are pages in a stable order: give the key
of the last row that you have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from deskbell_server.domain.agent import Agent, AgentVersion
from deskbell_server.domain.conversation import Conversation, HistoryEntry, Message
from deskbell_server.domain.identity import ApiKeyId
from deskbell_server.domain.knowledge import Document, FoundPassage, MediaType, Passage
from deskbell_server.domain.lead import Lead, LeadStatus
from deskbell_server.domain.names import AgentId, ConversationId, DocumentId, LeadId, TenantId, TurnId
from deskbell_server.domain.quota import Quota, Usage
from deskbell_server.domain.tenant import Tenant
from deskbell_server.domain.turn import TurnMemory
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
    """A tenant's agents with their versions. An `Agent` is in its newest version unless said otherwise."""

    async def create(self, tenant: TenantId, agent: Agent, *, by: str = "", note: str = "") -> Agent:
        """Its first version, made `by` a `Principal.actor`, is live. Raises NotFound (tenant) and AlreadyExists."""
        ...

    async def get(self, tenant: TenantId, agent: AgentId) -> Agent:
        """Raises NotFound."""
        ...

    async def for_caller(
        self, tenant: TenantId, agent: AgentId, caller_id: str, conversation: ConversationId
    ) -> Agent:
        """In the version that the live traffic (`domain/traffic.py`) gives a caller who begins a conversation.
        Raises NotFound."""
        ...

    async def of_conversation(self, tenant: TenantId, conversation: Conversation) -> Agent:
        """In the version that a conversation began with; if that is not known, or the agent was deleted and made
        again, as `for_caller`. Raises NotFound."""
        ...

    async def page(self, tenant: TenantId, *, after: AgentId | None, limit: int) -> list[Agent]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def update(
        self,
        tenant: TenantId,
        agent: AgentId,
        changes: Mapping[str, Any],
        etag: str,
        now: datetime,
        *,
        by: str = "",
        note: str = "",
        draft: bool = False,
    ) -> Agent:
        """Sets the named attributes of `Agent` in a new version, which all callers get unless it is a draft; makes
        none if nothing changes. Raises NotFound, and Conflict as above."""
        ...

    async def version(self, tenant: TenantId, agent: AgentId, number: int) -> AgentVersion:
        """Raises NotFound (agent, agent_version)."""
        ...

    async def page_versions(
        self, tenant: TenantId, agent: AgentId, *, before: int | None, limit: int
    ) -> list[AgentVersion]:
        """The newest first. Raises NotFound."""
        ...

    async def set_traffic(
        self, tenant: TenantId, agent: AgentId, shares: Mapping[int, int], etag: str, now: datetime
    ) -> Agent:
        """Gives versions, by number, percents of the callers that add up to 100. Raises NotFound (agent,
        agent_version) and Conflict."""
        ...

    async def roll_back(
        self, tenant: TenantId, agent: AgentId, number: int | None, etag: str, now: datetime
    ) -> Agent:
        """Gives callers what was live before what is now, or all of them a version that was; what was live since
        then is forgotten. Raises NotFound (agent), NeverLive and Conflict."""
        ...

    async def delete(self, tenant: TenantId, agent: AgentId) -> None:
        """With its versions. Raises NotFound."""
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

    async def containing(self, tenant: TenantId, question: str, limit: int) -> list[FoundPassage]:
        """As `matching`, for a question without an embedding: `similarity` is 0, not measured."""
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


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """What a turn starts from: the last messages in order, of the agent what was heard; the dialogue that goes on
    (JSON, empty if none); the language of the last utterance (BCP 47, empty before the first); the version of the
    tenant's knowledge, empty while there is none; what the agent said last, and what was heard of it; and how many
    turns of the whole conversation ended with a booking that was not found."""

    history: tuple[HistoryEntry, ...]
    dialogue: str
    language: str
    knowledge_version: str
    said: str = ""
    heard: str = ""
    unfound: int = 0


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

    async def context(
        self, tenant: TenantId, conversation: ConversationId, limit: int
    ) -> ConversationContext:
        """What a turn starts from, with the last `limit` messages. Raises NotFound."""
        ...

    async def store_turn(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        turn: TurnId,
        messages: Sequence[Message],
        memory: TurnMemory | None = None,
    ) -> bool:
        """Appends the messages of a finished turn in one transaction, with what is kept beside them, and the state of
        the conversation after it, unless another turn has changed that meanwhile. Storing a turn again changes nothing
        and returns False. Raises NotFound."""
        ...

    async def hold(self, tenant: TenantId, conversation: ConversationId, dialogue: str) -> bool:
        """Whether the dialogue is still this one; nobody else changes it before the unit of work ends. Raises
        NotFound."""
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


class LeadStore(Protocol):
    """A tenant's leads."""

    async def record(self, tenant: TenantId, lead: Lead, key: str) -> Lead:
        """Adds a lead, or merges it into the one with its phone or e-mail address; into the older one if they are
        two, which then are one. Exactly once for each key: a repeat changes nothing and returns the lead as it
        is now. Raises NotFound (tenant; the lead, when it was deleted since a key was used)."""
        ...

    async def get(self, tenant: TenantId, lead: LeadId) -> Lead:
        """Raises NotFound."""
        ...

    async def page(
        self,
        tenant: TenantId,
        *,
        status: LeadStatus | None,
        before: LeadId | None,
        limit: int,
        created_since: datetime | None = None,
        created_until: datetime | None = None,
    ) -> list[Lead]:
        """The newest first, of those that were created at `created_since` or later, and before `created_until`. Raises
        NotFound (tenant)."""
        ...

    async def update(
        self, tenant: TenantId, lead: LeadId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> Lead:
        """Sets the named attributes of `Lead`. Raises NotFound, Conflict as above, and AlreadyExists when another
        lead has the phone or e-mail address."""
        ...

    async def delete(self, tenant: TenantId, lead: LeadId) -> None:
        """Raises NotFound."""
        ...

    async def erase(self, tenant: TenantId, caller: str) -> int:
        """Deletes the leads of a caller's id, telephone number (E.164 or with spaces) or e-mail address; returns how
        many."""
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
