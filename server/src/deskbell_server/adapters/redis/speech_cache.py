"""Speech that was synthesised before."""

from __future__ import annotations

import structlog
from redis.asyncio import Redis

from deskbell_server.adapters.redis.client import store_errors
from deskbell_server.adapters.redis.keys import tenant_key
from deskbell_server.domain.errors import StoreUnavailable
from deskbell_server.domain.names import TenantId

TTL_SECONDS = 24 * 3600
MAX_BYTES = 4 * 1024 * 1024
"""90 s at 22,050 Hz: more is no greeting."""
_log = structlog.get_logger(__name__)


class RedisSpeechCache:
    """Fulfils ports SpeechCache: what fails is as good as not cached."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def get(self, tenant: TenantId, key: str) -> bytes | None:
        """The bytes under the key, None if there are none or Redis is away."""
        try:
            with store_errors():
                found = await self._client.get(_key(tenant, key))
        except StoreUnavailable:
            _log.warning("speech_cache_unavailable")
            return None
        return found if isinstance(found, bytes) else None

    async def put(self, tenant: TenantId, key: str, pcm: bytes) -> None:
        """Stores the bytes for a day."""
        if len(pcm) > MAX_BYTES:
            return
        try:
            with store_errors():
                await self._client.set(_key(tenant, key), pcm, ex=TTL_SECONDS)
        except StoreUnavailable:
            _log.warning("speech_cache_unavailable")


def _key(tenant: TenantId, key: str) -> str:
    return tenant_key(tenant, "speech", key)
