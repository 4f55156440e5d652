"""Deletes what is too old, in the background: what tenants' retention says, and credentials that have expired."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from deskbell_server.domain.errors import DeskbellError, NotFound
from deskbell_server.domain.names import TenantId
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.identity import Housekeeping
from deskbell_server.ports.stores import Clock, TenantStore

SWEEP_SECONDS = 3600.0
PAGE = 200
EXPIRED_FOR = timedelta(days=1)
"""How long an expired credential is kept, to tell an owner what it was."""
LEAD_KEYS_FOR = timedelta(days=30)
"""How long a lead that is recorded again is known to have been."""
_log = structlog.get_logger(__name__)


class Sweeper:
    """Sweeps once an hour. Servers that sweep at the same time do each other no harm."""

    def __init__(
        self, tenants: TenantStore, housekeeping: Housekeeping, clock: Clock, audit_days: int
    ) -> None:
        self._tenants = tenants
        self._housekeeping = housekeeping
        self._clock = clock
        self._audit_days = audit_days

    async def run(self) -> None:
        """Sweeps until cancelled. A store that does not answer is tried again the next hour."""
        while True:
            try:
                await self.sweep()
            except DeskbellError as error:
                _log.warning("sweep_failed", reason=error.reason)
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Deletes what is too old now. Raises StoreUnavailable."""
        now = self._clock.now()
        await self._housekeeping.delete_old_requests()
        await self._housekeeping.delete_old_audit_entries(now - timedelta(days=self._audit_days))
        await self._housekeeping.delete_old_operator_sessions(now - EXPIRED_FOR)
        after: TenantId | None = None
        while tenants := await self._tenants.page(after=after, limit=PAGE):
            for tenant in tenants:
                with suppress(NotFound):  # deleted meanwhile
                    await self._sweep_tenant(tenant)
            after = tenants[-1].id

    async def _sweep_tenant(self, tenant: Tenant) -> None:
        now = self._clock.now()
        await self._housekeeping.delete_old_credentials(tenant.id, now - EXPIRED_FOR)
        days = tenant.retention.transcript_days
        if days:
            count = await self._housekeeping.delete_old_transcripts(tenant.id, now - timedelta(days=days))
            if count:
                _log.info("messages_deleted", tenant=tenant.id, count=count)
        await self._housekeeping.delete_old_lead_keys(tenant.id, now - LEAD_KEYS_FOR)
        days = tenant.retention.lead_days
        if days:
            count = await self._housekeeping.delete_old_leads(tenant.id, now - timedelta(days=days))
            if count:
                _log.info("leads_deleted", tenant=tenant.id, count=count)
        days = tenant.retention.reservation_days
        if days:
            count = await self._housekeeping.delete_old_reservations(tenant.id, now - timedelta(days=days))
            if count:
                _log.info("reservations_deleted", tenant=tenant.id, count=count)
