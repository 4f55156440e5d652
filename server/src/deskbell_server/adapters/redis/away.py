"""A Redis that does not answer is left alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from deskbell_server.adapters.redis.client import store_errors
from deskbell_server.domain.errors import StoreUnavailable

PAUSE_SECONDS = 2.0
DEADLINE = 0.25
"""Seconds. Shorter than the connection's own time-outs, which would stall what a caller waits for; much shorter than
the pause, so that nothing is still being asked when the pause ends."""
AGAIN_SECONDS = 0.01
"""After which a cancellation that had no effect is repeated."""
T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Away:
    """Remembers whether Redis answers, for one user of it that can do without; `what` names that user in the log.

    After a failure nobody asks for `PAUSE_SECONDS`; then one asks while the others still do without. So a Redis that
    hangs costs one request its deadline, not each.
    """

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._away = False
        self._leave_until = 0.0

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """What Redis answers. Raises StoreUnavailable when it does not in time, or did not lately."""
        trying_again = self._away
        if trying_again:
            if self._clock() < self._leave_until:
                raise StoreUnavailable("Redis did not answer lately")
            self._leave_until = self._clock() + PAUSE_SECONDS
        try:
            answer = await _in_time(question())
        except StoreUnavailable:
            self._failed()
            raise
        # An answer to a question from before the failure does not tell that Redis is back.
        if trying_again:
            self._away = False
            _log.info("redis_back", user=self._what)
        return answer

    def _failed(self) -> None:
        self._leave_until = self._clock() + PAUSE_SECONDS
        if not self._away:
            self._away = True
            _log.warning("redis_away", user=self._what)


async def _in_time(question: Awaitable[T]) -> T:
    """Waits for the answer until the deadline. It is asked in a task of its own: redis-py can lose a cancellation that
    arrives while it connects, the deadline's or our caller's, and then waits for all of its own time-outs."""
    asking = asyncio.ensure_future(question)
    try:
        await asyncio.wait({asking}, timeout=DEADLINE)
    finally:
        while not asking.done():
            asking.cancel()
            await asyncio.wait({asking}, timeout=AGAIN_SECONDS)
        if not asking.cancelled():
            asking.exception()  # is seen herewith, even if our caller no longer waits
    if asking.cancelled():
        raise StoreUnavailable("Redis does not answer in time")
    with store_errors():
        return asking.result()
