import datetime

from deskbell.v1 import knowledge_pb2 as _knowledge_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IntentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTENT_KIND_UNSPECIFIED: _ClassVar[IntentKind]
    INTENT_KIND_BOOKING: _ClassVar[IntentKind]
    INTENT_KIND_FAQ: _ClassVar[IntentKind]
    INTENT_KIND_PRICING: _ClassVar[IntentKind]
    INTENT_KIND_LEAD_CAPTURE: _ClassVar[IntentKind]
    INTENT_KIND_ESCALATION: _ClassVar[IntentKind]
    INTENT_KIND_UNKNOWN: _ClassVar[IntentKind]

class ResponseOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESPONSE_OUTCOME_UNSPECIFIED: _ClassVar[ResponseOutcome]
    RESPONSE_OUTCOME_COMPLETED: _ClassVar[ResponseOutcome]
    RESPONSE_OUTCOME_INTERRUPTED: _ClassVar[ResponseOutcome]
    RESPONSE_OUTCOME_FAILED: _ClassVar[ResponseOutcome]

class CacheResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CACHE_RESULT_UNSPECIFIED: _ClassVar[CacheResult]
    CACHE_RESULT_MISS: _ClassVar[CacheResult]
    CACHE_RESULT_EXACT_HIT: _ClassVar[CacheResult]
    CACHE_RESULT_SEMANTIC_HIT: _ClassVar[CacheResult]
INTENT_KIND_UNSPECIFIED: IntentKind
INTENT_KIND_BOOKING: IntentKind
INTENT_KIND_FAQ: IntentKind
INTENT_KIND_PRICING: IntentKind
INTENT_KIND_LEAD_CAPTURE: IntentKind
INTENT_KIND_ESCALATION: IntentKind
INTENT_KIND_UNKNOWN: IntentKind
RESPONSE_OUTCOME_UNSPECIFIED: ResponseOutcome
RESPONSE_OUTCOME_COMPLETED: ResponseOutcome
RESPONSE_OUTCOME_INTERRUPTED: ResponseOutcome
RESPONSE_OUTCOME_FAILED: ResponseOutcome
CACHE_RESULT_UNSPECIFIED: CacheResult
CACHE_RESULT_MISS: CacheResult
CACHE_RESULT_EXACT_HIT: CacheResult
CACHE_RESULT_SEMANTIC_HIT: CacheResult

class Intent(_message.Message):
    __slots__ = ("kind", "confidence", "others")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    kind: IntentKind
    confidence: float
    others: _containers.RepeatedScalarFieldContainer[IntentKind]
    def __init__(self, kind: _Optional[_Union[IntentKind, str]] = ..., confidence: _Optional[float] = ..., others: _Optional[_Iterable[_Union[IntentKind, str]]] = ...) -> None: ...

class ResponseStarted(_message.Message):
    __slots__ = ("response_id",)
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    def __init__(self, response_id: _Optional[str] = ...) -> None: ...

class ResponseText(_message.Message):
    __slots__ = ("response_id", "text", "audio_offset")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    AUDIO_OFFSET_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    text: str
    audio_offset: int
    def __init__(self, response_id: _Optional[str] = ..., text: _Optional[str] = ..., audio_offset: _Optional[int] = ...) -> None: ...

class Citation(_message.Message):
    __slots__ = ("response_id", "text_start", "text_end", "source", "quote")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_START_FIELD_NUMBER: _ClassVar[int]
    TEXT_END_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    text_start: int
    text_end: int
    source: _knowledge_pb2.PassageReference
    quote: str
    def __init__(self, response_id: _Optional[str] = ..., text_start: _Optional[int] = ..., text_end: _Optional[int] = ..., source: _Optional[_Union[_knowledge_pb2.PassageReference, _Mapping]] = ..., quote: _Optional[str] = ...) -> None: ...

class Record(_message.Message):
    __slots__ = ("name", "action", "summary")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[Record.Action]
        ACTION_CREATED: _ClassVar[Record.Action]
        ACTION_UPDATED: _ClassVar[Record.Action]
        ACTION_CANCELLED: _ClassVar[Record.Action]
    ACTION_UNSPECIFIED: Record.Action
    ACTION_CREATED: Record.Action
    ACTION_UPDATED: Record.Action
    ACTION_CANCELLED: Record.Action
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    name: str
    action: Record.Action
    summary: str
    def __init__(self, name: _Optional[str] = ..., action: _Optional[_Union[Record.Action, str]] = ..., summary: _Optional[str] = ...) -> None: ...

class Handoff(_message.Message):
    __slots__ = ("reason", "summary", "destination")
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    reason: str
    summary: str
    destination: str
    def __init__(self, reason: _Optional[str] = ..., summary: _Optional[str] = ..., destination: _Optional[str] = ...) -> None: ...

class Degraded(_message.Message):
    __slots__ = ("step", "action", "reason")
    STEP_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    step: str
    action: str
    reason: str
    def __init__(self, step: _Optional[str] = ..., action: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ResponseDone(_message.Message):
    __slots__ = ("response_id", "outcome", "text", "heard_text", "heard_estimated")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HEARD_TEXT_FIELD_NUMBER: _ClassVar[int]
    HEARD_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    outcome: ResponseOutcome
    text: str
    heard_text: str
    heard_estimated: bool
    def __init__(self, response_id: _Optional[str] = ..., outcome: _Optional[_Union[ResponseOutcome, str]] = ..., text: _Optional[str] = ..., heard_text: _Optional[str] = ..., heard_estimated: _Optional[bool] = ...) -> None: ...

class StageTiming(_message.Message):
    __slots__ = ("stage", "start", "duration")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    stage: str
    start: _duration_pb2.Duration
    duration: _duration_pb2.Duration
    def __init__(self, stage: _Optional[str] = ..., start: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class TurnMetrics(_message.Message):
    __slots__ = ("stages", "voice_to_voice", "prompt_tokens", "completion_tokens", "transcribed_seconds", "spoken_characters", "cache", "cost_micros", "currency_code")
    STAGES_FIELD_NUMBER: _ClassVar[int]
    VOICE_TO_VOICE_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIBED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SPOKEN_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    COST_MICROS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    stages: _containers.RepeatedCompositeFieldContainer[StageTiming]
    voice_to_voice: _duration_pb2.Duration
    prompt_tokens: int
    completion_tokens: int
    transcribed_seconds: float
    spoken_characters: int
    cache: CacheResult
    cost_micros: int
    currency_code: str
    def __init__(self, stages: _Optional[_Iterable[_Union[StageTiming, _Mapping]]] = ..., voice_to_voice: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., transcribed_seconds: _Optional[float] = ..., spoken_characters: _Optional[int] = ..., cache: _Optional[_Union[CacheResult, str]] = ..., cost_micros: _Optional[int] = ..., currency_code: _Optional[str] = ...) -> None: ...
