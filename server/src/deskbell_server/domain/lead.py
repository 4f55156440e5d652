"""Leads: callers who want to hear from the business."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, ConversationId, LeadId, TenantId

MOST_NOTES = 4000
"""Characters that a lead's notes may have; merging cuts off the oldest."""
_SAID_ANEW = {
    "name": "name",
    "phone": "phone",
    "email": "e-mail",
    "intent": "intent",
    "property_id": "property",
}
"""Attributes of which the caller's last word counts, and what notes call them."""


class LeadStatus(StrEnum):
    """How far the business has got with it."""

    NEW = "new"
    CONTACTED = "contacted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody to get back to. What was not said is empty.

    `phone` is E.164, `email` in small letters: within a tenant no two leads have the same. `consent_text` is the
    sentence that the caller agreed to, and `consented_at` when; both or neither.
    """

    tenant: TenantId
    id: LeadId
    name: str
    phone: str
    email: str
    intent: str
    property_id: str
    notes: str
    created_at: datetime
    updated_at: datetime
    consent_text: str = ""
    consented_at: datetime | None = None
    status: LeadStatus = LeadStatus.NEW
    caller_id: str = ""
    earlier_caller_ids: tuple[str, ...] = ()
    """Those that `caller_id` took the place of: each must still find the lead when the caller is erased."""
    conversation: ConversationId | None = None
    agent: AgentId | None = None
    """Of the last call in which the lead was heard from."""
    version: int = 1


def merged(old: Lead, new: Lead) -> Lead:
    """A lead with what was heard of the same person later.

    What was said last counts, and what it takes the place of goes into the notes: two people may share a number.
    Notes are added unless they are there. A closed lead is new again. Consent once given stays until another is.
    """
    notes = [old.notes, new.notes if new.notes not in old.notes else ""]
    values: dict[str, Any] = {}
    for attribute, called in _SAID_ANEW.items():
        before, now = getattr(old, attribute), getattr(new, attribute)
        values[attribute] = now or before
        if now and before and now != before:
            notes.append(f"Earlier {called}: {before}")
    caller_id = new.caller_id or old.caller_id
    consent = new if new.consented_at is not None else old
    return dataclasses.replace(
        old,
        **values,
        notes="\n".join(note for note in notes if note)[-MOST_NOTES:],
        consent_text=consent.consent_text,
        consented_at=consent.consented_at,
        status=LeadStatus.NEW if old.status is LeadStatus.CLOSED else old.status,
        caller_id=caller_id,
        earlier_caller_ids=_earlier(caller_id, old, new),
        conversation=new.conversation or old.conversation,
        agent=new.agent or old.agent,
        updated_at=max(old.updated_at, new.updated_at),
    )


def changed(old: Lead, changes: Mapping[str, Any], now: datetime) -> Lead:
    """A lead with attributes that somebody has set. Raises InvalidInput if nobody could be got back to with it."""
    new = dataclasses.replace(old, **changes, updated_at=now)
    check_named(new.name, new.phone, new.email)
    return dataclasses.replace(new, earlier_caller_ids=_earlier(new.caller_id, old, new))


def check_named(name: str, phone: str, email: str) -> None:
    """Raises InvalidInput if all three are empty."""
    if not (name or phone or email):
        raise InvalidInput.field("lead", "must have one of display_name, phone and email")


def _earlier(caller_id: str, *leads: Lead) -> tuple[str, ...]:
    """The ids of some leads but this one and none."""
    known = {each for lead in leads for each in (lead.caller_id, *lead.earlier_caller_ids)}
    return tuple(sorted(known - {caller_id, ""}))
