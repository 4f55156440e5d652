"""Takes in a client's messages and audio: order, shape, pace, and the conversion to the engines' rate."""

from __future__ import annotations

import numpy as np
import soxr

from deskbell_server.domain.audio import ENGINE_RATE, AudioFormat
from deskbell_server.domain.errors import InvalidInput

MAX_FRAME_SECONDS = 1.0
ALLOWANCE_SECONDS = 3.0
"""How much audio may come ahead of the clock: what a client recorded while it was connecting, and jitter."""


class Sequence:
    """Counts a client's messages."""

    def __init__(self) -> None:
        self.expected = 1

    def accept(self, client_seq: int) -> bool:
        """True for the next message, False for one seen before. Raises InvalidInput for a gap."""
        if client_seq < self.expected:
            return False
        if client_seq > self.expected:
            raise InvalidInput.field(
                "client_seq",
                f"is {client_seq}; expected {self.expected}",
                reason="SEQUENCE_GAP",
                expected=str(self.expected),
            )
        self.expected += 1
        return True


class AudioIntake:
    """Takes in one caller's audio. Times are seconds of one monotonic clock."""

    def __init__(self, audio: AudioFormat, started_at: float) -> None:
        self._format = audio
        self._started_at = started_at
        self._resampler = (
            None
            if audio.sample_rate == ENGINE_RATE
            # "QQ" (cubic interpolation) has no delay; the better filters would hold back 26 ms or more, and
            # recognition does not suffer from its aliasing.
            else soxr.ResampleStream(audio.sample_rate, ENGINE_RATE, 1, dtype="int16", quality="QQ")
        )
        self.samples = 0
        """Samples of the input taken so far: the offset of the next."""

    def accept(self, offset: int, data: bytes, now: float) -> bytes:
        """Checks a frame and returns it as PCM16 at the engines' rate.

        Raises InvalidInput: AUDIO_MALFORMED, AUDIO_OFFSET_MISMATCH (the frame is not used and the call can
        go on) or AUDIO_FASTER_THAN_REAL_TIME (the call cannot).
        """
        width = self._format.bytes_per_sample
        if len(data) % width:
            raise InvalidInput.field(
                "audio.data",
                f"{len(data)} bytes are not whole samples of {8 * width} bits",
                reason="AUDIO_MALFORMED",
            )
        count = len(data) // width
        limit = int(MAX_FRAME_SECONDS * self._format.sample_rate)
        if count > limit:
            raise InvalidInput.field(
                "audio.data", f"{count} samples; the limit is {limit} (1 s)", reason="AUDIO_MALFORMED"
            )
        if offset != self.samples:
            raise InvalidInput.field(
                "audio.offset",
                f"is {offset}; expected {self.samples}, the number of samples sent before",
                reason="AUDIO_OFFSET_MISMATCH",
                expected=str(self.samples),
            )
        self._check_pace(count, now)
        self.samples += count
        if self._resampler is None:
            return data
        resampled = self._resampler.resample_chunk(np.frombuffer(data, dtype="<i2"))
        return bytes(resampled.astype("<i2", copy=False).tobytes())

    def _check_pace(self, count: int, now: float) -> None:
        rate = self._format.sample_rate
        elapsed = now - self._started_at
        if (self.samples + count) / rate <= elapsed + ALLOWANCE_SECONDS:
            return
        measured = (self.samples + count) / max(elapsed, 0.02)
        raise InvalidInput.field(
            "start.input_audio",
            f"declared are {rate} Hz and one channel, but {measured:.0f} samples a second arrive, "
            f"{measured / rate:.1f} times as many: declare the rate and mix down to one channel, "
            "or send no faster than the audio was spoken",
            reason="AUDIO_FASTER_THAN_REAL_TIME",
            declared_rate_hz=str(rate),
            measured_rate_hz=f"{measured:.0f}",
        )

    def to_input(self, engine_samples: int) -> int:
        """A position at the engines' rate as a position in the input."""
        return min(engine_samples * self._format.sample_rate // ENGINE_RATE, self.samples)


class UtteranceBuffer:
    """Keeps the caller's recent audio, PCM16 at the engines' rate, so that an utterance can be cut out."""

    def __init__(self, max_samples: int) -> None:
        self._max_samples = max_samples
        self._pcm = bytearray()
        self._start = 0

    @property
    def end(self) -> int:
        """Position of the next sample."""
        return self._start + len(self._pcm) // 2

    def append(self, pcm: bytes) -> None:
        """Adds audio; the oldest beyond the limit is dropped."""
        self._pcm += pcm
        self.forget(self.end - self._max_samples)

    def forget(self, before: int) -> None:
        """Drops what lies before a position."""
        count = before - self._start
        # Moving the rest costs time in its length: only when it is worth it.
        if count > 0 and (count >= ENGINE_RATE or len(self._pcm) // 2 > self._max_samples):
            del self._pcm[: 2 * count]
            self._start = before

    def cut(self, start: int, end: int) -> bytes:
        """The audio from `start` to `end`, as far as it is kept."""
        first = max(start, self._start) - self._start
        return bytes(self._pcm[2 * first : 2 * max(end - self._start, first)])
