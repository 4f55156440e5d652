"""What callers ask and the documents do not say."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from deskbell_server.domain.names import ConversationId, TenantId

GapId = NewType("GapId", uuid.UUID)
MOST_QUESTION = 300
"""Characters."""


class GapStatus(StrEnum):
    """What became of a gap. One that is `answered` and asked once more in vain is open again; one that is
    `dismissed` stays so."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class KnowledgeGap:
    """A question that was refused, once or often, without personal data. `last_conversation` None: it is gone."""

    tenant: TenantId
    id: GapId
    question: str
    ask_count: int
    first_asked_at: datetime
    last_asked_at: datetime
    last_conversation: ConversationId | None
    status: GapStatus
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def name(self) -> str:
        """`tenants/{tenant}/knowledgeGaps/{gap}`."""
        return gap_name(self.tenant, self.id)


def gap_name(tenant: TenantId, gap: GapId) -> str:
    return f"tenants/{tenant}/knowledgeGaps/{gap}"
