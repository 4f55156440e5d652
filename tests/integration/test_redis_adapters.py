"""Live calls and the speech cache, on the real server and without it."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from deskbell_server.adapters.redis import RedisLiveCalls, RedisSpeechCache, open_redis
from deskbell_server.domain.errors import LimitReached, StoreUnavailable
from deskbell_server.domain.names import ConversationId, TenantId
from deskbell_server.ports.limits import CallLimit

CLINIC, HOTEL = TenantId("clinic"), TenantId("hotel")
NOWHERE = "redis://127.0.0.1:1/0"


def call() -> ConversationId:
    return ConversationId(uuid.uuid4())


def at_most(limit: int) -> list[CallLimit]:
    return [CallLimit("tenant", "tenant", limit)]


def of_key(key: str, limit: int) -> CallLimit:
    return CallLimit(f"key:{key}", "API key", limit)


async def test_no_more_calls_than_the_limit_get_in_however_many_try(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        servers = [RedisLiveCalls(redis, f"server-{i}") for i in range(4)]
        results = await asyncio.gather(
            *(servers[i % 4].enter(CLINIC, call(), at_most(10)) for i in range(40)), return_exceptions=True
        )
        refused = [result for result in results if isinstance(result, LimitReached)]
        assert len(refused) == 30
        assert refused[0].retry_after
        await servers[0].enter(HOTEL, call(), at_most(10))
        assert all(
            key.startswith((b"deskbell:{clinic}:", b"deskbell:{hotel}:")) for key in await redis.keys("*")
        )


async def test_a_call_that_leaves_makes_room(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        live, first = RedisLiveCalls(redis, "one"), call()
        await live.enter(CLINIC, first, at_most(1))
        with pytest.raises(LimitReached):
            await live.enter(CLINIC, call(), at_most(1))
        await live.leave(CLINIC, first)
        await live.enter(CLINIC, call(), at_most(1))


async def test_a_call_is_counted_under_all_its_limits_or_under_none(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        live, other = RedisLiveCalls(redis, "one"), RedisLiveCalls(redis, "two")
        await all_or_none(live, other)
        assert await redis.keys("deskbell:{clinic}:calls:*") == [b"deskbell:{clinic}:calls:tenant"]


async def test_without_redis_that_is_so_within_a_server() -> None:
    async with open_redis(NOWHERE) as redis:
        live = RedisLiveCalls(redis, "one")
        await all_or_none(live, live)


async def all_or_none(live: RedisLiveCalls, other: RedisLiveCalls) -> None:
    """Two places for the tenant and one for a key; `other` may be another server. Leaves a call of no key."""
    first = call()
    await live.enter(CLINIC, first, [*at_most(2), of_key("a", 1)])
    with pytest.raises(LimitReached) as refused:
        await other.enter(CLINIC, call(), [*at_most(2), of_key("a", 1)])
    assert refused.value.reason == "TOO_MANY_CALLS"
    assert refused.value.metadata == {"limit": "1", "subject": "API key"}
    assert refused.value.retry_after == 5
    await other.enter(CLINIC, call(), at_most(2))  # the refused one was not counted
    with pytest.raises(LimitReached) as refused:
        await other.enter(CLINIC, call(), [of_key("b", 1), *at_most(2)])
    assert refused.value.metadata == {"limit": "2", "subject": "tenant"}
    await live.leave(CLINIC, first)
    second = call()
    await live.enter(CLINIC, second, [of_key("b", 1), of_key("a", 1), *at_most(2)])
    await live.leave(CLINIC, second)


async def test_a_server_shows_life_while_it_runs_and_its_calls_are_renewed(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        live, other = RedisLiveCalls(redis, "one"), RedisLiveCalls(redis, "two")
        assert not await other.is_alive("one")
        await live.enter(CLINIC, call(), [*at_most(5), of_key("a", 5)])
        for name in ("tenant", "key:a"):
            await redis.expire(f"deskbell:{{clinic}}:calls:{name}", 1)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(live.run())
            async with asyncio.timeout(5):
                while not await other.is_alive("one"):
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            for name in ("tenant", "key:a"):
                assert await redis.ttl(f"deskbell:{{clinic}}:calls:{name}") > 1
            running.cancel()
        assert not await other.is_alive("one")


async def test_a_server_that_is_told_to_stop_stops_whatever_it_is_waiting_for(redis_url: str) -> None:
    for steps in range(40):
        async with open_redis(redis_url) as redis:
            running = asyncio.create_task(RedisLiveCalls(redis, "one").run())
            for _ in range(steps):  # somewhere between connecting and sleeping
                await asyncio.sleep(0)
            running.cancel()
            done, _ = await asyncio.wait({running}, timeout=2)
            if not done:
                running.cancel()
                await asyncio.wait({running})
            assert done, f"cancelled after {steps} steps, it went on"


async def test_without_redis_calls_are_let_in_and_counted_here() -> None:
    async with open_redis(NOWHERE) as redis:
        live = RedisLiveCalls(redis, "one")
        first = call()
        await live.enter(CLINIC, first, at_most(1))
        with pytest.raises(LimitReached):
            await live.enter(CLINIC, call(), at_most(1))
        await live.leave(CLINIC, first)
        await live.enter(CLINIC, call(), at_most(1))
        with pytest.raises(StoreUnavailable):
            await live.is_alive("two")


async def test_speech_is_cached_by_tenant_and_missing_when_redis_is(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        cache = RedisSpeechCache(redis)
        await cache.put(CLINIC, "key", b"\0\1\xff")
        assert await cache.get(CLINIC, "key") == b"\0\1\xff"
        assert await cache.get(HOTEL, "key") is None
        await cache.put(CLINIC, "big", bytes(5 * 1024 * 1024))
        assert await cache.get(CLINIC, "big") is None
    async with open_redis(NOWHERE) as redis:
        cache = RedisSpeechCache(redis)
        await cache.put(CLINIC, "key", b"x")
        assert await cache.get(CLINIC, "key") is None
