"""The credential of a call: watched while the call goes on, and renewed in-band."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from deskbell_server.domain.errors import (
    DeskbellError,
    LimitReached,
    NotAuthenticated,
    NotPermitted,
    StoreUnavailable,
)
from deskbell_server.domain.identity import Principal
from deskbell_server.ports.stores import Clock
from deskbell_server.voice.messages import CallFault, CredentialExpiring, CredentialRenewed

CHECK_SECONDS = 15.0
"""How soon a credential that was revoked ends the calls that go on with it."""
ANNOUNCE_SECONDS = 60.0
RENEW_TIMEOUT = 5.0
RENEW_SECONDS, RENEW_BURST = 5.0, 10
"""How often a credential may be renewed, and how often at once."""
_log = structlog.get_logger(__name__)

Admit = Callable[[str], Awaitable[Principal]]
"""Whoever a credential belongs to, if it may place this call. Raises NotAuthenticated, NotPermitted,
StoreUnavailable."""


class CallCredential:
    """With what a call was begun, and who that is."""

    def __init__(self, principal: Principal, credential: str, admit: Admit, clock: Clock) -> None:
        self.principal = principal
        self._credential = credential
        self._admit = admit
        self._clock = clock
        self._changed = asyncio.Event()
        self._renewed_until = 0.0

    async def renew(self, credential: str) -> CredentialRenewed:
        """Puts another credential in place. Raises NotAuthenticated and NotPermitted; the old one then stays."""
        principal = await self._admit(credential)
        if (principal.tenant, principal.caller_id) != (self.principal.tenant, self.principal.caller_id):
            raise NotPermitted("the new credential is not for the tenant and the caller of this call")
        self.principal, self._credential = principal, credential
        self._changed.set()
        return CredentialRenewed(principal.expires_at)

    def check_pace(self) -> None:
        """Raises LimitReached for one renewal too many: each is a look into the database."""
        now = self._clock.monotonic()
        # As of a bucket that is full until then.
        until = max(self._renewed_until, now) + RENEW_SECONDS
        early = until - now - RENEW_SECONDS * RENEW_BURST
        if early > 0:
            raise LimitReached(
                f"a credential may be renewed every {RENEW_SECONDS:.0f} s",
                reason="RATE_LIMITED",
                metadata={"subject": "call", "limit": f"{1 / RENEW_SECONDS:g}/s, burst {RENEW_BURST}"},
                retry_after=early,
            )
        self._renewed_until = until

    async def answer(self, credential: str, client_seq: int) -> CredentialRenewed | CallFault:
        """What the client is told of its renewal, at the latest after RENEW_TIMEOUT."""
        try:
            async with asyncio.timeout(RENEW_TIMEOUT):
                return await self.renew(credential)
        except TimeoutError:
            late = StoreUnavailable("the credential could not be checked in time; try again")
            return CallFault(late, client_seq)
        except (NotAuthenticated, NotPermitted, StoreUnavailable) as error:
            return CallFault(error, client_seq)

    async def watch(self, announce: Callable[[CredentialExpiring], Awaitable[None]]) -> None:
        """Returns when the credential does not count any more; announces its expiry a minute before."""
        announced = None
        while True:
            left = self._seconds_left()
            if left <= 0:
                return
            expires_at = self.principal.expires_at
            if left <= ANNOUNCE_SECONDS and expires_at is not None and announced != expires_at:
                announced = expires_at
                await announce(CredentialExpiring(expires_at))
            self._changed.clear()
            try:
                async with asyncio.timeout(min(CHECK_SECONDS, left)):
                    await self._changed.wait()
            except TimeoutError:
                if not await self._still_counts():
                    return

    def _seconds_left(self) -> float:
        expires_at = self.principal.expires_at
        return float("inf") if expires_at is None else (expires_at - self._clock.now()).total_seconds()

    async def _still_counts(self) -> bool:
        asked_for = self._credential
        try:
            await self._admit(asked_for)
        except (NotAuthenticated, NotPermitted) as error:
            if self._credential != asked_for:
                return True  # it has been replaced while it was looked at
            # The exact moment of expiry is this object's business: verifying a token allows for clocks that differ.
            return error.reason == "CREDENTIAL_EXPIRED" and self._seconds_left() > 0
        except DeskbellError as error:
            _log.warning("credential_not_checked", reason=error.reason)
        return True
