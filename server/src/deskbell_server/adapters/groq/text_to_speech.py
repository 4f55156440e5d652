"""Groq's speech: WAV only, at most 200 characters a request."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

from groq import AsyncGroq

from deskbell_server.adapters.clauses import parts_of
from deskbell_server.adapters.groq.errors import cut_off, provider_errors
from deskbell_server.adapters.groq.patience import Patience
from deskbell_server.adapters.groq.wav import WavReader
from deskbell_server.domain.audio import SpeechChunk

MAX_CHARACTERS = 200
VOICES = frozenset({"autumn", "diana", "hannah", "austin", "daniel", "troy"})
"""Of Orpheus."""


class GroqTextToSpeech:
    """Fulfils ports TextToSpeech. `timeout` in seconds of waiting for Groq: to the first sound of each request,
    and then from sound to sound."""

    def __init__(self, client: AsyncGroq, model: str, default_voice: str, timeout: float) -> None:
        self._client = client
        self._model = model
        self._default_voice = default_voice
        self._timeout = timeout

    @property
    def label(self) -> str:
        """`groq/model`."""
        return f"groq/{self._model}"

    async def stream(
        self, text: str, *, voice: str, speaking_rate: float
    ) -> AsyncGenerator[SpeechChunk, None]:
        """As TextToSpeech.stream, but that the models keep their own pace whatever `speaking_rate` says. Closing
        the iterator closes the connection."""
        chosen = voice if voice in VOICES else self._default_voice
        for part in parts_of(text, MAX_CHARACTERS):
            request = self._client.audio.speech.with_streaming_response.create(
                model=self._model, voice=chosen, input=part, response_format="wav"
            )
            reader, patience = WavReader(), Patience(self._timeout)
            with provider_errors("text_to_speech"):
                async with AsyncExitStack() as stack:
                    async with patience.waiting():
                        response = await stack.enter_async_context(request)
                    received = response.iter_bytes()
                    while True:
                        async with patience.waiting():
                            data = await anext(received, None)
                        if data is None:
                            break
                        pcm = reader.push(data)
                        if pcm:
                            patience = Patience(self._timeout)
                            yield SpeechChunk(pcm, reader.sample_rate)
            if not reader.complete:
                raise cut_off("text_to_speech")
