"""Whisper's features: the logarithm of a mel spectrogram, in numpy.

Follows openai/whisper (audio.py): Hann window of 400 samples, hop of 160, 80 mel bands (Slaney's scale and
norm), 8 decades of range.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from deskbell_server.adapters.local.pcm import Samples
from deskbell_server.domain.audio import ENGINE_RATE

FFT = 400
HOP = 160
BANDS = 80


def log_mel(samples: Samples) -> NDArray[np.float32]:
    """Features of shape (80, n / 160) for n samples at 16 kHz, n a multiple of 160."""
    padded = np.pad(samples, FFT // 2, mode="reflect")
    frames = sliding_window_view(padded, FFT)[:-1:HOP]
    spectrum = np.fft.rfft(frames * _window(), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    levels = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    levels = np.maximum(levels, levels.max() - 8)
    return np.ascontiguousarray((levels + 4) / 4, dtype=np.float32)


@cache
def _window() -> NDArray[np.float32]:
    """The periodic Hann window."""
    return np.hanning(FFT + 1)[:-1].astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Triangular mel filters of shape (80, 201), each of the same area (`librosa.filters.mel`)."""
    frequencies = np.linspace(0, ENGINE_RATE / 2, FFT // 2 + 1)
    edges = _hertz(np.linspace(0, _mel(ENGINE_RATE / 2), BANDS + 2))
    rising = (frequencies - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequencies) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


# Slaney's mel scale: linear with 15 mel per kHz below 1 kHz, logarithmic with 27 mel per factor of 6.4 above.
_LOG_STEP = np.log(6.4) / 27


def _mel(hertz: float) -> float:
    return float(hertz * 0.015 if hertz < 1000 else 15 + np.log(hertz / 1000) / _LOG_STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel / 0.015, 1000 * np.exp(_LOG_STEP * (mel - 15)))
