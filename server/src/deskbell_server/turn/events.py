"""What a turn tells while it runs; rpc translates the events for clients."""

from __future__ import annotations

from dataclasses import dataclass, field

from deskbell_server.domain.knowledge import Citation


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, as it is streamed."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """Something that supports the answer so far."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage took: `start` in seconds from the turn's start, `duration` in seconds."""

    stage: str
    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """What the turn cost. `voice_to_voice` is in seconds, None in chat."""

    stages: tuple[StageTime, ...] = ()
    voice_to_voice: float | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    transcribed_seconds: float = 0.0
    spoken_characters: int = 0


@dataclass(slots=True)
class Answer:
    """The answer as it grows; after the turn's end it is whole and stored."""

    text: str = ""
    citations: list[Citation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: the answer is whole and stored."""

    answer: Answer
    metrics: Metrics


TurnEvent = Text | Cited | Finished
