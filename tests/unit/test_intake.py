"""Taking in a client's messages and audio."""

from __future__ import annotations

import numpy as np
import pytest

from deskbell_server.domain.audio import AudioFormat, Encoding
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.voice.intake import AudioIntake, Sequence, UtteranceBuffer


def pcm16(rate: int) -> AudioFormat:
    return AudioFormat(Encoding.PCM16, rate)


def test_a_sequence_takes_the_next_ignores_the_old_and_names_the_expected() -> None:
    sequence = Sequence()
    assert sequence.accept(1)
    assert not sequence.accept(1)
    with pytest.raises(InvalidInput) as gap:
        sequence.accept(3)
    assert gap.value.reason == "SEQUENCE_GAP"
    assert gap.value.metadata == {"expected": "2"}
    assert sequence.accept(2)


@pytest.mark.parametrize(
    ("offset", "data", "reason"),
    [
        (0, b"\0" * 641, "AUDIO_MALFORMED"),
        (0, b"\0" * 2 * 16_001, "AUDIO_MALFORMED"),
        (5, b"\0" * 640, "AUDIO_OFFSET_MISMATCH"),
    ],
)
def test_a_bad_frame_is_refused_and_not_used(offset: int, data: bytes, reason: str) -> None:
    intake = AudioIntake(pcm16(16_000), started_at=0.0)
    with pytest.raises(InvalidInput) as refused:
        intake.accept(offset, data, now=0.0)
    assert refused.value.reason == reason
    assert intake.accept(0, b"\1\0" * 320, now=0.0) == b"\1\0" * 320


def test_stereo_of_48_khz_declared_as_mono_of_16_is_found_out_within_a_second() -> None:
    intake = AudioIntake(pcm16(16_000), started_at=100.0)
    frame = b"\0" * 4 * 960  # 20 ms

    def one_second() -> None:
        for i in range(50):
            intake.accept(intake.samples, frame, now=100.0 + 0.02 * i)

    with pytest.raises(InvalidInput) as refused:
        one_second()
    assert refused.value.reason == "AUDIO_FASTER_THAN_REAL_TIME"
    assert refused.value.metadata["declared_rate_hz"] == "16000"
    assert "start.input_audio" in {v.field for v in refused.value.violations}


def test_real_time_with_jitter_and_a_head_start_is_taken() -> None:
    intake = AudioIntake(pcm16(8_000), started_at=0.0)
    intake.accept(0, b"\0" * 2 * 8_000, now=0.0)
    intake.accept(8_000, b"\0" * 2 * 8_000, now=0.0)
    for second in range(1, 60):
        late_by = 1.5 if second % 7 else 0.0
        intake.accept(intake.samples, b"\0" * 2 * 8_000, now=second + late_by)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_audio_is_converted_to_the_engines_rate(rate: int) -> None:
    intake = AudioIntake(pcm16(rate), started_at=0.0)
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)).astype("<i2")
    step = rate // 50
    out = b"".join(
        intake.accept(i, tone[i : i + step].tobytes(), now=i / rate) for i in range(0, 2 * rate, step)
    )
    heard = np.frombuffer(out, dtype="<i2").astype(float)
    assert abs(len(heard) - 32_000) < 200
    middle = heard[8_000:24_000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert abs(np.argmax(spectrum) * 16_000 / len(middle) - 440) < 3
    assert intake.to_input(16_000) == rate


def test_the_buffer_keeps_what_an_utterance_needs() -> None:
    buffer = UtteranceBuffer(max_samples=64_000)
    for i in range(100):
        buffer.append(np.full(1_600, i, dtype="<i2").tobytes())
    assert buffer.end == 160_000
    cut = np.frombuffer(buffer.cut(150_000, 160_000), dtype="<i2")
    assert len(cut) == 10_000
    assert cut[-1] == 99
    assert buffer.cut(0, 1_600) == b"", "long gone"
    buffer.forget(159_000)
    assert len(buffer.cut(0, 160_000)) == 2 * 1_000
