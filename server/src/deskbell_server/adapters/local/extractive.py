"""Answers from the passages, in their own words, or says honestly that it cannot.

A question is compared with every unit (sentence, list item, table row) of the passages: by meaning (cosine of
the embeddings) and by words (which share of the question's words the unit or its headings have). The best
unit is the answer if both are high enough; a weekday in the question must be in the unit. Nothing is ever
said that is not in a passage. The thresholds were set on the questions in tests/integration/data, where
look-alikes reach a cosine of 0.39 with no word in common.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from deskbell_server.adapters.local.units import Unit, units_of
from deskbell_server.adapters.local.vocabulary import hints, weekdays, words
from deskbell_server.domain.conversation import Speaker
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatSupport, Embedder

UNKNOWN = "I don't have that information. I can have someone call you back."
MAX_UNITS = 24
"""Units that are embedded, those with the most words in common first: each costs about 3 ms."""
MIN_SCORE = 0.45
MIN_COSINE = 0.3
MIN_COVERAGE = 0.55
WEIGHT_OF_WORDS = 0.35
SENTENCE_BONUS = 0.05
"""A whole sentence sounds better than a table row that says the same."""
MAX_SMALL_TALK_WORDS = 6
FOLLOW_UP_WORDS = 4
_SMALL_TALK = (
    (re.compile(r"\b(thank you|thanks|cheers)\b", re.I), "You're welcome. Is there anything else?"),
    (re.compile(r"\b(good ?bye|bye|see you)\b", re.I), "Thank you for calling. Goodbye!"),
    (
        re.compile(r"^\W*(hello|hi|hey|good (morning|afternoon|evening))\b", re.I),
        "Hello! How can I help you?",
    ),
)
_FOLLOW_UP = re.compile(r"^\W*(and|what about|how about|or)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Candidate:
    unit: Unit
    score: float
    cosine: float
    coverage: float


class ExtractiveChat:
    """Fulfils ports Chat without a language model."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def label(self) -> str:
        """`local/extractive`."""
        return "local/extractive"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """One piece: the answer, with the characters that it is taken from; or small talk, or that it does not
        know. Cancelling it stops waiting for the embeddings."""
        question = request.question.strip()
        reply = _small_talk(question)
        if reply is not None:
            yield ChatPiece(text=reply)
            return
        best = await self._best(self._resolved(request), request)
        if best is None:
            yield ChatPiece(text=UNKNOWN)
            return
        unit = best.unit
        yield ChatPiece(text=_spoken(unit), support=ChatSupport(unit.passage, unit.start, unit.end))

    @staticmethod
    def _resolved(request: ChatRequest) -> str:
        """The question; of a follow-up ("and on Sunday?") with the one before it, less the weekdays there."""
        question = request.question.strip()
        if not _FOLLOW_UP.match(question) and len(words(question)) > 0:
            return question
        if len(question.split()) > 2 * FOLLOW_UP_WORDS:
            return question
        asked = [entry.text for entry in request.history if entry.speaker is Speaker.CALLER]
        if not asked:
            return question
        before = asked[-1]
        if weekdays(question):
            before = " ".join(w for w in before.split() if not weekdays(w))
        return f"{before} {question}"

    async def _best(self, question: str, request: ChatRequest) -> _Candidate | None:
        asked = words(question)
        days = weekdays(question)
        if not asked:
            return None
        units = [unit for passage in request.passages for unit in units_of(passage)]
        units = [unit for unit in units if not days or days <= weekdays(f"{unit.context} {unit.text}")]
        ranked = sorted(units, key=lambda unit: -_coverage(asked, unit))[:MAX_UNITS]
        if not ranked:
            return None
        candidates = await self._scored(question, asked, ranked)
        best = max(candidates, key=lambda candidate: candidate.score)
        good = best.score >= MIN_SCORE and best.cosine >= MIN_COSINE and best.coverage >= MIN_COVERAGE
        return best if good else None

    async def _scored(self, question: str, asked: frozenset[str], units: Sequence[Unit]) -> list[_Candidate]:
        query = await self._embedder.embed_query(question)
        embeddings = await self._embedder.embed_passages(
            [unit.text if unit.complete else f"{unit.context}: {unit.text}" for unit in units]
        )
        wanted = hints(question)
        candidates = []
        for unit, embedding in zip(units, embeddings, strict=True):
            cosine = float(query @ embedding)
            coverage = _coverage(asked, unit)
            score = (1 - WEIGHT_OF_WORDS) * cosine + WEIGHT_OF_WORDS * coverage
            if wanted:
                score += 0.05 if wanted & words(unit.text) else -0.02
            if unit.complete:
                score += SENTENCE_BONUS
            candidates.append(_Candidate(unit, score, cosine, coverage))
        return candidates


def _coverage(asked: frozenset[str], unit: Unit) -> float:
    """The share of the question's words that the unit has; one that only its headings have counts less."""
    own = words(unit.text)
    above = words(unit.context)
    return sum(1.0 if word in own else 0.6 if word in above else 0.0 for word in asked) / len(asked)


def _small_talk(question: str) -> str | None:
    if len(question.split()) > MAX_SMALL_TALK_WORDS or "?" in question:
        return None
    return next((reply for pattern, reply in _SMALL_TALK if pattern.search(question)), None)


def _spoken(unit: Unit) -> str:
    """A sentence as it is; a list item or table row with the heading that it stands under."""
    if unit.complete:
        return unit.text
    heading = unit.passage.passage.heading.split(" > ")[-1] or unit.passage.title
    text = f"{heading}: {unit.text}" if heading else unit.text
    return text if text.endswith((".", "!", "?")) else f"{text}."
