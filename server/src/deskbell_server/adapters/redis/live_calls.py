"""Which calls go on, over all servers.

    deskbell:{tenant}:calls       sorted set: conversation -> time until which the entry counts
    deskbell:SERVER:{owner}       the server's heartbeat, with an expiry

An entry counts for `TTL` seconds and is renewed while its server lives, so that a server that was killed does
not hold its tenant's places for ever. Times are the Redis server's own: servers' clocks may differ.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from redis.asyncio import Redis

from deskbell_server.adapters.redis.client import AWAY, store_errors
from deskbell_server.domain.errors import LimitReached, StoreUnavailable
from deskbell_server.domain.names import ConversationId, TenantId

TTL = 20
RENEW_SECONDS = 5.0
RETRY_SECONDS = 5.0
_ENTER = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return 1
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
        self._mine: dict[TenantId, set[ConversationId]] = {}
        self._enter = client.register_script(_ENTER)
        self._renew = client.register_script(_RENEW)

    async def enter(self, tenant: TenantId, conversation: ConversationId, limit: int) -> None:
        """Counts a call in. Raises LimitReached when the tenant has `limit` calls already; while Redis is
        away only this server's calls are counted."""
        try:
            with store_errors():
                admitted = await self._enter(keys=[_calls(tenant)], args=[str(conversation), limit, TTL])
        except StoreUnavailable:
            _log.warning("live_calls_counted_locally", tenant=tenant)
            admitted = len(self._mine.get(tenant, ())) < limit
        if not admitted:
            raise LimitReached(
                f"the tenant has {limit} calls, its limit",
                metadata={"limit": str(limit), "subject": f"tenants/{tenant}"},
                retry_after=RETRY_SECONDS,
            )
        self._mine.setdefault(tenant, set()).add(conversation)

    async def leave(self, tenant: TenantId, conversation: ConversationId) -> None:
        """Counts a call out; if Redis is away its entry expires there by itself."""
        mine = self._mine.get(tenant, set())
        mine.discard(conversation)
        if not mine:
            self._mine.pop(tenant, None)
        try:
            with store_errors():
                await self._client.zrem(_calls(tenant), str(conversation))
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
                        for tenant, calls in list(self._mine.items()):
                            await self._renew(keys=[_calls(tenant)], args=[TTL, *map(str, calls)])
                except StoreUnavailable:
                    _log.warning("live_calls_not_renewed")
                await asyncio.sleep(RENEW_SECONDS)
        finally:
            with suppress(*AWAY):  # it expires by itself
                await self._client.delete(_server(self._owner))


def _calls(tenant: TenantId) -> str:
    return f"deskbell:{tenant}:calls"


def _server(owner: str) -> str:
    # A tenant's id has no upper-case letter: no tenant can have this name.
    return f"deskbell:SERVER:{owner}"
