"""Models: speech recognition, chat, speech, embeddings, voice activity.

Every engine raises `ProviderError` and nothing else when it fails, keeps its own deadline, may be called by
many calls at once, and does its work off the event loop. Cancelling a call of an engine stops waiting at
once; work that already runs in a thread finishes there and its result is dropped.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deskbell_server.domain.audio import SpeechChunk, Transcription
from deskbell_server.domain.conversation import HistoryEntry
from deskbell_server.domain.knowledge import FoundPassage

Embedding = NDArray[np.float32]
"""Shape (384,), of length 1."""


class SpeechToText(Protocol):
    """Turns an utterance into text."""

    @property
    def label(self) -> str:
        """`engine/model`, as clients and dashboards show it."""
        ...

    async def transcribe(self, pcm: bytes, *, language_code: str) -> Transcription:
        """Transcribes PCM16 mono at 16 kHz, 0.1 to 60 s of it."""
        ...


class ModelSize(StrEnum):
    """Which of an engine's models answers."""

    FULL = "full"
    SMALLER = "smaller"
    """Faster, and not as good."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may ask for. `parameters` is a JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model asks for. The arguments are its own and may be anything."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What to answer. A language model is given `system`, `history` and `question`; an extractive answerer
    takes `question` and `passages`, which `system` already contains in writing."""

    system: str
    history: Sequence[HistoryEntry]
    question: str
    passages: Sequence[FoundPassage]
    temperature: float
    max_tokens: int
    size: ModelSize = ModelSize.FULL
    tools: Sequence[Tool] = ()


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """Tokens of one answer; zeros where the engine does not count."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ChatSupport:
    """The words of the answer streamed last are taken from characters `start` to `end` of a document."""

    passage: FoundPassage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ChatPiece:
    """Some of a streamed answer: text, then possibly what supports it; usage on the last piece. A call of a tool comes
    instead of text, or after it."""

    text: str = ""
    support: ChatSupport | None = None
    usage: ChatUsage | None = None
    call: ToolCall | None = None


class Chat(Protocol):
    """Answers a question."""

    @property
    def label(self) -> str:
        """`engine/model`."""
        ...

    @property
    def cites(self) -> bool:
        """Whether it says by itself what supports its words, all of which are taken from the passages."""
        ...

    @property
    def calls_tools(self) -> bool:
        """Whether it can be given tools."""
        ...

    @property
    def has_smaller(self) -> bool:
        """Whether there is a smaller model than the usual one."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """Streams the answer. Close the iterator (`contextlib.aclosing`) to stop it early."""
        ...


class TextToSpeech(Protocol):
    """Speaks a text."""

    @property
    def label(self) -> str:
        """`engine/model`."""
        ...

    def stream(self, text: str, *, voice: str, speaking_rate: float) -> AsyncGenerator[SpeechChunk, None]:
        """Speaks one sentence or clause, in chunks of one rate. An empty or unknown `voice` is the
        default one.
        Close the iterator to stop it early."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors of 384 dimensions and length 1."""

    @property
    def label(self) -> str:
        """`engine/model`."""
        ...

    async def embed_query(self, text: str) -> Embedding:
        """Embeds a question."""
        ...

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embeds passages, in order."""
        ...


class VoiceActivityStream(Protocol):
    """Listens to one caller."""

    async def push(self, pcm: bytes) -> list[float]:
        """Takes the next PCM16 samples at 16 kHz, any number, and returns the speech probability of each
        window of 512 samples (32 ms) that they completed."""
        ...


class VoiceActivity(Protocol):
    """Tells speech from everything else."""

    def open(self) -> VoiceActivityStream:
        """Begins to listen to one caller; the stream needs no closing."""
        ...
