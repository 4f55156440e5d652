"""Opens the engines that the settings choose for each role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from deskbell_server.adapters.groq import (
    AsyncGroq,
    GroqChat,
    GroqSpeechToText,
    GroqTextToSpeech,
    groq_client,
)
from deskbell_server.adapters.local.loader import LocalEngines, open_local_engines
from deskbell_server.adapters.sentence_transformers import SentenceTransformersEmbedder
from deskbell_server.app.reporting import Report
from deskbell_server.ports.engines import Chat, Embedder, SpeechToText, TextToSpeech, VoiceActivity
from deskbell_server.settings import EmbeddingEngine, Engine, Settings
from deskbell_server.turn.intents.classifier import IntentClassifier
from deskbell_server.turn.intents.recognizer import open_classifier


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine for each role."""

    speech_to_text: SpeechToText
    chat: Chat
    text_to_speech: TextToSpeech
    embedder: Embedder
    intents: IntentClassifier
    voice_activity: VoiceActivity

    @property
    def labels(self) -> dict[str, str]:
        """Role to "engine/model", as `started` tells the client."""
        return {
            "speech_to_text": self.speech_to_text.label,
            "chat": self.chat.label,
            "text_to_speech": self.text_to_speech.label,
        }


@asynccontextmanager
async def open_engines(settings: Settings, report: Report) -> AsyncIterator[Engines]:
    """Loads the local engines that are needed and connects to Groq for the roles that it serves.

    Raises WeightsError for a local model that is missing or not the one expected, ModelUnusable for one of
    sentence-transformers.
    """
    async with AsyncExitStack() as stack:
        report("loading the models")
        local = await stack.enter_async_context(
            open_local_engines(settings.local_threads, settings.models_dir)
        )
        groq = await _open_groq(settings, stack)
        async with asyncio.TaskGroup() as group:
            embedder = group.create_task(_embedder(settings, local))
            voice_activity = group.create_task(local.voice_activity())
            speech_to_text = group.create_task(_speech_to_text(settings, local, groq))
            text_to_speech = group.create_task(_text_to_speech(settings, local, groq))
        yield Engines(
            speech_to_text.result(),
            _chat(settings, local, groq, embedder.result()),
            text_to_speech.result(),
            embedder.result(),
            await open_classifier(embedder.result()),
            voice_activity.result(),
        )


async def _open_groq(settings: Settings, stack: AsyncExitStack) -> AsyncGroq | None:
    """A client if any role is Groq's."""
    roles = ("speech_to_text", "chat", "text_to_speech")
    if settings.groq_api_key is None or all(settings.engine(role) is not Engine.GROQ for role in roles):
        return None
    return await stack.enter_async_context(
        groq_client(settings.groq_api_key.get_secret_value(), settings.groq_base_url)
    )


async def _embedder(settings: Settings, local: LocalEngines) -> Embedder:
    if settings.embeddings is EmbeddingEngine.ONNX:
        return await local.embedder()
    return await asyncio.to_thread(
        SentenceTransformersEmbedder.load, settings.sentence_transformers_model, local.workers
    )


async def _speech_to_text(settings: Settings, local: LocalEngines, groq: AsyncGroq | None) -> SpeechToText:
    if groq is not None and settings.engine("speech_to_text") is Engine.GROQ:
        return GroqSpeechToText(groq, settings.groq_speech_to_text_model, settings.speech_to_text_timeout)
    return await local.speech_to_text(settings.speech_to_text_timeout)


async def _text_to_speech(settings: Settings, local: LocalEngines, groq: AsyncGroq | None) -> TextToSpeech:
    if groq is not None and settings.engine("text_to_speech") is Engine.GROQ:
        return GroqTextToSpeech(
            groq, settings.groq_text_to_speech_model, settings.groq_voice, settings.text_to_speech_timeout
        )
    return await local.text_to_speech(settings.text_to_speech_timeout)


def _chat(settings: Settings, local: LocalEngines, groq: AsyncGroq | None, embedder: Embedder) -> Chat:
    if groq is not None and settings.engine("chat") is Engine.GROQ:
        return GroqChat(
            groq,
            settings.groq_chat_model,
            settings.chat_first_token_timeout,
            settings.chat_timeout,
            smaller_model=settings.groq_chat_smaller_model,
        )
    return local.chat(embedder)
