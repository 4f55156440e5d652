"""Opens the engines that the settings choose for each role."""

from __future__ import annotations

from dataclasses import dataclass

from deskbell_server.ports.engines import Chat, Embedder, SpeechToText, TextToSpeech, VoiceActivity


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
