"""What client and server say to each other on a call, free of the wire; rpc translates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from deskbell_server.domain.audio import AudioFormat
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import AgentId, ConversationId, TenantId, TurnId
from deskbell_server.turn.events import Classified, Degraded, HandedOver, Metrics, Recorded

# ---- of the client


@dataclass(frozen=True, slots=True)
class CallStart:
    """Begins a call."""

    tenant: TenantId
    agent: AgentId
    input_audio: AudioFormat
    output_audio: AudioFormat
    caller_id: str = ""
    push_to_talk: bool = False
    skip_greeting: bool = False


@dataclass(frozen=True, slots=True)
class AudioInput:
    """Some of the caller's audio; `offset` in samples of the input."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TextInput:
    """Words in writing, taken as a finished utterance."""

    text: str


@dataclass(frozen=True, slots=True)
class EndOfUtterance:
    """The button was let go."""


class PlaybackState(StrEnum):
    """Whether the client is playing a response."""

    PLAYING = "playing"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class PlaybackReport:
    """How much of a response was played, in samples of the output."""

    response_id: str
    played_samples: int
    state: PlaybackState


@dataclass(frozen=True, slots=True)
class CancelResponse:
    """Stop speaking; an empty id means whatever is being said."""

    response_id: str


@dataclass(frozen=True, slots=True)
class EventAck:
    """The client has every event up to this one."""

    event_seq: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class CallEnd:
    """Hang up when everything is said."""


@dataclass(frozen=True, slots=True)
class RenewCredential:
    """Another credential for the call."""

    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondStart:
    """A `start` in mid-call."""


@dataclass(frozen=True, slots=True)
class BadMessage:
    """A message that breaks the contract's rules, with the error that says which."""

    error: DeskbellError


ClientPayload = (
    AudioInput
    | TextInput
    | EndOfUtterance
    | PlaybackReport
    | CancelResponse
    | EventAck
    | Ping
    | CallEnd
    | RenewCredential
    | SecondStart
    | BadMessage
)


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message with its place in the client's sequence, from 1."""

    client_seq: int
    payload: ClientPayload


# ---- of the server


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The call was begun."""

    conversation: ConversationId
    input_audio: AudioFormat
    output_audio: AudioFormat
    max_duration: float
    engines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AudioAck:
    """Samples of the input that arrived."""

    committed_offset: int


@dataclass(frozen=True, slots=True)
class Speech:
    """The caller began or ceased to speak, at a sample of the input."""

    began: bool
    offset: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the caller said; offsets in samples of the input."""

    text: str
    confidence: float
    language_code: str
    start_offset: int
    end_offset: int


class DecisionKind(StrEnum):
    """Whose turn it is."""

    FINAL = "final"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class TurnDecision:
    """A decision about whose turn it is, and the silence (seconds) that was waited for."""

    kind: DecisionKind
    reason: str
    silence: float = 0.0


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """The agent begins to answer."""

    response_id: str


@dataclass(frozen=True, slots=True)
class ResponseText:
    """A sentence of the answer and where its audio begins, in samples of the output."""

    response_id: str
    text: str
    audio_offset: int


@dataclass(frozen=True, slots=True)
class ResponseAudio:
    """Some of the agent's voice; `offset` in samples of the output."""

    response_id: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ResponseCitation:
    """What supports the answer."""

    response_id: str
    citation: Citation


class Outcome(StrEnum):
    """How a response ended."""

    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """The response is over."""

    response_id: str
    outcome: Outcome
    text: str
    heard_text: str
    heard_estimated: bool


@dataclass(frozen=True, slots=True)
class TurnMeasured:
    """What the turn cost."""

    metrics: Metrics


@dataclass(frozen=True, slots=True)
class TurnTold:
    """What a turn tells beside its words."""

    event: Classified | Recorded | HandedOver | Degraded


@dataclass(frozen=True, slots=True)
class CallFault:
    """Something went wrong and the call goes on."""

    error: DeskbellError
    client_seq: int = 0


@dataclass(frozen=True, slots=True)
class GoAway:
    """The server is going away at `deadline`."""

    deadline: datetime


class EndReason(StrEnum):
    """Why a call ended. The last two never reach a client: they are for the record."""

    CALLER_ENDED = "caller_ended"
    INPUT_CLOSED = "input_closed"
    TOO_LONG = "too_long"
    DRAINING = "draining"
    CREDENTIAL_EXPIRED = "credential_expired"
    QUOTA_EXCEEDED = "quota_exceeded"
    OPERATOR_ENDED = "operator_ended"
    CONNECTION_LOST = "connection_lost"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over. `duration` in seconds."""

    reason: EndReason
    duration: float
    turn_count: int


@dataclass(frozen=True, slots=True)
class CredentialExpiring:
    """The call's credential expires soon."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CredentialRenewed:
    """The new credential counts, until then; None: it does not expire."""

    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pong:
    """Answer to a ping."""

    payload: bytes


ServerPayload = (
    CallStarted
    | AudioAck
    | Speech
    | Transcript
    | TurnDecision
    | ResponseStarted
    | ResponseText
    | ResponseAudio
    | ResponseCitation
    | ResponseDone
    | TurnMeasured
    | TurnTold
    | CallFault
    | GoAway
    | CallEnded
    | CredentialExpiring
    | CredentialRenewed
    | Pong
)


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """An event, numbered when it is sent."""

    seq: int
    turn: TurnId | None
    at: datetime
    payload: ServerPayload


class Transport(Protocol):
    """The wire of one call."""

    async def receive(self) -> ClientMessage | None:
        """The next message; None once the client has half-closed. Cancelling it loses no message."""
        ...

    async def send(self, event: ServerEvent) -> None:
        """Sends an event; waits while the client does not read."""
        ...
