"""Scenarios as calls: the caller's lines go up as speech, in real time; judged is what the agent says in words.

The caller waits until the agent has finished speaking before saying the next line.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from deskbell.audio import AudioUnusable, Recording, read_recording
from deskbell.call import Call
from deskbell.client import Client
from deskbell.errors import DeskbellError
from deskbell.evaluation.playing import Line
from deskbell.evaluation.reply import Reply
from deskbell.evaluation.run_chat import new_caller
from deskbell.evaluation.scenario import By
from deskbell.evaluation.voices import Voice
from deskbell.progress import CallProgress
from deskbell.talking import Talker
from deskbell.v1 import turn_events_pb2

INPUT_RATE = 16_000
OUTPUT_RATE = 8_000
"""Nobody listens: the least that a call offers."""
GOODBYE_SECONDS = 10.0
"""For the server to say that the call is over."""


class VoiceAgents:
    """Fulfils `playing.Agents` by calls. `learn` is told which engines serve them."""

    by = By.VOICE

    def __init__(self, client: Client, voice: Voice, learn: Callable[[dict[str, str]], None]) -> None:
        self._client = client
        self._voice = voice
        self._learn = learn

    @asynccontextmanager
    async def reach(self, agent: str) -> AsyncGenerator[_Conversation, None]:
        """As the protocol says."""
        async with self._client.call(
            agent,
            input_rate=INPUT_RATE,
            output_rate=OUTPUT_RATE,
            caller_id=new_caller(),
            skip_greeting=True,
        ) as call:
            conversation = _Conversation(call, self._voice, self._learn)
            listening = asyncio.create_task(conversation.listen())
            conversation.listening = listening
            try:
                yield conversation
                await conversation.hang_up()
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError, DeskbellError):
                    await listening


class _Conversation:
    def __init__(self, call: Call, voice: Voice, learn: Callable[[dict[str, str]], None]) -> None:
        self._call = call
        self._voice = voice
        self._learn = learn
        self._progress = CallProgress(OUTPUT_RATE)
        self._talker = Talker(call, self._progress)
        self._reply = Reply()
        self._played: dict[str, int] = {}
        self.listening: asyncio.Task[None]

    async def listen(self) -> None:
        """Takes events until the call is over, and reports what a caller would have heard. Raises DeskbellError."""
        async for event in self._call:
            self._progress.take(event, time.monotonic())
            self._reply.take(event)
            match event.WhichOneof("event"):
                case "started":
                    self._learn(dict(event.started.engines))
                case "response_audio":
                    audio = event.response_audio
                    self._played[audio.response_id] = audio.offset + len(audio.data) // 2
                case "response_done" if (
                    event.response_done.outcome == turn_events_pb2.RESPONSE_OUTCOME_COMPLETED
                ):
                    response = event.response_done.response_id
                    await self._call.report_playback(response, self._played.get(response, 0), finished=True)

    async def say(self, line: Line) -> Reply:
        """As the protocol says; a call that the agent ends after the line is no error."""
        if self.listening.done():
            await self.listening  # it raises what broke the call off
            raise DeskbellError(f"the server ended the call ({self._reply.ended or 'it did not say why'})")
        recording = await self._recording(line)
        self._reply = reply = Reply(transcript="")
        began = time.monotonic()
        talking = asyncio.create_task(self._talker.say(recording))
        try:
            await asyncio.wait([talking, self.listening], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not talking.done():
                talking.cancel()
                with suppress(asyncio.CancelledError):
                    await talking
        if self.listening.done() and not reply.ended:
            await self.listening
        if talking.done() and not talking.cancelled() and not await talking:
            reply.errors.append("the server heard nobody speak")
        reply.seconds = max(time.monotonic() - began - recording.seconds, 0.0)
        return reply

    async def hang_up(self) -> None:
        """Ends the call, and waits until the server has taken note. What comes of that is no reply to the last line."""
        self._reply = Reply()
        if not self._call.ended:
            await self._call.half_close()
            await asyncio.wait([self.listening], timeout=GOODBYE_SECONDS)

    async def _recording(self, line: Line) -> Recording:
        if line.recording is None:
            return await self._voice.speak(line.spoken, INPUT_RATE)
        try:
            return await asyncio.to_thread(read_recording, line.recording, INPUT_RATE)
        except AudioUnusable as error:
            raise DeskbellError(str(error)) from None
