"""Step `escalate`: passes the caller on where a person is wanted or needed."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from deskbell_server.domain.conversation import Speaker
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.turn.checking.escalation import MOST_FAILURES, Reason, needs_person
from deskbell_server.turn.dialogues.routing import Dialogues
from deskbell_server.turn.dialogues.state import Task, to_json
from deskbell_server.turn.events import TurnEvent
from deskbell_server.turn.handing_over import hand_over
from deskbell_server.turn.offers import is_refusal
from deskbell_server.turn.state import TurnState

SOMEBODY_ELSE = "I'm sorry that I couldn't help. I'll get someone who can."


class Escalate:
    """Looks at every utterance."""

    def __init__(self, dialogues: Dialogues) -> None:
        self._dialogues = dialogues

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """In an emergency, first tells what to do. Where there is nobody to be passed on to, details are taken for a
        call back."""
        # In a dialogue only plain words count: names and numbers may look like anything.
        in_dialogue = state.dialogue is not None
        found = needs_person(state.question.text, state.answer.intents, in_dialogue=in_dialogue)
        if found is None:
            return
        if found.reason is Reason.EMERGENCY or state.question.agent.handoff.destination:
            events = list(hand_over(state, found.reason))
        else:
            step = await self._dialogues.begin(state.question.talk, Task.LEAD, state.question.text)
            events = list(hand_over(state, found.reason, then="" if step is None else step.says))
            state.answer.dialogue = to_json(None if step is None else step.state)
        for event in events:
            yield event


async def give_up(state: TurnState) -> AsyncGenerator[TurnEvent, None]:
    """Step `give_up`: after several answers in a row that were none, a person."""
    if state.answer.outcome is TurnOutcome.REFUSED and failures(state) >= MOST_FAILURES:
        for event in hand_over(state, Reason.REPEATED_FAILURE, SOMEBODY_ELSE):
            yield event


def failures(state: TurnState) -> int:
    """How many answers in a row, up to now, were refusals."""
    count = 0
    for entry in reversed(state.history):
        if entry.speaker is Speaker.AGENT:
            if not is_refusal(entry.text):
                break
            count += 1
    return count
