"""Ctrl-C and SIGTERM: the first one stops cleanly, a second one at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

Command = Callable[..., Coroutine[Any, Any, int]]
"""Takes `stop`, a Stop, by name; returns the exit code."""
STOPPED = 0
"""Exit code of a command that did what it was told: to stop."""


class Stop:
    """How a command learns that it should stop.

    A command that can stop gently sets `gentle` and waits for `requested`; any other, and one that is told a
    second time, is cancelled.
    """

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.gentle = False


def run_until_signal(command: Command) -> int:
    """Runs a command on uvloop and returns its exit code; a signal stops it."""
    return uvloop.run(_run(command))


async def _run(command: Command) -> int:
    loop = asyncio.get_running_loop()
    stop = Stop()
    task = asyncio.current_task()
    told = False

    def on_signal() -> None:
        nonlocal told
        if stop.gentle and not stop.requested.is_set():
            stop.requested.set()
        elif task is not None:
            task.cancel()
        told = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        return await command(stop=stop)
    except asyncio.CancelledError:
        if told:
            return STOPPED
        raise
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
