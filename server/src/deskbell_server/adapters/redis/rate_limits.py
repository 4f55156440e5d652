"""Token buckets that all servers share.

    deskbell:{tenant}:bucket:{name}       "level time": tokens missing, and at which microsecond of Redis' clock
    deskbell:{PLATFORM}:bucket:{name}     the same, of the whole platform

(The first pair of braces is part of the name: keys.py.) The algorithm is that of local_buckets.py. A key expires when
its bucket is full again. Times are the Redis server's own: servers' clocks may differ.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from deskbell_server.adapters.local_buckets import SLACK, LocalBuckets, Refusal
from deskbell_server.adapters.redis.away import Away
from deskbell_server.adapters.redis.keys import tenant_key
from deskbell_server.domain.errors import LimitReached, StoreUnavailable
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.limits import Bucket

# ARGV: rate and burst of each key. A time in the future was written before the clock was set back, or by another
# server that was the leader then; written anew, it leaks from now on.
_BUCKETS = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function limits(i)
  return tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
end

local function store(key, level, rate)
  if level > 0 then
    local value = string.format('%.17g %.0f', level, now)
    redis.call('SET', key, value, 'PX', math.ceil(level / rate * 1000))
  else
    redis.call('DEL', key)
  end
end

local function read(key, rate, burst)
  local stored = redis.call('GET', key)
  if not stored then
    return 0
  end
  local level, at = string.match(stored, '^(%S+) (%S+)$')
  level, at = math.min(tonumber(level), burst), tonumber(at)
  if at > now then
    store(key, level, rate)
    return level
  end
  return math.max(0, level - (now - at) * rate / 1000000)
end
"""
# Returns nothing, or which key refuses for longest and for how many milliseconds.
_TAKE = f"""{_BUCKETS}
local levels, refuses, wait = {{}}, 0, 0
for i, key in ipairs(KEYS) do
  local rate, burst = limits(i)
  levels[i] = read(key, rate, burst) + 1
  local until_room = (levels[i] - burst - {SLACK}) / rate
  if until_room > wait then
    refuses, wait = i, until_room
  end
end
if refuses > 0 then
  return {{refuses, math.ceil(wait * 1000)}}
end
for i, key in ipairs(KEYS) do
  local rate = limits(i)
  store(key, levels[i], rate)
end
return false
"""
_GIVE_BACK = f"""{_BUCKETS}
for i, key in ipairs(KEYS) do
  local rate, burst = limits(i)
  store(key, read(key, rate, burst) - 1, rate)
end
"""


class RedisRateLimits:
    """Fulfils ports RateLimits. `clock` (seconds, never going back) times only what this server does alone."""

    def __init__(self, client: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._take = client.register_script(_TAKE)
        self._give_back = client.register_script(_GIVE_BACK)
        self._clock = clock
        self._away = Away("rate_limits", clock)
        self._local = LocalBuckets()

    async def take(self, tenant: TenantId | None, buckets: Sequence[Bucket]) -> None:
        """Takes one token from each bucket, or from none and raises LimitReached."""
        if not buckets:
            return
        refusal: Refusal | None
        try:
            answer = await self._away.ask(lambda: _run(self._take, tenant, buckets))
            refusal = Refusal(buckets[answer[0] - 1], answer[1] / 1000) if answer else None
        except StoreUnavailable:
            refusal = self._local.take(tenant, buckets, self._clock())
        if refusal:
            raise _limit_reached(refusal)

    async def give_back(self, tenant: TenantId | None, buckets: Sequence[Bucket]) -> None:
        """Gives back one token of each; while Redis is away, to this server's own buckets."""
        if not buckets:
            return
        try:
            await self._away.ask(lambda: _run(self._give_back, tenant, buckets))
        except StoreUnavailable:
            self._local.give_back(tenant, buckets, self._clock())


async def _run(script: AsyncScript, tenant: TenantId | None, buckets: Sequence[Bucket]) -> list[int] | None:
    answer: list[int] | None = await script(
        keys=[tenant_key(tenant, "bucket", bucket.name) for bucket in buckets],
        args=[number for bucket in buckets for number in (bucket.rate, bucket.burst)],
    )
    return answer


def _limit_reached(refusal: Refusal) -> LimitReached:
    bucket = refusal.bucket
    number, unit, short = _readable(bucket.rate)
    return LimitReached(
        f"too many requests: the {bucket.subject} may send {number} {unit}; "
        f"try again in {refusal.retry_after:g} s",
        reason="RATE_LIMITED",
        metadata={"subject": bucket.subject, "limit": f"{number}/{short}, burst {bucket.burst}"},
        retry_after=refusal.retry_after,
    )


def _readable(rate: float) -> tuple[str, str, str]:
    """A rate per second in the smallest unit in which it is at least one."""
    for seconds, unit, short in ((1, "a second", "s"), (60, "a minute", "min")):
        if rate * seconds >= 1:
            return f"{rate * seconds:g}", unit, short
    return f"{rate * 3600:g}", "an hour", "h"
