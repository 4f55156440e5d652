"""Audio as it travels through a call.

Inside the server the caller's audio is signed 16-bit mono at 16 kHz (`ENGINE_RATE`), which the speech
recogniser and the voice activity detector want; the client's rate is converted at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ENGINE_RATE = 16_000
"""Samples a second that detection and recognition work at."""
MIN_RATE, MAX_RATE = 8_000, 48_000


class Encoding(StrEnum):
    """How samples travel."""

    PCM16 = "pcm16"


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Mono audio of an encoding at a rate in samples a second."""

    encoding: Encoding
    sample_rate: int

    @property
    def bytes_per_sample(self) -> int:
        return 2


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """Some synthesised speech: PCM16 little-endian mono at `sample_rate`."""

    pcm: bytes
    sample_rate: int


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a recogniser understood. Empty text: nothing.

    `confidence` and `no_speech` are probabilities, None where the engine does not tell.
    """

    text: str
    language_code: str = ""
    confidence: float | None = None
    no_speech: float | None = None
