"""An event loop whose clock jumps: minutes of a call pass in milliseconds, always in the same order.

When no callback is ready the loop does not wait for the next timer, it sets its time to it. It must not be
used with sockets, threads or processes: nothing of the outside can happen while it "waits".
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.BaseSelector):
    """A selector that turns waiting into time passed."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everything waits and no timer is set: the test would hang")
        self.now += timeout
        return self._real.select(0)

    def register(self, fileobj: Any, events: int, data: Any = None) -> Any:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> Any:
        return self._real.unregister(fileobj)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Any:
        return self._real.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run_virtually(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in virtual time; fails if it leaves tasks behind or an exception unnoticed."""
    swallowed: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _, context: swallowed.append(context))
        result = runner.run(coroutine)
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    assert not left, f"tasks were left behind: {left}"
    assert not swallowed, f"exceptions went unnoticed: {swallowed}"
    return result
