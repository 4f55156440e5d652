"""What came of a conversation."""

from __future__ import annotations

from deskbell_server.aftermath.case import Case
from deskbell_server.domain.report import ConversationOutcome
from deskbell_server.domain.turn import TurnOutcome


def outcome(case: Case) -> ConversationOutcome:
    """The first that is true, in the order of `ConversationOutcome`."""
    if case.material.booked:
        return ConversationOutcome.BOOKED
    if case.of(TurnOutcome.HANDED_OVER):
        return ConversationOutcome.HANDED_OVER
    if case.material.leads:
        return ConversationOutcome.LEAD
    answered, refused = case.of(TurnOutcome.ANSWERED), case.of(TurnOutcome.REFUSED)
    if case.of(TurnOutcome.SERVED) and not case.material.form_left_open:
        return ConversationOutcome.SERVED
    if answered and len(answered) >= len(refused):
        return ConversationOutcome.ANSWERED
    if refused:
        return ConversationOutcome.UNANSWERED
    if case.of(TurnOutcome.FAILED):
        return ConversationOutcome.FAILED
    return ConversationOutcome.ABANDONED
