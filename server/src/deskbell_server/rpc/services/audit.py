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

PAGE = 50


class Audit(AuditServiceServicer):
    """See protos/deskbell/v1/audit_service.proto."""

    def __init__(self, log: AuditLog, tokens: PageTokens) -> None:
        self._log = log
        self._tokens = tokens

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        (name,) = split_name(request.parent)
        tenant = TenantId(name)
        scope = f"{request.parent}/auditEntries?actor={request.actor}"
        limit = request.page_size or PAGE
        before = self._tokens.read(scope, request.page_token)
        found = await self._log.page(
            tenant,
            actor=request.actor,
            before=None if before is None else uuid.UUID(before),
            limit=limit + 1,
        )
        response = pb.ListAuditEntriesResponse(
            entries=[identity_mapping.audit_entry(tenant, entry) for entry in found[:limit]]
        )
        if len(found) > limit:
            response.next_page_token = self._tokens.make(scope, str(found[limit - 1].id))
        return response
