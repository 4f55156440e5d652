import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Weekday(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEEKDAY_UNSPECIFIED: _ClassVar[Weekday]
    WEEKDAY_MONDAY: _ClassVar[Weekday]
    WEEKDAY_TUESDAY: _ClassVar[Weekday]
    WEEKDAY_WEDNESDAY: _ClassVar[Weekday]
    WEEKDAY_THURSDAY: _ClassVar[Weekday]
    WEEKDAY_FRIDAY: _ClassVar[Weekday]
    WEEKDAY_SATURDAY: _ClassVar[Weekday]
    WEEKDAY_SUNDAY: _ClassVar[Weekday]

class ResourceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESOURCE_KIND_UNSPECIFIED: _ClassVar[ResourceKind]
    RESOURCE_KIND_STAFF: _ClassVar[ResourceKind]
    RESOURCE_KIND_ROOM: _ClassVar[ResourceKind]

class NotFreeReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOT_FREE_REASON_UNSPECIFIED: _ClassVar[NotFreeReason]
    NOT_FREE_REASON_TAKEN: _ClassVar[NotFreeReason]
    NOT_FREE_REASON_CLOSED: _ClassVar[NotFreeReason]
    NOT_FREE_REASON_OFF_GRID: _ClassVar[NotFreeReason]
    NOT_FREE_REASON_TOO_SOON: _ClassVar[NotFreeReason]
    NOT_FREE_REASON_TOO_FAR: _ClassVar[NotFreeReason]
    NOT_FREE_REASON_NOBODY: _ClassVar[NotFreeReason]

class ReservationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESERVATION_STATE_UNSPECIFIED: _ClassVar[ReservationState]
    RESERVATION_STATE_BOOKED: _ClassVar[ReservationState]
    RESERVATION_STATE_CANCELLED: _ClassVar[ReservationState]
WEEKDAY_UNSPECIFIED: Weekday
WEEKDAY_MONDAY: Weekday
WEEKDAY_TUESDAY: Weekday
WEEKDAY_WEDNESDAY: Weekday
WEEKDAY_THURSDAY: Weekday
WEEKDAY_FRIDAY: Weekday
WEEKDAY_SATURDAY: Weekday
WEEKDAY_SUNDAY: Weekday
RESOURCE_KIND_UNSPECIFIED: ResourceKind
RESOURCE_KIND_STAFF: ResourceKind
RESOURCE_KIND_ROOM: ResourceKind
NOT_FREE_REASON_UNSPECIFIED: NotFreeReason
NOT_FREE_REASON_TAKEN: NotFreeReason
NOT_FREE_REASON_CLOSED: NotFreeReason
NOT_FREE_REASON_OFF_GRID: NotFreeReason
NOT_FREE_REASON_TOO_SOON: NotFreeReason
NOT_FREE_REASON_TOO_FAR: NotFreeReason
NOT_FREE_REASON_NOBODY: NotFreeReason
RESERVATION_STATE_UNSPECIFIED: ReservationState
RESERVATION_STATE_BOOKED: ReservationState
RESERVATION_STATE_CANCELLED: ReservationState

class OpenInterval(_message.Message):
    __slots__ = ("opens", "closes")
    OPENS_FIELD_NUMBER: _ClassVar[int]
    CLOSES_FIELD_NUMBER: _ClassVar[int]
    opens: str
    closes: str
    def __init__(self, opens: _Optional[str] = ..., closes: _Optional[str] = ...) -> None: ...

class WeekdayHours(_message.Message):
    __slots__ = ("weekday", "intervals")
    WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    weekday: Weekday
    intervals: _containers.RepeatedCompositeFieldContainer[OpenInterval]
    def __init__(self, weekday: _Optional[_Union[Weekday, str]] = ..., intervals: _Optional[_Iterable[_Union[OpenInterval, _Mapping]]] = ...) -> None: ...

class DateHours(_message.Message):
    __slots__ = ("date", "intervals")
    DATE_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    date: str
    intervals: _containers.RepeatedCompositeFieldContainer[OpenInterval]
    def __init__(self, date: _Optional[str] = ..., intervals: _Optional[_Iterable[_Union[OpenInterval, _Mapping]]] = ...) -> None: ...

class Schedule(_message.Message):
    __slots__ = ("weekly", "exceptions")
    WEEKLY_FIELD_NUMBER: _ClassVar[int]
    EXCEPTIONS_FIELD_NUMBER: _ClassVar[int]
    weekly: _containers.RepeatedCompositeFieldContainer[WeekdayHours]
    exceptions: _containers.RepeatedCompositeFieldContainer[DateHours]
    def __init__(self, weekly: _Optional[_Iterable[_Union[WeekdayHours, _Mapping]]] = ..., exceptions: _Optional[_Iterable[_Union[DateHours, _Mapping]]] = ...) -> None: ...

class BookingRules(_message.Message):
    __slots__ = ("granularity", "lead", "horizon")
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    granularity: _duration_pb2.Duration
    lead: _duration_pb2.Duration
    horizon: _duration_pb2.Duration
    def __init__(self, granularity: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., lead: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., horizon: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class OpeningHours(_message.Message):
    __slots__ = ("name", "schedule", "rules", "time_zone", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    schedule: Schedule
    rules: BookingRules
    time_zone: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., schedule: _Optional[_Union[Schedule, _Mapping]] = ..., rules: _Optional[_Union[BookingRules, _Mapping]] = ..., time_zone: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class Resource(_message.Message):
    __slots__ = ("name", "display_name", "kind", "capacity", "schedule", "create_time", "update_time", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    kind: ResourceKind
    capacity: int
    schedule: Schedule
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., kind: _Optional[_Union[ResourceKind, str]] = ..., capacity: _Optional[int] = ..., schedule: _Optional[_Union[Schedule, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class BookableService(_message.Message):
    __slots__ = ("name", "display_name", "duration", "buffer", "price", "resources", "create_time", "update_time", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    BUFFER_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    duration: _duration_pb2.Duration
    buffer: _duration_pb2.Duration
    price: str
    resources: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., buffer: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., price: _Optional[str] = ..., resources: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class Slot(_message.Message):
    __slots__ = ("start_time", "end_time", "resources")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    resources: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resources: _Optional[_Iterable[str]] = ...) -> None: ...

class ReservationCaller(_message.Message):
    __slots__ = ("name", "phone", "email", "caller_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    phone: str
    email: str
    caller_id: str
    def __init__(self, name: _Optional[str] = ..., phone: _Optional[str] = ..., email: _Optional[str] = ..., caller_id: _Optional[str] = ...) -> None: ...

class Reservation(_message.Message):
    __slots__ = ("name", "service", "resource", "start_time", "end_time", "caller", "notes", "state", "conversation", "time_zone", "create_time", "update_time", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    service: str
    resource: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    caller: ReservationCaller
    notes: str
    state: ReservationState
    conversation: str
    time_zone: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., service: _Optional[str] = ..., resource: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., caller: _Optional[_Union[ReservationCaller, _Mapping]] = ..., notes: _Optional[str] = ..., state: _Optional[_Union[ReservationState, str]] = ..., conversation: _Optional[str] = ..., time_zone: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...
