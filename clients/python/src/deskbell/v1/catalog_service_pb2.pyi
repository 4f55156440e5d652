from buf.validate import validate_pb2 as _validate_pb2
from deskbell.v1 import access_pb2 as _access_pb2
from deskbell.v1 import booking_pb2 as _booking_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateBookableServiceRequest(_message.Message):
    __slots__ = ("parent", "bookable_service_id", "bookable_service", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    BOOKABLE_SERVICE_ID_FIELD_NUMBER: _ClassVar[int]
    BOOKABLE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    bookable_service_id: str
    bookable_service: _booking_pb2.BookableService
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., bookable_service_id: _Optional[str] = ..., bookable_service: _Optional[_Union[_booking_pb2.BookableService, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateBookableServiceResponse(_message.Message):
    __slots__ = ("bookable_service",)
    BOOKABLE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    bookable_service: _booking_pb2.BookableService
    def __init__(self, bookable_service: _Optional[_Union[_booking_pb2.BookableService, _Mapping]] = ...) -> None: ...

class GetBookableServiceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetBookableServiceResponse(_message.Message):
    __slots__ = ("bookable_service",)
    BOOKABLE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    bookable_service: _booking_pb2.BookableService
    def __init__(self, bookable_service: _Optional[_Union[_booking_pb2.BookableService, _Mapping]] = ...) -> None: ...

class ListBookableServicesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBookableServicesResponse(_message.Message):
    __slots__ = ("bookable_services", "next_page_token")
    BOOKABLE_SERVICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    bookable_services: _containers.RepeatedCompositeFieldContainer[_booking_pb2.BookableService]
    next_page_token: str
    def __init__(self, bookable_services: _Optional[_Iterable[_Union[_booking_pb2.BookableService, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateBookableServiceRequest(_message.Message):
    __slots__ = ("bookable_service", "update_mask", "request_id")
    BOOKABLE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bookable_service: _booking_pb2.BookableService
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, bookable_service: _Optional[_Union[_booking_pb2.BookableService, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateBookableServiceResponse(_message.Message):
    __slots__ = ("bookable_service",)
    BOOKABLE_SERVICE_FIELD_NUMBER: _ClassVar[int]
    bookable_service: _booking_pb2.BookableService
    def __init__(self, bookable_service: _Optional[_Union[_booking_pb2.BookableService, _Mapping]] = ...) -> None: ...

class DeleteBookableServiceRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteBookableServiceResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateResourceRequest(_message.Message):
    __slots__ = ("parent", "resource_id", "resource", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    resource_id: str
    resource: _booking_pb2.Resource
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., resource_id: _Optional[str] = ..., resource: _Optional[_Union[_booking_pb2.Resource, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateResourceResponse(_message.Message):
    __slots__ = ("resource",)
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: _booking_pb2.Resource
    def __init__(self, resource: _Optional[_Union[_booking_pb2.Resource, _Mapping]] = ...) -> None: ...

class GetResourceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetResourceResponse(_message.Message):
    __slots__ = ("resource",)
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: _booking_pb2.Resource
    def __init__(self, resource: _Optional[_Union[_booking_pb2.Resource, _Mapping]] = ...) -> None: ...

class ListResourcesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListResourcesResponse(_message.Message):
    __slots__ = ("resources", "next_page_token")
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resources: _containers.RepeatedCompositeFieldContainer[_booking_pb2.Resource]
    next_page_token: str
    def __init__(self, resources: _Optional[_Iterable[_Union[_booking_pb2.Resource, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateResourceRequest(_message.Message):
    __slots__ = ("resource", "update_mask", "request_id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    resource: _booking_pb2.Resource
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, resource: _Optional[_Union[_booking_pb2.Resource, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateResourceResponse(_message.Message):
    __slots__ = ("resource",)
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: _booking_pb2.Resource
    def __init__(self, resource: _Optional[_Union[_booking_pb2.Resource, _Mapping]] = ...) -> None: ...

class DeleteResourceRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteResourceResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetOpeningHoursRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetOpeningHoursResponse(_message.Message):
    __slots__ = ("opening_hours",)
    OPENING_HOURS_FIELD_NUMBER: _ClassVar[int]
    opening_hours: _booking_pb2.OpeningHours
    def __init__(self, opening_hours: _Optional[_Union[_booking_pb2.OpeningHours, _Mapping]] = ...) -> None: ...

class UpdateOpeningHoursRequest(_message.Message):
    __slots__ = ("opening_hours", "update_mask", "request_id")
    OPENING_HOURS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    opening_hours: _booking_pb2.OpeningHours
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, opening_hours: _Optional[_Union[_booking_pb2.OpeningHours, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateOpeningHoursResponse(_message.Message):
    __slots__ = ("opening_hours",)
    OPENING_HOURS_FIELD_NUMBER: _ClassVar[int]
    opening_hours: _booking_pb2.OpeningHours
    def __init__(self, opening_hours: _Optional[_Union[_booking_pb2.OpeningHours, _Mapping]] = ...) -> None: ...
