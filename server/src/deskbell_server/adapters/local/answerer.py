"""An answerer without a language model: it reads out what the documents say, or says that they don't.

    small talk     answered from a short list
    statements     of the passages found: sentences, list items, rows of tables
    admit          only those that hold the kind of thing asked for (question.py)
    compare        by the cosine of embeddings and the words in common
    answer         the best one or two, word for word, each with where it comes from; else the refusal

It never says anything about the business that is not in a passage, and the same request gives the same answer.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from deskbell_server.adapters.local.question import Question, understand
from deskbell_server.adapters.local.small_talk import REFUSAL, small_talk
from deskbell_server.adapters.local.statements import Statement, statements
from deskbell_server.adapters.local.words import days
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatSupport, Embedder, Embedding

COVERAGE_WEIGHT = 0.3
NAME_WEIGHT = 0.15
FRAGMENT_PENALTY = 0.05
"""A full sentence is nicer to hear than a row of a table that says the same."""
SECOND_MARGIN = 0.04
"""How near to the best statement's score a second one must be to be said too."""
MAX_COMPARED = 12
"""Statements that are embedded, those with most words in common: about 4 ms each, the first time."""
MAX_DAYS = 7
THRESHOLDS = ((0.99, 0.25), (0.8, 0.40), (0.66, 0.45), (0.5, 0.55), (0.33, 0.62), (0.0, 0.72))
"""Least cosine by coverage of the question's words, and `WITHOUT_FOCUS` where the statement does not speak of
what is asked for. Chosen on the labelled questions of tests/integration/data/answers.toml."""
WITHOUT_FOCUS = 0.75
CACHED_EMBEDDINGS = 4096
"""About 6 MB."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    statement: Statement
    coverage: float
    named: float
    similarity: float

    @property
    def score(self) -> float:
        penalty = FRAGMENT_PENALTY if self.statement.fragment else 0.0
        return self.similarity + COVERAGE_WEIGHT * self.coverage + NAME_WEIGHT * self.named - penalty


class ExtractiveChat:
    """Fulfils `ports.engines.Chat`. `system`, temperature and token limit of a request mean nothing to it."""

    label = "local/extractive"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._embeddings: OrderedDict[str, Embedding] = OrderedDict()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """As the port says: one piece for each statement, with its support. Raises what the embedder
        raises."""
        reply = small_talk(request.question, request.history)
        if reply is not None:
            yield ChatPiece(reply)
            return
        answer = await self._answer(request)
        if not answer:
            yield ChatPiece(REFUSAL)
        for number, statement in enumerate(answer):
            if number:
                yield ChatPiece(" ")
            support = ChatSupport(statement.passage, statement.start, statement.end)
            yield ChatPiece(statement.spoken, support)

    async def _answer(self, request: ChatRequest) -> list[Statement]:
        question = understand(request.question, request.history)
        every = [statement for found in request.passages for statement in statements(found)]
        possible = [statement for statement in every if question.admits(statement)]
        # Stable: of equal coverage, the better passage and the earlier statement come first.
        possible.sort(key=question.coverage, reverse=True)
        candidates = await self._compare(question, possible[:MAX_COMPARED])
        best = sorted(
            (candidate for candidate in candidates if _answers(question, candidate)),
            key=lambda candidate: candidate.score,
            reverse=True,
        )
        if not best:
            return []
        first = best[0].statement
        if question.asks_for_opening_hours and days(first.text):
            return [s for s in every if s in possible and _together(s, first) and days(s.text)][:MAX_DAYS]
        if first.topic.endswith("?"):
            return [s for s in every if _together(s, first)][:2]
        near = (c.statement for c in best[1:] if c.score >= best[0].score - SECOND_MARGIN)
        second = next((s for s in near if not s.fragment), None)
        if second is None:
            return [first]
        return [second] if first.fragment and _numbers(first) & _numbers(second) else [first, second]

    async def _compare(self, question: Question, possible: Sequence[Statement]) -> list[_Candidate]:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self._embedder.embed_query(question.text))
            said = [group.create_task(self._embed(statement.meaning)) for statement in possible]
        return [
            _Candidate(s, question.coverage(s), question.names(s), float(task.result() @ asked.result()))
            for s, task in zip(possible, said, strict=True)
        ]

    async def _embed(self, text: str) -> Embedding:
        """The documents' own statements come up again and again, so that they are kept."""
        known = self._embeddings.get(text)
        if known is None:
            known = self._embeddings[text] = await self._embedder.embed_query(text)
            if len(self._embeddings) > CACHED_EMBEDDINGS:
                self._embeddings.popitem(last=False)
        else:
            self._embeddings.move_to_end(text)
        return known


def _answers(question: Question, candidate: _Candidate) -> bool:
    if not question.finds_focus(candidate.statement):
        return candidate.similarity >= WITHOUT_FOCUS
    return any(
        candidate.coverage >= coverage and candidate.similarity >= similarity
        for coverage, similarity in THRESHOLDS
    )


def _together(one: Statement, other: Statement) -> bool:
    """Whether both stand under the same heading of the same passage."""
    return one.passage is other.passage and one.topic == other.topic


def _numbers(statement: Statement) -> set[str]:
    return set(re.findall(r"\d+", statement.text))
