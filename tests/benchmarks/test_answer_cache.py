"""What a hit of the answer cache takes until its first token: medians over a full scope, printed (`pytest -s`)."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import replace

from deskbell_server.adapters.redis import RedisAnswerCache, open_redis
from deskbell_server.domain.names import AgentId, TenantId
from deskbell_server.ports.recall import RecallScope
from deskbell_server.turn.recall import compare, signature
from tests.benchmarks.test_redis_limits import milliseconds
from tests.integration.local_world import embedder
from tests.integration.question_pairs import family_pairs

RUNS = 300
SCOPE = RecallScope(TenantId("clinic"), AgentId("front-desk"), "1", "1", "en")
STORED, ASKED = "How much is an x-ray?", "what do you charge for an x ray"


async def test_a_hit_among_500_questions(redis_url: str) -> None:
    questions = list(dict.fromkeys(pair.other for pair in family_pairs() if pair.family != "clinic xray"))[
        :499
    ]
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis)
        for question in [*questions, STORED]:
            await cache.put(
                SCOPE, question, await embedder().embed_query(question), "It is 60 pounds." * 5, []
            )
        asked = await embedder().embed_query(ASKED)

        async def exact() -> None:
            assert await cache.exact(SCOPE, STORED)

        async def semantic() -> None:
            assert not await cache.exact(SCOPE, ASKED)
            assert await cache.similar(SCOPE, ASKED, asked)

        async def semantic_with_embedding() -> None:
            assert not await cache.exact(SCOPE, ASKED)
            assert await cache.similar(SCOPE, ASKED, await embedder().embed_query(ASKED))

        async def first_of_a_server() -> None:
            assert await RedisAnswerCache(redis).similar(SCOPE, ASKED, asked)

        async def miss() -> None:
            other = replace(SCOPE, agent_version="2")
            assert not await cache.exact(other, ASKED)
            assert not await cache.similar(other, ASKED, asked)

        for what, call, runs in (
            ("exact hit", exact, RUNS),
            ("semantic hit, embedding at hand", semantic, RUNS),
            ("semantic hit with embedding", semantic_with_embedding, RUNS),
            ("a server's first, 500 transferred", first_of_a_server, 30),
            ("miss in an empty scope", miss, RUNS),
        ):
            await show(what, call, runs)


async def test_comparing_two_questions() -> None:
    pairs = family_pairs()[:3000]
    known = [(signature(pair.one), signature(pair.other)) for pair in pairs]

    async def all_of_them() -> None:
        for one, other in known:
            compare(one, other, 0.9)

    took = statistics.median([await milliseconds(all_of_them) for _ in range(5)])
    signature.cache_clear()

    async def read() -> None:
        for pair in pairs:
            signature(pair.other)

    first = await milliseconds(read) / len({pair.other for pair in pairs})
    print(f"\nguard: {took / len(pairs) * 1000:.1f} us a candidate, {first * 1000:.0f} us to read a question")


async def show(what: str, call: Callable[[], Awaitable[None]], runs: int) -> None:
    await call()
    measured = [await milliseconds(call) for _ in range(runs)]
    p95 = statistics.quantiles(measured, n=20)[-1]
    print(f"\n{what}: median {statistics.median(measured):.2f} ms, p95 {p95:.2f} ms", end="")
