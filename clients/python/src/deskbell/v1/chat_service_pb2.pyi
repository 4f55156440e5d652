import datetime

from buf.validate import validate_pb2 as _validate_pb2
from deskbell.v1 import access_pb2 as _access_pb2
from deskbell.v1 import turn_events_pb2 as _turn_events_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SendMessageRequest(_message.Message):
    __slots__ = ("agent", "conversation", "text", "caller_id", "request_id")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent: str
    conversation: str
    text: str
    caller_id: str
    request_id: str
    def __init__(self, agent: _Optional[str] = ..., conversation: _Optional[str] = ..., text: _Optional[str] = ..., caller_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ChatStarted(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: str
    def __init__(self, conversation: _Optional[str] = ...) -> None: ...

class SendMessageResponse(_message.Message):
    __slots__ = ("event_seq", "turn_id", "event_time", "started", "intent", "response_started", "response_text", "citation", "record", "handoff", "degraded", "response_done", "metrics")
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_STARTED_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_TEXT_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_DONE_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    turn_id: str
    event_time: _timestamp_pb2.Timestamp
    started: ChatStarted
    intent: _turn_events_pb2.Intent
    response_started: _turn_events_pb2.ResponseStarted
    response_text: _turn_events_pb2.ResponseText
    citation: _turn_events_pb2.Citation
    record: _turn_events_pb2.Record
    handoff: _turn_events_pb2.Handoff
    degraded: _turn_events_pb2.Degraded
    response_done: _turn_events_pb2.ResponseDone
    metrics: _turn_events_pb2.TurnMetrics
    def __init__(self, event_seq: _Optional[int] = ..., turn_id: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started: _Optional[_Union[ChatStarted, _Mapping]] = ..., intent: _Optional[_Union[_turn_events_pb2.Intent, _Mapping]] = ..., response_started: _Optional[_Union[_turn_events_pb2.ResponseStarted, _Mapping]] = ..., response_text: _Optional[_Union[_turn_events_pb2.ResponseText, _Mapping]] = ..., citation: _Optional[_Union[_turn_events_pb2.Citation, _Mapping]] = ..., record: _Optional[_Union[_turn_events_pb2.Record, _Mapping]] = ..., handoff: _Optional[_Union[_turn_events_pb2.Handoff, _Mapping]] = ..., degraded: _Optional[_Union[_turn_events_pb2.Degraded, _Mapping]] = ..., response_done: _Optional[_Union[_turn_events_pb2.ResponseDone, _Mapping]] = ..., metrics: _Optional[_Union[_turn_events_pb2.TurnMetrics, _Mapping]] = ...) -> None: ...
