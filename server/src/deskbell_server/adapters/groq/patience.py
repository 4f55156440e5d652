"""How long a stream of Groq's may keep us waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Patience:
    """A budget of seconds for the waits of one stream.

    Only waiting spends it. What happens between two waits is the consumer's time: a call takes an answer at the
    pace of speech, and that says nothing about Groq. For the same reason a deadline must never stay open over a
    `yield`: it would cancel the consumer in whatever it does then.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    def extend(self, seconds: float) -> None:
        """Adds to the budget."""
        self._left += seconds

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Raises TimeoutError when the wait inside outlasts the budget."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        finally:
            self._left -= loop.time() - began
