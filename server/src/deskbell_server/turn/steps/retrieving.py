"""Steps `retrieve` and `rerank`: the passages that may hold the answer, and which of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from deskbell_server.domain.errors import StoreUnavailable
from deskbell_server.domain.knowledge import FoundPassage
from deskbell_server.knowledge.reranking import CANDIDATES, rerank
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.ports.engines import Embedding
from deskbell_server.turn.events import TurnEvent
from deskbell_server.turn.state import TurnState

RERANK_UNTIL = 0.5
"""The share of the budget after which the order of the search has to do."""
SECONDS = 3.0
"""However small the budget is: without passages there is no answer."""


class Retrieve:
    """Searches the tenant's documents; by words alone where there is no embedding."""

    def __init__(self, search: KnowledgeSearch, top_k: int) -> None:
        self._search = search
        self._limit = max(top_k, CANDIDATES)

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """Raises StoreUnavailable."""
        words_only = state.embedding is None
        if words_only:
            yield state.degrade("retrieve", "keyword_only", "no_embedding")
        try:
            async with asyncio.timeout(SECONDS):
                async with asyncio.TaskGroup() as group:
                    parts = [group.create_task(self._find(state, part, None)) for part in state.parts]
                    if not parts:
                        whole = group.create_task(self._find(state, state.asked, state.embedding))
        except TimeoutError:
            raise StoreUnavailable("the search for passages took too long") from None
        state.passages_of_parts = [part.result() for part in parts]
        state.passages = _merged(state.passages_of_parts) if parts else whole.result()

    async def _find(self, state: TurnState, asked: str, embedding: Embedding | None) -> list[FoundPassage]:
        tenant = state.question.tenant.id
        words_only = state.embedding is None
        return await self._search.search(
            tenant, asked, self._limit, embedding=embedding, keyword_only=words_only
        )


class Rerank:
    """Leaves the best `top_k` passages; where time is short, those that the search put first."""

    def __init__(self, top_k: int) -> None:
        self._top_k = top_k

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """A millisecond."""
        in_time = state.budget.used() <= RERANK_UNTIL
        if not in_time:
            yield state.degrade("rerank", "skipped", "budget")
        state.passages_of_parts = [
            self._best(asked, found, in_time)
            for asked, found in zip(state.parts, state.passages_of_parts, strict=True)
        ]
        if state.parts:
            state.passages = _merged(state.passages_of_parts)
        else:
            state.passages = self._best(state.asked, state.passages, in_time)

    def _best(self, asked: str, found: Sequence[FoundPassage], in_time: bool) -> list[FoundPassage]:
        return (rerank(asked, found) if in_time else list(found))[: self._top_k]


def _merged(found: Sequence[Sequence[FoundPassage]]) -> list[FoundPassage]:
    """Each passage once: the first of each list, then the second of each."""
    ranks = max(map(len, found), default=0)
    in_turn = [passages[rank] for rank in range(ranks) for passages in found if rank < len(passages)]
    return list({(each.document, each.passage.index): each for each in in_turn}.values())
