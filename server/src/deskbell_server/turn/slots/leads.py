"""A lead of what a dialogue has taken down."""

from __future__ import annotations

from datetime import datetime

from deskbell_server.domain.lead import MOST_NOTES, Lead
from deskbell_server.domain.names import AgentId, ConversationId, LeadId, TenantId, time_ordered_uuid
from deskbell_server.turn.slots.commands import Commit
from deskbell_server.turn.slots.model import Slot


def lead_of(
    commit: Commit,
    *,
    tenant: TenantId,
    now: datetime,
    intent: str,
    agent: AgentId | None = None,
    conversation: ConversationId | None = None,
    caller_id: str = "",
) -> Lead:
    """The lead, with a new id. When to call back is the first of its notes; consent was given now, if it was."""
    said = {slot: commit.values.get(slot, "") for slot in Slot}
    callback = f"Call back: {said[Slot.CALLBACK]}" if said[Slot.CALLBACK] else ""
    return Lead(
        tenant=tenant,
        id=LeadId(time_ordered_uuid(now.timestamp())),
        name=said[Slot.NAME],
        phone=said[Slot.PHONE],
        email=said[Slot.EMAIL],
        intent=intent,
        property_id=said[Slot.PROPERTY],
        notes="\n".join(note for note in (callback, said[Slot.NOTES]) if note)[:MOST_NOTES],
        created_at=now,
        updated_at=now,
        consent_text=commit.consent,
        consented_at=now if commit.consent else None,
        caller_id=caller_id,
        conversation=conversation,
        agent=agent,
    )
