"""What a request pays for its rate limits: medians, beside a bare PING, printed (`pytest -s`), never judged."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable

from deskbell_server.adapters.redis import RedisRateLimits, open_redis
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.limits import Bucket

RUNS = 2000
CLINIC = TenantId("clinic")
BUCKETS = [Bucket("requests", "tenant", 1e6, 10**6), Bucket("key:4f1c:requests", "API key", 1e6, 10**6)]


async def test_taking_from_two_buckets_beside_a_ping(redis_url: str) -> None:
    async with open_redis(redis_url) as redis:
        limits = RedisRateLimits(redis)

        async def ping() -> None:
            await redis.ping()

        async def take() -> None:
            await limits.take(CLINIC, BUCKETS)

        # By turns, so that both have the same machine; one after the other, so that both have the same connection.
        times: dict[str, list[float]] = {"PING": [], "take": []}
        for _ in range(RUNS):
            times["PING"].append(await milliseconds(ping))
            times["take"].append(await milliseconds(take))
        for what, measured in times.items():
            p95 = statistics.quantiles(measured, n=20)[-1]
            print(f"\n{what}: median {statistics.median(measured):.3f} ms, p95 {p95:.3f} ms", end="")
        ratio = statistics.median(times["take"]) / statistics.median(times["PING"])
        print(f"\ntaking from two buckets costs {ratio:.2f} PINGs")


async def milliseconds(call: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await call()
    return (time.perf_counter() - begun) * 1000
