import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
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

class Agent(_message.Message):
    __slots__ = ("name", "display_name", "type", "system_prompt", "greeting", "voice", "create_time", "update_time", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_PROMPT_FIELD_NUMBER: _ClassVar[int]
    GREETING_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    type: AgentType
    system_prompt: str
    greeting: str
    voice: AgentVoice
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., type: _Optional[_Union[AgentType, str]] = ..., system_prompt: _Optional[str] = ..., greeting: _Optional[str] = ..., voice: _Optional[_Union[AgentVoice, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...
