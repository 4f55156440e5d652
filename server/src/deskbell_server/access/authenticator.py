"""From a credential to whoever it belongs to. Looked up at each use, so that revoking counts at once."""

from __future__ import annotations

import hmac

from deskbell_server.access.opaque import ParsedApiKey, parse_api_key
from deskbell_server.access.tokens import TokenClaims, TokenKind, Tokens, looks_like_token
from deskbell_server.domain.errors import NotAuthenticated
from deskbell_server.domain.identity import BOOTSTRAP, ClientTokenId, CredentialLimits, Principal, SessionId
from deskbell_server.ports.identity import AccountStore, ApiKeyStore, ClientTokenStore
from deskbell_server.ports.stores import Clock

MAX_LENGTH = 4096


class Authenticator:
    """Knows every kind of credential."""

    def __init__(
        self,
        bootstrap_key: str,
        tokens: Tokens,
        accounts: AccountStore,
        api_keys: ApiKeyStore,
        client_tokens: ClientTokenStore,
        clock: Clock,
    ) -> None:
        self._bootstrap_key = bootstrap_key.encode()
        self._tokens = tokens
        self._accounts = accounts
        self._api_keys = api_keys
        self._client_tokens = client_tokens
        self._clock = clock

    async def authenticate(self, credential: str) -> Principal:
        """Whoever a credential belongs to. Raises NotAuthenticated (CREDENTIAL_INVALID, CREDENTIAL_EXPIRED) and
        StoreUnavailable. The message tells nothing of what was wrong with it, but for the expiry of a right one."""
        # Compared in any case, so that the time taken tells nothing.
        is_bootstrap = hmac.compare_digest(credential.encode(), self._bootstrap_key)
        if is_bootstrap:
            return BOOTSTRAP
        if not credential or len(credential) > MAX_LENGTH:
            raise _unknown()
        parsed = parse_api_key(credential)
        if parsed is not None:
            return await self._api_key(parsed)
        if looks_like_token(credential):
            claims = await self._tokens.read(credential)
            if claims.kind is TokenKind.CLIENT:
                return await self._client_token(claims)
            return await self._session(claims)
        raise _unknown()

    async def _api_key(self, parsed: ParsedApiKey) -> Principal:
        now = self._clock.now()
        key = await self._api_keys.find(parsed.tenant, parsed.id, parsed.secret_hash, now)
        if key is None or key.revoked_at is not None:
            raise _unknown()
        if key.expires_at is not None and key.expires_at <= now:
            raise _expired("the API key has expired; make another one")
        return Principal(
            key.name,
            key.tenant,
            scopes=key.scopes,
            expires_at=key.expires_at,
            limits=key.limits,
            api_key=key.id,
        )

    async def _client_token(self, claims: TokenClaims) -> Principal:
        if claims.tenant is None:
            raise _unknown()
        token = await self._client_tokens.get(claims.tenant, ClientTokenId(claims.id))
        if token is None or token.revoked_at is not None:
            raise _unknown()
        return Principal(
            token.name,
            token.tenant,
            agent=token.agent,
            caller_id=token.caller_id,
            expires_at=token.expires_at,
            limits=CredentialLimits(max_concurrent_calls=token.max_concurrent_calls),
        )

    async def _session(self, claims: TokenClaims) -> Principal:
        session = await self._accounts.session(claims.tenant, SessionId(claims.id))
        if session is None or session.revoked or session.account.disabled:
            raise _unknown()
        return Principal(
            session.account.name,
            session.account.tenant,
            role=session.account.role,
            expires_at=claims.expires_at,
            session=session.id,
        )


def _unknown() -> NotAuthenticated:
    return NotAuthenticated("the credential is not one that this server knows")


def _expired(message: str) -> NotAuthenticated:
    return NotAuthenticated(message, reason="CREDENTIAL_EXPIRED")
