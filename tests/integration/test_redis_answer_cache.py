"""The answer cache on the real server, without it, and on one that hangs."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import numpy as np
from redis.asyncio import Redis

from deskbell_server.adapters.redis import RedisAnswerCache, open_redis
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import AgentId, DocumentId, TenantId
from deskbell_server.ports.engines import Embedding
from deskbell_server.ports.recall import RecallMatch, RecallScope
from tests.integration.test_redis_adapters import CLINIC, HOTEL, NOWHERE
from tests.support.relay import open_relay

SCOPE = RecallScope(CLINIC, AgentId("front-desk"), "3", "17", "en-GB")
HOURS, PRICE = "When do you open on Saturday?", "How much is an x-ray?"
SOURCE = Citation(0, 9, DocumentId("hours"), "Opening hours", 2, 10, 19, "from 9 to 1 — “on the dot”")


def embedding(seed: int, near: float = 1.0) -> Embedding:
    """A direction, or one that has the cosine `near` to it."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=384), rng.normal(size=384)
    one /= np.linalg.norm(one)
    other -= (other @ one) * one
    vector: Embedding = (near * one + np.sqrt(1 - near**2) * other / np.linalg.norm(other)).astype(np.float32)
    return vector


async def fill(cache: RedisAnswerCache, scope: RecallScope = SCOPE) -> None:
    await cache.put(scope, HOURS, embedding(1), "From 9.", [SOURCE])
    await cache.put(scope, PRICE, embedding(2), "It is 60 pounds.", [])


async def test_the_same_question_is_found_by_its_plain_form_on_any_server(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        await fill(RedisAnswerCache(redis))
        found = await RedisAnswerCache(redis).exact(SCOPE, "um, when do you open on saturday, please")
        assert found is not None
        assert (found.match, found.question, found.text, found.citations) == (
            RecallMatch.EXACT,
            HOURS,
            "From 9.",
            [SOURCE],
        )
        assert await RedisAnswerCache(redis).exact(SCOPE, "When do you open on Sunday?") is None


async def test_other_words_for_the_same_are_found_and_look_alikes_are_not(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis)
        await fill(RedisAnswerCache(redis))
        found = await cache.similar(SCOPE, "What time do you open Saturdays?", embedding(1, 0.8))
        assert found is not None
        assert (found.match, found.text, found.citations) == (RecallMatch.SEMANTIC, "From 9.", [SOURCE])
        assert abs(found.cosine - 0.8) < 0.01
        assert await cache.similar(SCOPE, "What time do you open on Sundays?", embedding(1, 0.99)) is None
        assert await cache.similar(SCOPE, "What time do you open Saturdays?", embedding(1, 0.1)) is None
        stats = cache.statistics
        assert (stats.semantic, stats.missed, stats.refused) == (1, 2, {"times": 1})


async def test_an_answer_added_by_another_server_is_seen_at_once(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        one, two = RedisAnswerCache(redis), RedisAnswerCache(redis)
        assert await one.similar(SCOPE, HOURS, embedding(1)) is None
        await fill(two)
        assert await one.similar(SCOPE, HOURS, embedding(1)) is not None
        await two.put(SCOPE, HOURS, embedding(1), "From 10.", [])
        found = await one.similar(SCOPE, HOURS, embedding(1))
        assert found is not None
        assert found.text == "From 10."
        await asyncio.gather(*(one.similar(SCOPE, HOURS, embedding(1)) for _ in range(20)))


async def test_no_other_tenant_agent_version_or_language_finds_it(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis)
        await fill(cache)
        for other in (
            {"tenant": HOTEL},
            {"tenant": TenantId("PLATFORM")},
            {"agent": AgentId("night-desk")},
            {"agent_version": "4"},
            {"knowledge_version": "18"},
            {"agent_version": "3:17", "knowledge_version": ""},
            {"language": "en-US"},
        ):
            scope = dataclasses.replace(SCOPE, **other)
            assert await cache.exact(scope, HOURS) is None
            assert await cache.similar(scope, HOURS, embedding(1)) is None
        keys: list[Any] = await redis.keys("*")
        assert all(key.startswith(b"deskbell:{clinic}:answers:") for key in keys)


async def test_words_of_a_language_we_cannot_read_are_only_found_exactly(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache, scope = RedisAnswerCache(redis), dataclasses.replace(SCOPE, language="de-DE")
        await cache.put(scope, "Wann öffnen Sie?", embedding(1), "Um 9.", [])
        assert await cache.exact(scope, "wann öffnen sie") is not None
        assert await cache.similar(scope, "Wann öffnen Sie?", embedding(1)) is None


async def test_answers_expire_and_take_everything_with_them(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis, ttl_seconds=0.2)
        await fill(cache)
        assert await cache.similar(SCOPE, HOURS, embedding(1)) is not None
        await asyncio.sleep(0.25)
        assert await cache.exact(SCOPE, HOURS) is None
        assert await cache.similar(SCOPE, HOURS, embedding(1)) is None
        assert await redis.keys("*") == []
        await fill(cache)
        assert await cache.similar(SCOPE, HOURS, embedding(1)) is not None


async def test_an_hour_is_the_default(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        await fill(RedisAnswerCache(redis))
        for key in await redis.keys("*"):
            assert 3590 < await redis.ttl(key) <= 3600


async def test_what_is_forgotten_is_gone_also_for_servers_that_have_seen_it(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache, other = RedisAnswerCache(redis), RedisAnswerCache(redis)
        hotel = dataclasses.replace(SCOPE, tenant=HOTEL)
        for scope in (SCOPE, dataclasses.replace(SCOPE, agent_version="4"), hotel):
            await fill(cache, scope)
            assert await other.similar(scope, HOURS, embedding(1)) is not None
        await cache.forget(CLINIC)
        assert await redis.keys("deskbell:{clinic}:*") == []
        assert await other.exact(SCOPE, HOURS) is None
        assert await other.similar(SCOPE, HOURS, embedding(1)) is None
        assert await other.similar(hotel, HOURS, embedding(1)) is not None


async def test_the_least_recently_used_gives_way(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache, other = RedisAnswerCache(redis, max_entries=3), RedisAnswerCache(redis, max_entries=3)
        for seed in range(3):
            await cache.put(SCOPE, f"Is room {seed} large?", embedding(seed), str(seed), [])
        assert await other.similar(SCOPE, "Is room 1 large?", embedding(1)) is not None
        assert await other.exact(SCOPE, "Is room 0 large?") is not None
        await cache.put(SCOPE, "Is room 3 large?", embedding(3), "3", [])
        found = [await other.exact(SCOPE, f"Is room {seed} large?") for seed in range(4)]
        assert [answer and answer.text for answer in found] == ["0", "1", None, "3"]
        assert await other.similar(SCOPE, "Is room 2 large?", embedding(2)) is None
        assert len(await entries(redis)) == 3


async def test_a_novel_is_not_kept(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        await RedisAnswerCache(redis).put(SCOPE, HOURS, embedding(1), "x" * 8001, [])
        await RedisAnswerCache(redis).put(SCOPE, HOURS, embedding(1), "", [])
        assert await redis.keys("*") == []


async def entries(redis: Redis) -> list[Any]:
    found: list[Any] = await redis.keys("*:entry:*")
    return found


async def test_another_engines_embeddings_are_not_compared(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis)
        await fill(cache)
        assert await cache.similar(SCOPE, HOURS, embedding(1)[:100]) is None
        await cache.put(SCOPE, HOURS, embedding(1)[:100] * 2, "From 11.", [])
        found = await cache.similar(SCOPE, HOURS, embedding(1)[:100] * 2)
        assert found is not None


async def test_without_redis_nothing_is_found_and_nothing_raised() -> None:
    async with open_redis(NOWHERE) as redis:
        cache = RedisAnswerCache(redis)
        await fill(cache)
        assert await cache.exact(SCOPE, HOURS) is None
        assert await cache.similar(SCOPE, HOURS, embedding(1)) is None
        await cache.forget(CLINIC)
        assert cache.statistics.away == 5


async def test_a_redis_that_hangs_costs_one_look_up_its_deadline(redis_url: str) -> None:
    async with open_relay(redis_url) as relay, open_redis(relay.url) as redis:
        cache = RedisAnswerCache(redis)
        await fill(cache)
        relay.hang()
        for _ in range(50):
            assert await cache.exact(SCOPE, HOURS) is None
        assert relay.swallowed == 1
