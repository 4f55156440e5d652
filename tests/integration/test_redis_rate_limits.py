"""Token buckets that servers share, on the real server, without it, and on one that hangs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest
from structlog.testing import capture_logs

from deskbell_server.adapters.redis import RedisLiveCalls, RedisRateLimits, open_redis
from deskbell_server.adapters.redis.away import DEADLINE, PAUSE_SECONDS
from deskbell_server.domain.errors import LimitReached
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.limits import Bucket, CallLimit
from tests.integration.test_redis_adapters import NOWHERE, call
from tests.support.relay import open_relay

CLINIC, HOTEL = TenantId("clinic"), TenantId("hotel")
SLOW, WIDE = Bucket("key:4f1c", "API key", 0.02, 3), Bucket("requests", "tenant", 50, 100)
RATE, BURST, SECONDS = 200, 50, 3.0


class Clock:
    """Stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def admitted(
    limits: RedisRateLimits, *buckets: Bucket, tries: int = 10, tenant: TenantId | None = CLINIC
) -> int:
    results = await asyncio.gather(
        *(limits.take(tenant, buckets) for _ in range(tries)), return_exceptions=True
    )
    assert all(result is None or isinstance(result, LimitReached) for result in results), results
    return results.count(None)


async def test_two_servers_share_a_burst_and_other_tenants_have_their_own(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        one, two = RedisRateLimits(redis), RedisRateLimits(redis)
        assert await admitted(one, SLOW, tries=2) + await admitted(two, SLOW) == 3
        assert await admitted(two, SLOW, tenant=HOTEL) == 3
        assert await admitted(two, SLOW, tenant=None) == 3
        assert sorted(await redis.keys("*")) == [
            b"deskbell:{PLATFORM}:bucket:key:4f1c",
            b"deskbell:{clinic}:bucket:key:4f1c",
            b"deskbell:{hotel}:bucket:key:4f1c",
        ]


async def test_a_refused_request_takes_from_no_bucket(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        limits, other = RedisRateLimits(redis), Bucket("other", "tenant", 0.01, 5)
        assert await admitted(limits, SLOW, other) == 3
        assert await admitted(limits, other) == 2


async def test_what_is_given_back_can_be_taken_and_no_more_than_the_burst(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        limits = RedisRateLimits(redis)
        await limits.give_back(CLINIC, [SLOW, WIDE])
        assert await redis.keys("*") == []
        assert await admitted(limits, SLOW) == 3
        await limits.give_back(CLINIC, [SLOW])
        assert await admitted(limits, SLOW) == 1


async def test_a_refusal_says_what_may_be_sent_and_waiting_that_long_helps(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        limits, bucket = RedisRateLimits(redis), Bucket("requests", "tenant", 5, 2)
        for _ in range(3):
            await admitted(limits, bucket, tries=3)
            with pytest.raises(LimitReached) as refused:
                await limits.take(CLINIC, [WIDE, bucket])
            error = refused.value
            assert error.reason == "RATE_LIMITED"
            assert error.metadata == {"subject": "tenant", "limit": "5/s, burst 2"}
            assert error.retry_after
            assert 0 < error.retry_after <= 0.2
            assert error.message == (
                f"too many requests: the tenant may send 5 a second; try again in {error.retry_after:g} s"
            )
            await asyncio.sleep(error.retry_after)
            await limits.take(CLINIC, [WIDE, bucket])
        await admitted(limits, SLOW)
        with pytest.raises(LimitReached, match=r"the API key may send 1\.2 a minute") as refused:
            await limits.take(CLINIC, [SLOW])
        assert refused.value.metadata["limit"] == "1.2/min, burst 3"


async def test_a_bucket_that_is_full_again_is_gone(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        limits, bucket = RedisRateLimits(redis), Bucket("requests", "tenant", 50, 10)
        assert await admitted(limits, bucket, tries=10) == 10
        [key] = await redis.keys("*")
        assert 0 < await redis.pttl(key) <= 200
        await asyncio.sleep(0.21)
        assert not await redis.exists(key)


async def test_a_clock_of_redis_that_was_set_back_stops_nobody(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        limits, bucket = RedisRateLimits(redis), Bucket("requests", "tenant", 50, 10)
        in_an_hour = (time.time() + 3600) * 1_000_000
        await redis.set("deskbell:{clinic}:bucket:requests", f"10 {in_an_hour:.0f}")
        assert await admitted(limits, bucket, tries=1) == 0
        await asyncio.sleep(0.03)
        assert await admitted(limits, bucket, tries=1) == 1


async def test_while_redis_is_away_each_server_counts_for_itself(redis_url: str) -> None:
    clock = Clock()
    async with open_relay(redis_url) as relay, open_redis(relay.url) as redis:
        one, two = RedisRateLimits(redis, clock), RedisRateLimits(redis, clock)
        assert await admitted(one, SLOW, tries=2) == 2
        with capture_logs() as logs:
            relay.cut()
            assert await admitted(one, SLOW) == 3
            assert await admitted(two, SLOW) == 3
            await one.give_back(CLINIC, [SLOW])
            assert await admitted(one, SLOW) == 1
            relay.mend()
            assert await admitted(one, SLOW) == 0  # it does not know yet
            clock.now += PAUSE_SECONDS
            assert await admitted(one, SLOW, tries=1) == 1  # the third of the shared ones
            assert await admitted(two, SLOW, tries=1) == 0
        assert [entry["event"] for entry in logs] == ["redis_away"] * 2 + ["redis_back"] * 2


async def test_a_redis_that_hangs_costs_one_request_a_deadline(redis_url: str) -> None:
    clock = Clock()
    async with open_relay(redis_url) as relay, open_redis(relay.url) as redis:
        limits = RedisRateLimits(redis, clock)
        await limits.take(CLINIC, [WIDE])
        relay.hang()
        for _ in range(3):  # over a connection that is open, and over new ones
            assert DEADLINE / 2 < await seconds(limits) < DEADLINE * 1.8
            assert await seconds(limits, tries=30) < DEADLINE / 2
            clock.now += PAUSE_SECONDS
            # One of many at once asks again.
            begun = time.perf_counter()
            waits = await asyncio.gather(*(seconds(limits) for _ in range(10)))
            assert sum(wait > DEADLINE / 2 for wait in waits) == 1
            assert time.perf_counter() - begun < DEADLINE * 1.8
            clock.now += PAUSE_SECONDS


async def test_a_redis_that_hangs_costs_one_call_a_deadline(redis_url: str) -> None:
    async with open_relay(redis_url) as relay, open_redis(relay.url) as redis:
        live, limit = RedisLiveCalls(redis, "one"), [CallLimit("tenant", "tenant", 3)]
        relay.hang()
        begun = time.perf_counter()
        for _ in range(3):
            await live.enter(CLINIC, call(), limit)
        with pytest.raises(LimitReached):
            await live.enter(CLINIC, call(), limit)
        assert DEADLINE / 2 < time.perf_counter() - begun < DEADLINE * 1.8


async def seconds(limits: RedisRateLimits, tries: int = 1) -> float:
    """How long so many requests take, one after the other."""
    begun = time.perf_counter()
    for _ in range(tries):
        await limits.take(CLINIC, [WIDE])
    return time.perf_counter() - begun


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_request_that_is_cancelled_ends_wherever_it_is(redis_url: str, hangs: bool) -> None:
    async with open_relay(redis_url) as relay:
        if hangs:
            relay.hang()
        for steps in range(40):
            async with open_redis(relay.url) as redis:
                taking = asyncio.create_task(RedisRateLimits(redis).take(CLINIC, [WIDE]))
                for _ in range(steps):
                    await asyncio.sleep(0)
                if taking.done():
                    break
                taking.cancel()
                done, _ = await asyncio.wait({taking}, timeout=1)
                assert done
                assert taking.cancelled(), f"cancelled after {steps} steps, it went on"


async def test_the_deadline_holds_wherever_it_finds_the_request(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_relay(redis_url) as relay:
        relay.hang()
        for step in range(40):
            monkeypatch.setattr("deskbell_server.adapters.redis.away.DEADLINE", step * 0.0002)
            async with open_redis(relay.url) as redis:
                assert await seconds(RedisRateLimits(redis)) < DEADLINE


async def test_without_redis_a_hundred_requests_take_no_time() -> None:
    async with open_redis(NOWHERE) as redis:
        assert await seconds(RedisRateLimits(redis), tries=100) < DEADLINE


async def test_two_processes_admit_what_one_admits(redis_url: str) -> None:
    alone = await hammered(redis_url, "alone", processes=1)
    shared = await hammered(redis_url, "shared", processes=2)
    for name, counts in (("one process", alone), ("two processes", shared)):
        print(f"\n{name}: admitted {[a for a, _ in counts]}, refused {[r for _, r in counts]}", end="")
    total_alone, total_shared = (sum(count for count, _ in counts) for counts in (alone, shared))
    print(f"\n{total_shared} to {total_alone}, {BURST + RATE * SECONDS:.0f} by the book")
    assert total_alone == pytest.approx(BURST + RATE * SECONDS, rel=0.05)
    # Each for itself they would have admitted twice as much.
    assert total_shared == pytest.approx(total_alone, rel=0.05)


async def hammered(url: str, name: str, processes: int) -> list[tuple[int, int]]:
    """What each of the processes, which begin and end at the same time, had admitted and refused."""
    command = [sys.executable, "-m", "tests.support.hammer", url, name, str(RATE), str(BURST)]
    hammers = [
        await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    try:
        async with asyncio.timeout(60):
            for hammer in hammers:
                assert hammer.stdout
                assert await hammer.stdout.readline() == b"ready\n"
            begin = time.monotonic() + 0.2
            when = f"{begin} {begin + SECONDS}\n".encode()
            answers = await asyncio.gather(*(hammer.communicate(when) for hammer in hammers))
    finally:
        for hammer in hammers:
            if hammer.returncode is None:
                hammer.kill()
                await hammer.wait()
    return [(int(admitted), int(refused)) for admitted, refused in (out.split() for out, _ in answers)]
