"""AuditService."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import audit_service_pb2, audit_service_pb2_grpc


class Audit:
    """AuditService: who did what."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = audit_service_pb2_grpc.AuditServiceStub(channel)

    def list(self, tenant: str, *, actor: str = "") -> AsyncIterator[audit_service_pb2.AuditEntry]:
        """A tenant's entries, the newest first, or the platform's for an empty tenant; with an actor
        (`tenants/a/users/b`) only theirs."""
        parent = tenant_name(tenant) if tenant else ""
        request = audit_service_pb2.ListAuditEntriesRequest(parent=parent, actor=actor)
        return self._rpcs.pages(self._stub.ListAuditEntries, request, "entries")
