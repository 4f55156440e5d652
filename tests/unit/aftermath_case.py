"""Conversations to report on, said line by line."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from deskbell_server.aftermath.case import Case, case_of
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState, Message, Speaker
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import AgentId, ConversationId, DocumentId, TenantId, TurnId
from deskbell_server.domain.privacy import Handling, RedactionPolicy
from deskbell_server.domain.tenant import Tenant
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.ports.aftermath import BookedRow, LeadRow, Material, TurnRow

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday."""
TUESDAY_AT_TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
KEEP = RedactionPolicy()
MASK = RedactionPolicy(Handling.MASK, Handling.MASK, Handling.MASK, Handling.MASK)


def tenant(redaction: RedactionPolicy = KEEP) -> Tenant:
    return Tenant(
        TenantId("clinic"), "The clinic", "dentist", "en-GB", "Europe/London", NOW, NOW, redaction=redaction
    )


def case(
    *turns: tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, str],
    booked: tuple[BookedRow, ...] = (),
    leads: tuple[LeadRow, ...] = (),
    form_left_open: bool = False,
    channel: Channel = Channel.VOICE,
    **of_tenant: Any,
) -> Case:
    """Of turns (caller's words, agent's words, outcome, intent). Without an outcome nothing is kept of a turn but its
    words; an empty caller's line is the greeting."""
    messages: list[Message] = []
    rows: list[TurnRow] = []
    for number, (asked, answered, *kept) in enumerate(turns):
        turn = TurnId(uuid.UUID(int=number + 1))
        at = NOW + timedelta(seconds=number * 10)
        if asked:
            messages.append(Message(len(messages) + 1, turn, Speaker.CALLER, asked, asked, False, (), at))
        if answered:
            messages.append(
                Message(len(messages) + 1, turn, Speaker.AGENT, answered, answered, False, (), at)
            )
        if kept:
            intent = IntentKind(kept[1]) if len(kept) > 1 else IntentKind.FAQ
            rows.append(TurnRow(turn, intent, "en", TurnOutcome(kept[0]), "complaint"))
    conversation = Conversation(
        TenantId("clinic"),
        ConversationId(uuid.UUID(int=7)),
        AgentId("desk"),
        channel,
        ConversationState.ENDED,
        "",
        len(messages),
        NOW,
        NOW,
        "caller_ended",
    )
    material = Material(conversation, tuple(messages), tuple(rows), booked, leads, form_left_open)
    return case_of(tenant(**of_tenant), material)


def cited(message: str) -> Citation:
    return Citation(0, len(message), DocumentId("hours"), "Hours", 0, 0, 5, message)


CHECK_UP = BookedRow("Check-up", TUESDAY_AT_TEN, "Anna Kowalski", "+442079460958", "")
VIEWING = LeadRow("Tom Price", "+442079460111", "tom@example.com", "viewing", "12B")
