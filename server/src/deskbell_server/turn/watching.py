"""Follows conversations as they go on, on whichever server.

Nothing is kept for a watcher but the number of the last change that was told: what comes next is read from the store
when the watcher is ready for it. So a slow one costs no more than a quick one, and a notification that is lost costs
no more than a few seconds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deskbell_server.domain.conversation import Conversation, ConversationState
from deskbell_server.domain.errors import LimitReached, Unavailable
from deskbell_server.domain.history import Changed
from deskbell_server.domain.names import ConversationId, TenantId, tenant_name
from deskbell_server.ports.history import ConversationChanges, ConversationHistory
from deskbell_server.ports.stores import Clock

POLL_SECONDS = 3.0
"""How often to look without having been told of anything; also how soon an erased conversation is missed."""
HEARTBEAT_SECONDS = 15.0
BATCH = 100
"""Messages read at a time."""
MOST_OF_A_TENANT = 100
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation as it is when watching begins."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation after its end."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing has happened for a while."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something happened; `sequence` is the last change that was told, this one included."""

    sequence: int
    what: Started | Changed | Ended | Quiet


class Watches:
    """All watching in this process."""

    def __init__(self, history: ConversationHistory, changes: ConversationChanges, clock: Clock) -> None:
        self._history = history
        self._changes = changes
        self._clock = clock
        self._of_tenant: Counter[TenantId] = Counter()
        self._waiting: set[asyncio.Event] = set()
        self._stopped = False

    def stop(self) -> None:
        """Ends all watching, and lets none begin: the server shuts down."""
        self._stopped = True
        for changed in self._waiting:
            changed.set()

    async def watch(
        self, tenant: TenantId, conversation: ConversationId, *, after: int
    ) -> AsyncGenerator[Seen, None]:
        """What happened after the change `after`, and then what happens, until the conversation ends. Raises NotFound
        (when it is erased, too), StoreUnavailable, LimitReached, and Unavailable when the server shuts down."""
        with self._counted(tenant), self._changes.watching(tenant, conversation) as changed:
            self._waiting.add(changed)
            try:
                sequence, quiet_since, started = after, self._clock.monotonic(), False
                while True:
                    changed.clear()
                    if self._stopped:
                        raise Unavailable("the server is shutting down; go on from the last sequence")
                    news = await self._history.news(tenant, conversation, after=sequence, limit=BATCH)
                    if not started:
                        started = True
                        yield Seen(sequence, Started(news.conversation))
                    for change in news.changed:
                        sequence = change.sequence
                        yield Seen(sequence, change)
                    if news.changed:
                        quiet_since = self._clock.monotonic()
                    if len(news.changed) == BATCH:
                        continue
                    if news.conversation.state is not ConversationState.OPEN:
                        yield Seen(sequence, Ended(news.conversation))
                        return
                    if self._clock.monotonic() - quiet_since >= HEARTBEAT_SECONDS:
                        quiet_since = self._clock.monotonic()
                        yield Seen(sequence, Quiet())
                    await _told(changed)
            finally:
                self._waiting.discard(changed)

    @contextmanager
    def _counted(self, tenant: TenantId) -> Iterator[None]:
        if self._of_tenant[tenant] >= MOST_OF_A_TENANT:
            raise LimitReached(
                f"{MOST_OF_A_TENANT} conversations are watched already",
                reason="RATE_LIMITED",
                metadata={"subject": tenant_name(tenant), "limit": f"{MOST_OF_A_TENANT} watchers"},
                retry_after=RETRY_SECONDS,
            )
        self._of_tenant[tenant] += 1
        try:
            yield
        finally:
            self._of_tenant[tenant] -= 1
            if not self._of_tenant[tenant]:
                del self._of_tenant[tenant]


async def _told(changed: asyncio.Event) -> None:
    """Returns when there may be something to see."""
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await changed.wait()
    except TimeoutError:
        pass
