"""Finds the passages that may answer a question: by meaning and by words, fused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from deskbell_server.domain.knowledge import FoundPassage
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.engines import Embedder, Embedding
from deskbell_server.ports.stores import KnowledgeStore

FUSION_CONSTANT = 60
"""k of reciprocal-rank fusion; 60 as in Cormack, Clarke, Buettcher (SIGIR 2009)."""
CANDIDATES = 20
"""How many passages each of the two orders contributes."""


FLOOR = 0.15
"""Cosine below which a passage that shares no word with the question is no candidate. It costs none of the 390
answerable questions of tests/integration/data its passage."""


class KnowledgeSearch:
    """Searches one tenant's documents."""

    def __init__(self, store: KnowledgeStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    async def embed(self, question: str) -> Embedding:
        """The question's embedding, for `search` and for whatever else compares it. Raises ProviderError."""
        return await self._embedder.embed_query(question)

    async def search(
        self,
        tenant: TenantId,
        question: str,
        limit: int,
        *,
        embedding: Embedding | None = None,
        keyword_only: bool = False,
    ) -> list[FoundPassage]:
        """The `limit` best passages, best first; fewer where no more are near or share a word.

        `embedding` is the question's, if it is known already. `keyword_only` does without any: what is left when the
        embedder fails or time is short. Raises StoreUnavailable, and ProviderError when the embedder fails.
        Cancelling it loses nothing.
        """
        if keyword_only:
            return fuse([await self._store.containing(tenant, question, limit)])
        query = await self.embed(question) if embedding is None else embedding
        candidates = max(CANDIDATES, limit)
        async with asyncio.TaskGroup() as group:
            nearest = group.create_task(self._store.nearest(tenant, query, candidates))
            matching = group.create_task(self._store.matching(tenant, question, query, candidates))
        near = [found for found in nearest.result() if found.similarity >= FLOOR]
        return fuse([near, matching.result()])[:limit]


def fuse(orders: Sequence[Sequence[FoundPassage]]) -> list[FoundPassage]:
    """Reciprocal-rank fusion: a passage scores the sum of 1 / (k + rank) over the orders that it is in; ties
    keep the order in which they were first seen, by similarity."""
    scores: dict[tuple[str, int], float] = {}
    passages: dict[tuple[str, int], FoundPassage] = {}
    for order in orders:
        for rank, found in enumerate(order, start=1):
            key = (found.document, found.passage.index)
            scores[key] = scores.get(key, 0.0) + 1.0 / (FUSION_CONSTANT + rank)
            passages.setdefault(key, found)
    ranked = sorted(scores, key=lambda key: (-scores[key], -passages[key].similarity))
    return [replace(passages[key], score=scores[key]) for key in ranked]
