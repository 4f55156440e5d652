"""Groq's Whisper."""

from __future__ import annotations

import asyncio
import io
import math
import wave
from typing import Any

from groq import AsyncGroq

from deskbell_server.adapters.groq.errors import provider_errors
from deskbell_server.domain.audio import ENGINE_RATE, Transcription

SILENCE_NO_SPEECH = 0.6
SILENCE_LOG_PROBABILITY = -1.0
"""Whisper's own thresholds (openai/whisper, transcribe.py): a segment beyond both is silence that it made words of."""


class GroqSpeechToText:
    """Fulfils ports SpeechToText. `timeout` in seconds, for the whole request."""

    def __init__(self, client: AsyncGroq, model: str, timeout: float) -> None:
        self._client = client
        self._model = model
        self._timeout = timeout

    @property
    def label(self) -> str:
        """`groq/model`."""
        return f"groq/{self._model}"

    async def transcribe(self, pcm: bytes, *, language_code: str) -> Transcription:
        """As SpeechToText.transcribe."""
        with provider_errors("speech_to_text"):
            async with asyncio.timeout(self._timeout):
                answer = await self._client.audio.transcriptions.create(
                    model=self._model,
                    file=("utterance.wav", _wav(pcm)),
                    language=language_code.partition("-")[0].lower() or "en",
                    response_format="verbose_json",
                    temperature=0.0,
                )
        return _understood(answer, language_code)


def _understood(answer: Any, language_code: str) -> Transcription:
    segments: list[dict[str, Any]] = getattr(answer, "segments", None) or []
    if not segments:
        return Transcription(answer.text.strip(), language_code)
    spoken = [segment for segment in segments if not _is_silence(segment)]
    text = " ".join(str(segment.get("text", "")).strip() for segment in spoken)
    log_probabilities = [float(segment.get("avg_logprob", 0.0)) for segment in spoken]
    confidence = math.exp(sum(log_probabilities) / len(log_probabilities)) if log_probabilities else None
    no_speech = max(float(segment.get("no_speech_prob", 0.0)) for segment in segments)
    return Transcription(text.strip(), language_code, confidence, no_speech)


def _is_silence(segment: dict[str, Any]) -> bool:
    return (
        float(segment.get("no_speech_prob", 0.0)) > SILENCE_NO_SPEECH
        and float(segment.get("avg_logprob", 0.0)) < SILENCE_LOG_PROBABILITY
    )


def _wav(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(ENGINE_RATE)
        file.writeframes(pcm)
    return buffer.getvalue()
