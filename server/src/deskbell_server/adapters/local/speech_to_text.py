"""Speech recognition by Whisper (tiny.en unless other weights are given) on CTranslate2.

An utterance is heard in windows of 15 s, padded with silence: half of Whisper's own 30 s costs half as much
and recognises as well, while windows under 10 s make the model stumble. A longer utterance is cut at its
quietest places, and each window is a job of its own, so that other calls get their turn in between.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from tokenizers import Tokenizer

from deskbell_server.adapters.local.log_mel import BANDS, log_mel
from deskbell_server.adapters.local.pcm import Samples, from_pcm
from deskbell_server.adapters.local.weights import WHISPER, WeightsError, locate
from deskbell_server.adapters.workers import Stage, Workers
from deskbell_server.domain.audio import ENGINE_RATE, Transcription

WINDOW = 15 * ENGINE_RATE
EARLIEST_CUT = 10 * ENGINE_RATE
QUIET = ENGINE_RATE // 5
"""A cut goes through the quietest fifth of a second."""
SHORTEST = ENGINE_RATE // 10
SILENCE = 10 ** (-60 / 20)
"""A window whose loudest fifth of a second has a lower level (-60 dBFS) is not even tried."""
CONTEXT = "Hello. What are your opening hours, please? How much does it cost? I would like an appointment."
"""Given as what was said before, so that an unclear word is taken for one that callers of a desk say. With the
beams it is what makes synthetic voices understood ("opening our arms out of me" without both)."""
BEAMS = 5
"""0.20 s for a 2 s question against 0.15 s with one."""
FASTEST_SPEECH = 19
"""Characters a second; ordinary English has 12 to 16."""
MAX_TOKENS = 120
"""Of one window: 15 s of fast speech are 60 words, about 80 tokens. Bounds the work that noise can cause."""
NO_SPEECH, LOW_LOG_PROBABILITY = 0.6, -0.6
REPETITIVE = 2.4
"""After Whisper's own thresholds (openai/whisper, transcribe.py; there -1.0, but the context above makes noise
sound like its words, at -0.8): text is noise if silence is likely and the
confidence is low, or if it compresses better than this."""
_ANNOTATION = re.compile(r"\[[^\]]*\]|\([^)]*\)|[*♪]+")


@dataclass(frozen=True, slots=True)
class _Heard:
    text: str
    tokens: int
    log_probability: float
    """Mean over the tokens."""
    no_speech: float


class WhisperSpeechToText:
    """Fulfils `ports.engines.SpeechToText` for English; `language_code` is not looked at."""

    def __init__(self, model: Any, tokenizer: Tokenizer, label: str, stage: Stage) -> None:
        self.label = label
        self._model = model
        self._tokenizer = tokenizer
        self._stage = stage
        self._prompt = [
            tokenizer.token_to_id("<|startofprev|>"),
            *tokenizer.encode(f" {CONTEXT}", add_special_tokens=False).ids,
            *(tokenizer.token_to_id(t) for t in ("<|startoftranscript|>", "<|notimestamps|>")),
        ]

    @classmethod
    def load(
        cls, workers: Workers, *, jobs: int, threads: int, models_dir: Path | None, timeout: float
    ) -> Self:
        """Reads and warms the model for `jobs` windows at once of `threads` threads each; blocks. `timeout`
        is for a whole utterance, in seconds. Raises WeightsError, also for a multilingual model."""
        import ctranslate2

        files = locate(WHISPER, models_dir)
        model = ctranslate2.models.Whisper(
            str(files["model.bin"].parent), compute_type="int8", inter_threads=jobs, intra_threads=threads
        )
        if model.is_multilingual or model.n_mels != BANDS:
            raise WeightsError(f"{files['model.bin']} is not an English-only Whisper model")
        tokenizer = Tokenizer.from_file(str(files["tokenizer.json"]))
        stage = Stage("speech_to_text", workers, timeout)
        engine = cls(model, tokenizer, WHISPER.label(models_dir), stage)
        engine._hear(np.zeros(WINDOW, dtype=np.float32))
        return engine

    async def transcribe(self, pcm: bytes, *, language_code: str) -> Transcription:  # noqa: ARG002 - English only
        """As the port says; a longer utterance than 60 s takes as many more windows. Noise and silence give
        an empty text. Cancelling stops before the next window."""
        if len(pcm) % 2:
            raise self._stage.error("rejected", "was given half a sample")
        heard: list[_Heard] = []
        async with self._stage.deadline():
            for window in _windows(from_pcm(pcm)):
                heard.append(await self._stage.run(self._hear_unless_silent, window))
        return _joined(heard)

    def _hear_unless_silent(self, samples: Samples) -> _Heard:
        if _loudest(samples) < SILENCE:
            return _Heard("", 0, 0.0, 1.0)
        heard = self._hear(np.pad(samples, (0, WINDOW - len(samples))))
        heard = replace(heard, text=_said_once(heard.text, len(samples) / ENGINE_RATE))
        unsure = heard.no_speech > NO_SPEECH and heard.log_probability < LOW_LOG_PROBABILITY
        return replace(heard, text="") if unsure or _repetitive(heard.text) else heard

    def _hear(self, samples: Samples) -> _Heard:
        """Decodes one whole window."""
        import ctranslate2

        features = ctranslate2.StorageView.from_array(log_mel(samples)[None])
        result = self._model.generate(
            features,
            [self._prompt],
            beam_size=BEAMS,
            max_length=MAX_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = result.sequences_ids[0]
        text = " ".join(_ANNOTATION.sub(" ", self._tokenizer.decode(tokens)).split())
        return _Heard(text, len(tokens), result.scores[0], result.no_speech_prob)


def _said_once(text: str, seconds: float) -> str:
    """Of a short clip the model may write everything twice: told from a caller who does say it twice by a pace
    that nobody speaks at."""
    half = len(text) // 2
    twice = text[:half].strip() == text[half:].strip()
    return text[:half].strip() if twice and len(text) > FASTEST_SPEECH * seconds else text


def _windows(samples: Samples) -> Iterator[Samples]:
    """Cuts an utterance into windows; what is shorter than 0.1 s is dropped."""
    while len(samples) > WINDOW:
        cut = EARLIEST_CUT + _quietest(samples[EARLIEST_CUT:WINDOW])
        yield samples[:cut]
        samples = samples[cut:]
    if len(samples) >= SHORTEST:
        yield samples


def _levels(samples: Samples) -> Samples:
    """Root mean square of each run of `QUIET` samples, every 20 ms."""
    sums = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    length = min(QUIET, len(samples))
    starts = np.arange(0, len(samples) - length + 1, ENGINE_RATE // 50)
    means = (sums[starts + length] - sums[starts]) / length
    levels: Samples = np.sqrt(np.maximum(means, 0)).astype(np.float32)
    return levels


def _quietest(samples: Samples) -> int:
    """The middle of the quietest run."""
    return int(np.argmin(_levels(samples))) * (ENGINE_RATE // 50) + QUIET // 2


def _loudest(samples: Samples) -> float:
    return float(_levels(samples).max())


def _repetitive(text: str) -> bool:
    data = text.encode()
    return bool(data) and len(data) / len(zlib.compress(data)) > REPETITIVE


def _joined(windows: Sequence[_Heard]) -> Transcription:
    """One transcription: confidence is the geometric mean over all tokens, silence as likely as in the
    window where it is least likely."""
    spoken = [w for w in windows if w.text]
    tokens = sum(w.tokens for w in spoken)
    mean = sum(w.log_probability * w.tokens for w in spoken) / tokens if tokens else -math.inf
    return Transcription(
        text=" ".join(w.text for w in spoken),
        language_code="en",
        confidence=math.exp(mean),
        no_speech=min((w.no_speech for w in windows), default=1.0),
    )
