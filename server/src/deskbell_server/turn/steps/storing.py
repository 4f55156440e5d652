"""Step `store`: the turn is kept, once."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from deskbell_server.domain.conversation import Channel
from deskbell_server.turn.events import Text, TurnEvent
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.state import TurnState


async def go_on(state: TurnState) -> AsyncGenerator[TurnEvent, None]:
    """After a question in the middle of a dialogue: the dialogue's own question again."""
    if state.step is not None and state.step.says:
        text = f" {state.step.says}" if state.answer.text else state.step.says
        state.answer.text += text
        yield Text(text)


class Store:
    """Stores what was not stored with what it did."""

    def __init__(self, record: TurnRecord) -> None:
        self._record = record

    async def run(self, state: TurnState) -> None:
        """Raises StoreUnavailable."""
        question = state.question
        await self._record.store(
            question.tenant,
            question.conversation,
            question.turn,
            asked=question.text,
            answer=state.answer,
            # On a call the answer is not yet heard when it is stored.
            estimated=question.channel is Channel.VOICE,
        )
        state.stored = True
