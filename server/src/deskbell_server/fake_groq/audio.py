"""WAV in and out."""

from __future__ import annotations

import io
import struct
import wave

import numpy as np
import soxr

from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.fake_groq.refusals import Refused

_UNKNOWN = 0xFFFFFFFF


def pcm_of(data: bytes) -> bytes:
    """The PCM16 mono of a WAV file, at the engines' rate."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                raise Refused(400, "the fake takes 16-bit mono WAV only")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            rate = file.getframerate()
    except (wave.Error, EOFError):
        raise Refused(400, "could not process file - is it a valid media file?") from None
    if rate != ENGINE_RATE:
        samples = soxr.resample(samples, rate, ENGINE_RATE)
    return bytes(samples.astype("<i2").tobytes())


def wav_header(rate: int) -> bytes:
    """Of a stream of PCM16 mono whose end is not known yet: its sizes are unknown."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", _UNKNOWN, b"WAVE") + form + struct.pack("<4sI", b"data", _UNKNOWN)
