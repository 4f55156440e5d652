"""Turns a cancellation that nobody asked for into a failure.

A TaskGroup takes a child that ends cancelled for one that was told to: an engine that leaks CancelledError would
end its task without a word, and whoever waits for the task's result would wait for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from deskbell_server.domain.errors import ProviderError


@contextmanager
def stray_cancellation_fails(stage: str) -> Iterator[None]:
    """Inside, a CancelledError passes if this task was cancelled, and is a ProviderError of `stage` if not."""
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ProviderError(stage, "unavailable", f"the engine gave up by itself ({stage})") from None
