"""Step `understand`: what the utterance asks, by itself, and what it is for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import numpy as np

from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.knowledge import EMBEDDING_DIMENSIONS
from deskbell_server.ports.engines import Embedder, Embedding
from deskbell_server.turn.events import Classified, TurnEvent
from deskbell_server.turn.followups import resolve
from deskbell_server.turn.intents.classifier import IntentClassifier
from deskbell_server.turn.intents.clauses import clauses
from deskbell_server.turn.intents.recognizer import recognize
from deskbell_server.turn.intents.tenants import TenantClassifiers
from deskbell_server.turn.intents.tie_break import TieBreak
from deskbell_server.turn.slots.questions import is_question
from deskbell_server.turn.state import TurnState
from deskbell_server.turn.tidying import tidy

_ASKING = {IntentKind.FAQ, IntentKind.PRICING, IntentKind.UNKNOWN}
EXAMPLES_SHARE = 0.15
QUESTION_SHARE = 0.5
SHARE = 0.3
"""Of the budget that embedding may take."""


class Understand:
    """Embeds the utterance once, for all steps, and tells its intents."""

    def __init__(
        self, embedder: Embedder, classifiers: TenantClassifiers, tie_break: TieBreak | None
    ) -> None:
        """`tie_break` is asked where the classifier is not sure; None: nobody is."""
        self._tie_break = tie_break
        self._embedder = embedder
        self._classifiers = classifiers

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """Without an embedding in time the words alone tell the intent."""
        question = state.question
        said = tidy(question.text)
        state.asked = resolve(said, state.history)
        embedding: Embedding | None = None
        reason = ""
        try:
            async with asyncio.timeout(state.budget.left(SHARE)):
                classifier = await self._classifiers.of(
                    question.tenant.id, question.agent, state.budget.left(EXAMPLES_SHARE)
                )
                embedding = await self._embedder.embed_query(said)
                state.answer.intents = await recognize(classifier, self._embedder, said, embedding)
                state.embedding = embedding
                if state.asked != said:
                    state.embedding = None
                    state.embedding = await self._embedder.embed_query(state.asked)
                    if state.dialogue is None:
                        # "What about Friday?" after a question asks again; by itself it might want a Friday.
                        whole = await recognize(classifier, self._embedder, state.asked, state.embedding)
                        if whole[0].kind in _ASKING:
                            state.answer.intents = whole
        except TimeoutError:
            reason = "budget"
        except ProviderError as error:
            reason = f"provider_{error.kind}"
        if reason:
            yield state.degrade("understand", "words_only", reason)
        state.parts = _parts(said, state.history) if state.intents <= _ASKING else ()
        if not state.answer.intents:
            state.answer.intents = _by_words(self._classifiers.common, question.text)
        if self._tie_break is not None and state.dialogue is None:
            state.answer.intents = await self._tie_break.decide(question.text, state.answer.intents)
        yield Classified(state.answer.intents)

    async def look_at_question(self, state: TurnState) -> None:
        """Of an utterance that wants several things, leaves in `asked` the clauses that documents may answer. Where an
        embedding cannot be had, everything stays."""
        question = state.question
        parts: list[str] = []
        try:
            async with asyncio.timeout(state.budget.left(QUESTION_SHARE)):
                classifier = await self._classifiers.of(question.tenant.id, question.agent, 0.0)
                for clause in clauses(tidy(question.text)):
                    [first, *_] = await recognize(classifier, self._embedder, clause)
                    if first.kind in {IntentKind.FAQ, IntentKind.PRICING}:
                        parts.append(clause)
                if parts:
                    asked = " ".join(parts)
                    state.embedding = await self._embedder.embed_query(asked)
                    state.parts, state.asked = tuple(parts), asked
        except (ProviderError, TimeoutError):
            return


def _parts(said: str, history: Sequence[HistoryEntry]) -> tuple[str, ...]:
    """The questions of an utterance that asks several, each by itself: "it" in the second is of the first."""
    told = clauses(said)
    if len(told) < 2 or not all(is_question(part) for part in told):
        return ()
    before = list(history)
    parts: list[str] = []
    for part in told:
        parts.append(resolve(part, before))
        before.append(HistoryEntry(Speaker.CALLER, part))
    return tuple(parts)


def _by_words(classifier: IntentClassifier, text: str) -> tuple[ScoredIntent, ...]:
    nothing = np.zeros(EMBEDDING_DIMENSIONS, dtype=np.float32)
    return classifier.classify(nothing, text)
