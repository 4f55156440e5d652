"""Runs turns: the steps of the graph, one after the other, for chat and voice alike.

    recall      the conversation so far, of the agent only what was heard; the dialogue that goes on
    understand  the utterance by itself, its embedding, its intents
    escalate    passes the caller on, where a person is wanted or needed
    converse    begins or goes on with a booking or a lead, and does it
    cache       an answer that was given before to the same question
    retrieve    the passages that may hold the answer
    rerank      those that say most of what is asked
    reply       the chat engine's answer, streamed and checked, with what supports it
    give_up     a person, after several answers in a row that were none
    go_on       back to the dialogue that a question interrupted
    store       question and answer, once, in one transaction
    keep        answers that may be given again

Before them the tenant's quota is asked, and after them what the turn cost is counted, however it ended. A turn that is
cancelled stores nothing by itself, unless it had to store before it spoke: a voice call then stores what was heard
(`TurnRecord.store`), a chat drops it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import structlog

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.stores import Clock
from deskbell_server.turn.events import Answer, Finished, Metrics, TurnEvent
from deskbell_server.turn.graph import Step
from deskbell_server.turn.state import Budget, Question, TurnState
from deskbell_server.turn.timing import Stopwatch

__all__ = ["Question", "TurnEngine"]
_log = structlog.get_logger(__name__)


class TurnEngine:
    """Answers questions."""

    def __init__(self, steps: Sequence[Step], quotas: Quotas, clock: Clock, metrics: TurnMetrics) -> None:
        self._steps = steps
        self._quotas = quotas
        self._clock = clock
        self._metrics = metrics

    async def answer(
        self, question: Question, answer: Answer, watch: Stopwatch | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """Runs the steps; the last event is `Finished`, and by then the turn is stored.

        `answer` is filled as the reply grows, so that a caller who stops half-way knows what was said;
        `watch` lets a call count from the caller's last word. Raises ProviderError when the chat engine
        fails, StoreUnavailable when the database does, QuotaExceeded when the tenant has no tokens left. Close
        the iterator (`contextlib.aclosing`) to stop early.
        """
        if question.channel is Channel.VOICE:  # a chat was asked for it when it was opened
            await self._quotas.check_month(question.tenant.id, question.principal, calls=False)
        budget = Budget.of(self._clock, question.agent.turn_budget)
        state = TurnState(question, answer, watch or Stopwatch(self._clock), budget)
        try:
            for step in self._steps:
                if step.taken(state):
                    async with aclosing(self._take(step, state)) as events:
                        async for event in events:
                            yield event
        except DeskbellError:
            answer.outcome = TurnOutcome.FAILED
            raise
        finally:
            # Also of a reply that was broken off: the model has worked for it.
            tokens = answer.prompt_tokens + answer.completion_tokens
            await self._quotas.add_tokens(question.tenant.id, question.principal, tokens)
            self._tell(question, answer)
        yield Finished(answer, _metrics(state))

    async def _take(self, step: Step, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        began = self._clock.monotonic()
        try:
            async with aclosing(step.run(state)) as events:
                async for event in events:
                    yield event
        finally:
            if step.timed:
                state.watch.add(step.name, began)
            state.answer.stages = state.watch.stages

    def _tell(self, question: Question, answer: Answer) -> None:
        """To metrics and log, without a word of what was said."""
        _log.info(
            "turn",
            tenant=question.tenant.id,
            conversation=str(question.conversation),
            turn=str(question.turn),
            channel=question.channel.value,
            intent=answer.intents[0].kind.value if answer.intents else "",
            outcome=answer.outcome.value,
            cache=answer.cache.value,
            degraded=[f"{what.step}:{what.action}" for what in answer.degraded],
            milliseconds={stage.stage: round(stage.duration * 1000, 1) for stage in answer.stages},
        )
        if answer.intents:
            self._metrics.turn(answer.intents[0].kind, answer.outcome)
        if answer.cache:
            self._metrics.cache(answer.cache)
        for what in answer.degraded:
            self._metrics.degraded(what.step, what.action)


def _metrics(state: TurnState) -> Metrics:
    answer = state.answer
    return Metrics(
        stages=state.watch.stages,
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        cache=answer.cache,
    )
