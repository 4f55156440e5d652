"""Looks, for a sample of the answers that came from the cache, what a fresh answer would have said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from deskbell_server.domain.errors import DeskbellError
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.recall import RecalledAnswer
from deskbell_server.turn.state import Question, TurnState

WAITING = 16
"""Checks that wait; more are dropped: they are a sample."""
CHECK_SECONDS = 30.0
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
_log = structlog.get_logger(__name__)

Fresh = Callable[[Question, str], Awaitable[str]]
"""The answer to a question (as it is looked up) without the cache."""


@dataclass(frozen=True, slots=True)
class _Check:
    question: Question
    asked: str
    found: RecalledAnswer


class ShadowChecks:
    """Compares in the background, one at a time. `rate` is the share of hits that are checked; `sample` gives numbers
    from 0 to 1."""

    def __init__(self, rate: float, sample: Callable[[], float], metrics: TurnMetrics) -> None:
        self._rate = rate
        self._sample = sample
        self._metrics = metrics
        self._queue: asyncio.Queue[_Check] = asyncio.Queue(WAITING)

    def offer(self, state: TurnState, found: RecalledAnswer) -> None:
        """Perhaps checks a hit, later."""
        if self._rate > self._sample() and not self._queue.full():
            self._queue.put_nowait(_Check(state.question, state.asked, found))

    async def run(self, fresh: Fresh) -> None:
        """Checks until cancelled."""
        while True:
            check = await self._queue.get()
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    answer = await fresh(check.question, check.asked)
            except (DeskbellError, TimeoutError):
                self._metrics.shadow("failed")
                continue
            agrees = same_facts(check.found.text, answer)
            self._metrics.shadow("agrees" if agrees else "differs")
            if not agrees:
                _log.warning(
                    "cached_answer_differs",
                    tenant=check.question.tenant.id,
                    match=check.found.match.value,
                    cosine=round(check.found.cosine, 3),
                )


def same_facts(one: str, other: str) -> bool:
    """Whether two answers agree in their numbers and in whether they deny something."""
    return set(_NUMBERS.findall(one)) == set(_NUMBERS.findall(other)) and _denies(one) == _denies(other)


def _denies(text: str) -> bool:
    return re.search(r"\b(?:no|not|never|none|closed|unfortunately)\b|n't\b", text.lower()) is not None
