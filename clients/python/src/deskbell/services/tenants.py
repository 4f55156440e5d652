"""TenantService."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import tenant_pb2, tenant_service_pb2, tenant_service_pb2_grpc


class Tenants:
    """TenantService. Tenants are named `tenants/a` or `a`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = tenant_service_pb2_grpc.TenantServiceStub(channel)

    async def create(
        self, tenant: tenant_pb2.Tenant, *, tenant_id: str = "", request_id: str = ""
    ) -> tenant_pb2.Tenant:
        """Creates a tenant; without an id the server makes one."""
        request = tenant_service_pb2.CreateTenantRequest(tenant_id=tenant_id, tenant=tenant)
        return (await self._rpcs.change(self._stub.CreateTenant, request, request_id)).tenant

    async def get(self, name: str) -> tenant_pb2.Tenant:
        """One tenant."""
        request = tenant_service_pb2.GetTenantRequest(name=tenant_name(name))
        return (await self._rpcs.read(self._stub.GetTenant, request)).tenant

    def list(self) -> AsyncIterator[tenant_pb2.Tenant]:
        """All tenants, by id."""
        request = tenant_service_pb2.ListTenantsRequest()
        return self._rpcs.pages(self._stub.ListTenants, request, "tenants")

    async def update(self, tenant: tenant_pb2.Tenant, *paths: str, request_id: str = "") -> tenant_pb2.Tenant:
        """Changes the fields named by the paths, all without any; `redaction.card_numbers` names one within another.
        A tenant with an `etag` is changed only if nobody else did since it was read: Conflict otherwise."""
        request = tenant_service_pb2.UpdateTenantRequest(tenant=tenant, update_mask=FieldMask(paths=paths))
        return (await self._rpcs.change(self._stub.UpdateTenant, request, request_id)).tenant

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes a tenant with everything of it, for good."""
        request = tenant_service_pb2.DeleteTenantRequest(name=tenant_name(name))
        await self._rpcs.change(self._stub.DeleteTenant, request, request_id)

    async def usage(self, name: str) -> tenant_service_pb2.GetUsageResponse:
        """What a tenant has used this month, and its quota."""
        request = tenant_service_pb2.GetUsageRequest(name=tenant_name(name))
        return await self._rpcs.read(self._stub.GetUsage, request)

    async def update_quota(
        self, quota: tenant_pb2.Quota, *paths: str, request_id: str = ""
    ) -> tenant_pb2.Quota:
        """Changes the limits named by the paths, all without any. Returns the quota as it counts. Its name is
        `tenants/a/quota`."""
        request = tenant_service_pb2.UpdateQuotaRequest(quota=quota, update_mask=FieldMask(paths=paths))
        return (await self._rpcs.change(self._stub.UpdateQuota, request, request_id)).quota

    async def erase_caller(
        self, tenant: str, caller_id: str, *, request_id: str = ""
    ) -> tenant_service_pb2.EraseCallerResponse:
        """Removes a caller from everything that is stored, for good; returns the receipt."""
        request = tenant_service_pb2.EraseCallerRequest(parent=tenant_name(tenant), caller_id=caller_id)
        return await self._rpcs.change(self._stub.EraseCaller, request, request_id)
