"""An event loop on a thread of its own, for asyncpg under Streamlit's synchronous pages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

_STOP_TIMEOUT = 5.0
"""Seconds."""


class BackgroundLoop:
    """Runs coroutines for threads that have no event loop. Call `start` first and `stop` at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # Daemon: Streamlit ends without telling, and must not be kept alive by us.
        self._thread = threading.Thread(target=self._loop.run_forever, name="deskbell-data", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result], timeout: float) -> Result:
        """Runs `work` on the loop and returns its result, from any thread but the loop's own.

        After `timeout` seconds the work is cancelled and TimeoutError raised; an error of the work is
        raised as it is.
        """

        async def bounded() -> Result:
            async with asyncio.timeout(timeout):
                return await work

        return asyncio.run_coroutine_threadsafe(bounded(), self._loop).result()

    def stop(self) -> None:
        """Stops the loop and waits for its thread. Whatever still ran on it is dropped."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_TIMEOUT)
        self._loop.close()
