"""Whisper's features."""

from __future__ import annotations

import numpy as np
import pytest

from deskbell_server.adapters.local.log_mel import BANDS, log_mel

RATE = 16_000


def test_shape_and_range() -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    features = log_mel(samples)
    assert features.shape == (BANDS, 100)
    assert features.dtype == np.float32
    # Eight decades below the loudest, divided by four.
    assert features.max() - features.min() <= 2.0 + 1e-6


def test_silence_is_flat() -> None:
    assert np.allclose(log_mel(np.zeros(RATE, dtype=np.float32)), (-10 + 4) / 4)


@pytest.mark.parametrize(
    ("hertz", "band"),
    # Bands are 15 mel per kHz below 1 kHz: 45.2 mel over 81 steps, so that 500 Hz (7.5 mel) is band 12.
    [(500.0, 12), (1000.0, 26), (4000.0, 61)],
)
def test_a_tone_is_loudest_in_its_band(hertz: float, band: int) -> None:
    samples = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)
    assert abs(int(log_mel(samples).mean(axis=1).argmax()) - band) <= 1
