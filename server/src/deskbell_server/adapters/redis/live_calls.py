"""Which calls go on, over all servers.

    deskbell:{tenant}:calls:{name}   sorted set: conversation -> time until which the entry counts
    deskbell:SERVER:{owner}          the server's heartbeat, with an expiry

(The first pair of braces is part of the name: keys.py.) There is a set for each limit that counts a call. An entry
counts for `TTL` seconds and is renewed while its server lives, so that a server that was killed does not hold its
tenant's places for ever. Times are the Redis server's own: servers' clocks may differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from redis.asyncio import Redis

from deskbell_server.adapters.redis.away import Away
from deskbell_server.adapters.redis.client import AWAY, store_errors
from deskbell_server.adapters.redis.keys import tenant_key
from deskbell_server.domain.errors import LimitReached, StoreUnavailable
from deskbell_server.domain.names import ConversationId, TenantId
from deskbell_server.ports.limits import CallLimit

TTL = 20
RENEW_SECONDS = 5.0
RETRY_SECONDS = 5.0
# Returns the number of the set that is full, or 0.
_ENTER = """
local now = tonumber(redis.call('TIME')[1])
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if not redis.call('ZSCORE', key, ARGV[1]) and redis.call('ZCARD', key) >= tonumber(ARGV[i + 2]) then
    return i
  end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + tonumber(ARGV[2]), ARGV[1])
  redis.call('EXPIRE', key, tonumber(ARGV[2]))
end
return 0
"""
_LEAVE = """
for _, key in ipairs(KEYS) do
  redis.call('ZREM', key, ARGV[1])
end
"""
_RENEW = """
local now = tonumber(redis.call('TIME')[1])
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[i])
end
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[1]))
"""
_log = structlog.get_logger(__name__)


class RedisLiveCalls:
    """Counts calls for `owner`, this server process. `run` belongs in a task scope of the application."""

    def __init__(self, client: Redis, owner: str) -> None:
        self._client = client
        self._owner = owner
        self._away = Away("live_calls")
        self._mine: dict[TenantId, dict[ConversationId, tuple[str, ...]]] = {}
        """The names of the limits that each call of this server is counted under."""
        self._enter = client.register_script(_ENTER)
        self._leave = client.register_script(_LEAVE)
        self._renew = client.register_script(_RENEW)

    async def enter(
        self, tenant: TenantId, conversation: ConversationId, limits: Sequence[CallLimit]
    ) -> None:
        """Counts a call in under each limit. Raises LimitReached, and counts it under none, when one has its number
        of calls already; while Redis is away only this server's calls are counted."""
        names = tuple(limit.name for limit in limits)
        keys = _sets(tenant, names)
        args: list[str | int] = [str(conversation), TTL, *(limit.limit for limit in limits)]
        try:
            full = await self._away.ask(lambda: self._enter(keys=keys, args=args))
            refusing = limits[full - 1] if full else None
        except StoreUnavailable:
            refusing = self._full_here(tenant, conversation, limits)
        if refusing:
            raise LimitReached(
                f"the {refusing.subject} has {refusing.limit} calls, its limit",
                metadata={"limit": str(refusing.limit), "subject": refusing.subject},
                retry_after=RETRY_SECONDS,
            )
        self._mine.setdefault(tenant, {})[conversation] = names

    async def leave(self, tenant: TenantId, conversation: ConversationId) -> None:
        """Counts a call out; if Redis is away its entries expire there by themselves.

        Redis is asked even if it did not answer lately: nobody waits for this, and entries that are left to expire
        keep others out for a while.
        """
        mine = self._mine.get(tenant, {})
        names = mine.pop(conversation, ())
        if not mine:
            self._mine.pop(tenant, None)
        if not names:
            return
        try:
            with store_errors():
                await self._leave(keys=_sets(tenant, names), args=[str(conversation)])
        except StoreUnavailable:
            _log.warning("live_call_left_to_expire", tenant=tenant)

    async def is_alive(self, owner: str) -> bool:
        """Whether a server has shown life within the last `TTL` seconds. Raises StoreUnavailable."""
        if owner == self._owner:
            return True
        with store_errors():
            return bool(await self._client.exists(_server(owner)))

    async def run(self) -> None:
        """Shows life and renews the entries of this server's calls, until cancelled; then takes the sign of
        life away."""
        try:
            while True:
                try:
                    with store_errors():
                        await self._client.set(_server(self._owner), "1", ex=TTL)
                        await self._renew_mine()
                except StoreUnavailable:
                    _log.warning("live_calls_not_renewed")
                await asyncio.sleep(RENEW_SECONDS)
        finally:
            with suppress(*AWAY):  # it expires by itself
                await self._client.delete(_server(self._owner))

    async def _renew_mine(self) -> None:
        sets = {
            (tenant, name)
            for tenant, calls in self._mine.items()
            for names in calls.values()
            for name in names
        }
        for tenant, name in sets:
            # Looked up only now: a call that has left since must not be counted in again.
            calls = [str(call) for call, names in self._mine.get(tenant, {}).items() if name in names]
            if calls:
                await self._renew(keys=_sets(tenant, (name,)), args=[TTL, *calls])

    def _full_here(
        self, tenant: TenantId, conversation: ConversationId, limits: Sequence[CallLimit]
    ) -> CallLimit | None:
        """The limit that this server's own calls have reached."""
        others = [names for call, names in self._mine.get(tenant, {}).items() if call != conversation]
        for limit in limits:
            if sum(limit.name in names for names in others) >= limit.limit:
                return limit
        return None


def _sets(tenant: TenantId, names: Sequence[str]) -> list[str]:
    return [tenant_key(tenant, "calls", name) for name in names]


def _server(owner: str) -> str:
    # A tenant's id has no upper-case letter: no tenant can have this name.
    return f"deskbell:SERVER:{owner}"
