"""LeadService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import lead_pb2, lead_service_pb2, lead_service_pb2_grpc


class Leads:
    """LeadService: those who want to hear from the business. Leads are named `tenants/a/leads/b`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = lead_service_pb2_grpc.LeadServiceStub(channel)

    async def create(
        self, tenant: str, lead: lead_pb2.Lead, *, request_id: str = ""
    ) -> lead_service_pb2.CreateLeadResponse:
        """Adds a lead, or merges it into the one with its telephone number or e-mail address (`merged`)."""
        request = lead_service_pb2.CreateLeadRequest(parent=tenant_name(tenant), lead=lead)
        return await self._rpcs.change(self._stub.CreateLead, request, request_id)

    async def get(self, name: str) -> lead_pb2.Lead:
        """One lead."""
        request = lead_service_pb2.GetLeadRequest(name=name)
        return (await self._rpcs.read(self._stub.GetLead, request)).lead

    def list(
        self,
        tenant: str,
        *,
        status: lead_pb2.LeadStatus = lead_pb2.LEAD_STATUS_UNSPECIFIED,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> AsyncIterator[lead_pb2.Lead]:
        """A tenant's leads, the newest first: of a status, first heard of at a time or later and before another one.
        Times without a zone are UTC."""
        request = lead_service_pb2.ListLeadsRequest(parent=tenant_name(tenant), status=status)
        if created_after is not None:
            request.created_after.FromDatetime(created_after)
        if created_before is not None:
            request.created_before.FromDatetime(created_before)
        return self._rpcs.pages(self._stub.ListLeads, request, "leads")

    async def update(self, lead: lead_pb2.Lead, *paths: str, request_id: str = "") -> lead_pb2.Lead:
        """Changes the fields named by the paths, all without any. A lead with an `etag` is changed only if nobody
        else did since it was read: Conflict otherwise."""
        request = lead_service_pb2.UpdateLeadRequest(lead=lead, update_mask=FieldMask(paths=paths))
        return (await self._rpcs.change(self._stub.UpdateLead, request, request_id)).lead

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes a lead, for good."""
        request = lead_service_pb2.DeleteLeadRequest(name=name)
        await self._rpcs.change(self._stub.DeleteLead, request, request_id)
