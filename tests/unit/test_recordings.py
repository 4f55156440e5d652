"""Recordings in every form, and the agent's voice in one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from deskbell.audio import AnswerFile, AudioUnusable, read_recording


@pytest.mark.parametrize(
    ("rate", "channels", "subtype", "ending", "expected_rate"),
    [
        (16_000, 1, "PCM_16", "wav", 16_000),
        (48_000, 2, "PCM_24", "wav", 48_000),
        (44_100, 1, "FLOAT", "wav", 44_100),
        (96_000, 1, "PCM_16", "wav", 48_000),
        (4_000, 1, "PCM_16", "wav", 8_000),
        (22_050, 2, "PCM_16", "flac", 22_050),
    ],
)
def test_a_recording_is_mixed_to_mono_at_a_rate_that_a_call_takes(
    tmp_path: Path, rate: int, channels: int, subtype: str, ending: str, expected_rate: int
) -> None:
    path = tmp_path / f"tone.{ending}"
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(rate) / rate)
    soundfile.write(path, np.column_stack([tone] * channels), rate, subtype=subtype)
    found = read_recording(path)
    assert found.sample_rate == expected_rate
    assert found.seconds == pytest.approx(1.0, abs=0.01)
    samples = np.frombuffer(found.pcm, dtype="<i2") / 32767
    assert np.sqrt((samples**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)
    assert read_recording(path, 8_000).sample_rate == 8_000


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.wav", tmp_path / "text.wav"
    soundfile.write(empty, np.zeros(0), 16_000)
    text.write_text("no sound")
    for path, words in ((empty, "no sound"), (text, "cannot be read"), (tmp_path / "none.wav", "no file")):
        with pytest.raises(AudioUnusable, match=words):
            read_recording(path)


def test_answers_stand_one_after_the_other_with_a_gap(tmp_path: Path) -> None:
    answer = AnswerFile(16_000)
    answer.add("r1", b"\1\0" * 8_000)
    answer.add("r1", b"\1\0" * 8_000)
    answer.add("r2", b"\2\0" * 16_000)
    assert answer.save(tmp_path / "a.wav") == pytest.approx(2.3)
    samples, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert list(samples[15_999:16_001]) == [1, 0]
    assert samples[-1] == 2
    with pytest.raises(AudioUnusable, match="cannot write"):
        answer.save(tmp_path / "missing" / "a.wav")
