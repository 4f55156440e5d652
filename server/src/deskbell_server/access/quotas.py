"""What a tenant may use, asked before it is used."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

import structlog

from deskbell_server.domain.errors import DeskbellError, NotFound
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import TenantId
from deskbell_server.domain.quota import (
    Quota,
    QuotaExceeded,
    Usage,
    month_of,
    seconds_to_next_month,
)
from deskbell_server.ports.limits import Bucket, CallLimit
from deskbell_server.ports.stores import Clock, QuotaStore

REMEMBER_SECONDS = 5.0
"""A quota changed on another server counts here after this time."""
MAX_REMEMBERED = 10_000
COUNT_TIMEOUT = 2.0
OPERATOR_RATE, OPERATOR_BURST = 500.0, 2000
"""Operators act for all tenants; a slip of a script must still not stop the calls."""
CLIENT_RATE, CLIENT_BURST = 10.0, 200
"""Of one phone, which must not use up what its tenant has."""


_log = structlog.get_logger(__name__)


class Quotas:
    """Quotas of tenants, with the server's defaults where they have none."""

    def __init__(self, store: QuotaStore, defaults: Quota, clock: Clock) -> None:
        self._store = store
        self._defaults = defaults
        self._clock = clock
        self._remembered: OrderedDict[TenantId, tuple[float, Quota]] = OrderedDict()

    async def of(self, tenant: TenantId) -> Quota:
        """The limits that count. Raises NotFound (tenant) and StoreUnavailable."""
        now = self._clock.monotonic()
        found = self._remembered.get(tenant)
        if found is not None and now - found[0] < REMEMBER_SECONDS:
            return found[1]
        quota = (await self._store.get(tenant)).over(self._defaults)
        self._remember(tenant, quota)
        return quota

    async def update(self, tenant: TenantId, changes: Mapping[str, int], etag: str) -> Quota:
        """Changes the tenant's own limits. Raises NotFound (tenant) and Conflict."""
        return (await self._store.update(tenant, changes, etag)).over(self._defaults)

    def forget(self, tenant: TenantId) -> None:
        """Asks the store the next time. After a change has been committed."""
        self._remembered.pop(tenant, None)

    async def usage(self, tenant: TenantId) -> Usage:
        """What was used this month."""
        return await self._store.usage(tenant, month_of(self._clock.now()))

    async def check_month(self, tenant: TenantId, *, calls: bool) -> None:
        """Raises QuotaExceeded when the month's tokens, or for a call its minutes, are used up."""
        quota = await self.of(tenant)
        usage = await self.usage(tenant)
        if usage.tokens >= quota.monthly_tokens:
            raise self._used_up("monthly_tokens", f"{quota.monthly_tokens:,} tokens")
        if calls and usage.call_seconds >= quota.monthly_call_minutes * 60:
            raise self._used_up("monthly_call_minutes", f"{quota.monthly_call_minutes:,} minutes of calls")

    async def add_call_seconds(self, tenant: TenantId, seconds: float) -> bool:
        """Counts seconds of a call; False when the month's minutes are used up now."""
        # Asked for first: what fails after the seconds were added would have them added again.
        allowed = (await self.of(tenant)).monthly_call_minutes * 60
        return await self._store.add_call_seconds(tenant, month_of(self._clock.now()), seconds) < allowed

    async def add_tokens(self, tenant: TenantId, tokens: int) -> None:
        """Counts tokens of the chat model. What the store does not take within 2 s is not counted: it must hold up
        neither a call nor its end."""
        if not tokens:
            return
        try:
            async with asyncio.timeout(COUNT_TIMEOUT):
                await self._store.add_tokens(tenant, month_of(self._clock.now()), tokens)
        except (DeskbellError, TimeoutError):
            _log.warning("tokens_not_counted", tenant=tenant)

    async def room_for_knowledge(self, tenant: TenantId) -> int:
        """Bytes that all of the tenant's documents together may have."""
        return (await self.of(tenant)).knowledge_bytes

    async def request_buckets(
        self, principal: Principal, *, model: bool
    ) -> tuple[TenantId | None, list[Bucket]]:
        """The buckets that a request takes from, and whose they are (None: the platform's)."""
        own = _own_buckets(principal)
        if principal.tenant is None:
            return None, own
        try:
            quota = await self.of(principal.tenant)
        except NotFound:
            quota = self._defaults
        buckets = [Bucket("requests", "tenant", quota.requests_per_second, quota.request_burst), *own]
        if model:
            rate = quota.model_requests_per_second
            buckets.append(Bucket("model-requests", "tenant", rate, rate * 2))
        return principal.tenant, buckets

    async def call_limits(self, principal: Principal, tenant: TenantId) -> list[CallLimit]:
        """Under which names a call counts. Raises NotFound (tenant)."""
        limits = [CallLimit("tenant", "tenant", (await self.of(tenant)).concurrent_calls)]
        if principal.max_concurrent_calls:
            subject = "client token" if principal.is_client else "API key"
            limits.append(CallLimit(_credential(principal), subject, principal.max_concurrent_calls))
        return limits

    def _used_up(self, quota: str, what: str) -> QuotaExceeded:
        wait = seconds_to_next_month(self._clock.now())
        return QuotaExceeded(
            quota, f"the tenant has used up its {what} of this month", retry_after=max(wait, 1.0)
        )

    def _remember(self, tenant: TenantId, quota: Quota) -> None:
        self._remembered[tenant] = (self._clock.monotonic(), quota)
        self._remembered.move_to_end(tenant)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)


def _own_buckets(principal: Principal) -> list[Bucket]:
    name = f"{_credential(principal)}:requests"
    if principal.tenant is None:
        return [Bucket(name, "operator", OPERATOR_RATE, OPERATOR_BURST)]
    if principal.is_client:
        return [Bucket(name, "client token", CLIENT_RATE, CLIENT_BURST)]
    if principal.requests_per_second:
        rate = principal.requests_per_second
        return [Bucket(name, "API key", rate, rate * 2)]
    return []


def _credential(principal: Principal) -> str:
    """`apiKeys:4f1c...`: the last two parts of the actor's name."""
    return ":".join(principal.actor.split("/")[-2:])
