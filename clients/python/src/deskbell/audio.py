"""Recordings in, the agent's voice out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

MIN_RATE, MAX_RATE = 8_000, 48_000
GAP_SECONDS = 0.3
"""Silence between two answers in the file that is saved."""


class AudioUnusable(Exception):
    """A recording that cannot be sent; the message says why."""


@dataclass(frozen=True)
class Recording:
    """Mono PCM16 at a rate that a call takes."""

    pcm: bytes
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / 2 / self.sample_rate


def read_recording(path: Path, sample_rate: int | None = None) -> Recording:
    """Reads any file that libsndfile reads (WAV, FLAC, OGG, MP3, ...), mixes it to mono and brings it to
    `sample_rate`, or to its own if a call takes that. Raises AudioUnusable."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        if not path.exists():
            raise AudioUnusable(f"there is no file {path}") from None
        raise AudioUnusable(f"{path} cannot be read as audio: {error}") from None
    if not len(samples):
        raise AudioUnusable(f"{path} holds no sound")
    mono = samples.mean(axis=1)
    wanted = sample_rate or min(max(rate, MIN_RATE), MAX_RATE)
    if wanted != rate:
        mono = _resampled(mono, max(round(len(mono) * wanted / rate), 1))
    return Recording((np.clip(mono, -1, 1) * 32767).astype("<i2").tobytes(), wanted)


def _resampled(samples: np.ndarray[tuple[int], np.dtype[np.float32]], count: int) -> Any:
    """The same sound in `count` samples, without what lies above half of the lower rate: its spectrum cut or
    padded."""
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(count // 2 + 1, dtype=spectrum.dtype)
    common = min(len(kept), len(spectrum))
    kept[:common] = spectrum[:common]
    return np.fft.irfft(kept, count) * (count / len(samples))


class AnswerFile:
    """Collects the agent's voice: one answer after the other."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._pcm = bytearray()
        self._response = ""

    def add(self, response_id: str, pcm: bytes) -> None:
        """Adds some of a response."""
        if self._response and response_id != self._response:
            self._pcm += bytes(2 * int(GAP_SECONDS * self._rate))
        self._response = response_id
        self._pcm += pcm

    def save(self, path: Path) -> float:
        """Writes a WAV; returns its seconds. Raises AudioUnusable."""
        samples = np.frombuffer(bytes(self._pcm), dtype="<i2")
        try:
            soundfile.write(path, samples, self._rate, subtype="PCM_16", format="WAV")
        except (soundfile.LibsndfileError, OSError) as error:
            raise AudioUnusable(f"cannot write {path}: {error}") from None
        return len(samples) / self._rate
