"""Says sentences: synthesises ahead, in order, and sends in real time.

    sentences -> synthesise (one ahead of the voice) -> frames -> pace -> ResponseText, ResponseAudio

Both steps live in the scope of `Speaker.say`; cancelling it stops them at once and sends nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import soxr

from deskbell_server.domain.agent import VoiceSettings
from deskbell_server.domain.audio import AudioFormat
from deskbell_server.ports.engines import TextToSpeech
from deskbell_server.ports.stores import Clock
from deskbell_server.voice.messages import ResponseAudio, ResponseText
from deskbell_server.voice.playback import ResponseTrack, SendClock
from deskbell_server.voice.stray import stray_cancellation_fails

FRAME_SECONDS = 0.1
MAX_FRAMES_AHEAD = 50
"""Frames synthesised and not yet sent: 5 s, about one sentence."""

Tell = Callable[[ResponseText | ResponseAudio], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _SentenceBegins:
    text: str


@dataclass(frozen=True, slots=True)
class _SentenceEnds:
    pass


_Item = _SentenceBegins | _SentenceEnds | bytes | None


class Speaker:
    """The voice of one call."""

    def __init__(
        self,
        engine: TextToSpeech,
        voice: VoiceSettings,
        output: AudioFormat,
        send_clock: SendClock,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._voice = voice
        self._output = output
        self._send_clock = send_clock
        self._clock = clock

    async def say(
        self,
        track: ResponseTrack,
        sentences: AsyncIterator[str],
        tell: Tell,
        first_audio: Callable[[], Awaitable[None]],
    ) -> None:
        """Says the sentences and returns when the last one was heard, by the send clock.

        `first_audio` is called once, right after the first frame was sent. Raises ProviderError when the
        engine fails; what was sent until then stays on the track.
        """
        frames: asyncio.Queue[_Item] = asyncio.Queue(MAX_FRAMES_AHEAD)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._synthesise(sentences, frames))
            group.create_task(self._pace(track, frames, tell, first_audio))
        await asyncio.sleep(self._send_clock.drained(self._clock.monotonic()))

    async def _synthesise(self, sentences: AsyncIterator[str], frames: asyncio.Queue[_Item]) -> None:
        async for sentence in sentences:
            await frames.put(_SentenceBegins(sentence))
            framer = _Framer(self._output.sample_rate)
            speech = self._engine.stream(
                sentence.strip(), voice=self._voice.voice, speaking_rate=self._voice.speaking_rate
            )
            with stray_cancellation_fails("text_to_speech"):
                async with aclosing(speech) as chunks:
                    async for chunk in chunks:
                        for frame in framer.push(chunk.pcm, chunk.sample_rate):
                            await frames.put(frame)
            for frame in framer.flush():
                await frames.put(frame)
            await frames.put(_SentenceEnds())
        await frames.put(None)

    async def _pace(
        self,
        track: ResponseTrack,
        frames: asyncio.Queue[_Item],
        tell: Tell,
        first_audio: Callable[[], Awaitable[None]],
    ) -> None:
        audible = False
        while (item := await frames.get()) is not None:
            match item:
                case _SentenceBegins(text):
                    await tell(ResponseText(track.id, text, track.sentence(text)))
                case _SentenceEnds():
                    track.sentence_sent()
                case bytes():
                    await asyncio.sleep(self._send_clock.delay(self._clock.monotonic()))
                    samples = len(item) // self._output.bytes_per_sample
                    heard_at = self._send_clock.sent(samples, self._clock.monotonic())
                    await tell(ResponseAudio(track.id, track.frame(samples, heard_at), item))
                    if not audible:
                        audible = True
                        await first_audio()


class _Framer:
    """Converts synthesised speech to the output's rate and cuts it into frames."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._frame_bytes = 2 * int(FRAME_SECONDS * sample_rate)
        self._resampler: soxr.ResampleStream | None = None
        self._pcm = bytearray()

    def push(self, pcm: bytes, sample_rate: int) -> list[bytes]:
        """Takes PCM16; returns the frames it completes."""
        if sample_rate != self._rate:
            if self._resampler is None:
                self._resampler = soxr.ResampleStream(sample_rate, self._rate, 1, dtype="int16", quality="MQ")
            pcm = self._resampler.resample_chunk(np.frombuffer(pcm, dtype="<i2")).astype("<i2").tobytes()
        self._pcm += pcm
        count = len(self._pcm) // self._frame_bytes
        frames = [bytes(self._pcm[i * self._frame_bytes : (i + 1) * self._frame_bytes]) for i in range(count)]
        del self._pcm[: count * self._frame_bytes]
        return frames

    def flush(self) -> list[bytes]:
        """The rest, when the sentence is over."""
        if self._resampler is not None:
            rest = self._resampler.resample_chunk(np.zeros(0, dtype="<i2"), last=True)
            self._pcm += rest.astype("<i2").tobytes()
        frames = [
            bytes(self._pcm[i : i + self._frame_bytes]) for i in range(0, len(self._pcm), self._frame_bytes)
        ]
        self._pcm.clear()
        return frames
