"""Signing in and out, and new tokens for old ones."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deskbell_server.access.opaque import RefreshToken, RefreshTokens
from deskbell_server.access.passwords import Passwords
from deskbell_server.access.tokens import TokenClaims, TokenKind, Tokens
from deskbell_server.domain.errors import LimitReached, NotAuthenticated, StoreUnavailable
from deskbell_server.domain.identity import Account, Principal, Session, SessionId
from deskbell_server.domain.names import TenantId, time_ordered_uuid
from deskbell_server.ports.identity import AccountStore, StoredPassword
from deskbell_server.ports.limits import Bucket, RateLimits
from deskbell_server.ports.stores import Clock

ACCESS_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=30)
"""From the sign-in; refreshing does not prolong it."""


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a client gets."""

    account: Account
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime


class Sessions:
    """Signs people in."""

    def __init__(
        self,
        accounts: AccountStore,
        passwords: Passwords,
        tokens: Tokens,
        secret_key: bytes,
        limits: RateLimits,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._tokens = tokens
        self._refresh_tokens = RefreshTokens(secret_key)
        self._limits = limits
        self._clock = clock

    async def verify(
        self, tenant: TenantId | None, email: str, password: str, address: str
    ) -> StoredPassword:
        """Checks a password. Raises NotAuthenticated (SIGN_IN_FAILED), whatever was wrong and after the same time,
        and LimitReached after too many attempts."""
        buckets = _attempts(tenant, email, address)
        async with self._attempt(buckets):
            stored = await self._accounts.find(tenant, email)
            right = await self._passwords.matches(stored.password_hash if stored else None, password)
            if stored is None or not right or stored.account.disabled:
                raise _sign_in_failed()
        return stored

    async def open(self, stored: StoredPassword) -> SessionTokens:
        """Opens a session for whoever's password was verified. Raises NotAuthenticated when the password has been
        changed meanwhile."""
        now = self._clock.now()
        session = Session(
            stored.account,
            SessionId(time_ordered_uuid(now.timestamp())),
            1,
            now + SESSION_LIFE,
            revoked=False,
        )
        if not await self._accounts.open_session(
            stored.account, session.id, stored.password_hash, now, session.expires_at
        ):
            raise _sign_in_failed()
        return await self._issue(session)

    async def strengthen(self, stored: StoredPassword, password: str) -> None:
        """Replaces a hash that was made with other parameters than today's."""
        if self._passwords.is_weak(stored.password_hash):
            hashed = await self._passwords.hash(password)
            account = stored.account
            await self._accounts.rehash(account.tenant, account.id, stored.password_hash, hashed)

    async def find(self, text: str) -> tuple[RefreshToken, Session]:
        """The session of a refresh token, of whatever generation. Raises NotAuthenticated."""
        token = self._refresh_tokens.read(text)
        session = None if token is None else await self._accounts.session(token.tenant, token.session)
        if token is None or session is None or session.revoked or session.account.disabled:
            raise NotAuthenticated("the refresh token is not one that this server knows; sign in again")
        if session.expires_at <= self._clock.now():
            raise NotAuthenticated("the session has expired; sign in again", reason="CREDENTIAL_EXPIRED")
        return token, session

    async def refresh(self, token: RefreshToken, session: Session) -> SessionTokens | None:
        """Exchanges a refresh token. One that was exchanged before ends the session: then None."""
        now = self._clock.now()
        if not await self._accounts.refresh(token.tenant, token.session, token.generation, now):
            await self._accounts.revoke_session(token.tenant, token.session, now)
            return None
        return await self._issue(
            Session(session.account, session.id, token.generation + 1, session.expires_at, revoked=False)
        )

    async def sign_out(self, session: Session) -> bool:
        """Ends a session; False if it had ended."""
        return await self._accounts.revoke_session(session.account.tenant, session.id, self._clock.now())

    async def verify_again(self, principal: Principal, password: str, address: str) -> StoredPassword:
        """As `verify`, for whoever is signed in."""
        buckets = _attempts(principal.tenant, principal.actor, address)
        account = principal.actor.rpartition("/")[2]
        async with self._attempt(buckets):
            stored = await self._accounts.find_by_id(principal.tenant, account)
            right = await self._passwords.matches(stored.password_hash if stored else None, password)
            if stored is None or not right:
                raise _sign_in_failed()
        return stored

    @asynccontextmanager
    async def _attempt(self, buckets: list[Bucket]) -> AsyncIterator[None]:
        """An attempt costs something only if what was given is wrong: not when it is right, and not when nobody could
        look."""
        await self._limits.take(None, buckets)
        try:
            yield
        except (LimitReached, StoreUnavailable):
            await self._limits.give_back(None, buckets)
            raise
        await self._limits.give_back(None, buckets)

    async def hash(self, password: str) -> str:
        """The hash of a new password."""
        return await self._passwords.hash(password)

    async def change_password(self, principal: Principal, stored: StoredPassword, hashed: str) -> None:
        """Puts another password in place for whoever is signed in, and ends all their other sessions. Raises
        NotAuthenticated when it has been changed meanwhile."""
        account = stored.account
        if not await self._accounts.set_password(
            account.tenant, account.id, stored.password_hash, hashed, self._clock.now(), principal.session
        ):
            raise _sign_in_failed()

    async def _issue(self, session: Session) -> SessionTokens:
        tenant = session.account.tenant
        access_expires_at = min(self._clock.now() + ACCESS_LIFE, session.expires_at)
        return SessionTokens(
            account=session.account,
            access_token=await self._tokens.sign(
                TokenClaims(TokenKind.ACCESS, tenant, session.id, access_expires_at)
            ),
            access_expires_at=access_expires_at,
            refresh_token=self._refresh_tokens.make(RefreshToken(tenant, session.id, session.generation)),
            refresh_expires_at=session.expires_at,
        )


def _attempts(tenant: TenantId | None, email: str, address: str) -> list[Bucket]:
    """What an attempt costs; one that succeeds gets it back. One guesser with one account gets 5 tries, then one each
    30 s; one with many accounts 100, then one each 2 s; many with one account 50, then one a minute. Someone else's
    guessing does not lock a person out, unless it comes from everywhere."""
    account = hashlib.sha256(f"{tenant or ''}\0{email.lower()}".encode()).hexdigest()[:24]
    return [
        Bucket(f"sign-in:{account}:{address}", "sign-in", 1 / 30, 5),
        Bucket(f"sign-in-from:{address}", "sign-in", 1 / 2, 100),
        Bucket(f"sign-in-to:{account}", "sign-in", 1 / 60, 50),
    ]


def _sign_in_failed() -> NotAuthenticated:
    return NotAuthenticated(
        "tenant, e-mail address and password do not belong together, or the user is disabled",
        reason="SIGN_IN_FAILED",
    )
