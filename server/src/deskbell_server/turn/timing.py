"""Measures the stages of a turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deskbell_server.domain.turn import StageTime
from deskbell_server.ports.stores import Clock


class Stopwatch:
    """Times stages against one start. `start` is a time of `clock.monotonic()`."""

    def __init__(self, clock: Clock, start: float | None = None) -> None:
        self._clock = clock
        self.start = clock.monotonic() if start is None else start
        self._stages: list[StageTime] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times a block, also one that fails."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self.add(name, began)

    def add(self, name: str, began: float, ended: float | None = None) -> None:
        """Notes a stage from `began` until `ended` (now, if not given)."""
        until = self._clock.monotonic() if ended is None else ended
        self._stages.append(StageTime(name, began - self.start, until - began))

    @property
    def stages(self) -> tuple[StageTime, ...]:
        """The stages in order of their start."""
        return tuple(sorted(self._stages, key=lambda stage: stage.start))
