"""Puts the steps of turns together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.engines import Chat, Embedder
from deskbell_server.ports.identity import UnitsOfWork
from deskbell_server.ports.recall import AnswerCache
from deskbell_server.ports.stores import Clock, ConversationStore
from deskbell_server.turn.committing import Commit
from deskbell_server.turn.dialogues.routing import Dialogues
from deskbell_server.turn.engine import TurnEngine
from deskbell_server.turn.events import Answer
from deskbell_server.turn.graph import Step, always, quiet, unanswered
from deskbell_server.turn.intents.tenants import TenantClassifiers
from deskbell_server.turn.intents.tie_break import TieBreak
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.shadow import ShadowChecks
from deskbell_server.turn.state import Budget, Question, TurnState
from deskbell_server.turn.steps.caching import Keep, LookUp, Nearest
from deskbell_server.turn.steps.conversing import Converse
from deskbell_server.turn.steps.escalating import Escalate, give_up
from deskbell_server.turn.steps.recalling import Recall
from deskbell_server.turn.steps.replying import Reply
from deskbell_server.turn.steps.retrieving import Rerank, Retrieve
from deskbell_server.turn.steps.storing import Store, go_on
from deskbell_server.turn.steps.understanding import Understand
from deskbell_server.turn.timing import Stopwatch

TIE_BREAK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """What a turn may use: passages in the prompt, messages and tokens of history, and the model's settings."""

    top_k: int
    history_messages: int
    temperature: float
    max_tokens: int
    history_tokens: int = 1500
    tie_break: bool = False
    """Whether the chat model is asked for the intent where the classifier is not sure."""


@dataclass(frozen=True, slots=True)
class TurnParts:
    """What turns are made of."""

    search: KnowledgeSearch
    chat: Chat
    embedder: Embedder
    classifiers: TenantClassifiers
    conversations: ConversationStore
    dialogues: Dialogues
    cache: AnswerCache
    record: TurnRecord
    units: UnitsOfWork
    quotas: Quotas
    clock: Clock


class Turns:
    """The engine of all turns, and the checks of its cache that run beside it."""

    def __init__(
        self,
        parts: TurnParts,
        limits: TurnLimits,
        metrics: TurnMetrics,
        *,
        shadow_rate: float,
        sample: Callable[[], float],
    ) -> None:
        """`shadow_rate`: the share of answers from the cache that are compared with fresh ones; `sample` gives numbers
        from 0 to 1."""
        self._clock = parts.clock
        self._shadow = ShadowChecks(shadow_rate, sample, metrics)
        self._retrieve = Retrieve(parts.search, limits.top_k)
        self._rerank = Rerank(limits.top_k)
        tie_break = TieBreak(parts.chat, TIE_BREAK_SECONDS) if limits.tie_break else None
        self._understand = Understand(parts.embedder, parts.classifiers, tie_break)
        self._recall = Recall(parts.conversations, limits.history_messages, limits.history_tokens)
        commit = Commit(parts.dialogues, parts.conversations, parts.record, parts.units)
        self._converse = Converse(parts.dialogues, self._understand, self._recall, commit)
        self._reply = Reply(
            parts.chat,
            parts.dialogues,
            self._converse,
            Nearest(parts.cache),
            metrics,
            parts.clock,
            limits.temperature,
            limits.max_tokens,
        )
        self._embedder = parts.embedder
        self.engine = TurnEngine(self._steps(parts), parts.quotas, parts.clock, metrics)

    def _steps(self, parts: TurnParts) -> tuple[Step, ...]:
        return (
            Step("recall", quiet(self._recall.run), always),
            Step("understand", self._understand.run, always),
            Step("escalate", Escalate(parts.dialogues).run, unanswered),
            Step("converse", self._converse.run, _undecided),
            Step("cache", LookUp(parts.cache, self._shadow).run, _undecided),
            Step("retrieve", self._retrieve.run, unanswered),
            Step("rerank", self._rerank.run, unanswered),
            Step("reply", self._reply.run, unanswered, timed=False),
            Step("give_up", give_up, _refused, timed=False),
            Step("go_on", go_on, _interrupted, timed=False),
            Step("store", quiet(Store(parts.record).run), _unstored),
            Step("keep", quiet(Keep(parts.cache, leans_on_history=not parts.chat.cites).run), always),
        )

    async def check_cache(self) -> None:
        """Compares answers from the cache with fresh ones, until cancelled."""
        await self._shadow.run(self._fresh)

    async def _fresh(self, question: Question, asked: str) -> str:
        """An answer of which nothing is told, stored or counted."""
        embedding = await self._embedder.embed_query(asked)
        budget = Budget.of(self._clock, question.agent.turn_budget)
        state = TurnState(
            question, Answer(), Stopwatch(self._clock), budget, asked=asked, embedding=embedding
        )
        state.may_act = False
        for step in (self._retrieve, self._rerank, self._reply):
            async with aclosing(step.run(state)) as events:
                await _exhaust(events)
        return state.answer.text


async def _exhaust(events: AsyncGenerator[object, None]) -> None:
    async for _ in events:
        pass


def _undecided(state: TurnState) -> bool:
    return not state.replied and state.step is None


def _refused(state: TurnState) -> bool:
    return state.answer.outcome is TurnOutcome.REFUSED and state.step is None


def _interrupted(state: TurnState) -> bool:
    return state.step is not None


def _unstored(state: TurnState) -> bool:
    return not state.stored
