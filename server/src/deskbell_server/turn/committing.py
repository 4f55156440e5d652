"""Does what a dialogue was for, and stores the turn: both or neither.

What is done, the turn's messages, and the dialogue's new state are one transaction, which ends before the caller is
told that it is done. So a crash leaves all of it or nothing, and a turn that is repeated finds itself stored. The
conversation is held from the beginning: of two turns at once the second one finds that the dialogue has moved on.
"""

from __future__ import annotations

from enum import Enum, auto

from deskbell_server.domain.booking import SlotTaken
from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.errors import FailedPrecondition, InvalidInput, NotFound
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.ports.identity import UnitsOfWork
from deskbell_server.ports.stores import ConversationStore
from deskbell_server.turn.dialogues.routing import Dialogues, Outdated
from deskbell_server.turn.dialogues.state import DialogueState, to_json
from deskbell_server.turn.dialogues.steps import Action, Step
from deskbell_server.turn.events import Answer, Recorded
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.state import TurnState


class NotDone(Enum):
    """Why nothing was done."""

    TAKEN = auto()
    """The time has gone to somebody else."""
    GONE = auto()
    """What it is about is no longer there."""
    OUTDATED = auto()
    """Another turn of the conversation was faster."""


class Commit:
    """The transactions of turns that do something."""

    def __init__(
        self,
        dialogues: Dialogues,
        conversations: ConversationStore,
        record: TurnRecord,
        units: UnitsOfWork,
    ) -> None:
        self._dialogues = dialogues
        self._conversations = conversations
        self._record = record
        self._units = units

    async def do(
        self, state: TurnState, dialogue: DialogueState, step: Step, action: Action
    ) -> Recorded | NotDone:
        """The answer in `state` says that it is done only once it is. Raises StoreUnavailable, and NotFound for a
        conversation that has been erased."""
        question = state.question
        whole = _answer(state, step)
        there = (question.tenant.id, question.conversation)
        try:
            async with self._units.unit(question.tenant.id, None):
                if not await self._conversations.hold(*there, state.dialogue_before):
                    return NotDone.OUTDATED
                recorded = await self._dialogues.carry_out(question.talk, dialogue, action)
                await self._record.store_strictly(
                    question.tenant,
                    question.conversation,
                    question.turn,
                    asked=question.text,
                    answer=whole,
                    estimated=question.channel is Channel.VOICE,
                )
        except SlotTaken:
            return NotDone.TAKEN
        except Outdated:
            return NotDone.OUTDATED
        except (FailedPrecondition, InvalidInput):
            return NotDone.GONE
        except NotFound as error:
            if error.metadata.get("resource_type") == "conversation":
                raise
            return NotDone.GONE
        state.answer.text, state.answer.dialogue = whole.text, whole.dialogue
        state.answer.outcome, state.answer.stages = whole.outcome, whole.stages
        state.stored = True
        return recorded


def _answer(state: TurnState, step: Step) -> Answer:
    """The answer as it will be, apart from the one that may break off."""
    answer = state.answer
    return Answer(
        text=step.says,
        intents=answer.intents,
        language=answer.language,
        outcome=TurnOutcome.SERVED,
        degraded=list(answer.degraded),
        stages=state.watch.stages,
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        dialogue=to_json(step.state),
        dialogue_before=state.dialogue_before,
    )
