"""The agent: how a tenant's callers are answered. Every change of it makes a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deskbell_server.domain.errors import FieldViolation, InvalidInput, NotFound
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import AgentId, TenantId

TURN_BUDGET = 0.8
"""Seconds until the first audio of an answer, unless an agent has its own."""


class AgentType(StrEnum):
    """What kind of desk the agent keeps."""

    RECEPTIONIST = "receptionist"
    REAL_ESTATE = "real_estate"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How the agent sounds and takes turns. Silence in seconds, rate relative to the voice's own."""

    voice: str = ""
    speaking_rate: float = 1.0
    end_of_utterance_silence: float = 0.6


@dataclass(frozen=True, slots=True)
class Handoff:
    """Where callers go who want a person: a phone number or queue, empty if there is none, and what they are told
    first, empty for the default."""

    destination: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class IntentExample:
    """What a caller of this business may say, and what is meant by it."""

    kind: IntentKind
    text: str


@dataclass(frozen=True, slots=True)
class TrafficShare:
    """How many of an agent's callers, in percent, get a version."""

    number: int
    percent: int


@dataclass(frozen=True, slots=True)
class Agent:
    """One AI receptionist in one of its versions.

    `number` is the version's. The times, `version` (which counts every change, also of the traffic, for the etag) and
    `traffic` are the agent's, whichever version it is in.
    """

    tenant: TenantId
    id: AgentId
    display_name: str
    type: AgentType
    system_prompt: str
    greeting: str
    voice: VoiceSettings
    created_at: datetime
    updated_at: datetime
    version: int = 1
    number: int = 1
    handoff: Handoff = Handoff()
    intent_examples: tuple[IntentExample, ...] = ()
    extraction_schema: str = ""
    """JSON Schema (`domain/extraction.py`) of what is taken out of a conversation after it; empty: nothing."""
    lead_consent: str = ""
    """Asked before a caller's details are kept; empty for the default."""
    turn_budget: float = TURN_BUDGET
    """Seconds until the first audio of an answer."""
    traffic: tuple[TrafficShare, ...] = (TrafficShare(1, 100),)
    """By number."""

    @property
    def revision(self) -> str:
        """Names this version of this agent, also when the agent is deleted and another one gets its id."""
        return f"{self.number}-{round(self.created_at.timestamp() * 1_000_000)}"


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """A version with when and by whom (`Principal.actor`, empty if not known) it was made."""

    agent: Agent
    created_at: datetime
    created_by: str
    note: str


MAX_VERSIONS = 1000
"""Of an agent; they are kept for as long as it is there."""


class TooManyVersions(InvalidInput):
    """The agent has as many versions as there can be."""

    def __init__(self, agent: str) -> None:
        rule = f"{agent} has {MAX_VERSIONS:,} versions, the most that an agent can have; create another agent"
        super().__init__(f"agent: {rule}", violations=(FieldViolation("agent", rule),))


class NeverLive(NotFound):
    """Nothing was live before what is live, or not the version that is named."""

    def __init__(self, agent: str, number: int | None) -> None:
        super().__init__("agent_version", f"{agent}/versions/{number or '-'}")
        which = "no version" if number is None else f"not version {number}"
        self.message = f"before what is live now, {which} of {agent} was"
