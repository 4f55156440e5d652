import datetime

from buf.validate import validate_pb2 as _validate_pb2
from deskbell.v1 import turn_events_pb2 as _turn_events_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AgentType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGENT_TYPE_UNSPECIFIED: _ClassVar[AgentType]
    AGENT_TYPE_RECEPTIONIST: _ClassVar[AgentType]
    AGENT_TYPE_REAL_ESTATE: _ClassVar[AgentType]
    AGENT_TYPE_CUSTOM: _ClassVar[AgentType]
AGENT_TYPE_UNSPECIFIED: AgentType
AGENT_TYPE_RECEPTIONIST: AgentType
AGENT_TYPE_REAL_ESTATE: AgentType
AGENT_TYPE_CUSTOM: AgentType

class AgentVoice(_message.Message):
    __slots__ = ("voice", "speaking_rate", "end_of_utterance_silence")
    VOICE_FIELD_NUMBER: _ClassVar[int]
    SPEAKING_RATE_FIELD_NUMBER: _ClassVar[int]
    END_OF_UTTERANCE_SILENCE_FIELD_NUMBER: _ClassVar[int]
    voice: str
    speaking_rate: float
    end_of_utterance_silence: _duration_pb2.Duration
    def __init__(self, voice: _Optional[str] = ..., speaking_rate: _Optional[float] = ..., end_of_utterance_silence: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class AgentHandoff(_message.Message):
    __slots__ = ("destination", "message")
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    destination: str
    message: str
    def __init__(self, destination: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class IntentExample(_message.Message):
    __slots__ = ("kind", "text")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    kind: _turn_events_pb2.IntentKind
    text: str
    def __init__(self, kind: _Optional[_Union[_turn_events_pb2.IntentKind, str]] = ..., text: _Optional[str] = ...) -> None: ...

class TrafficShare(_message.Message):
    __slots__ = ("version", "percent")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    version: int
    percent: int
    def __init__(self, version: _Optional[int] = ..., percent: _Optional[int] = ...) -> None: ...

class Agent(_message.Message):
    __slots__ = ("name", "display_name", "type", "system_prompt", "greeting", "voice", "create_time", "update_time", "etag", "version_number", "traffic", "handoff", "intent_examples", "extraction_schema", "lead_consent", "turn_budget")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_PROMPT_FIELD_NUMBER: _ClassVar[int]
    GREETING_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VERSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_FIELD_NUMBER: _ClassVar[int]
    INTENT_EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    EXTRACTION_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    LEAD_CONSENT_FIELD_NUMBER: _ClassVar[int]
    TURN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    type: AgentType
    system_prompt: str
    greeting: str
    voice: AgentVoice
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    version_number: int
    traffic: _containers.RepeatedCompositeFieldContainer[TrafficShare]
    handoff: AgentHandoff
    intent_examples: _containers.RepeatedCompositeFieldContainer[IntentExample]
    extraction_schema: str
    lead_consent: str
    turn_budget: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., type: _Optional[_Union[AgentType, str]] = ..., system_prompt: _Optional[str] = ..., greeting: _Optional[str] = ..., voice: _Optional[_Union[AgentVoice, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., version_number: _Optional[int] = ..., traffic: _Optional[_Iterable[_Union[TrafficShare, _Mapping]]] = ..., handoff: _Optional[_Union[AgentHandoff, _Mapping]] = ..., intent_examples: _Optional[_Iterable[_Union[IntentExample, _Mapping]]] = ..., extraction_schema: _Optional[str] = ..., lead_consent: _Optional[str] = ..., turn_budget: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class AgentVersion(_message.Message):
    __slots__ = ("name", "number", "agent", "create_time", "created_by", "note", "percent")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    number: int
    agent: Agent
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    note: str
    percent: int
    def __init__(self, name: _Optional[str] = ..., number: _Optional[int] = ..., agent: _Optional[_Union[Agent, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., note: _Optional[str] = ..., percent: _Optional[int] = ...) -> None: ...
