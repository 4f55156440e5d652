"""The running product, and ears and a voice to test it with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from deskbell_server.adapters.local.loader import open_local_engines
from tests.support.folders import passable
from tests.support.product import Product

RATE = 16_000


@pytest.fixture(scope="session")
def product_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder, which the databases' account can pass through."""
    folder = tmp_path_factory.mktemp("product")
    passable(folder)
    return folder


@pytest.fixture(scope="session")
def product(product_folder: Path) -> Iterator[Product]:
    """`deskbell-server up`, with the local engines."""
    product = Product(product_folder)
    product.start()
    yield product
    product.stop()


class Ears:
    """Speaks and hears with the local engines."""

    def speak(self, text: str, path: Path, rate: int = RATE, channels: int = 1) -> Path:
        """Makes a recording that is in no repository."""

        async def spoken() -> tuple[bytes, int]:
            async with open_local_engines(2, None) as engines:
                voice = await engines.text_to_speech(60.0)
                chunks = [c async for c in voice.stream(text, voice="", speaking_rate=1.1)]
                return b"".join(c.pcm for c in chunks), chunks[0].sample_rate

        pcm, own_rate = asyncio.run(spoken())
        samples = soxr.resample(np.frombuffer(pcm, dtype="<i2"), own_rate, rate)
        soundfile.write(path, np.column_stack([samples] * channels), rate, subtype="PCM_24")
        return path

    def hear(self, path: Path) -> str:
        """What a recording says."""

        async def heard() -> str:
            samples, rate = soundfile.read(path, dtype="int16")
            pcm = soxr.resample(samples, rate, RATE).astype("<i2").tobytes()
            async with open_local_engines(2, None) as engines:
                recogniser = await engines.speech_to_text(60.0)
                return (await recogniser.transcribe(pcm, language_code="en")).text

        return asyncio.run(heard())


@pytest.fixture(scope="session")
def ears() -> Ears:
    """See Ears."""
    return Ears()
