import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DocumentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOCUMENT_STATE_UNSPECIFIED: _ClassVar[DocumentState]
    DOCUMENT_STATE_PROCESSING: _ClassVar[DocumentState]
    DOCUMENT_STATE_READY: _ClassVar[DocumentState]
    DOCUMENT_STATE_FAILED: _ClassVar[DocumentState]

class KnowledgeGapStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KNOWLEDGE_GAP_STATUS_UNSPECIFIED: _ClassVar[KnowledgeGapStatus]
    KNOWLEDGE_GAP_STATUS_OPEN: _ClassVar[KnowledgeGapStatus]
    KNOWLEDGE_GAP_STATUS_ANSWERED: _ClassVar[KnowledgeGapStatus]
    KNOWLEDGE_GAP_STATUS_DISMISSED: _ClassVar[KnowledgeGapStatus]
DOCUMENT_STATE_UNSPECIFIED: DocumentState
DOCUMENT_STATE_PROCESSING: DocumentState
DOCUMENT_STATE_READY: DocumentState
DOCUMENT_STATE_FAILED: DocumentState
KNOWLEDGE_GAP_STATUS_UNSPECIFIED: KnowledgeGapStatus
KNOWLEDGE_GAP_STATUS_OPEN: KnowledgeGapStatus
KNOWLEDGE_GAP_STATUS_ANSWERED: KnowledgeGapStatus
KNOWLEDGE_GAP_STATUS_DISMISSED: KnowledgeGapStatus

class Document(_message.Message):
    __slots__ = ("name", "title", "media_type", "size_bytes", "state", "passage_count", "indexed_passage_count", "failure", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    INDEXED_PASSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    media_type: str
    size_bytes: int
    state: DocumentState
    passage_count: int
    indexed_passage_count: int
    failure: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., media_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., state: _Optional[_Union[DocumentState, str]] = ..., passage_count: _Optional[int] = ..., indexed_passage_count: _Optional[int] = ..., failure: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PassageReference(_message.Message):
    __slots__ = ("document", "title", "passage_index", "start", "end")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_INDEX_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    document: str
    title: str
    passage_index: int
    start: int
    end: int
    def __init__(self, document: _Optional[str] = ..., title: _Optional[str] = ..., passage_index: _Optional[int] = ..., start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class KnowledgeGap(_message.Message):
    __slots__ = ("name", "question", "ask_count", "status", "first_ask_time", "last_ask_time", "last_conversation", "create_time", "update_time", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    ASK_COUNT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    FIRST_ASK_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_ASK_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    question: str
    ask_count: int
    status: KnowledgeGapStatus
    first_ask_time: _timestamp_pb2.Timestamp
    last_ask_time: _timestamp_pb2.Timestamp
    last_conversation: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., question: _Optional[str] = ..., ask_count: _Optional[int] = ..., status: _Optional[_Union[KnowledgeGapStatus, str]] = ..., first_ask_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_ask_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_conversation: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...
