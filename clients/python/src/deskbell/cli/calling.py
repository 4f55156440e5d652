"""`deskbell call`: one call with recordings, or with the microphone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from deskbell.call import Call
from deskbell.cli.audio import AnswerFile, Recording
from deskbell.cli.output import CallView, console, print_json
from deskbell.cli.progress import CallProgress
from deskbell.client import Client
from deskbell.errors import DeskbellError
from deskbell.v1 import turn_events_pb2
from deskbell.v1 import voice_stream_service_pb2 as pb

FRAME_SECONDS = 0.04
SETTLE_SECONDS = 0.5
"""After the start, or the last answer, before the next question: nothing else is about to come."""
NOTHING_HEARD_SECONDS = 4.0
STALLED_SECONDS = 60.0


class Conductor:
    """Holds a call: shows its events, keeps the voice, and talks when it is the caller's turn."""

    def __init__(self, call: Call, output_rate: int, *, json: bool) -> None:
        self.call = call
        self._json = json
        self._view = CallView()
        self.progress = CallProgress(output_rate)
        self.answer = AnswerFile(output_rate)
        self.unheard: list[str] = []
        """Recordings in which the server heard nobody speak."""
        self._samples: dict[str, int] = {}

    async def listen(self) -> None:
        """Takes events until the call is over. Raises DeskbellError when the server breaks it off."""
        async for event in self.call:
            self.progress.take(event, time.monotonic())
            if self._json:
                print_json(event)
            else:
                self._view.show(event)
            self.heard(event)
            match event.WhichOneof("event"):
                case "response_audio":
                    audio = event.response_audio
                    self.answer.add(audio.response_id, audio.data)
                    self._samples[audio.response_id] = audio.offset + len(audio.data) // 2
                case "response_done" if (
                    event.response_done.outcome == turn_events_pb2.RESPONSE_OUTCOME_COMPLETED
                ):
                    response = event.response_done.response_id
                    await self.call.report_playback(response, self._samples.get(response, 0), finished=True)

    def heard(self, event: pb.VoiceStreamResponse) -> None:
        """For those who do more with an event; called for each."""

    async def play(self, recordings: Sequence[tuple[str, Recording]]) -> None:
        """Says the recordings in real time, each when the answer to the one before was heard."""
        pace = _Pace()
        for name, recording in recordings:
            await self._wait_until_quiet(recording.sample_rate, pace)
            heard_before = self.progress.heard_speech
            step = 2 * int(FRAME_SECONDS * recording.sample_rate)
            for first in range(0, len(recording.pcm), step):
                await self.call.send_audio(recording.pcm[first : first + step])
                await pace.tick()
            ended = time.monotonic()
            while (
                self.progress.heard_speech == heard_before
                and time.monotonic() < ended + NOTHING_HEARD_SECONDS
            ):
                await self._silence(recording.sample_rate, pace)
            if self.progress.heard_speech == heard_before:
                self.unheard.append(name)
            await self._wait_until_quiet(recording.sample_rate, pace)
        await self.call.half_close()

    async def _wait_until_quiet(self, rate: int, pace: _Pace) -> None:
        """Sends silence until the agent has said everything that it has to say."""
        quiet_since: float | None = None
        while quiet_since is None or time.monotonic() - quiet_since < SETTLE_SECONDS:
            await self._silence(rate, pace)
            now = time.monotonic()
            if self.progress.started_at is None or not self.progress.quiet(now):
                quiet_since = None
                if self.progress.last_event_at and now - self.progress.last_event_at > STALLED_SECONDS:
                    raise DeskbellError(f"the server has said nothing for {STALLED_SECONDS:.0f} s")
            elif quiet_since is None:
                quiet_since = now

    async def _silence(self, rate: int, pace: _Pace) -> None:
        await self.call.send_audio(bytes(2 * int(FRAME_SECONDS * rate)))
        await pace.tick()


class _Pace:
    """Real time: one tick a frame, without drift."""

    def __init__(self) -> None:
        self._next = time.monotonic()

    async def tick(self) -> None:
        now = time.monotonic()
        self._next = max(self._next + FRAME_SECONDS, now - 1.0)
        await asyncio.sleep(self._next - now)


async def call_with_recordings(
    client: Client,
    recordings: Sequence[tuple[str, Recording]],
    *,
    agent: str | None,
    output: Path | None,
    output_rate: int,
    skip_greeting: bool,
    json: bool,
) -> None:
    """One call in which each recording is a turn; the voice that came is saved however the call ends.
    Raises DeskbellError, AudioUnusable."""
    async with client.call(
        agent,
        input_rate=recordings[0][1].sample_rate,
        output_rate=output_rate,
        skip_greeting=skip_greeting,
    ) as call:
        conductor = Conductor(call, output_rate, json=json)
        try:
            async with asyncio.TaskGroup() as group:
                playing = group.create_task(conductor.play(recordings))
                await conductor.listen()
                if not playing.done():
                    playing.cancel()
                    raise DeskbellError("the server ended the call before everything was said")
            if conductor.unheard:
                raise DeskbellError(f"the server heard nobody speak in {', '.join(conductor.unheard)}")
        except* DeskbellError as failed:
            raise first_error(failed) from None
        finally:
            if output is not None:
                seconds = conductor.answer.save(output)
                if not json:
                    console.print(f"[dim]saved {seconds:.1f} s of the agent's voice to {output}[/dim]")


def first_error(group: BaseExceptionGroup[DeskbellError]) -> DeskbellError:
    """The first error of a group, however deep."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, DeskbellError) else DeskbellError(str(error))
