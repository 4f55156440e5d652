"""What a tenant may use, asked before it is used."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

import structlog

from deskbell_server.domain.errors import DeskbellError, NotFound
from deskbell_server.domain.identity import ApiKeyId, CredentialLimits, Principal
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

    async def check_month(self, tenant: TenantId, principal: Principal, *, calls: bool) -> None:
        """Raises QuotaExceeded when the month's tokens, or for a call its minutes, are used up, the tenant's or those
        of the key."""
        quota = await self.of(tenant)
        usage = await self.usage(tenant)
        self._check("tenant", quota, usage.call_seconds, usage.tokens, calls=calls)
        own = principal.limits
        if principal.api_key is not None and (own.monthly_tokens or own.monthly_call_minutes):
            month = month_of(self._clock.now())
            seconds, tokens = await self._store.key_usage(tenant, principal.api_key, month)
            self._check("API key", own, seconds, tokens, calls=calls)

    async def add_call_seconds(self, tenant: TenantId, principal: Principal, seconds: float) -> bool:
        """Counts seconds of a call; False when the month's minutes are used up now."""
        # Asked for first: what fails after the seconds were added would have them added again.
        quota = await self.of(tenant)
        month = month_of(self._clock.now())
        of_tenant, of_key = await self._store.add(tenant, _counted(principal), month, seconds, 0)
        own = principal.limits.monthly_call_minutes
        return of_tenant < quota.monthly_call_minutes * 60 and (not own or of_key < own * 60)

    async def add_tokens(self, tenant: TenantId, principal: Principal, tokens: int) -> None:
        """Counts tokens of the chat model. What the store does not take within 2 s is not counted: it must hold up
        neither a call nor its end."""
        if not tokens:
            return
        try:
            async with asyncio.timeout(COUNT_TIMEOUT):
                month = month_of(self._clock.now())
                await self._store.add(tenant, _counted(principal), month, 0.0, tokens)
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
        own = principal.limits.max_concurrent_calls
        if own:
            subject = "client token" if principal.is_client else "API key"
            limits.append(CallLimit(_credential(principal), subject, own))
        return limits

    def _check(
        self, subject: str, limits: Quota | CredentialLimits, seconds: float, tokens: int, *, calls: bool
    ) -> None:
        wait = max(seconds_to_next_month(self._clock.now()), 1.0)
        if limits.monthly_tokens and tokens >= limits.monthly_tokens:
            what = f"{limits.monthly_tokens:,} tokens"
            raise QuotaExceeded("monthly_tokens", _used_up(subject, what), subject=subject, retry_after=wait)
        minutes = limits.monthly_call_minutes
        if calls and minutes and seconds >= minutes * 60:
            what = f"{minutes:,} minutes of calls"
            raise QuotaExceeded(
                "monthly_call_minutes", _used_up(subject, what), subject=subject, retry_after=wait
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
    rate = principal.limits.requests_per_second
    if rate:
        return [Bucket(name, "API key", rate, principal.limits.request_burst or rate * 2)]
    return []


def _credential(principal: Principal) -> str:
    """`apiKeys:4f1c...`: the last two parts of the actor's name."""
    return ":".join(principal.actor.split("/")[-2:])


def _counted(principal: Principal) -> ApiKeyId | None:
    """The key for which usage is counted, if it has limits that this matters for."""
    own = principal.limits
    return principal.api_key if own.monthly_tokens or own.monthly_call_minutes else None


def _used_up(subject: str, what: str) -> str:
    return f"the {subject} has used up its {what} of this month"
