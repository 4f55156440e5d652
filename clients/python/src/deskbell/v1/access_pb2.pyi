from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_PLATFORM_OPERATOR: _ClassVar[Role]
    ROLE_OWNER: _ClassVar[Role]
    ROLE_MANAGER: _ClassVar[Role]
    ROLE_ANALYST: _ClassVar[Role]

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_TENANT_READ: _ClassVar[Scope]
    SCOPE_TENANT_WRITE: _ClassVar[Scope]
    SCOPE_AGENTS_READ: _ClassVar[Scope]
    SCOPE_AGENTS_WRITE: _ClassVar[Scope]
    SCOPE_KNOWLEDGE_READ: _ClassVar[Scope]
    SCOPE_KNOWLEDGE_WRITE: _ClassVar[Scope]
    SCOPE_CHAT: _ClassVar[Scope]
    SCOPE_CALLS: _ClassVar[Scope]
    SCOPE_CONVERSATIONS_READ: _ClassVar[Scope]
    SCOPE_CLIENT_TOKENS: _ClassVar[Scope]
    SCOPE_AUDIT_READ: _ClassVar[Scope]
    SCOPE_CALLERS_ERASE: _ClassVar[Scope]
    SCOPE_RESERVATIONS_READ: _ClassVar[Scope]
    SCOPE_RESERVATIONS_WRITE: _ClassVar[Scope]
    SCOPE_LEADS_READ: _ClassVar[Scope]
    SCOPE_LEADS_WRITE: _ClassVar[Scope]
    SCOPE_ANALYTICS_READ: _ClassVar[Scope]

class Idempotency(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDEMPOTENCY_UNSPECIFIED: _ClassVar[Idempotency]
    IDEMPOTENCY_NO_SIDE_EFFECTS: _ClassVar[Idempotency]
    IDEMPOTENCY_REQUEST_ID: _ClassVar[Idempotency]
    IDEMPOTENCY_SINGLE_USE: _ClassVar[Idempotency]
    IDEMPOTENCY_SEQUENCED: _ClassVar[Idempotency]

class RateClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RATE_CLASS_UNSPECIFIED: _ClassVar[RateClass]
    RATE_CLASS_STANDARD: _ClassVar[RateClass]
    RATE_CLASS_MODEL: _ClassVar[RateClass]
    RATE_CLASS_SIGN_IN: _ClassVar[RateClass]
ROLE_UNSPECIFIED: Role
ROLE_PLATFORM_OPERATOR: Role
ROLE_OWNER: Role
ROLE_MANAGER: Role
ROLE_ANALYST: Role
SCOPE_UNSPECIFIED: Scope
SCOPE_TENANT_READ: Scope
SCOPE_TENANT_WRITE: Scope
SCOPE_AGENTS_READ: Scope
SCOPE_AGENTS_WRITE: Scope
SCOPE_KNOWLEDGE_READ: Scope
SCOPE_KNOWLEDGE_WRITE: Scope
SCOPE_CHAT: Scope
SCOPE_CALLS: Scope
SCOPE_CONVERSATIONS_READ: Scope
SCOPE_CLIENT_TOKENS: Scope
SCOPE_AUDIT_READ: Scope
SCOPE_CALLERS_ERASE: Scope
SCOPE_RESERVATIONS_READ: Scope
SCOPE_RESERVATIONS_WRITE: Scope
SCOPE_LEADS_READ: Scope
SCOPE_LEADS_WRITE: Scope
SCOPE_ANALYTICS_READ: Scope
IDEMPOTENCY_UNSPECIFIED: Idempotency
IDEMPOTENCY_NO_SIDE_EFFECTS: Idempotency
IDEMPOTENCY_REQUEST_ID: Idempotency
IDEMPOTENCY_SINGLE_USE: Idempotency
IDEMPOTENCY_SEQUENCED: Idempotency
RATE_CLASS_UNSPECIFIED: RateClass
RATE_CLASS_STANDARD: RateClass
RATE_CLASS_MODEL: RateClass
RATE_CLASS_SIGN_IN: RateClass
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor

class Access(_message.Message):
    __slots__ = ("public", "roles", "scope", "client_token", "resource", "idempotency", "rate_class", "transcripts", "watch")
    PUBLIC_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_FIELD_NUMBER: _ClassVar[int]
    RATE_CLASS_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPTS_FIELD_NUMBER: _ClassVar[int]
    WATCH_FIELD_NUMBER: _ClassVar[int]
    public: bool
    roles: _containers.RepeatedScalarFieldContainer[Role]
    scope: Scope
    client_token: bool
    resource: str
    idempotency: Idempotency
    rate_class: RateClass
    transcripts: bool
    watch: bool
    def __init__(self, public: _Optional[bool] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., scope: _Optional[_Union[Scope, str]] = ..., client_token: _Optional[bool] = ..., resource: _Optional[str] = ..., idempotency: _Optional[_Union[Idempotency, str]] = ..., rate_class: _Optional[_Union[RateClass, str]] = ..., transcripts: _Optional[bool] = ..., watch: _Optional[bool] = ...) -> None: ...
