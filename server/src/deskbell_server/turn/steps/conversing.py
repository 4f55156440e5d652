"""Step `converse`: begins a dialogue, goes on with one, and does what it was for (turn/committing.py)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.turn.committing import Commit, NotDone
from deskbell_server.turn.dialogues.routing import (
    Dialogues,
    awaits_yes,
    digresses,
    goes_on_after,
    switches,
    task_of,
)
from deskbell_server.turn.dialogues.state import Task, to_json
from deskbell_server.turn.dialogues.steps import Step
from deskbell_server.turn.events import Stored, Text, TurnEvent
from deskbell_server.turn.handing_over import hand_over
from deskbell_server.turn.offers import accepts_call_back
from deskbell_server.turn.state import TurnState
from deskbell_server.turn.steps.recalling import Recall
from deskbell_server.turn.steps.understanding import Understand

_ASKED_BESIDES = {IntentKind.FAQ, IntentKind.PRICING}
MOST_TRIES = 3
"""Times that a turn looks anew because another one of the conversation was faster."""
GONE = "I'm sorry, that can no longer be done. Is there anything else I can help you with?"


class Converse:
    """The dialogues within a turn."""

    def __init__(self, dialogues: Dialogues, understand: Understand, recall: Recall, commit: Commit) -> None:
        self._dialogues = dialogues
        self._understand = understand
        self._recall = recall
        self._commit = commit

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """Leaves the turn unanswered where the utterance is for no dialogue. Raises StoreUnavailable."""
        step = await self._step(state)
        if step is None:
            return
        async for event in self.take(state, step):
            yield event

    async def take(self, state: TurnState, first: Step) -> AsyncGenerator[TurnEvent, None]:
        """Says and does what a dialogue wants."""
        step: Step | None = first
        for _ in range(MOST_TRIES):
            if step is None or step.action is None or state.dialogue is None:
                break
            done = await self._commit.do(state, state.dialogue, step, step.action)
            match done:
                case NotDone.TAKEN:
                    step = await self._dialogues.taken_meanwhile(state.question.talk, state.dialogue)
                case NotDone.GONE:
                    step = Step(GONE)
                case NotDone.OUTDATED:
                    await self._recall.run(state)
                    step = await self._step(state)
                case recorded:
                    yield Stored()
                    yield recorded
                    yield Text(step.says)
                    state.replied = True
                    return
        if step is None:
            return
        if step.action is not None:
            step = Step(GONE)
        for event in self._said(state, step):
            yield event

    def _said(self, state: TurnState, step: Step) -> list[TurnEvent]:
        answer = state.answer
        answer.dialogue = to_json(step.state)
        answer.outcome = TurnOutcome.SERVED
        if step.hand_over:
            return list(hand_over(state, step.hand_over, step.says))
        if step.digress:
            state.step = step
            return []
        says = f" {step.says}" if answer.text and not answer.text.endswith(" ") else step.says
        answer.text += says
        state.replied = True
        return [Text(says)]

    async def _step(self, state: TurnState) -> Step | None:
        question, intents = state.question, state.answer.intents
        if state.dialogue is not None:
            other = switches(state.dialogue, intents, question.text)
            if other is not None:
                return await self._begin(state, other)
            if awaits_yes(state.dialogue) and not state.was_heard:
                # What was read back was not heard to its end: a yes to it is a yes to nothing.
                return await self._dialogues.again(question.talk, state.dialogue)
            digression = digresses(intents, question.text)
            return await self._dialogues.go_on(
                question.talk, state.dialogue, question.text, digression=digression
            )
        if state.unheard_commit:
            return await self._after_unheard(state)
        if accepts_call_back(state.said_before, question.text):
            return await self._begin(state, Task.LEAD)
        task = task_of(intents, question.text)
        if task is None:
            return None
        step = await self._begin(state, task)
        if step is not None and step.action is None and _ASKED_BESIDES & state.intents:
            await self._understand.look_at_question(state)
            return replace(step, digress=True)
        return step

    async def _after_unheard(self, state: TurnState) -> Step | None:
        """The caller went on speaking before hearing that it was done: says so, and takes what came after the yes."""
        rest = goes_on_after(state.asked_last, state.question.text)
        task = await self._dialogues.changes_of_mind(state.question.talk, rest)
        if task is None:
            return Step(state.said_before)
        step = await self._dialogues.begin(state.question.talk, task, rest)
        return (
            None if step is None else replace(step, says=f"{_first_sentence(state.said_before)} {step.says}")
        )

    async def _begin(self, state: TurnState, task: Task) -> Step | None:
        return await self._dialogues.begin(state.question.talk, task, state.question.text)


def _first_sentence(text: str) -> str:
    """Of a confirmation: the rest asks whether there is anything else."""
    return text.split(" Is there anything else", 1)[0]
