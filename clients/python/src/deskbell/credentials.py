"""Who a client is: a key, or somebody who is signed in and whose tokens are exchanged when they expire.

A refresh token works once, and using it twice ends the session. So one exchange happens at a time, over all tasks and,
for the session in the profile, over all processes; it is never broken off; and its result is kept before anybody uses
it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from deskbell.errors import Unauthenticated
from deskbell.profile_file import ProfileError, locked, read_profile
from deskbell.session import Session, Tokens, put_session, stored_session

Exchange = Callable[[str], Awaitable[Tokens]]
"""Gives new tokens for a refresh token."""
TRUST_FRESH_SECONDS = 60.0
"""New tokens are used that long whatever the machine's clock says: it may be wrong, and would otherwise have them
exchanged before each request."""


class Credentials(Protocol):
    """What goes into the metadata."""

    async def current(self) -> str:
        """The credential for the next request. Raises DeskbellError and ProfileError."""
        ...

    async def renewed(self, refused: str) -> str | None:
        """Another one in the place of one that expires or has expired; None if there is none to be had. Raises
        DeskbellError and ProfileError."""
        ...


class NoCredential:
    """For a client that can only sign in."""

    async def current(self) -> str:
        """Never one."""
        raise ProfileError("this client has no credential yet: sign in, and `use` the tokens")

    async def renewed(self, refused: str) -> str | None:  # noqa: ARG002 - there is nothing to renew
        """None."""
        return None


class Key:
    """An API key, or any other credential that is used as long as it works."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def current(self) -> str:
        """The key."""
        return self._text

    async def renewed(self, refused: str) -> str | None:  # noqa: ARG002 - nobody can renew a key
        """None."""
        return None


class SignedIn:
    """Tokens that only this client has."""

    def __init__(self, tokens: Tokens, exchange: Exchange) -> None:
        self._tokens = tokens
        self._exchange = exchange
        self._lock = asyncio.Lock()
        self._trusted_until = float("-inf")

    async def current(self) -> str:
        """The access token, a new one if it expires soon."""
        if self._tokens.expires_soon() and time.monotonic() >= self._trusted_until:
            return await self.renewed(self._tokens.access_token)
        return self._tokens.access_token

    async def renewed(self, refused: str) -> str:
        """A new access token. Those who wait with the same old one all get the same new one."""
        async with self._lock:
            if self._tokens.access_token == refused:
                await _unbroken(self._renew(refused))
        return self._tokens.access_token

    async def _renew(self, refused: str) -> None:
        self._tokens = await self._newer(refused)
        self._trusted_until = time.monotonic() + TRUST_FRESH_SECONDS

    async def _newer(self, refused: str) -> Tokens:  # noqa: ARG002 - for those who look whether another one is there
        return await self._exchange(self._tokens.refresh_token)


class StoredSignIn(SignedIn):
    """The session in the profile, which other processes use too."""

    def __init__(self, path: Path, session: Session, exchange: Exchange) -> None:
        super().__init__(session.tokens, exchange)
        self._path = path
        self._session = session

    async def _newer(self, refused: str) -> Tokens:
        async with locked(self._path):
            content = read_profile(self._path)
            session = stored_session(content)
            if session is None or (session.server, session.user) != (
                self._session.server,
                self._session.user,
            ):
                raise Unauthenticated(
                    f"{self._session.user} was signed out on this machine meanwhile: deskbell login"
                )
            if session.tokens.access_token != refused and not session.tokens.expires_soon():
                return session.tokens  # another process was faster
            tokens = await self._exchange(session.tokens.refresh_token)
            put_session(self._path, content, session.with_tokens(tokens))
            return tokens


async def _unbroken(work: Coroutine[Any, Any, None]) -> None:
    """Does the work to its end even if it is cancelled; the cancellation comes after."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # nobody else asks for it
        raise
