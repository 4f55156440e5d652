"""CatalogService."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import booking_pb2, catalog_service_pb2, catalog_service_pb2_grpc


class Catalog:
    """CatalogService: what can be booked, who serves, and when. Services are named `tenants/a/services/b`, resources
    `tenants/a/resources/b`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = catalog_service_pb2_grpc.CatalogServiceStub(channel)

    async def create_service(
        self, tenant: str, service: booking_pb2.BookableService, *, service_id: str = "", request_id: str = ""
    ) -> booking_pb2.BookableService:
        """Creates a service; without an id the server makes one."""
        request = catalog_service_pb2.CreateBookableServiceRequest(
            parent=tenant_name(tenant), bookable_service_id=service_id, bookable_service=service
        )
        return (
            await self._rpcs.change(self._stub.CreateBookableService, request, request_id)
        ).bookable_service

    async def get_service(self, name: str) -> booking_pb2.BookableService:
        """One service."""
        request = catalog_service_pb2.GetBookableServiceRequest(name=name)
        return (await self._rpcs.read(self._stub.GetBookableService, request)).bookable_service

    def list_services(self, tenant: str) -> AsyncIterator[booking_pb2.BookableService]:
        """All services of a tenant, by id."""
        request = catalog_service_pb2.ListBookableServicesRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListBookableServices, request, "bookable_services")

    async def update_service(
        self, service: booking_pb2.BookableService, *paths: str, request_id: str = ""
    ) -> booking_pb2.BookableService:
        """Changes the fields named by the paths, all without any. A service with an `etag` is changed only if nobody
        else did since it was read: Conflict otherwise."""
        request = catalog_service_pb2.UpdateBookableServiceRequest(
            bookable_service=service, update_mask=FieldMask(paths=paths)
        )
        return (
            await self._rpcs.change(self._stub.UpdateBookableService, request, request_id)
        ).bookable_service

    async def delete_service(self, name: str, *, request_id: str = "") -> None:
        """Deletes a service of which nothing was ever booked."""
        request = catalog_service_pb2.DeleteBookableServiceRequest(name=name)
        await self._rpcs.change(self._stub.DeleteBookableService, request, request_id)

    async def create_resource(
        self, tenant: str, resource: booking_pb2.Resource, *, resource_id: str = "", request_id: str = ""
    ) -> booking_pb2.Resource:
        """Creates a resource; without an id the server makes one."""
        request = catalog_service_pb2.CreateResourceRequest(
            parent=tenant_name(tenant), resource_id=resource_id, resource=resource
        )
        return (await self._rpcs.change(self._stub.CreateResource, request, request_id)).resource

    async def get_resource(self, name: str) -> booking_pb2.Resource:
        """One resource."""
        request = catalog_service_pb2.GetResourceRequest(name=name)
        return (await self._rpcs.read(self._stub.GetResource, request)).resource

    def list_resources(self, tenant: str) -> AsyncIterator[booking_pb2.Resource]:
        """All resources of a tenant, by id."""
        request = catalog_service_pb2.ListResourcesRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListResources, request, "resources")

    async def update_resource(
        self, resource: booking_pb2.Resource, *paths: str, request_id: str = ""
    ) -> booking_pb2.Resource:
        """Changes the fields named by the paths, all without any; Conflict as above."""
        request = catalog_service_pb2.UpdateResourceRequest(
            resource=resource, update_mask=FieldMask(paths=paths)
        )
        return (await self._rpcs.change(self._stub.UpdateResource, request, request_id)).resource

    async def delete_resource(self, name: str, *, request_id: str = "") -> None:
        """Deletes a resource of which nothing was ever booked; services lose it."""
        request = catalog_service_pb2.DeleteResourceRequest(name=name)
        await self._rpcs.change(self._stub.DeleteResource, request, request_id)

    async def hours(self, tenant: str) -> booking_pb2.OpeningHours:
        """A tenant's opening hours, the rules of booking, and the time zone of both."""
        request = catalog_service_pb2.GetOpeningHoursRequest(name=f"{tenant_name(tenant)}/openingHours")
        return (await self._rpcs.read(self._stub.GetOpeningHours, request)).opening_hours

    async def update_hours(
        self, hours: booking_pb2.OpeningHours, *paths: str, request_id: str = ""
    ) -> booking_pb2.OpeningHours:
        """Changes what the paths name, all without any; Conflict as above."""
        request = catalog_service_pb2.UpdateOpeningHoursRequest(
            opening_hours=hours, update_mask=FieldMask(paths=paths)
        )
        return (await self._rpcs.change(self._stub.UpdateOpeningHours, request, request_id)).opening_hours
