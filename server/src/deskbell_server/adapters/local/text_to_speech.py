"""Speech by a Piper voice (VITS) on ONNX Runtime.

A sentence is spoken whole, which takes about a tenth of its length; a long one is cut at its clauses, so that
the first of it is heard sooner and a listener who interrupts stops the rest.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Self

import numpy as np

from deskbell_server.adapters.clauses import parts_of
from deskbell_server.adapters.local.pcm import to_pcm
from deskbell_server.adapters.local.pronunciation import Pronunciation
from deskbell_server.adapters.local.sessions import open_session
from deskbell_server.adapters.local.speakable import speakable
from deskbell_server.adapters.local.weights import VOICE, locate
from deskbell_server.adapters.workers import Stage, Workers
from deskbell_server.domain.audio import SpeechChunk

MAX_CHARACTERS = 120
"""Of one piece: about 8 s of speech."""


class PiperTextToSpeech:
    """Fulfils `ports.engines.TextToSpeech`. There is one voice, whatever name is asked for."""

    def __init__(
        self, session: Any, config: dict[str, Any], pronunciation: Pronunciation, label: str, stage: Stage
    ) -> None:
        self.label = label
        self._session = session
        self._sample_rate: int = config["audio"]["sample_rate"]
        self._length: float = config["inference"]["length_scale"]
        self._pronunciation = pronunciation
        self._stage = stage

    @classmethod
    def load(cls, workers: Workers, *, threads: int, models_dir: Path | None, timeout: float) -> Self:
        """Reads and warms the voice; blocks. `timeout` is for one piece of speech, in seconds. Raises
        WeightsError."""
        files = locate(VOICE, models_dir)
        config = json.loads(files["voice.onnx.json"].read_text(encoding="utf-8"))
        session = open_session(files["voice.onnx"], threads)
        pronunciation = Pronunciation.load(files["voice.onnx.json"])
        stage = Stage("text_to_speech", workers, timeout)
        engine = cls(session, config, pronunciation, VOICE.label(models_dir), stage)
        engine._speak("How can I help you?", 1.0)
        return engine

    async def stream(
        self, text: str, *, voice: str, speaking_rate: float
    ) -> AsyncGenerator[SpeechChunk, None]:
        """As the port says; a text with nothing to pronounce gives no chunk. The deadline is that of each
        chunk. Cancelling stops before the next piece."""
        for piece in parts_of(speakable(text), MAX_CHARACTERS):
            pcm = await self._stage.run(self._speak, piece, speaking_rate)
            if pcm:
                yield SpeechChunk(pcm, self._sample_rate)

    def _speak(self, text: str, speaking_rate: float) -> bytes:
        ids = self._pronunciation.phoneme_ids(text)
        if not len(ids):
            return b""
        # No random variation of sound and rhythm: a text always sounds the same, and is understood as well (word
        # error 8.6 % against 9.3 % over 45 sentences heard back).
        scales = (0.0, self._length / speaking_rate, 0.0)
        [samples] = self._session.run(
            None,
            {
                "input": ids[None],
                "input_lengths": np.array([len(ids)], dtype=np.int64),
                "scales": np.array(scales, dtype=np.float32),
            },
        )
        return to_pcm(samples.reshape(-1))
