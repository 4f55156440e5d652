"""How much a tenant or a credential may use, shared by all servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from deskbell_server.domain.names import ConversationId, TenantId


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: `burst` requests at once, then `rate` a second.

    `name` tells it from the tenant's others (`requests`, `key:4f1c:requests`); it may hold ids of ours, never a
    secret or a caller's words. `subject` is what the client is told when it is empty ("tenant", "API key").
    """

    name: str
    subject: str
    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class CallLimit:
    """At most `limit` calls at once under `name` (`tenant`, `key:4f1c`); `subject` as in `Bucket`."""

    name: str
    subject: str
    limit: int


class RateLimits(Protocol):
    """Token buckets that all servers share."""

    async def take(self, tenant: TenantId | None, buckets: Sequence[Bucket]) -> None:
        """Takes one token from each bucket, or from none and raises LimitReached (reason RATE_LIMITED, metadata
        `subject` and `limit`, `retry_after`). `tenant` None: buckets of the whole platform.

        While the shared store is away each server counts for itself.
        """
        ...

    async def give_back(self, tenant: TenantId | None, buckets: Sequence[Bucket]) -> None:
        """Gives back one token of each, up to its burst. For an attempt that turned out to be welcome."""
        ...


class LiveCalls(Protocol):
    """Which calls go on, shared by all servers."""

    async def enter(
        self, tenant: TenantId, conversation: ConversationId, limits: Sequence[CallLimit]
    ) -> None:
        """Counts a call in under each limit's name. Raises LimitReached (TOO_MANY_CALLS) and counts it under none
        when one of them has its number of calls already."""
        ...

    async def leave(self, tenant: TenantId, conversation: ConversationId) -> None:
        """Counts it out wherever it was counted in."""
        ...

    async def is_alive(self, owner: str) -> bool:
        """Whether a server process has shown life lately."""
        ...
