"""Counts a call's minutes while it goes on, so that a crash loses one at most, and ends it when they are used up."""

from __future__ import annotations

import asyncio

import structlog

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.stores import Clock
from deskbell_server.voice.credential import CallCredential

COUNT_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class Meter:
    """The minutes of one call."""

    def __init__(self, quotas: Quotas, tenant: TenantId, credential: CallCredential, clock: Clock) -> None:
        self._quotas = quotas
        self._tenant = tenant
        self._credential = credential
        self._clock = clock
        self._counted_to = clock.monotonic()

    async def run(self) -> None:
        """Counts each minute; returns when the tenant's minutes of the month are used up."""
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            if not await self.count():
                return

    async def count(self) -> bool:
        """Counts what has not been counted; False when the month's minutes are used up. What the store does not
        take is counted the next time."""
        now = self._clock.monotonic()
        try:
            principal = self._credential.principal
            left = await self._quotas.add_call_seconds(self._tenant, principal, now - self._counted_to)
        except DeskbellError as error:
            _log.warning("call_seconds_not_counted", reason=error.reason)
            return True
        self._counted_to = now
        return left
