"""Answers that were given before, shared by all servers; the keys are listed in answer_scripts.py.

Redis alone says what is there: an answer is read from it at every hit, so that what has expired or was dropped is
found by nobody. A server keeps only the questions and embeddings of a scope in memory, and asks which were added since;
so a hit transfers no more than its answer.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import numpy as np
from redis.asyncio import Redis

from deskbell_server.adapters.redis.answer_scripts import FORGET, NEWS, PUT, RECALL
from deskbell_server.adapters.redis.away import Away
from deskbell_server.adapters.redis.keys import tenant_key
from deskbell_server.domain.errors import StoreUnavailable
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import DocumentId, TenantId
from deskbell_server.ports.engines import Embedding
from deskbell_server.ports.recall import RecalledAnswer, RecallMatch, RecallScope
from deskbell_server.turn.recall import exact_key, is_readable
from deskbell_server.turn.recall.candidates import Candidates

TTL_SECONDS = 3600.0
MAX_ENTRIES = 500
"""Of one scope. The least recently used give way."""
MAX_SCOPES = 32
"""Scopes whose questions a server keeps in memory, 0.8 MB each."""
MAX_ANSWER_CHARACTERS = 8000
TRIES = 3
"""How many candidates are asked for that turn out to be gone."""


@dataclass(slots=True)
class RecallStatistics:
    """What became of the look-ups of this server. `refused` counts near questions by why they were not the same."""

    exact: int = 0
    semantic: int = 0
    missed: int = 0
    stored: int = 0
    away: int = 0
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Pool:
    candidates: Candidates
    version: str = ""


class RedisAnswerCache:
    """Fulfils ports AnswerCache. `clock` (seconds, never going back) times only how long an absent Redis is left
    alone; answers expire by Redis' own."""

    def __init__(
        self,
        client: Redis,
        *,
        ttl_seconds: float = TTL_SECONDS,
        max_entries: int = MAX_ENTRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recall = client.register_script(RECALL)
        self._news = client.register_script(NEWS)
        self._put = client.register_script(PUT)
        self._forget = client.register_script(FORGET)
        self._ttl_ms = max(1, int(ttl_seconds * 1000))
        self._max_entries = max_entries
        self._away = Away("answer_cache", clock)
        self._pools: OrderedDict[str, _Pool] = OrderedDict()
        self.statistics = RecallStatistics()

    async def exact(self, scope: RecallScope, question: str) -> RecalledAnswer | None:
        """The answer to a question of the same plain form; one round trip."""
        try:
            found = await self._read(_prefix(scope), exact_key(question))
        except StoreUnavailable:
            self.statistics.away += 1
            return None
        if found is None:
            return None
        self.statistics.exact += 1
        return _answer(RecallMatch.EXACT, found, 1.0)

    async def near(self, scope: RecallScope, question: str, embedding: Embedding) -> RecalledAnswer | None:
        """The answer to a question that is about the same; not counted."""
        if not is_readable(scope.language):
            return None
        prefix = _prefix(scope)
        try:
            candidates = await self._candidates(prefix)
            found, cosine = await self._first(prefix, candidates, question, embedding, nearly=True)
        except StoreUnavailable:
            return None
        candidates.refusals.clear()
        return None if found is None else _answer(RecallMatch.SEMANTIC, found, cosine)

    async def similar(self, scope: RecallScope, question: str, embedding: Embedding) -> RecalledAnswer | None:
        """The answer to a question that asks the same; two round trips, one when there is none."""
        if not is_readable(scope.language):
            return None
        prefix = _prefix(scope)
        try:
            candidates = await self._candidates(prefix)
            found, cosine = await self._first(prefix, candidates, question, embedding)
        except StoreUnavailable:
            self.statistics.away += 1
            return None
        self._count_refusals(candidates)
        if found is None:
            self.statistics.missed += 1
            return None
        self.statistics.semantic += 1
        return _answer(RecallMatch.SEMANTIC, found, cosine)

    async def put(
        self,
        scope: RecallScope,
        question: str,
        embedding: Embedding,
        text: str,
        citations: Sequence[Citation],
    ) -> None:
        """Keeps an answer until its time is over, or others are used more recently."""
        if not text or len(text) > MAX_ANSWER_CHARACTERS:
            return
        prefix = _prefix(scope)
        answer = json.dumps({"text": text, "citations": [asdict(citation) for citation in citations]})
        vector = np.asarray(embedding, dtype="<f2").tobytes()
        keys = [*_keys(prefix), tenant_key(scope.tenant, "answers", "scopes")]
        args: list[str | bytes | int | float] = [
            prefix,
            exact_key(question),
            question,
            vector,
            answer,
            self._ttl_ms,
            self._max_entries,
        ]
        try:
            await self._away.ask(lambda: self._put(keys=keys, args=args))
        except StoreUnavailable:
            self.statistics.away += 1
            return
        self.statistics.stored += 1

    async def forget(self, tenant: TenantId) -> None:
        """Drops all answers of a tenant. While Redis is away they are left to expire."""
        keys = [tenant_key(tenant, "answers", "scopes")]
        try:
            await self._away.ask(lambda: self._forget(keys=keys))
        except StoreUnavailable:
            self.statistics.away += 1

    async def _first(
        self,
        prefix: str,
        candidates: Candidates,
        question: str,
        embedding: Embedding,
        *,
        nearly: bool = False,
    ) -> tuple[list[bytes] | None, float]:
        gone: set[str] = set()
        try:
            for key, cosine in candidates.same(question, embedding, nearly=nearly):
                found = await self._read(prefix, key)
                if found is not None:
                    return found, cosine
                gone.add(key)
                if len(gone) == TRIES:
                    break
        finally:
            candidates.drop(gone)
        return None, 0.0

    async def _read(self, prefix: str, key: str) -> list[bytes] | None:
        return cast(
            "list[bytes] | None",
            await self._away.ask(lambda: self._recall(keys=[_keys(prefix)[0]], args=[prefix, key])),
        )

    async def _candidates(self, prefix: str) -> Candidates:
        """The questions of the scope, with what was added since they were last asked for."""
        pool = self._pools.setdefault(prefix, _Pool(Candidates(self._max_entries)))
        self._pools.move_to_end(prefix)
        while len(self._pools) > MAX_SCOPES:
            self._pools.popitem(last=False)
        known = pool.version
        news: list[bytes] = await self._away.ask(
            lambda: self._news(keys=_keys(prefix), args=[prefix, known, self._max_entries])
        )
        version = news[0].decode()
        if version != known:
            pool.candidates.add(
                (key.decode(), question.decode(), np.frombuffer(vector, dtype="<f2"))
                for key, question, vector in zip(news[1::3], news[2::3], news[3::3], strict=True)
            )
            # Of two look-ups at once the later answer may come first.
            pool.version = max(pool.version, version) if version else ""
        return pool.candidates

    def _count_refusals(self, candidates: Candidates) -> None:
        for reason, count in candidates.refusals.items():
            self.statistics.refused[reason] = self.statistics.refused.get(reason, 0) + count
        candidates.refusals.clear()


def _prefix(scope: RecallScope) -> str:
    parts = (scope.agent, scope.agent_version, scope.knowledge_version, scope.language.lower())
    # A colon in a version would let two scopes have one prefix.
    return tenant_key(
        scope.tenant, "answers", *(part.replace("%", "%25").replace(":", "%3A") for part in parts)
    )


def _keys(prefix: str) -> list[str]:
    return [f"{prefix}:used", f"{prefix}:new", f"{prefix}:version"]


def _answer(match: RecallMatch, found: list[bytes], cosine: float) -> RecalledAnswer:
    stored: dict[str, Any] = json.loads(found[1])
    citations = [
        Citation(**{**citation, "document": DocumentId(citation["document"])})
        for citation in stored["citations"]
    ]
    return RecalledAnswer(match, found[0].decode(), stored["text"], citations, cosine)
