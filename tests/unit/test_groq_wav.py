"""WAV as it streams in."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.adapters.groq.wav import WavReader


def wav(pcm: bytes, rate: int = 24_000, *, size: int | None = None, extra: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    data = buffer.getvalue()
    head, samples = data[:36], data[44:]
    stated = len(pcm) if size is None else size
    return head + extra + b"data" + struct.pack("<I", stated) + samples


@given(
    pcm=st.binary(max_size=400).map(lambda b: b[: len(b) & ~1]),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=40),
    size=st.sampled_from([None, 0, 0xFFFFFFFF]),
    extra=st.sampled_from([b"", b"LIST" + struct.pack("<I", 5) + b"abcde\0"]),
)
def test_however_it_is_cut_the_samples_come_out_whole(
    pcm: bytes, cuts: list[int], size: int | None, extra: bytes
) -> None:
    reader, rest, out = WavReader(), wav(pcm, size=size, extra=extra), b""
    for cut in cuts:
        piece = reader.push(rest[:cut])
        assert len(piece) % 2 == 0
        out += piece
        rest = rest[cut:]
    out += reader.push(rest)
    assert out == pcm
    assert reader.sample_rate == 24_000
    assert reader.complete


@pytest.mark.parametrize(
    "data",
    [
        b"ID3 this is no WAV",
        b"ID",
        wav(b"\0\0", rate=96_000),
        wav(b"\0\0").replace(b"\x10\0\0\0\1\0", b"\x10\0\0\0\3\0"),
        b"RIFF....WAVEdata\0\0\0\0",
        b"RIFF....WAVELIST\xff\xff\xff\xff",
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        WavReader().push(data)


def test_a_file_that_ends_early_is_not_complete() -> None:
    reader = WavReader()
    reader.push(wav(b"\1\2" * 100)[:-10])
    assert not reader.complete
