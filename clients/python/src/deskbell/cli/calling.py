"""`deskbell call`: one call with recordings, or with the microphone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from deskbell.audio import AnswerFile, Recording
from deskbell.call import Call
from deskbell.cli.groups import first_error
from deskbell.cli.output import CallView, console, print_json
from deskbell.client import Client
from deskbell.errors import DeskbellError
from deskbell.progress import CallProgress
from deskbell.talking import Talker
from deskbell.v1 import turn_events_pb2
from deskbell.v1 import voice_stream_service_pb2 as pb


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
        talker = Talker(self.call, self.progress)
        for name, recording in recordings:
            if not await talker.say(recording):
                self.unheard.append(name)
        await self.call.half_close()


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
            with first_error():
                async with asyncio.TaskGroup() as group:
                    playing = group.create_task(conductor.play(recordings))
                    await conductor.listen()
                    if not playing.done():
                        playing.cancel()
                        raise DeskbellError("the server ended the call before everything was said")
            if conductor.unheard:
                raise DeskbellError(f"the server heard nobody speak in {', '.join(conductor.unheard)}")
        finally:
            if output is not None:
                seconds = conductor.answer.save(output)
                if not json:
                    console.print(f"[dim]saved {seconds:.1f} s of the agent's voice to {output}[/dim]")
