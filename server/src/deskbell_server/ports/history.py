"""What is read of conversations beside their messages, and how it is known that there is more."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from typing import Protocol

from deskbell_server.domain.history import News, StoredTurn
from deskbell_server.domain.names import ConversationId, TenantId, TurnId


class ConversationHistory(Protocol):
    """A tenant's conversations as they go on, and their turns. All raise StoreUnavailable."""

    async def news(self, tenant: TenantId, conversation: ConversationId, *, after: int, limit: int) -> News:
        """What changed after the change `after`, `limit` messages at most. Raises NotFound."""
        ...

    async def turns(
        self, tenant: TenantId, conversation: ConversationId, *, after: TurnId | None, limit: int
    ) -> list[StoredTurn]:
        """In the order of time, from the one after `after`."""
        ...


class ConversationChanges(Protocol):
    """Tells that a conversation has changed, whichever server it is on."""

    def watching(
        self, tenant: TenantId, conversation: ConversationId
    ) -> AbstractContextManager[asyncio.Event]:
        """A scope with an event that is set when the conversation may have changed; whoever waits clears it first, and
        then looks. A change may be missed, for example while the connection to the store is lost: look from time to
        time, too."""
        ...
