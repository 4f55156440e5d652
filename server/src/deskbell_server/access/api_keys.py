"""API keys: made, rotated, revoked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from deskbell_server.access.opaque import new_api_key
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.identity import ApiKey, ApiKeyId, CredentialLimits, Scope
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.identity import ApiKeyStore
from deskbell_server.ports.stores import Clock


class ApiKeys:
    """Makes keys; what it returns as text is stored nowhere, but encrypted for repeats of the request."""

    def __init__(self, store: ApiKeyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self,
        tenant: TenantId,
        *,
        display_name: str,
        scopes: frozenset[Scope],
        expires_at: datetime | None,
        limits: CredentialLimits,
    ) -> tuple[ApiKey, str]:
        """The key and its text. Raises InvalidInput and NotFound (tenant)."""
        now = self._clock.now()
        if not scopes:
            raise InvalidInput.field("api_key.scopes", "needs at least one scope")
        if expires_at is not None and expires_at <= now:
            raise InvalidInput.field("api_key.expire_time", "must be in the future")
        key = ApiKey(
            tenant=tenant,
            id=ApiKeyId(secrets.token_hex(8)),
            display_name=display_name,
            scopes=scopes,
            expires_at=expires_at,
            limits=limits,
            created_at=now,
        )
        text, secret_hash = new_api_key(tenant, key.id)
        return await self._store.create(tenant, key, secret_hash), text

    async def rotate(self, tenant: TenantId, key: ApiKeyId, overlap: timedelta) -> tuple[ApiKey, str]:
        """The key with another secret; the one before works for `overlap` longer. Raises NotFound."""
        text, secret_hash = new_api_key(tenant, key)
        return await self._store.rotate(tenant, key, secret_hash, self._clock.now() + overlap), text

    async def revoke(self, tenant: TenantId, key: ApiKeyId) -> ApiKey:
        """Raises NotFound."""
        return await self._store.revoke(tenant, key, self._clock.now())

    async def page(self, tenant: TenantId, *, after: ApiKeyId | None, limit: int) -> list[ApiKey]:
        """By id. Raises NotFound (tenant)."""
        return await self._store.page(tenant, after=after, limit=limit)
