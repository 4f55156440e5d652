import datetime

from deskbell.v1 import knowledge_pb2 as _knowledge_pb2
from deskbell.v1 import turn_events_pb2 as _turn_events_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_CHAT: _ClassVar[Channel]
    CHANNEL_VOICE: _ClassVar[Channel]

class ConversationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONVERSATION_STATE_UNSPECIFIED: _ClassVar[ConversationState]
    CONVERSATION_STATE_OPEN: _ClassVar[ConversationState]
    CONVERSATION_STATE_ENDED: _ClassVar[ConversationState]
    CONVERSATION_STATE_LOST: _ClassVar[ConversationState]

class ReportState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_STATE_UNSPECIFIED: _ClassVar[ReportState]
    REPORT_STATE_PENDING: _ClassVar[ReportState]
    REPORT_STATE_READY: _ClassVar[ReportState]
    REPORT_STATE_FAILED: _ClassVar[ReportState]

class SentimentLabel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SENTIMENT_LABEL_UNSPECIFIED: _ClassVar[SentimentLabel]
    SENTIMENT_LABEL_POSITIVE: _ClassVar[SentimentLabel]
    SENTIMENT_LABEL_NEUTRAL: _ClassVar[SentimentLabel]
    SENTIMENT_LABEL_NEGATIVE: _ClassVar[SentimentLabel]

class ConversationOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONVERSATION_OUTCOME_UNSPECIFIED: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_BOOKED: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_HANDED_OVER: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_LEAD: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_SERVED: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_ANSWERED: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_UNANSWERED: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_FAILED: _ClassVar[ConversationOutcome]
    CONVERSATION_OUTCOME_ABANDONED: _ClassVar[ConversationOutcome]

class Speaker(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPEAKER_UNSPECIFIED: _ClassVar[Speaker]
    SPEAKER_CALLER: _ClassVar[Speaker]
    SPEAKER_AGENT: _ClassVar[Speaker]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_CHAT: Channel
CHANNEL_VOICE: Channel
CONVERSATION_STATE_UNSPECIFIED: ConversationState
CONVERSATION_STATE_OPEN: ConversationState
CONVERSATION_STATE_ENDED: ConversationState
CONVERSATION_STATE_LOST: ConversationState
REPORT_STATE_UNSPECIFIED: ReportState
REPORT_STATE_PENDING: ReportState
REPORT_STATE_READY: ReportState
REPORT_STATE_FAILED: ReportState
SENTIMENT_LABEL_UNSPECIFIED: SentimentLabel
SENTIMENT_LABEL_POSITIVE: SentimentLabel
SENTIMENT_LABEL_NEUTRAL: SentimentLabel
SENTIMENT_LABEL_NEGATIVE: SentimentLabel
CONVERSATION_OUTCOME_UNSPECIFIED: ConversationOutcome
CONVERSATION_OUTCOME_BOOKED: ConversationOutcome
CONVERSATION_OUTCOME_HANDED_OVER: ConversationOutcome
CONVERSATION_OUTCOME_LEAD: ConversationOutcome
CONVERSATION_OUTCOME_SERVED: ConversationOutcome
CONVERSATION_OUTCOME_ANSWERED: ConversationOutcome
CONVERSATION_OUTCOME_UNANSWERED: ConversationOutcome
CONVERSATION_OUTCOME_FAILED: ConversationOutcome
CONVERSATION_OUTCOME_ABANDONED: ConversationOutcome
SPEAKER_UNSPECIFIED: Speaker
SPEAKER_CALLER: Speaker
SPEAKER_AGENT: Speaker

class Conversation(_message.Message):
    __slots__ = ("name", "agent", "channel", "state", "caller_id", "message_count", "start_time", "end_time", "end_reason", "agent_version", "report", "language")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    END_REASON_FIELD_NUMBER: _ClassVar[int]
    AGENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    agent: str
    channel: Channel
    state: ConversationState
    caller_id: str
    message_count: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    end_reason: str
    agent_version: int
    report: ConversationReport
    language: str
    def __init__(self, name: _Optional[str] = ..., agent: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., state: _Optional[_Union[ConversationState, str]] = ..., caller_id: _Optional[str] = ..., message_count: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_reason: _Optional[str] = ..., agent_version: _Optional[int] = ..., report: _Optional[_Union[ConversationReport, _Mapping]] = ..., language: _Optional[str] = ...) -> None: ...

class Sentiment(_message.Message):
    __slots__ = ("score", "label", "measured")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    MEASURED_FIELD_NUMBER: _ClassVar[int]
    score: float
    label: SentimentLabel
    measured: bool
    def __init__(self, score: _Optional[float] = ..., label: _Optional[_Union[SentimentLabel, str]] = ..., measured: _Optional[bool] = ...) -> None: ...

class ConversationReport(_message.Message):
    __slots__ = ("state", "summary", "sentiment", "outcome", "extraction", "extraction_problem", "engine", "message_count", "failure", "create_time")
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    EXTRACTION_FIELD_NUMBER: _ClassVar[int]
    EXTRACTION_PROBLEM_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    state: ReportState
    summary: str
    sentiment: Sentiment
    outcome: ConversationOutcome
    extraction: _struct_pb2.Struct
    extraction_problem: str
    engine: str
    message_count: int
    failure: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, state: _Optional[_Union[ReportState, str]] = ..., summary: _Optional[str] = ..., sentiment: _Optional[_Union[Sentiment, _Mapping]] = ..., outcome: _Optional[_Union[ConversationOutcome, str]] = ..., extraction: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., extraction_problem: _Optional[str] = ..., engine: _Optional[str] = ..., message_count: _Optional[int] = ..., failure: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("name", "turn_id", "speaker", "text", "heard_text", "heard_estimated", "citations", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HEARD_TEXT_FIELD_NUMBER: _ClassVar[int]
    HEARD_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    CITATIONS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    turn_id: str
    speaker: Speaker
    text: str
    heard_text: str
    heard_estimated: bool
    citations: _containers.RepeatedCompositeFieldContainer[_knowledge_pb2.PassageReference]
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., turn_id: _Optional[str] = ..., speaker: _Optional[_Union[Speaker, str]] = ..., text: _Optional[str] = ..., heard_text: _Optional[str] = ..., heard_estimated: _Optional[bool] = ..., citations: _Optional[_Iterable[_Union[_knowledge_pb2.PassageReference, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MessageCitation(_message.Message):
    __slots__ = ("message", "text_start", "text_end", "source", "quote")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_START_FIELD_NUMBER: _ClassVar[int]
    TEXT_END_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    message: str
    text_start: int
    text_end: int
    source: _knowledge_pb2.PassageReference
    quote: str
    def __init__(self, message: _Optional[str] = ..., text_start: _Optional[int] = ..., text_end: _Optional[int] = ..., source: _Optional[_Union[_knowledge_pb2.PassageReference, _Mapping]] = ..., quote: _Optional[str] = ...) -> None: ...

class ConversationTurn(_message.Message):
    __slots__ = ("turn_id", "intent", "language_code", "outcome", "cache", "handoff_reason", "degraded", "stages", "prompt_tokens", "completion_tokens", "create_time")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[ConversationTurn.Outcome]
        OUTCOME_ANSWERED: _ClassVar[ConversationTurn.Outcome]
        OUTCOME_REFUSED: _ClassVar[ConversationTurn.Outcome]
        OUTCOME_SERVED: _ClassVar[ConversationTurn.Outcome]
        OUTCOME_CHATTED: _ClassVar[ConversationTurn.Outcome]
        OUTCOME_HANDED_OVER: _ClassVar[ConversationTurn.Outcome]
        OUTCOME_FAILED: _ClassVar[ConversationTurn.Outcome]
    OUTCOME_UNSPECIFIED: ConversationTurn.Outcome
    OUTCOME_ANSWERED: ConversationTurn.Outcome
    OUTCOME_REFUSED: ConversationTurn.Outcome
    OUTCOME_SERVED: ConversationTurn.Outcome
    OUTCOME_CHATTED: ConversationTurn.Outcome
    OUTCOME_HANDED_OVER: ConversationTurn.Outcome
    OUTCOME_FAILED: ConversationTurn.Outcome
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    HANDOFF_REASON_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    turn_id: str
    intent: _turn_events_pb2.Intent
    language_code: str
    outcome: ConversationTurn.Outcome
    cache: _turn_events_pb2.CacheResult
    handoff_reason: str
    degraded: _containers.RepeatedCompositeFieldContainer[_turn_events_pb2.Degraded]
    stages: _containers.RepeatedCompositeFieldContainer[_turn_events_pb2.StageTiming]
    prompt_tokens: int
    completion_tokens: int
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, turn_id: _Optional[str] = ..., intent: _Optional[_Union[_turn_events_pb2.Intent, _Mapping]] = ..., language_code: _Optional[str] = ..., outcome: _Optional[_Union[ConversationTurn.Outcome, str]] = ..., cache: _Optional[_Union[_turn_events_pb2.CacheResult, str]] = ..., handoff_reason: _Optional[str] = ..., degraded: _Optional[_Iterable[_Union[_turn_events_pb2.Degraded, _Mapping]]] = ..., stages: _Optional[_Iterable[_Union[_turn_events_pb2.StageTiming, _Mapping]]] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExportLine(_message.Message):
    __slots__ = ("conversation", "message", "citation", "turn")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    message: Message
    citation: MessageCitation
    turn: ConversationTurn
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ..., message: _Optional[_Union[Message, _Mapping]] = ..., citation: _Optional[_Union[MessageCitation, _Mapping]] = ..., turn: _Optional[_Union[ConversationTurn, _Mapping]] = ...) -> None: ...
