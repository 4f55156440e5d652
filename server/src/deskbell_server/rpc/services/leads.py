"""LeadService."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from deskbell.v1 import lead_pb2
from deskbell.v1 import lead_service_pb2 as pb
from deskbell.v1.lead_service_pb2_grpc import LeadServiceServicer
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.lead import Lead, LeadStatus, check_named
from deskbell_server.domain.names import LeadId, TenantId, split_name, time_ordered_uuid
from deskbell_server.ports.stores import Clock, LeadStore, TenantStore
from deskbell_server.privacy.contacts import e164, email_address
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.rpc import lead_mapping, masks
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.identity_mapping import moment
from deskbell_server.rpc.page_tokens import PageTokens

_PLAIN = ("intent", "property_id", "notes", "caller_id")
_FIELDS = ("display_name", "phone", "email", "status", "consent_text", *_PLAIN)
_NAME = re.compile(
    r"tenants/([a-z][a-z0-9-]{1,61}[a-z0-9])/leads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)


class Leads(LeadServiceServicer):
    """See protos/deskbell/v1/lead_service.proto."""

    def __init__(self, store: LeadStore, tenants: TenantStore, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._tenants = tenants
        self._tokens = tokens
        self._clock = clock

    async def CreateLead(self, request: pb.CreateLeadRequest, context: Context) -> pb.CreateLeadResponse:
        tenant = TenantId(split_name(request.parent)[0])
        now = self._clock.now()
        values = await self._values(tenant, request.lead, _FIELDS, now)
        check_named(values["name"], values["phone"], values["email"])
        lead = Lead(
            tenant=tenant,
            id=LeadId(time_ordered_uuid(now.timestamp())),
            created_at=now,
            updated_at=now,
            **values,
        )
        # A repeat is told by its request id, before it comes here.
        stored = await self._store.record(tenant, lead, f"rpc:{lead.id}")
        return pb.CreateLeadResponse(lead=lead_mapping.lead(stored), merged=stored.id != lead.id)

    async def GetLead(self, request: pb.GetLeadRequest, context: Context) -> pb.GetLeadResponse:
        tenant, lead = _ids(request.name)
        return pb.GetLeadResponse(lead=lead_mapping.lead(await self._store.get(tenant, lead)))

    async def ListLeads(self, request: pb.ListLeadsRequest, context: Context) -> pb.ListLeadsResponse:
        (tenant,) = split_name(request.parent)
        since, until = (
            moment(field, getattr(request, field)) if request.HasField(field) else None
            for field in ("created_after", "created_before")
        )
        found, token = await self._tokens.page(
            f"{request.parent}/leads?status={request.status}&since={since}&until={until}",
            request,
            lambda key: LeadId(uuid.UUID(key)),
            lambda before, limit: self._store.page(
                TenantId(tenant),
                status=lead_mapping.STATUSES.get(request.status),
                before=before,
                limit=limit,
                created_since=since,
                created_until=until,
            ),
            lambda lead: lead.id,
            weight=lambda lead: lead_mapping.lead(lead).ByteSize(),
        )
        return pb.ListLeadsResponse(leads=map(lead_mapping.lead, found), next_page_token=token)

    async def UpdateLead(self, request: pb.UpdateLeadRequest, context: Context) -> pb.UpdateLeadResponse:
        if _NAME.fullmatch(request.lead.name) is None:
            raise InvalidInput.field("lead.name", "must be of the form tenants/{tenant}/leads/{lead}")
        tenant, lead = _ids(request.lead.name)
        now = self._clock.now()
        paths = masks.paths(request.update_mask, _FIELDS)
        changes = await self._values(tenant, request.lead, paths, now)
        updated = await self._store.update(tenant, lead, changes, request.lead.etag, now)
        return pb.UpdateLeadResponse(lead=lead_mapping.lead(updated))

    async def DeleteLead(self, request: pb.DeleteLeadRequest, context: Context) -> pb.DeleteLeadResponse:
        await self._store.delete(*_ids(request.name))
        return pb.DeleteLeadResponse()

    async def _values(
        self, tenant: TenantId, given: lead_pb2.Lead, paths: Iterable[str], now: datetime
    ) -> dict[str, Any]:
        """The attributes of `Lead` for the fields that are named. Raises InvalidInput, and NotFound (tenant)."""
        values: dict[str, Any] = {}
        for path in paths:
            match path:
                case "display_name":
                    values["name"] = given.display_name.strip()
                case "phone":
                    values["phone"] = await self._phone(tenant, given.phone)
                case "email":
                    values["email"] = _email(given.email)
                case "status":
                    values["status"] = lead_mapping.STATUSES.get(given.status, LeadStatus.NEW)
                case "consent_text":
                    values["consent_text"] = given.consent_text.strip()
                    values["consented_at"] = _consented_at(given, now)
                case plain:
                    values[plain] = getattr(given, plain)
        return values

    async def _phone(self, tenant: TenantId, given: str) -> str:
        text = given.strip()
        if not text:
            return ""
        region = None
        if not text.startswith("+"):
            region = region_of_time_zone((await self._tenants.get(tenant)).time_zone)
            if region is None:
                raise InvalidInput.field(
                    "lead.phone",
                    "must begin with + and the country code: the tenant's time zone is of no one country",
                )
        number = e164(text, region)
        if number is None:
            where = "" if region is None else f" in {region}"
            raise InvalidInput.field("lead.phone", f"is no telephone number{where}, or has an extension")
        return number


def _ids(name: str) -> tuple[TenantId, LeadId]:
    tenant, lead = split_name(name)
    return TenantId(tenant), LeadId(uuid.UUID(lead))


def _email(given: str) -> str:
    if not given.strip():
        return ""
    address = email_address(given)
    if address is None:
        raise InvalidInput.field("lead.email", "is no e-mail address")
    return address


def _consented_at(given: lead_pb2.Lead, now: datetime) -> datetime | None:
    """When consent was given, None if it was not."""
    if not given.consent_text.strip():
        if given.HasField("consent_time"):
            raise InvalidInput.field("lead.consent_time", "must be unset without lead.consent_text")
        return None
    if not given.HasField("consent_time"):
        return now
    time = moment("lead.consent_time", given.consent_time)
    if time > now:
        raise InvalidInput.field("lead.consent_time", "must not be in the future")
    return time
