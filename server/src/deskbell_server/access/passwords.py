"""Passwords: argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from deskbell_server.domain.errors import LimitReached

_T = TypeVar("_T")
MEMORY_KIB = 47_104
"""46 MiB, as OWASP's Password Storage Cheat Sheet has it for argon2id with one pass and one lane."""
THREADS = 2
MAX_WAITING = 20
"""Each hash takes 46 MiB and a core for some 30 ms; more at once would starve the calls."""


class Passwords:
    """Hashes and checks, with one pass and one lane; a hash made with other parameters is replaced at the next
    sign-in."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=MEMORY_KIB, parallelism=1)
        self._waiting = 0
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        # Checked for an account that does not exist, so that the time taken does not tell.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """The hash to store. Raises LimitReached while too many others wait."""
        return await self._off_loop(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; False, after the same time, for no hash. Raises LimitReached
        while too many others wait."""
        right = await self._off_loop(self._verify, stored or self._nobody, password)
        return right and stored is not None

    def is_weak(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _off_loop(self, function: Callable[..., _T], *args: str) -> _T:
        if self._waiting >= MAX_WAITING:
            raise LimitReached(
                "too many passwords are being checked; try again in a second",
                reason="RATE_LIMITED",
                metadata={"subject": "server", "limit": str(MAX_WAITING)},
                retry_after=1.0,
            )
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
        # Also of a request that was cancelled the work goes on until its thread is done.
        future.add_done_callback(self._done)
        return await future

    def _done(self, _: object) -> None:
        self._waiting -= 1
