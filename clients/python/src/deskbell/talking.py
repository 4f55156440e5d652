"""The caller's side of a call with recordings: one speaks when it is one's turn, in real time."""

from __future__ import annotations

import asyncio
import time

from deskbell.audio import Recording
from deskbell.call import Call
from deskbell.errors import DeskbellError
from deskbell.progress import CallProgress

FRAME_SECONDS = 0.04
SETTLE_SECONDS = 0.5
"""After the start, or the last answer, before the next question: nothing else is about to come."""
NOTHING_HEARD_SECONDS = 4.0
STALLED_SECONDS = 60.0


class Talker:
    """Sends a call's audio without a gap: recordings, and silence while the agent has its say.

    Whoever reads the call's events keeps `progress` up to date. One task at a time may use it; cancelling a method
    leaves the call as it is.
    """

    def __init__(self, call: Call, progress: CallProgress) -> None:
        self._call = call
        self._progress = progress
        self._pace = _Pace()

    async def say(self, recording: Recording) -> bool:
        """Waits until the agent has said everything, says the recording, and waits for the answer's end. Returns
        whether the server heard somebody speak. Raises DeskbellError when it has gone silent."""
        rate = recording.sample_rate
        await self.wait_until_quiet(rate)
        heard_before = self._progress.heard_speech
        step = 2 * int(FRAME_SECONDS * rate)
        for first in range(0, len(recording.pcm), step):
            await self._call.send_audio(recording.pcm[first : first + step])
            await self._pace.tick()
        ended = time.monotonic()
        while (
            self._progress.heard_speech == heard_before and time.monotonic() < ended + NOTHING_HEARD_SECONDS
        ):
            await self._silence(rate)
        heard = self._progress.heard_speech != heard_before
        await self.wait_until_quiet(rate)
        return heard

    async def wait_until_quiet(self, rate: int) -> None:
        """Sends silence until the agent has said everything that it has to say. Raises DeskbellError when nothing
        comes for `STALLED_SECONDS`."""
        quiet_since: float | None = None
        while quiet_since is None or time.monotonic() - quiet_since < SETTLE_SECONDS:
            await self._silence(rate)
            now = time.monotonic()
            progress = self._progress
            if progress.started_at is None or not progress.quiet(now):
                quiet_since = None
                if progress.last_event_at and now - progress.last_event_at > STALLED_SECONDS:
                    raise DeskbellError(f"the server has said nothing for {STALLED_SECONDS:.0f} s")
            elif quiet_since is None:
                quiet_since = now

    async def _silence(self, rate: int) -> None:
        await self._call.send_audio(bytes(2 * int(FRAME_SECONDS * rate)))
        await self._pace.tick()


class _Pace:
    """Real time: one tick a frame, without drift."""

    def __init__(self) -> None:
        self._next = time.monotonic()

    async def tick(self) -> None:
        now = time.monotonic()
        self._next = max(self._next + FRAME_SECONDS, now - 1.0)
        await asyncio.sleep(self._next - now)
