"""Token buckets of this process, for as long as the shared ones are out of reach.

A bucket is kept as the tokens that are missing from it (`level`) and when that was so: the level leaks away at the
bucket's rate, each request adds one, and none may lift it above the burst. This is the Generic Cell Rate Algorithm of
ITU-T Recommendation I.371 in its form of a continuous-state leaky bucket, with tokens for the unit instead of seconds,
so that a bucket whose rate or burst is changed goes on with what was taken.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from deskbell_server.domain.names import TenantId
from deskbell_server.ports.limits import Bucket

MAX_BUCKETS = 10_000
SLACK = 1e-6
"""Tokens. What rounding may cost, so that one who keeps to the rate exactly is not refused."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which bucket is empty, and after how many seconds (whole milliseconds) it and the others are not."""

    bucket: Bucket
    retry_after: float


class LocalBuckets:
    """At most `size` buckets; the one that was not used for longest is forgotten first, which fills it.

    `now` is in seconds of any clock that does not go back. A bucket's rate is above 0, its burst at least 1.
    """

    def __init__(self, size: int = MAX_BUCKETS) -> None:
        self._size = size
        self._levels: OrderedDict[tuple[TenantId | None, str], tuple[float, float]] = OrderedDict()

    def take(self, tenant: TenantId | None, buckets: Sequence[Bucket], now: float) -> Refusal | None:
        """Takes a token from each bucket and returns None, or takes from none and returns why."""
        levels = [self._level(tenant, bucket, now) + 1 for bucket in buckets]
        worst: Bucket | None = None
        wait = 0.0
        for bucket, level in zip(buckets, levels, strict=True):
            until_room = (level - bucket.burst - SLACK) / bucket.rate
            if until_room > wait:
                worst, wait = bucket, until_room
        if worst:
            return Refusal(worst, math.ceil(wait * 1000) / 1000)
        for bucket, level in zip(buckets, levels, strict=True):
            self._store(tenant, bucket, level, now)
        return None

    def give_back(self, tenant: TenantId | None, buckets: Sequence[Bucket], now: float) -> None:
        """Puts a token back into each bucket that is not full."""
        for bucket in buckets:
            self._store(tenant, bucket, self._level(tenant, bucket, now) - 1, now)

    def __len__(self) -> int:
        return len(self._levels)

    def _level(self, tenant: TenantId | None, bucket: Bucket, now: float) -> float:
        level, at = self._levels.get((tenant, bucket.name), (0.0, now))
        return max(0.0, min(level, bucket.burst) - (now - at) * bucket.rate)

    def _store(self, tenant: TenantId | None, bucket: Bucket, level: float, now: float) -> None:
        key = (tenant, bucket.name)
        if level <= 0:
            self._levels.pop(key, None)
            return
        self._levels[key] = (level, now)
        self._levels.move_to_end(key)
        if len(self._levels) > self._size:
            self._levels.popitem(last=False)
