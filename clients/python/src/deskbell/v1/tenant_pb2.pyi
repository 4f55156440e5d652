import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Handling(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HANDLING_UNSPECIFIED: _ClassVar[Handling]
    HANDLING_KEEP: _ClassVar[Handling]
    HANDLING_MASK: _ClassVar[Handling]
    HANDLING_DROP: _ClassVar[Handling]
HANDLING_UNSPECIFIED: Handling
HANDLING_KEEP: Handling
HANDLING_MASK: Handling
HANDLING_DROP: Handling

class Tenant(_message.Message):
    __slots__ = ("name", "display_name", "industry", "language_code", "time_zone", "create_time", "update_time", "redaction", "retention", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    INDUSTRY_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REDACTION_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    industry: str
    language_code: str
    time_zone: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    redaction: RedactionPolicy
    retention: RetentionPolicy
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., industry: _Optional[str] = ..., language_code: _Optional[str] = ..., time_zone: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., redaction: _Optional[_Union[RedactionPolicy, _Mapping]] = ..., retention: _Optional[_Union[RetentionPolicy, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class RedactionPolicy(_message.Message):
    __slots__ = ("phone_numbers", "email_addresses", "card_numbers", "national_ids")
    PHONE_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    CARD_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_IDS_FIELD_NUMBER: _ClassVar[int]
    phone_numbers: Handling
    email_addresses: Handling
    card_numbers: Handling
    national_ids: Handling
    def __init__(self, phone_numbers: _Optional[_Union[Handling, str]] = ..., email_addresses: _Optional[_Union[Handling, str]] = ..., card_numbers: _Optional[_Union[Handling, str]] = ..., national_ids: _Optional[_Union[Handling, str]] = ...) -> None: ...

class RetentionPolicy(_message.Message):
    __slots__ = ("audio_days", "transcript_days", "lead_days", "reservation_days")
    AUDIO_DAYS_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPT_DAYS_FIELD_NUMBER: _ClassVar[int]
    LEAD_DAYS_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_DAYS_FIELD_NUMBER: _ClassVar[int]
    audio_days: int
    transcript_days: int
    lead_days: int
    reservation_days: int
    def __init__(self, audio_days: _Optional[int] = ..., transcript_days: _Optional[int] = ..., lead_days: _Optional[int] = ..., reservation_days: _Optional[int] = ...) -> None: ...

class Quota(_message.Message):
    __slots__ = ("name", "requests_per_second", "request_burst", "model_requests_per_second", "concurrent_calls", "monthly_call_minutes", "monthly_tokens", "knowledge_bytes", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    REQUEST_BURST_FIELD_NUMBER: _ClassVar[int]
    MODEL_REQUESTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    CONCURRENT_CALLS_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_CALL_MINUTES_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_TOKENS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    requests_per_second: int
    request_burst: int
    model_requests_per_second: int
    concurrent_calls: int
    monthly_call_minutes: int
    monthly_tokens: int
    knowledge_bytes: int
    etag: str
    def __init__(self, name: _Optional[str] = ..., requests_per_second: _Optional[int] = ..., request_burst: _Optional[int] = ..., model_requests_per_second: _Optional[int] = ..., concurrent_calls: _Optional[int] = ..., monthly_call_minutes: _Optional[int] = ..., monthly_tokens: _Optional[int] = ..., knowledge_bytes: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ("month", "call_minutes", "tokens", "knowledge_bytes")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    CALL_MINUTES_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    month: str
    call_minutes: float
    tokens: int
    knowledge_bytes: int
    def __init__(self, month: _Optional[str] = ..., call_minutes: _Optional[float] = ..., tokens: _Optional[int] = ..., knowledge_bytes: _Optional[int] = ...) -> None: ...
