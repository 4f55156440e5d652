import datetime

from buf.validate import validate_pb2 as _validate_pb2
from deskbell.v1 import access_pb2 as _access_pb2
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

class Metric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METRIC_UNSPECIFIED: _ClassVar[Metric]
    METRIC_CONVERSATIONS: _ClassVar[Metric]
    METRIC_CALLS: _ClassVar[Metric]
    METRIC_TURNS: _ClassVar[Metric]
    METRIC_INTENTS: _ClassVar[Metric]
    METRIC_CACHE: _ClassVar[Metric]
    METRIC_TOKENS: _ClassVar[Metric]
    METRIC_LATENCY: _ClassVar[Metric]
    METRIC_RESERVATIONS: _ClassVar[Metric]
    METRIC_LEADS: _ClassVar[Metric]

class MetricInterval(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METRIC_INTERVAL_UNSPECIFIED: _ClassVar[MetricInterval]
    METRIC_INTERVAL_HOUR: _ClassVar[MetricInterval]
    METRIC_INTERVAL_DAY: _ClassVar[MetricInterval]
    METRIC_INTERVAL_WEEK: _ClassVar[MetricInterval]
    METRIC_INTERVAL_MONTH: _ClassVar[MetricInterval]
METRIC_UNSPECIFIED: Metric
METRIC_CONVERSATIONS: Metric
METRIC_CALLS: Metric
METRIC_TURNS: Metric
METRIC_INTENTS: Metric
METRIC_CACHE: Metric
METRIC_TOKENS: Metric
METRIC_LATENCY: Metric
METRIC_RESERVATIONS: Metric
METRIC_LEADS: Metric
METRIC_INTERVAL_UNSPECIFIED: MetricInterval
METRIC_INTERVAL_HOUR: MetricInterval
METRIC_INTERVAL_DAY: MetricInterval
METRIC_INTERVAL_WEEK: MetricInterval
METRIC_INTERVAL_MONTH: MetricInterval

class QueryMetricsRequest(_message.Message):
    __slots__ = ("parent", "start_time", "end_time", "interval", "agent", "metrics")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    interval: MetricInterval
    agent: str
    metrics: _containers.RepeatedScalarFieldContainer[Metric]
    def __init__(self, parent: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interval: _Optional[_Union[MetricInterval, str]] = ..., agent: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[Metric, str]]] = ...) -> None: ...

class QueryMetricsResponse(_message.Message):
    __slots__ = ("total", "intervals", "time_zone")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    total: Metrics
    intervals: _containers.RepeatedCompositeFieldContainer[Metrics]
    time_zone: str
    def __init__(self, total: _Optional[_Union[Metrics, _Mapping]] = ..., intervals: _Optional[_Iterable[_Union[Metrics, _Mapping]]] = ..., time_zone: _Optional[str] = ...) -> None: ...

class IntentCount(_message.Message):
    __slots__ = ("intent", "count")
    INTENT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    intent: _turn_events_pb2.IntentKind
    count: int
    def __init__(self, intent: _Optional[_Union[_turn_events_pb2.IntentKind, str]] = ..., count: _Optional[int] = ...) -> None: ...

class OutcomeCounts(_message.Message):
    __slots__ = ("answered", "refused", "served", "chatted", "handed_over", "failed")
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    SERVED_FIELD_NUMBER: _ClassVar[int]
    CHATTED_FIELD_NUMBER: _ClassVar[int]
    HANDED_OVER_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    answered: int
    refused: int
    served: int
    chatted: int
    handed_over: int
    failed: int
    def __init__(self, answered: _Optional[int] = ..., refused: _Optional[int] = ..., served: _Optional[int] = ..., chatted: _Optional[int] = ..., handed_over: _Optional[int] = ..., failed: _Optional[int] = ...) -> None: ...

class StageLatency(_message.Message):
    __slots__ = ("stage", "count", "p50", "p95")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    P50_FIELD_NUMBER: _ClassVar[int]
    P95_FIELD_NUMBER: _ClassVar[int]
    stage: str
    count: int
    p50: _duration_pb2.Duration
    p95: _duration_pb2.Duration
    def __init__(self, stage: _Optional[str] = ..., count: _Optional[int] = ..., p50: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., p95: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Metrics(_message.Message):
    __slots__ = ("start_time", "end_time", "conversations", "calls", "call_duration", "turns", "outcomes", "intents", "cache_lookups", "cache_hits", "cache_hit_rate", "prompt_tokens", "completion_tokens", "stages", "reservations_made", "reservations_cancelled", "leads")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    CALL_DURATION_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    CACHE_LOOKUPS_FIELD_NUMBER: _ClassVar[int]
    CACHE_HITS_FIELD_NUMBER: _ClassVar[int]
    CACHE_HIT_RATE_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    RESERVATIONS_MADE_FIELD_NUMBER: _ClassVar[int]
    RESERVATIONS_CANCELLED_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    conversations: int
    calls: int
    call_duration: _duration_pb2.Duration
    turns: int
    outcomes: OutcomeCounts
    intents: _containers.RepeatedCompositeFieldContainer[IntentCount]
    cache_lookups: int
    cache_hits: int
    cache_hit_rate: float
    prompt_tokens: int
    completion_tokens: int
    stages: _containers.RepeatedCompositeFieldContainer[StageLatency]
    reservations_made: int
    reservations_cancelled: int
    leads: int
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., conversations: _Optional[int] = ..., calls: _Optional[int] = ..., call_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., turns: _Optional[int] = ..., outcomes: _Optional[_Union[OutcomeCounts, _Mapping]] = ..., intents: _Optional[_Iterable[_Union[IntentCount, _Mapping]]] = ..., cache_lookups: _Optional[int] = ..., cache_hits: _Optional[int] = ..., cache_hit_rate: _Optional[float] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., stages: _Optional[_Iterable[_Union[StageLatency, _Mapping]]] = ..., reservations_made: _Optional[int] = ..., reservations_cancelled: _Optional[int] = ..., leads: _Optional[int] = ...) -> None: ...
