"""The agent: how a tenant's callers are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deskbell_server.domain.names import AgentId, TenantId


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
class Agent:
    """One AI receptionist."""

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
