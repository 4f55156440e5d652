"""A process that takes from one bucket as fast as it can: `python -m tests.support.hammer URL NAME RATE BURST`.

Says "ready" and reads from its input when to begin and to end, on the machine's monotonic clock, which all processes
share; then says how many requests it had admitted and refused.
"""

from __future__ import annotations

import asyncio
import sys
import time

from deskbell_server.adapters.redis import RedisRateLimits, open_redis
from deskbell_server.domain.errors import LimitReached
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.limits import Bucket

TENANT = TenantId("clinic")
AT_ONCE = 4


async def hammer(url: str, bucket: Bucket) -> None:
    async with open_redis(url) as redis:
        limits = RedisRateLimits(redis)
        await limits.take(TENANT, [Bucket("warm-up", "tenant", 1000, 1000)])
        print("ready", flush=True)
        begin, end = map(float, sys.stdin.readline().split())
        counts = [0, 0]

        async def take_and_take() -> None:
            while time.monotonic() < end:
                try:
                    await limits.take(TENANT, [bucket])
                    counts[0] += 1
                except LimitReached:
                    counts[1] += 1

        await asyncio.sleep(begin - time.monotonic())
        await asyncio.gather(*(take_and_take() for _ in range(AT_ONCE)))
        print(*counts, flush=True)


if __name__ == "__main__":
    _, where, name, rate, burst = sys.argv
    asyncio.run(hammer(where, Bucket(name, "tenant", float(rate), int(burst))))
