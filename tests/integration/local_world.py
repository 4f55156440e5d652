"""The real local engines, loaded once, and speech to feed them."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from deskbell_server.adapters.local.embedder import MiniLmEmbedder
from deskbell_server.adapters.local.speech_to_text import WhisperSpeechToText
from deskbell_server.adapters.local.text_to_speech import PiperTextToSpeech
from deskbell_server.adapters.local.weights import VOICE, locate
from deskbell_server.adapters.workers import Workers
from deskbell_server.domain.audio import ENGINE_RATE

TIMEOUT = 30.0


@cache
def workers() -> Workers:
    """One job at once, as on a server with two threads. They outlive a test's event loop: a test must see its
    jobs through, for a place is given back on the loop that took it."""
    return Workers(1)


@cache
def speech_to_text() -> WhisperSpeechToText:
    return WhisperSpeechToText.load(workers(), jobs=1, threads=2, models_dir=None, timeout=TIMEOUT)


@cache
def text_to_speech() -> PiperTextToSpeech:
    """Without the voice's random variation, so that a text always sounds the same."""
    return PiperTextToSpeech.load(workers(), threads=2, models_dir=_steady_voice(), timeout=TIMEOUT)


def _steady_voice() -> Path:
    """A folder of models with the installed voice, and in its configuration no noise."""
    folder = Path(tempfile.mkdtemp(prefix="steady-voice-"))
    atexit.register(shutil.rmtree, folder)
    installed = locate(VOICE, None)
    (folder / VOICE.folder).mkdir()
    (folder / VOICE.folder / "voice.onnx").symlink_to(installed["voice.onnx"])
    config = json.loads(installed["voice.onnx.json"].read_text("utf-8"))
    config["inference"] |= {"noise_scale": 0.0, "noise_w": 0.0}
    (folder / VOICE.folder / "voice.onnx.json").write_text(json.dumps(config), "utf-8")
    return folder


@cache
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder.load(workers(), threads=2, models_dir=None)


async def say(text: str, speaking_rate: float = 1.0) -> bytes:
    """The text in the local voice, PCM16 at 16 kHz."""
    chunks = [c async for c in text_to_speech().stream(text, voice="", speaking_rate=speaking_rate)]
    samples = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), dtype="<i2")
    resampled: NDArray[np.int16] = soxr.resample(samples, chunks[0].sample_rate, ENGINE_RATE)
    return resampled.tobytes()


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * ENGINE_RATE))


def noise(seconds: float, level: float) -> bytes:
    """White noise of a root mean square from 0 to 1, always the same."""
    samples = np.random.default_rng(7).normal(0, level * 32767, int(seconds * ENGINE_RATE))
    return np.clip(samples, -32768, 32767).astype("<i2").tobytes()


def tone(seconds: float, hertz: float) -> bytes:
    """A quiet sine, such as a telephone line's hum or beep."""
    phase = 2 * np.pi * hertz * np.arange(int(seconds * ENGINE_RATE)) / ENGINE_RATE
    return (3000 * np.sin(phase)).astype("<i2").tobytes()
