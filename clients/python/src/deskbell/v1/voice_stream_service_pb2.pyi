import datetime

from buf.validate import validate_pb2 as _validate_pb2
from deskbell.v1 import access_pb2 as _access_pb2
from deskbell.v1 import turn_events_pb2 as _turn_events_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AudioEncoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIO_ENCODING_UNSPECIFIED: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_PCM16: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_OPUS: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_MULAW: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_ALAW: _ClassVar[AudioEncoding]

class PlaybackState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAYBACK_STATE_UNSPECIFIED: _ClassVar[PlaybackState]
    PLAYBACK_STATE_PLAYING: _ClassVar[PlaybackState]
    PLAYBACK_STATE_STOPPED: _ClassVar[PlaybackState]
    PLAYBACK_STATE_FINISHED: _ClassVar[PlaybackState]
AUDIO_ENCODING_UNSPECIFIED: AudioEncoding
AUDIO_ENCODING_PCM16: AudioEncoding
AUDIO_ENCODING_OPUS: AudioEncoding
AUDIO_ENCODING_MULAW: AudioEncoding
AUDIO_ENCODING_ALAW: AudioEncoding
PLAYBACK_STATE_UNSPECIFIED: PlaybackState
PLAYBACK_STATE_PLAYING: PlaybackState
PLAYBACK_STATE_STOPPED: PlaybackState
PLAYBACK_STATE_FINISHED: PlaybackState

class AudioFormat(_message.Message):
    __slots__ = ("encoding", "sample_rate_hz", "channel_count")
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    encoding: AudioEncoding
    sample_rate_hz: int
    channel_count: int
    def __init__(self, encoding: _Optional[_Union[AudioEncoding, str]] = ..., sample_rate_hz: _Optional[int] = ..., channel_count: _Optional[int] = ...) -> None: ...

class CallStart(_message.Message):
    __slots__ = ("agent", "input_audio", "output_audio", "caller_id", "push_to_talk", "skip_greeting", "resume")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    INPUT_AUDIO_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_AUDIO_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    PUSH_TO_TALK_FIELD_NUMBER: _ClassVar[int]
    SKIP_GREETING_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    agent: str
    input_audio: AudioFormat
    output_audio: AudioFormat
    caller_id: str
    push_to_talk: bool
    skip_greeting: bool
    resume: ResumeCall
    def __init__(self, agent: _Optional[str] = ..., input_audio: _Optional[_Union[AudioFormat, _Mapping]] = ..., output_audio: _Optional[_Union[AudioFormat, _Mapping]] = ..., caller_id: _Optional[str] = ..., push_to_talk: _Optional[bool] = ..., skip_greeting: _Optional[bool] = ..., resume: _Optional[_Union[ResumeCall, _Mapping]] = ...) -> None: ...

class ResumeCall(_message.Message):
    __slots__ = ("resume_token", "last_event_seq")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    last_event_seq: int
    def __init__(self, resume_token: _Optional[str] = ..., last_event_seq: _Optional[int] = ...) -> None: ...

class AudioInput(_message.Message):
    __slots__ = ("offset", "data")
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    offset: int
    data: bytes
    def __init__(self, offset: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class TextInput(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class DtmfInput(_message.Message):
    __slots__ = ("digits",)
    DIGITS_FIELD_NUMBER: _ClassVar[int]
    digits: str
    def __init__(self, digits: _Optional[str] = ...) -> None: ...

class EndOfUtterance(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PlaybackReport(_message.Message):
    __slots__ = ("response_id", "played_samples", "state")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAYED_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    played_samples: int
    state: PlaybackState
    def __init__(self, response_id: _Optional[str] = ..., played_samples: _Optional[int] = ..., state: _Optional[_Union[PlaybackState, str]] = ...) -> None: ...

class CancelResponse(_message.Message):
    __slots__ = ("response_id",)
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    def __init__(self, response_id: _Optional[str] = ...) -> None: ...

class EventAck(_message.Message):
    __slots__ = ("event_seq",)
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    def __init__(self, event_seq: _Optional[int] = ...) -> None: ...

class Ping(_message.Message):
    __slots__ = ("payload",)
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    def __init__(self, payload: _Optional[bytes] = ...) -> None: ...

class CallEnd(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RenewCredential(_message.Message):
    __slots__ = ("credential",)
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    credential: str
    def __init__(self, credential: _Optional[str] = ...) -> None: ...

class VoiceStreamRequest(_message.Message):
    __slots__ = ("client_seq", "start", "audio", "text", "dtmf", "end_of_utterance", "playback", "cancel", "ack", "ping", "end", "renew")
    CLIENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DTMF_FIELD_NUMBER: _ClassVar[int]
    END_OF_UTTERANCE_FIELD_NUMBER: _ClassVar[int]
    PLAYBACK_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RENEW_FIELD_NUMBER: _ClassVar[int]
    client_seq: int
    start: CallStart
    audio: AudioInput
    text: TextInput
    dtmf: DtmfInput
    end_of_utterance: EndOfUtterance
    playback: PlaybackReport
    cancel: CancelResponse
    ack: EventAck
    ping: Ping
    end: CallEnd
    renew: RenewCredential
    def __init__(self, client_seq: _Optional[int] = ..., start: _Optional[_Union[CallStart, _Mapping]] = ..., audio: _Optional[_Union[AudioInput, _Mapping]] = ..., text: _Optional[_Union[TextInput, _Mapping]] = ..., dtmf: _Optional[_Union[DtmfInput, _Mapping]] = ..., end_of_utterance: _Optional[_Union[EndOfUtterance, _Mapping]] = ..., playback: _Optional[_Union[PlaybackReport, _Mapping]] = ..., cancel: _Optional[_Union[CancelResponse, _Mapping]] = ..., ack: _Optional[_Union[EventAck, _Mapping]] = ..., ping: _Optional[_Union[Ping, _Mapping]] = ..., end: _Optional[_Union[CallEnd, _Mapping]] = ..., renew: _Optional[_Union[RenewCredential, _Mapping]] = ...) -> None: ...

class CallStarted(_message.Message):
    __slots__ = ("conversation", "input_audio", "output_audio", "resume_token", "resume_window", "next_audio_offset", "next_client_seq", "max_duration", "engines")
    class EnginesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    INPUT_AUDIO_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_AUDIO_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESUME_WINDOW_FIELD_NUMBER: _ClassVar[int]
    NEXT_AUDIO_OFFSET_FIELD_NUMBER: _ClassVar[int]
    NEXT_CLIENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    MAX_DURATION_FIELD_NUMBER: _ClassVar[int]
    ENGINES_FIELD_NUMBER: _ClassVar[int]
    conversation: str
    input_audio: AudioFormat
    output_audio: AudioFormat
    resume_token: str
    resume_window: _duration_pb2.Duration
    next_audio_offset: int
    next_client_seq: int
    max_duration: _duration_pb2.Duration
    engines: _containers.ScalarMap[str, str]
    def __init__(self, conversation: _Optional[str] = ..., input_audio: _Optional[_Union[AudioFormat, _Mapping]] = ..., output_audio: _Optional[_Union[AudioFormat, _Mapping]] = ..., resume_token: _Optional[str] = ..., resume_window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., next_audio_offset: _Optional[int] = ..., next_client_seq: _Optional[int] = ..., max_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., engines: _Optional[_Mapping[str, str]] = ...) -> None: ...

class AudioAck(_message.Message):
    __slots__ = ("committed_offset",)
    COMMITTED_OFFSET_FIELD_NUMBER: _ClassVar[int]
    committed_offset: int
    def __init__(self, committed_offset: _Optional[int] = ...) -> None: ...

class Speech(_message.Message):
    __slots__ = ("state", "offset")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Speech.State]
        STATE_BEGAN: _ClassVar[Speech.State]
        STATE_ENDED: _ClassVar[Speech.State]
    STATE_UNSPECIFIED: Speech.State
    STATE_BEGAN: Speech.State
    STATE_ENDED: Speech.State
    STATE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    state: Speech.State
    offset: int
    def __init__(self, state: _Optional[_Union[Speech.State, str]] = ..., offset: _Optional[int] = ...) -> None: ...

class Transcript(_message.Message):
    __slots__ = ("final", "text", "stability", "confidence", "language_code", "start_offset", "end_offset")
    FINAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    STABILITY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    final: bool
    text: str
    stability: float
    confidence: float
    language_code: str
    start_offset: int
    end_offset: int
    def __init__(self, final: _Optional[bool] = ..., text: _Optional[str] = ..., stability: _Optional[float] = ..., confidence: _Optional[float] = ..., language_code: _Optional[str] = ..., start_offset: _Optional[int] = ..., end_offset: _Optional[int] = ...) -> None: ...

class TurnDecision(_message.Message):
    __slots__ = ("kind", "reason", "silence")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[TurnDecision.Kind]
        KIND_EAGER: _ClassVar[TurnDecision.Kind]
        KIND_RESUMED: _ClassVar[TurnDecision.Kind]
        KIND_FINAL: _ClassVar[TurnDecision.Kind]
    KIND_UNSPECIFIED: TurnDecision.Kind
    KIND_EAGER: TurnDecision.Kind
    KIND_RESUMED: TurnDecision.Kind
    KIND_FINAL: TurnDecision.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SILENCE_FIELD_NUMBER: _ClassVar[int]
    kind: TurnDecision.Kind
    reason: str
    silence: _duration_pb2.Duration
    def __init__(self, kind: _Optional[_Union[TurnDecision.Kind, str]] = ..., reason: _Optional[str] = ..., silence: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ResponseAudio(_message.Message):
    __slots__ = ("response_id", "offset", "data")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    offset: int
    data: bytes
    def __init__(self, response_id: _Optional[str] = ..., offset: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class IdlePrompt(_message.Message):
    __slots__ = ("count",)
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class CallError(_message.Message):
    __slots__ = ("status", "client_seq", "recoverable")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    RECOVERABLE_FIELD_NUMBER: _ClassVar[int]
    status: _status_pb2.Status
    client_seq: int
    recoverable: bool
    def __init__(self, status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., client_seq: _Optional[int] = ..., recoverable: _Optional[bool] = ...) -> None: ...

class GoAway(_message.Message):
    __slots__ = ("deadline",)
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    deadline: _timestamp_pb2.Timestamp
    def __init__(self, deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallEnded(_message.Message):
    __slots__ = ("reason", "summary", "duration", "turn_count")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[CallEnded.Reason]
        REASON_CALLER_ENDED: _ClassVar[CallEnded.Reason]
        REASON_INPUT_CLOSED: _ClassVar[CallEnded.Reason]
        REASON_AGENT_ENDED: _ClassVar[CallEnded.Reason]
        REASON_IDLE: _ClassVar[CallEnded.Reason]
        REASON_TOO_LONG: _ClassVar[CallEnded.Reason]
        REASON_HANDED_OFF: _ClassVar[CallEnded.Reason]
        REASON_DRAINING: _ClassVar[CallEnded.Reason]
        REASON_OPERATOR_ENDED: _ClassVar[CallEnded.Reason]
        REASON_CREDENTIAL_EXPIRED: _ClassVar[CallEnded.Reason]
        REASON_QUOTA_EXCEEDED: _ClassVar[CallEnded.Reason]
    REASON_UNSPECIFIED: CallEnded.Reason
    REASON_CALLER_ENDED: CallEnded.Reason
    REASON_INPUT_CLOSED: CallEnded.Reason
    REASON_AGENT_ENDED: CallEnded.Reason
    REASON_IDLE: CallEnded.Reason
    REASON_TOO_LONG: CallEnded.Reason
    REASON_HANDED_OFF: CallEnded.Reason
    REASON_DRAINING: CallEnded.Reason
    REASON_OPERATOR_ENDED: CallEnded.Reason
    REASON_CREDENTIAL_EXPIRED: CallEnded.Reason
    REASON_QUOTA_EXCEEDED: CallEnded.Reason
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    TURN_COUNT_FIELD_NUMBER: _ClassVar[int]
    reason: CallEnded.Reason
    summary: str
    duration: _duration_pb2.Duration
    turn_count: int
    def __init__(self, reason: _Optional[_Union[CallEnded.Reason, str]] = ..., summary: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., turn_count: _Optional[int] = ...) -> None: ...

class CredentialExpiring(_message.Message):
    __slots__ = ("expire_time",)
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CredentialRenewed(_message.Message):
    __slots__ = ("expire_time",)
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Pong(_message.Message):
    __slots__ = ("payload",)
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    def __init__(self, payload: _Optional[bytes] = ...) -> None: ...

class VoiceStreamResponse(_message.Message):
    __slots__ = ("event_seq", "turn_id", "event_time", "started", "audio_ack", "speech", "transcript", "turn", "intent", "response_started", "response_text", "response_audio", "response_done", "citation", "record", "handoff", "idle_prompt", "degraded", "metrics", "error", "go_away", "ended", "pong", "credential_expiring", "credential_renewed")
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    AUDIO_ACK_FIELD_NUMBER: _ClassVar[int]
    SPEECH_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPT_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_STARTED_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_TEXT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_AUDIO_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_DONE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_FIELD_NUMBER: _ClassVar[int]
    IDLE_PROMPT_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    GO_AWAY_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    PONG_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_EXPIRING_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_RENEWED_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    turn_id: str
    event_time: _timestamp_pb2.Timestamp
    started: CallStarted
    audio_ack: AudioAck
    speech: Speech
    transcript: Transcript
    turn: TurnDecision
    intent: _turn_events_pb2.Intent
    response_started: _turn_events_pb2.ResponseStarted
    response_text: _turn_events_pb2.ResponseText
    response_audio: ResponseAudio
    response_done: _turn_events_pb2.ResponseDone
    citation: _turn_events_pb2.Citation
    record: _turn_events_pb2.Record
    handoff: _turn_events_pb2.Handoff
    idle_prompt: IdlePrompt
    degraded: _turn_events_pb2.Degraded
    metrics: _turn_events_pb2.TurnMetrics
    error: CallError
    go_away: GoAway
    ended: CallEnded
    pong: Pong
    credential_expiring: CredentialExpiring
    credential_renewed: CredentialRenewed
    def __init__(self, event_seq: _Optional[int] = ..., turn_id: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started: _Optional[_Union[CallStarted, _Mapping]] = ..., audio_ack: _Optional[_Union[AudioAck, _Mapping]] = ..., speech: _Optional[_Union[Speech, _Mapping]] = ..., transcript: _Optional[_Union[Transcript, _Mapping]] = ..., turn: _Optional[_Union[TurnDecision, _Mapping]] = ..., intent: _Optional[_Union[_turn_events_pb2.Intent, _Mapping]] = ..., response_started: _Optional[_Union[_turn_events_pb2.ResponseStarted, _Mapping]] = ..., response_text: _Optional[_Union[_turn_events_pb2.ResponseText, _Mapping]] = ..., response_audio: _Optional[_Union[ResponseAudio, _Mapping]] = ..., response_done: _Optional[_Union[_turn_events_pb2.ResponseDone, _Mapping]] = ..., citation: _Optional[_Union[_turn_events_pb2.Citation, _Mapping]] = ..., record: _Optional[_Union[_turn_events_pb2.Record, _Mapping]] = ..., handoff: _Optional[_Union[_turn_events_pb2.Handoff, _Mapping]] = ..., idle_prompt: _Optional[_Union[IdlePrompt, _Mapping]] = ..., degraded: _Optional[_Union[_turn_events_pb2.Degraded, _Mapping]] = ..., metrics: _Optional[_Union[_turn_events_pb2.TurnMetrics, _Mapping]] = ..., error: _Optional[_Union[CallError, _Mapping]] = ..., go_away: _Optional[_Union[GoAway, _Mapping]] = ..., ended: _Optional[_Union[CallEnded, _Mapping]] = ..., pong: _Optional[_Union[Pong, _Mapping]] = ..., credential_expiring: _Optional[_Union[CredentialExpiring, _Mapping]] = ..., credential_renewed: _Optional[_Union[CredentialRenewed, _Mapping]] = ...) -> None: ...
