"""Groq's Whisper."""

from __future__ import annotations

import asyncio
import io
import math
import wave

from groq import AsyncGroq
from pydantic import BaseModel

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
                response = await self._client.audio.transcriptions.with_raw_response.create(
                    model=self._model,
                    file=("utterance.wav", _wav(pcm)),
                    language=language_code.partition("-")[0].lower() or "en",
                    response_format="verbose_json",
                    temperature=0.0,
                )
            answer = _Answer.model_validate_json(await response.read())
        return _understood(answer, language_code)


class _Segment(BaseModel):
    text: str = ""
    avg_logprob: float | None = None
    no_speech_prob: float | None = None

    @property
    def is_silence(self) -> bool:
        return (self.no_speech_prob or 0.0) > SILENCE_NO_SPEECH and (
            self.avg_logprob or 0.0
        ) < SILENCE_LOG_PROBABILITY


class _Answer(BaseModel):
    """A transcription in the form `verbose_json`, which the SDK's type does not know."""

    text: str
    segments: list[_Segment] | None = None


def _understood(answer: _Answer, language_code: str) -> Transcription:
    if not answer.segments:
        return Transcription(answer.text.strip(), language_code)
    spoken = [segment for segment in answer.segments if not segment.is_silence]
    likely = [segment.avg_logprob for segment in spoken if segment.avg_logprob is not None]
    silent = [segment.no_speech_prob for segment in answer.segments if segment.no_speech_prob is not None]
    return Transcription(
        " ".join(segment.text.strip() for segment in spoken).strip(),
        language_code,
        confidence=min(math.exp(sum(likely) / len(likely)), 1.0) if likely else None,
        no_speech=max(silent, default=None),
    )


def _wav(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(ENGINE_RATE)
        file.writeframes(pcm)
    return buffer.getvalue()
