"""Decides when the caller begins and ceases to speak, from the speech probability of each 32 ms window.

    probability  ....########..##########..........
                     ^began                ^ended (silence waited for, last voiced sample before it)

Positions are samples at 16 kHz; nothing here looks at a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from deskbell_server.domain.audio import ENGINE_RATE

WINDOW = 512
BEGIN_THRESHOLD = 0.5
CONTINUE_THRESHOLD = 0.35
"""Silero's own recommendation: 0.5 to begin, 0.15 less to go on."""
BEGIN_WINDOWS = 3
"""Voiced windows in a row that make a beginning (96 ms): shorter noises are clicks and breaths."""


@dataclass(frozen=True, slots=True)
class Began:
    """Speech began at `start`."""

    start: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Speech from `start` ended; its last voiced sample is `last_voiced`, and then came `silence` samples."""

    start: int
    last_voiced: int
    silence: int
    reason: str


class Endpointer:
    """Follows one caller. `end_silence` in seconds ends an utterance, `max_seconds` ends it anyway."""

    def __init__(self, end_silence: float, max_seconds: float) -> None:
        self._end_silence = int(end_silence * ENGINE_RATE)
        self._max = int(max_seconds * ENGINE_RATE)
        self._voiced_run = 0
        self._start: int | None = None
        self._last_voiced = 0

    @property
    def speaking(self) -> bool:
        """Whether the caller is in an utterance."""
        return self._start is not None

    def window(self, end: int, probability: float) -> Began | Ended | None:
        """Takes the window that ends at `end`."""
        start = self._start
        if start is None:
            self._voiced_run = self._voiced_run + 1 if probability >= BEGIN_THRESHOLD else 0
            if self._voiced_run < BEGIN_WINDOWS:
                return None
            self._start = end - self._voiced_run * WINDOW
            self._last_voiced = end
            self._voiced_run = 0
            return Began(self._start)
        if probability >= CONTINUE_THRESHOLD:
            self._last_voiced = end
        if end - self._last_voiced >= self._end_silence:
            return self._end(start, end, "silence")
        if end - start >= self._max:
            return self._end(start, end, "length")
        return None

    def close(self, at: int, reason: str) -> Ended | None:
        """Ends the utterance that is going on, if one is."""
        return None if self._start is None else self._end(self._start, at, reason)

    def _end(self, start: int, at: int, reason: str) -> Ended:
        self._start = None
        return Ended(start, self._last_voiced, max(at - self._last_voiced, 0), reason)
