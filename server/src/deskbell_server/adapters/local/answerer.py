"""An answerer without a language model: it reads out what the documents say, or says that they don't.

    small talk     answered from a short list
    statements     of the passages found: sentences, list items, rows of tables; no orders to the answerer
    refuse         if a word that the question is about stands in none of them
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
from deskbell_server.adapters.local.small_talk import small_talk
from deskbell_server.knowledge.instructions import told
from deskbell_server.knowledge.statements import Statement
from deskbell_server.knowledge.words import days
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatSupport, Embedder, Embedding
from deskbell_server.turn.followups import resolve
from deskbell_server.turn.offers import REFUSAL

COVERAGE_WEIGHT = 0.3
NAME_WEIGHT = 0.15
FRAGMENT_PENALTY = 0.05
"""A full sentence is nicer to hear than a row of a table that says the same."""
OTHER_SUM_PENALTY = 0.2
"""Whoever asks what a flat costs wants the price before the monthly fee."""
SECOND_MARGIN = 0.04
"""How near to the best statement's score a second one must be to be said too."""
MAX_COMPARED = 12
"""Statements that are embedded, those with most words in common: about 4 ms each, the first time."""
MAX_DAYS = 7
LEAST_SIMILARITY = 0.25
UNCOVERED_WEIGHT = 0.45
LACKING = 0.2
"""The cosine that an answer needs at least, how much more where it has none of the question's words, and how much more
where it lacks a word that the question is about. Chosen on the labelled questions of tests/integration/data."""
CACHED_EMBEDDINGS = 4096
"""About 6 MB."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    statement: Statement
    coverage: float
    named: float
    lacks: float
    other_sum: bool
    similarity: float
    under_heading: float
    """`lacks` says that a word of the question is not in the statement (1) or only beside it (0.5), `other_sum` that it
    tells a fee on top. `similarity` is the statement's by itself, `under_heading` with the words above it, if they are
    asked for."""

    @property
    def score(self) -> float:
        penalty = FRAGMENT_PENALTY if self.statement.fragment else 0.0
        penalty += OTHER_SUM_PENALTY if self.other_sum else 0.0
        return self.similarity + COVERAGE_WEIGHT * self.coverage + NAME_WEIGHT * self.named - penalty


class ExtractiveChat:
    """Fulfils `ports.engines.Chat`. `system`, temperature and token limit of a request mean nothing to it."""

    label = "local/extractive"
    cites = True
    calls_tools = False
    has_smaller = False

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
        question = understand(resolve(request.question, request.history))
        every = told(request.passages)
        if question.absent(every):
            return []
        possible = [statement for statement in every if question.admits(statement)]
        # Stable: of equal coverage, the better passage and the earlier statement come first.
        possible.sort(key=question.coverage, reverse=True)
        candidates = await self._compare(question, possible[:MAX_COMPARED])
        best = sorted(
            filter(_answers, candidates),
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
            alone = [group.create_task(self._embed(statement.meaning)) for statement in possible]
            under = [
                group.create_task(
                    self._embed(
                        statement.under_its_heading
                        if question.asks_about_heading(statement)
                        else statement.meaning
                    )
                )
                for statement in possible
            ]
        query = asked.result()
        return [
            _Candidate(
                statement,
                question.coverage(statement),
                question.names(statement),
                question.lacks(statement),
                question.asks_for_another_sum(statement),
                similarity=float(one.result() @ query),
                under_heading=float(other.result() @ query),
            )
            for statement, one, other in zip(possible, alone, under, strict=True)
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


def _answers(candidate: _Candidate) -> bool:
    similarity = max(candidate.similarity, candidate.under_heading)
    least = LEAST_SIMILARITY + UNCOVERED_WEIGHT * (1.0 - candidate.coverage) + LACKING * candidate.lacks
    return similarity >= least


def _together(one: Statement, other: Statement) -> bool:
    """Whether both stand under the same heading of the same passage."""
    return one.passage is other.passage and one.topic == other.topic


def _numbers(statement: Statement) -> set[str]:
    return set(re.findall(r"\d+", statement.text))
