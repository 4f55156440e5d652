"""Answers that were given before, and may be given again to who asks the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import AgentId, TenantId
from deskbell_server.ports.engines import Embedding


@dataclass(frozen=True, slots=True)
class RecallScope:
    """Where an answer holds: for one tenant's agent as it is set up, and what the tenant's documents say, in one
    language (BCP 47). Read the versions before answering and store under the same, so that an answer made from what
    has changed meanwhile is never found."""

    tenant: TenantId
    agent: AgentId
    agent_version: str
    knowledge_version: str
    language: str


class RecallMatch(StrEnum):
    """How an answer was found."""

    EXACT = "exact"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class RecalledAnswer:
    """An answer from the cache. `question` is the one that it was given to, `cosine` that of both questions."""

    match: RecallMatch
    question: str
    text: str
    citations: Sequence[Citation]
    cosine: float = 1.0


class AnswerCache(Protocol):
    """Answers by scope. Nothing raises: a cache that does not answer has nothing."""

    async def exact(self, scope: RecallScope, question: str) -> RecalledAnswer | None:
        """The answer to a question of the same plain form."""
        ...

    async def similar(self, scope: RecallScope, question: str, embedding: Embedding) -> RecalledAnswer | None:
        """The answer to a question that asks for the same in other words; None in languages that the guard cannot
        read. `embedding` is the question's, of length 1."""
        ...

    async def near(self, scope: RecallScope, question: str, embedding: Embedding) -> RecalledAnswer | None:
        """The answer to a question about the same that is only put otherwise ("do you have", "may I have"): better than
        none where nobody else answers, and to be said as such."""
        ...

    async def put(
        self,
        scope: RecallScope,
        question: str,
        embedding: Embedding,
        text: str,
        citations: Sequence[Citation],
    ) -> None:
        """Keeps an answer. Whether it may be kept is for `turn.recall.is_cacheable` to say."""
        ...

    async def forget(self, tenant: TenantId) -> None:
        """Drops all answers of a tenant, of whatever version."""
        ...
