"""AuditService."""

from __future__ import annotations

import uuid

from deskbell.v1 import audit_service_pb2 as pb
from deskbell.v1.audit_service_pb2_grpc import AuditServiceServicer
from deskbell_server.domain.names import TenantId, split_name
from deskbell_server.ports.identity import AuditLog
from deskbell_server.rpc import identity_mapping
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.page_tokens import PageTokens


class Audit(AuditServiceServicer):
    """See protos/deskbell/v1/audit_service.proto."""

    def __init__(self, log: AuditLog, tokens: PageTokens) -> None:
        self._log = log
        self._tokens = tokens

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        tenant = TenantId(split_name(request.parent)[0]) if request.parent else None
        found, token = await self._tokens.page(
            f"{request.parent}/auditEntries?actor={request.actor}",
            request,
            uuid.UUID,
            lambda before, limit: self._log.page(tenant, actor=request.actor, before=before, limit=limit),
            lambda entry: entry.id,
        )
        return pb.ListAuditEntriesResponse(
            entries=[identity_mapping.audit_entry(tenant, entry) for entry in found], next_page_token=token
        )
