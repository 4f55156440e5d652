"""PCM16 bytes to numbers and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def from_pcm(pcm: bytes) -> Samples:
    """Samples from -1 to 1. Raises ValueError for an odd number of bytes."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768)


def to_pcm(samples: Samples) -> bytes:
    """PCM16 of samples from -1 to 1; what is louder is clipped."""
    return (np.clip(samples, -1, 1) * np.float32(32767)).astype("<i2").tobytes()
