"""The turn as a table: its steps in order, when each is taken, and what is given up as time runs out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from deskbell_server.turn.events import TurnEvent
from deskbell_server.turn.state import TurnState

Run = Callable[[TurnState], AsyncGenerator[TurnEvent, None]]
"""Fills the state and tells what happens. Closing the generator stops it early."""
_NOTHING: tuple[TurnEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the graph. `taken` says whether a turn needs it; a `timed` step is measured as a stage of its name,
    another one measures its parts itself."""

    name: str
    run: Run
    taken: Callable[[TurnState], bool]
    timed: bool = True


def quiet(run: Callable[[TurnState], Awaitable[None]]) -> Run:
    """A step that tells nothing."""

    async def telling(state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        await run(state)
        for event in _NOTHING:
            yield event

    return telling


def always(_: TurnState) -> bool:
    """Every turn."""
    return True


def unanswered(state: TurnState) -> bool:
    """Turns whose answer has not been found yet."""
    return not state.replied


DEGRADATION = (
    ("understand", "words_only", "the embedding fails or takes more than 30 % of the budget"),
    ("retrieve", "keyword_only", "there is no embedding"),
    ("rerank", "skipped", "half of the budget is used up before the passages are found"),
    ("generate", "smaller_model", "no word after 60 % of the budget"),
    ("generate", "filler", "no word when the budget is used up; on calls only"),
    ("generate", "retry", "the model fails before the first word; once"),
    ("generate", "cached_near_answer", "it fails again, and a question about the same was answered before"),
    ("generate", "apology", "nothing is left to try"),
)
"""What is left out or replaced, in this order, and when: step, action, cause. Each is told as an event."""
