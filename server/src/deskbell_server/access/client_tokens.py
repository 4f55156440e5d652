"""Client tokens: minted for one caller's device, and revoked."""

from __future__ import annotations

from datetime import timedelta

from deskbell_server.access.tokens import TokenClaims, TokenKind, Tokens
from deskbell_server.domain.identity import ClientToken, ClientTokenId
from deskbell_server.domain.names import AgentId, TenantId, time_ordered_uuid
from deskbell_server.ports.identity import ClientTokenStore
from deskbell_server.ports.stores import Clock

LONGEST_LIFE = timedelta(minutes=15)


class ClientTokens:
    """Mints tokens; what it returns as text is stored nowhere, but encrypted for repeats of the request."""

    def __init__(self, store: ClientTokenStore, tokens: Tokens, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock

    async def mint(
        self,
        tenant: TenantId,
        agent: AgentId,
        *,
        life: timedelta,
        max_concurrent_calls: int,
        caller_id: str,
        created_by: str,
    ) -> tuple[ClientToken, str]:
        """The token and its text. Raises NotFound (agent)."""
        now = self._clock.now()
        token = ClientToken(
            tenant=tenant,
            id=ClientTokenId(time_ordered_uuid(now.timestamp())),
            agent=agent,
            caller_id=caller_id,
            max_concurrent_calls=max_concurrent_calls,
            created_at=now,
            # A token says when it expires in whole seconds.
            expires_at=(now + min(life, LONGEST_LIFE)).replace(microsecond=0),
        )
        stored = await self._store.create(tenant, token, created_by)
        claims = TokenClaims(TokenKind.CLIENT, tenant, token.id, token.expires_at)
        return stored, await self._tokens.sign(claims)

    async def page(self, tenant: TenantId, *, before: ClientTokenId | None, limit: int) -> list[ClientToken]:
        """Those that have not expired, the newest first. Raises NotFound (tenant)."""
        return await self._store.page(tenant, before=before, limit=limit, now=self._clock.now())

    async def revoke(self, tenant: TenantId, token: ClientTokenId) -> ClientToken:
        """Raises NotFound."""
        return await self._store.revoke(tenant, token, self._clock.now())
