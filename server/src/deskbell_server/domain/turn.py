"""What became of a turn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deskbell_server.domain.intent import ScoredIntent


class TurnOutcome(StrEnum):
    """How the caller was served."""

    ANSWERED = "answered"
    """From the documents."""
    REFUSED = "refused"
    """The documents do not say; collected as a gap in what is known."""
    SERVED = "served"
    """By a dialogue: a booking, a lead, or a step towards one."""
    CHATTED = "chatted"
    """Small talk, which says nothing of the business."""
    HANDED_OVER = "handed_over"
    """A person should go on."""
    FAILED = "failed"
    """With an apology."""


class CacheResult(StrEnum):
    """What the answer cache had. The empty one was not asked."""

    NOT_ASKED = ""
    MISS = "miss"
    EXACT = "exact"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage took: `start` in seconds from the turn's start, `duration` in seconds."""

    stage: str
    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class Degradation:
    """A step that was left out or replaced to answer in time: "retrieve", "keyword_only", "budget"."""

    step: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """What is kept of a turn beside its words; `intents`, most likely first, has at least one."""

    intents: tuple[ScoredIntent, ...]
    language: str
    outcome: TurnOutcome
    cache: CacheResult = CacheResult.NOT_ASKED
    handoff_reason: str = ""
    degraded: tuple[Degradation, ...] = ()
    stages: tuple[StageTime, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TurnMemory:
    """What is kept with a turn: the facts, and the dialogue that goes on after it and went on before (JSON, empty if
    none)."""

    facts: TurnFacts
    dialogue: str
    dialogue_before: str = ""
