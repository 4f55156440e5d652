"""TenantService."""

from __future__ import annotations

from typing import Any

from deskbell.v1 import tenant_service_pb2 as pb
from deskbell.v1.tenant_service_pb2_grpc import TenantServiceServicer
from deskbell_server.domain.names import TenantId, new_slug, split_name
from deskbell_server.domain.tenant import Tenant, check_time_zone
from deskbell_server.ports.stores import Clock, TenantStore
from deskbell_server.rpc import mapping, masks
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.names import required_name, required_text
from deskbell_server.rpc.page_tokens import PageTokens

_FIELDS = ("display_name", "industry", "language_code", "time_zone")
_SCOPE = "tenants"
PAGE = 50


class Tenants(TenantServiceServicer):
    """See protos/deskbell/v1/tenant_service.proto."""

    def __init__(self, store: TenantStore, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock

    async def CreateTenant(
        self, request: pb.CreateTenantRequest, context: Context
    ) -> pb.CreateTenantResponse:
        now = self._clock.now()
        given = request.tenant
        tenant = Tenant(
            id=TenantId(request.tenant_id or new_slug("t")),
            display_name=required_text("tenant.display_name", given.display_name),
            industry=given.industry,
            language_code=given.language_code or "en",
            time_zone=check_time_zone(given.time_zone or "UTC"),
            created_at=now,
            updated_at=now,
        )
        return pb.CreateTenantResponse(tenant=mapping.tenant(await self._store.create(tenant)))

    async def GetTenant(self, request: pb.GetTenantRequest, context: Context) -> pb.GetTenantResponse:
        (tenant,) = split_name(request.name)
        return pb.GetTenantResponse(tenant=mapping.tenant(await self._store.get(TenantId(tenant))))

    async def ListTenants(self, request: pb.ListTenantsRequest, context: Context) -> pb.ListTenantsResponse:
        limit = request.page_size or PAGE
        after = self._tokens.read(_SCOPE, request.page_token)
        found = await self._store.page(after=None if after is None else TenantId(after), limit=limit + 1)
        response = pb.ListTenantsResponse(tenants=[mapping.tenant(tenant) for tenant in found[:limit]])
        if len(found) > limit:
            response.next_page_token = self._tokens.make(_SCOPE, found[limit - 1].id)
        return response

    async def UpdateTenant(
        self, request: pb.UpdateTenantRequest, context: Context
    ) -> pb.UpdateTenantResponse:
        (tenant,) = required_name("tenant.name", request.tenant.name, "tenants")
        changes: dict[str, Any] = {
            path: getattr(request.tenant, path) for path in masks.paths(request.update_mask, _FIELDS)
        }
        if "display_name" in changes:
            required_text("tenant.display_name", changes["display_name"])
        if "time_zone" in changes:
            changes["time_zone"] = check_time_zone(changes["time_zone"] or "UTC")
        if "language_code" in changes:
            changes["language_code"] = changes["language_code"] or "en"
        updated = await self._store.update(TenantId(tenant), changes, self._clock.now())
        return pb.UpdateTenantResponse(tenant=mapping.tenant(updated))

    async def DeleteTenant(
        self, request: pb.DeleteTenantRequest, context: Context
    ) -> pb.DeleteTenantResponse:
        (tenant,) = split_name(request.name)
        await self._store.delete(TenantId(tenant))
        return pb.DeleteTenantResponse()
