"""Passes a caller on to a person."""

from __future__ import annotations

from collections.abc import Iterator

from deskbell_server.domain.conversation import Speaker
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.turn.checking.escalation import MESSAGES, Reason
from deskbell_server.turn.events import HandedOver, Text, TurnEvent
from deskbell_server.turn.state import TurnState

NOT_UNDERSTOOD = "I'm sorry, I'm not getting this right. I'll get someone who can help you."
"""Where a dialogue came to nothing."""
_USUAL = {
    str(reason): MESSAGES[reason] for reason in (Reason.EMERGENCY, Reason.ASKED_FOR_PERSON, Reason.ANGER)
}
MOST_LINES = 3
MOST_CHARACTERS = 600


def hand_over(state: TurnState, reason: str, says: str = "", then: str = "") -> Iterator[TurnEvent]:
    """Tells the client, and the caller. `reason` is a word of ours; `says` (the usual words for the reason, if empty)
    comes before the agent's own message, and `then` after it."""
    handoff = state.question.agent.handoff
    text = " ".join(
        part for part in (says or _USUAL.get(reason, NOT_UNDERSTOOD), handoff.message, then) if part
    )
    state.answer.handoff_reason = reason
    state.answer.outcome = TurnOutcome.HANDED_OVER
    state.answer.dialogue = ""
    state.replied = True
    yield HandedOver(reason, summary(state), handoff.destination)
    piece = f" {text}" if state.answer.text and not state.answer.text.endswith(" ") else text
    state.answer.text += piece
    yield Text(piece)


def summary(state: TurnState) -> str:
    """What the person should know: the caller's last words."""
    lines = [entry.text for entry in state.history if entry.speaker is Speaker.CALLER]
    told = " / ".join([*lines[-MOST_LINES + 1 :], state.question.text])
    return told[-MOST_CHARACTERS:]
