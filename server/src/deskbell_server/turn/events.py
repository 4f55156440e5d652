"""What a turn tells while it runs; rpc translates the events for clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from deskbell_server.domain.intent import ScoredIntent
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.turn import (
    CacheResult,
    Degradation,
    StageTime,
    TurnFacts,
    TurnMemory,
    TurnOutcome,
)


@dataclass(frozen=True, slots=True)
class Classified:
    """What the utterance is for, most likely first."""

    intents: tuple[ScoredIntent, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, as it is streamed."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """Something that supports the answer so far."""

    citation: Citation


class RecordAction(StrEnum):
    """What was done to a lead or reservation."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A lead or reservation was made or changed: its resource name, and one line for people."""

    name: str
    action: RecordAction
    summary: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A person should go on. `destination` is the agent's own, empty if it has none."""

    reason: str
    summary: str
    destination: str


@dataclass(frozen=True, slots=True)
class Degraded:
    """A step was left out or replaced."""

    what: Degradation


@dataclass(frozen=True, slots=True)
class Stored:
    """The turn is stored with what it did, before its words are said: they speak of it."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What the turn cost. `voice_to_voice` is in seconds, None in chat."""

    stages: tuple[StageTime, ...] = ()
    voice_to_voice: float | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    transcribed_seconds: float = 0.0
    spoken_characters: int = 0
    cache: CacheResult = CacheResult.NOT_ASKED


@dataclass(slots=True)
class Answer:
    """The turn as it grows; after its end it is whole and stored. What is in it when a turn is broken off is what
    is kept of it."""

    text: str = ""
    citations: list[Citation] = field(default_factory=list)
    intents: tuple[ScoredIntent, ...] = ()
    language: str = ""
    outcome: TurnOutcome = TurnOutcome.ANSWERED
    cache: CacheResult = CacheResult.NOT_ASKED
    handoff_reason: str = ""
    degraded: list[Degradation] = field(default_factory=list)
    stages: tuple[StageTime, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dialogue: str = ""
    """That goes on after the turn, as JSON."""
    dialogue_before: str = ""
    """That went on when it began."""

    @property
    def may_be_spoken_again(self) -> bool:
        """Whether its speech is worth keeping: the same may be said to others."""
        return self.cache is not CacheResult.NOT_ASKED

    def memory(self) -> TurnMemory | None:
        """What is kept beside the words; None of what answers nobody, as a greeting."""
        if not self.intents:
            return None
        facts = TurnFacts(
            self.intents,
            self.language,
            self.outcome,
            self.cache,
            self.handoff_reason,
            tuple(self.degraded),
            self.stages,
            self.prompt_tokens,
            self.completion_tokens,
        )
        return TurnMemory(facts, self.dialogue, self.dialogue_before)


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: the answer is whole and stored."""

    answer: Answer
    metrics: Metrics


TurnEvent = Classified | Text | Cited | Recorded | HandedOver | Degraded | Stored | Finished
