"""CatalogService."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from deskbell.v1 import booking_pb2
from deskbell.v1 import catalog_service_pb2 as pb
from deskbell.v1.catalog_service_pb2_grpc import CatalogServiceServicer
from deskbell_server.domain.booking import (
    MAX_DURATION,
    BookableService,
    Resource,
    ResourceId,
    ServiceId,
    StoredHours,
)
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import TenantId, new_slug, split_name
from deskbell_server.ports.booking import CatalogueStore
from deskbell_server.ports.stores import Clock, TenantStore
from deskbell_server.rpc import booking_mapping as mapping
from deskbell_server.rpc import masks
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.names import required_name, required_text
from deskbell_server.rpc.page_tokens import PageTokens

_SERVICE_FIELDS = ("display_name", "duration", "buffer", "price", "resources")
_RESOURCE_FIELDS = ("display_name", "kind", "capacity", "schedule")
_SCHEDULE_PATHS = ("schedule", "schedule.weekly", "schedule.exceptions")
_RULE_PATHS = ("rules", *(f"rules.{name}" for name in mapping.RULES))


class Catalog(CatalogServiceServicer):
    """See protos/deskbell/v1/catalog_service.proto."""

    def __init__(self, store: CatalogueStore, tenants: TenantStore, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._tenants = tenants
        self._tokens = tokens
        self._clock = clock

    # ---- services

    async def CreateBookableService(
        self, request: pb.CreateBookableServiceRequest, context: Context
    ) -> pb.CreateBookableServiceResponse:
        (parent,) = split_name(request.parent)
        tenant = TenantId(parent)
        now = self._clock.now()
        given = _service_changes(request.bookable_service, _SERVICE_FIELDS, tenant)
        service = BookableService(
            tenant=tenant,
            id=ServiceId(request.bookable_service_id or new_slug("s")),
            created_at=now,
            updated_at=now,
            **given,
        )
        _check_service(service)
        made = await self._store.create_service(tenant, service)
        return pb.CreateBookableServiceResponse(bookable_service=mapping.service(made))

    async def GetBookableService(
        self, request: pb.GetBookableServiceRequest, context: Context
    ) -> pb.GetBookableServiceResponse:
        tenant, service = split_name(request.name)
        found = await self._store.get_service(TenantId(tenant), ServiceId(service))
        return pb.GetBookableServiceResponse(bookable_service=mapping.service(found))

    async def ListBookableServices(
        self, request: pb.ListBookableServicesRequest, context: Context
    ) -> pb.ListBookableServicesResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/services",
            request,
            ServiceId,
            lambda after, limit: self._store.page_services(TenantId(tenant), after=after, limit=limit),
            lambda service: service.id,
            weight=lambda service: mapping.service(service).ByteSize(),
        )
        return pb.ListBookableServicesResponse(
            bookable_services=map(mapping.service, found), next_page_token=token
        )

    async def UpdateBookableService(
        self, request: pb.UpdateBookableServiceRequest, context: Context
    ) -> pb.UpdateBookableServiceResponse:
        given = request.bookable_service
        names = required_name("bookable_service.name", given.name, "tenants", "services")
        tenant, service = TenantId(names[0]), ServiceId(names[1])
        current = await self._store.get_service(tenant, service)
        changes = _service_changes(given, masks.paths(request.update_mask, _SERVICE_FIELDS), tenant)
        _check_service(replace(current, **changes))
        updated = await self._store.update_service(tenant, service, changes, given.etag, self._clock.now())
        return pb.UpdateBookableServiceResponse(bookable_service=mapping.service(updated))

    async def DeleteBookableService(
        self, request: pb.DeleteBookableServiceRequest, context: Context
    ) -> pb.DeleteBookableServiceResponse:
        tenant, service = split_name(request.name)
        await self._store.delete_service(TenantId(tenant), ServiceId(service))
        return pb.DeleteBookableServiceResponse()

    # ---- resources

    async def CreateResource(
        self, request: pb.CreateResourceRequest, context: Context
    ) -> pb.CreateResourceResponse:
        (parent,) = split_name(request.parent)
        tenant = TenantId(parent)
        now = self._clock.now()
        resource = Resource(
            tenant=tenant,
            id=ResourceId(request.resource_id or new_slug("r")),
            created_at=now,
            updated_at=now,
            **_resource_changes(request.resource, _RESOURCE_FIELDS),
        )
        required_text("resource.display_name", resource.display_name)
        made = await self._store.create_resource(tenant, resource)
        return pb.CreateResourceResponse(resource=mapping.resource(made))

    async def GetResource(self, request: pb.GetResourceRequest, context: Context) -> pb.GetResourceResponse:
        tenant, resource = split_name(request.name)
        found = await self._store.get_resource(TenantId(tenant), ResourceId(resource))
        return pb.GetResourceResponse(resource=mapping.resource(found))

    async def ListResources(
        self, request: pb.ListResourcesRequest, context: Context
    ) -> pb.ListResourcesResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/resources",
            request,
            ResourceId,
            lambda after, limit: self._store.page_resources(TenantId(tenant), after=after, limit=limit),
            lambda resource: resource.id,
            weight=lambda resource: mapping.resource(resource).ByteSize(),
        )
        return pb.ListResourcesResponse(resources=map(mapping.resource, found), next_page_token=token)

    async def UpdateResource(
        self, request: pb.UpdateResourceRequest, context: Context
    ) -> pb.UpdateResourceResponse:
        given = request.resource
        names = required_name("resource.name", given.name, "tenants", "resources")
        changes = _resource_changes(given, masks.paths(request.update_mask, _RESOURCE_FIELDS))
        if "display_name" in changes:
            required_text("resource.display_name", given.display_name)
        updated = await self._store.update_resource(
            TenantId(names[0]), ResourceId(names[1]), changes, given.etag, self._clock.now()
        )
        return pb.UpdateResourceResponse(resource=mapping.resource(updated))

    async def DeleteResource(
        self, request: pb.DeleteResourceRequest, context: Context
    ) -> pb.DeleteResourceResponse:
        tenant, resource = split_name(request.name)
        await self._store.delete_resource(TenantId(tenant), ResourceId(resource))
        return pb.DeleteResourceResponse()

    # ---- opening hours

    async def GetOpeningHours(
        self, request: pb.GetOpeningHoursRequest, context: Context
    ) -> pb.GetOpeningHoursResponse:
        tenant = TenantId(request.name.split("/")[1])
        found = await self._store.get_hours(tenant)
        return pb.GetOpeningHoursResponse(opening_hours=await self._hours(tenant, found))

    async def UpdateOpeningHours(
        self, request: pb.UpdateOpeningHoursRequest, context: Context
    ) -> pb.UpdateOpeningHoursResponse:
        given = request.opening_hours
        tenant = _owner_of_hours(given.name)
        paths = masks.paths(request.update_mask, (*_SCHEDULE_PATHS, *_RULE_PATHS))
        changes = _hours_changes(given, paths)
        with mapping.within("opening_hours.rules", *mapping.RULES):
            updated = await self._store.update_hours(tenant, changes, given.etag, self._clock.now())
        return pb.UpdateOpeningHoursResponse(opening_hours=await self._hours(tenant, updated))

    async def _hours(self, tenant: TenantId, value: StoredHours) -> booking_pb2.OpeningHours:
        zone = (await self._tenants.get(tenant)).time_zone
        return mapping.opening_hours(tenant, zone, value)


def _service_changes(
    given: booking_pb2.BookableService, paths: Collection[str], tenant: TenantId
) -> dict[str, Any]:
    """The values of the fields that are named. Raises InvalidInput."""
    changes: dict[str, Any] = {
        path: getattr(given, path) for path in ("display_name", "price") if path in paths
    }
    for path in ("duration", "buffer"):
        if path in paths:
            changes[path] = mapping.minutes(f"bookable_service.{path}", getattr(given, path))
    if "resources" in paths:
        changes["resources"] = tuple(
            ResourceId(mapping.child(f"bookable_service.resources[{index}]", name, tenant))
            for index, name in enumerate(given.resources)
        )
    return changes


def _check_service(service: BookableService) -> None:
    required_text("bookable_service.display_name", service.display_name)
    if not service.duration:
        raise InvalidInput.field("bookable_service.duration", "must be given, 1 minute or more")
    if service.duration + service.buffer > MAX_DURATION:
        longest = MAX_DURATION // timedelta(days=1)
        raise InvalidInput.field(
            "bookable_service.buffer", f"must with the duration be at most {longest} days"
        )


def _resource_changes(given: booking_pb2.Resource, paths: Collection[str]) -> dict[str, Any]:
    """The values of the fields that are named. Raises InvalidInput."""
    changes: dict[str, Any] = {}
    if "display_name" in paths:
        changes["display_name"] = given.display_name
    if "kind" in paths:
        changes["kind"] = mapping.RESOURCE_KINDS[given.kind]
    if "capacity" in paths:
        changes["capacity"] = given.capacity or 1
    if "schedule" in paths:
        own = given.HasField("schedule")
        changes["hours"] = mapping.schedule("resource.schedule", given.schedule) if own else None
    return changes


def _hours_changes(given: booking_pb2.OpeningHours, paths: Collection[str]) -> dict[str, Any]:
    """The values of the attributes of hours and rules that are named. Raises InvalidInput."""
    hours = mapping.schedule("opening_hours.schedule", given.schedule)
    changes: dict[str, Any] = {
        name: getattr(hours, name)
        for name in ("weekly", "exceptions")
        if "schedule" in paths or f"schedule.{name}" in paths
    }
    names = [name for name in mapping.RULES if "rules" in paths or f"rules.{name}" in paths]
    return changes | mapping.rules("opening_hours.rules", given.rules, names)


def _owner_of_hours(name: str) -> TenantId:
    tenant, _, rest = name.removeprefix("tenants/").partition("/")
    if not name.startswith("tenants/") or rest != "openingHours":
        raise InvalidInput.field("opening_hours.name", "must be of the form tenants/{tenant}/openingHours")
    return TenantId(tenant)
