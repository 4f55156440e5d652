"""Opens the engines that the settings choose for each role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from deskbell_server.app.reporting import Report
from deskbell_server.ports.engines import Chat, Embedder, SpeechToText, TextToSpeech, VoiceActivity
from deskbell_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine for each role."""

    speech_to_text: SpeechToText
    chat: Chat
    text_to_speech: TextToSpeech
    embedder: Embedder
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
    """Loads the local engines and connects to the others. Raises what loading raises (a model that is missing
    or not the one expected)."""
    async with AsyncExitStack():
        raise RuntimeError("no engine")
        yield
