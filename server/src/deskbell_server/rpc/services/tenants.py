"""TenantService."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deskbell.v1 import tenant_pb2
from deskbell.v1 import tenant_service_pb2 as pb
from deskbell.v1.tenant_service_pb2_grpc import TenantServiceServicer
from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import TenantId, new_slug, split_name
from deskbell_server.domain.privacy import RedactionPolicy, Retention
from deskbell_server.domain.quota import QUOTA_FIELDS
from deskbell_server.domain.tenant import Tenant, check_time_zone
from deskbell_server.ports.identity import CallerEraser
from deskbell_server.ports.recall import AnswerCache
from deskbell_server.ports.stores import Clock, TenantStore
from deskbell_server.rpc import mapping, masks
from deskbell_server.rpc.caller import current_caller
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.names import required_name, required_text
from deskbell_server.rpc.page_tokens import PageTokens

_PLAIN = ("display_name", "industry", "language_code", "time_zone")
_PATHS = (
    *_PLAIN,
    "redaction",
    "retention",
    *(f"redaction.{field}" for field in mapping.REDACTION_FIELDS),
    *(f"retention.{field}" for field in mapping.RETENTION_FIELDS),
)


class Tenants(TenantServiceServicer):
    """See protos/deskbell/v1/tenant_service.proto."""

    def __init__(
        self,
        store: TenantStore,
        quotas: Quotas,
        eraser: CallerEraser,
        answers: AnswerCache,
        tokens: PageTokens,
        clock: Clock,
    ) -> None:
        self._store = store
        self._answers = answers
        self._quotas = quotas
        self._eraser = eraser
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
            redaction=mapping.redaction(given.redaction),
            retention=mapping.retention(given.retention),
        )
        return pb.CreateTenantResponse(tenant=mapping.tenant(await self._store.create(tenant)))

    async def GetTenant(self, request: pb.GetTenantRequest, context: Context) -> pb.GetTenantResponse:
        (tenant,) = split_name(request.name)
        return pb.GetTenantResponse(tenant=mapping.tenant(await self._store.get(TenantId(tenant))))

    async def ListTenants(self, request: pb.ListTenantsRequest, context: Context) -> pb.ListTenantsResponse:
        found, token = await self._tokens.page(
            "tenants",
            request,
            TenantId,
            lambda after, limit: self._store.page(after=after, limit=limit),
            lambda tenant: tenant.id,
        )
        return pb.ListTenantsResponse(tenants=map(mapping.tenant, found), next_page_token=token)

    async def UpdateTenant(
        self, request: pb.UpdateTenantRequest, context: Context
    ) -> pb.UpdateTenantResponse:
        (tenant,) = required_name("tenant.name", request.tenant.name, "tenants")
        paths = masks.paths(request.update_mask, _PATHS)
        current = await self._store.get(TenantId(tenant))
        changes = _changes(request.tenant, paths, current)
        updated = await self._store.update(TenantId(tenant), changes, request.tenant.etag, self._clock.now())
        return pb.UpdateTenantResponse(tenant=mapping.tenant(updated))

    async def DeleteTenant(
        self, request: pb.DeleteTenantRequest, context: Context
    ) -> pb.DeleteTenantResponse:
        (tenant,) = split_name(request.name)
        await self._store.delete(TenantId(tenant))

        async def committed(response: pb.DeleteTenantResponse) -> pb.DeleteTenantResponse:
            await self._answers.forget(TenantId(tenant))
            return response

        current_caller().afterwards = committed
        return pb.DeleteTenantResponse()

    async def GetUsage(self, request: pb.GetUsageRequest, context: Context) -> pb.GetUsageResponse:
        (name,) = split_name(request.name)
        tenant = TenantId(name)
        quota = await self._quotas.of(tenant)
        usage = await self._quotas.usage(tenant)
        return pb.GetUsageResponse(usage=mapping.usage(usage), quota=mapping.quota(tenant, quota))

    async def UpdateQuota(self, request: pb.UpdateQuotaRequest, context: Context) -> pb.UpdateQuotaResponse:
        tenant = _quota_tenant(request.quota.name)
        changes = {
            path: getattr(request.quota, path) for path in masks.paths(request.update_mask, QUOTA_FIELDS)
        }
        quota = await self._quotas.update(tenant, changes, request.quota.etag)

        async def committed(response: pb.UpdateQuotaResponse) -> pb.UpdateQuotaResponse:
            self._quotas.forget(tenant)
            return response

        current_caller().afterwards = committed
        return pb.UpdateQuotaResponse(quota=mapping.quota(tenant, quota))

    async def EraseCaller(self, request: pb.EraseCallerRequest, context: Context) -> pb.EraseCallerResponse:
        (tenant,) = split_name(request.parent)
        erased = await self._eraser.erase(TenantId(tenant), request.caller_id)

        async def committed(response: pb.EraseCallerResponse) -> pb.EraseCallerResponse:
            # Whose question an answer was given to is not kept with it, so all of them go.
            await self._answers.forget(TenantId(tenant))
            return response

        current_caller().afterwards = committed
        return pb.EraseCallerResponse(
            erased=[pb.ErasedRows(table=table, count=count) for table, count in erased],
            erase_time=mapping.timestamp(self._clock.now()),
        )


def _changes(given: tenant_pb2.Tenant, paths: set[str], current: Tenant) -> dict[str, Any]:
    changes: dict[str, Any] = {path: getattr(given, path) for path in _PLAIN if path in paths}
    if "display_name" in changes:
        required_text("tenant.display_name", changes["display_name"])
    if "time_zone" in changes:
        changes["time_zone"] = check_time_zone(changes["time_zone"] or "UTC")
    if "language_code" in changes:
        changes["language_code"] = changes["language_code"] or "en"
    redaction: RedactionPolicy = mapping.redaction(given.redaction)
    retention: Retention = mapping.retention(given.retention)
    for name, new, old in (
        ("redaction", redaction, current.redaction),
        ("retention", retention, current.retention),
    ):
        single = {path.partition(".")[2] for path in paths if path.startswith(f"{name}.")}
        if name in paths:
            changes[name] = new
        elif single:
            changes[name] = replace(old, **{field: getattr(new, field) for field in single})
    return changes


def _quota_tenant(name: str) -> TenantId:
    tenant, slash, rest = name.removeprefix("tenants/").partition("/")
    if not slash or rest != "quota":
        raise InvalidInput.field("quota.name", "must be of the form tenants/{tenant}/quota")
    return TenantId(tenant)
