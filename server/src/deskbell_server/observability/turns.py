"""Prometheus metrics of turns. Labels are words of ours."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class TurnMetrics:
    """What becomes of turns."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._turns = Counter(
            "deskbell_turns_total",
            "Turns by first intent and outcome",
            ["intent", "outcome"],
            registry=registry,
        )
        self._cache = Counter(
            "deskbell_answer_cache_total", "Look-ups in the answer cache", ["result"], registry=registry
        )
        self._shadow = Counter(
            "deskbell_answer_cache_checks_total",
            "Answers from the cache that were compared with fresh ones",
            ["result"],
            registry=registry,
        )
        self._degraded = Counter(
            "deskbell_turn_degradations_total",
            "Steps that were left out or replaced",
            ["step", "action"],
            registry=registry,
        )
        self._withheld = Counter(
            "deskbell_withheld_sentences_total", "Sentences that no passage supports", registry=registry
        )

    def turn(self, intent: str, outcome: str) -> None:
        """A turn ended."""
        self._turns.labels(intent, outcome).inc()

    def cache(self, result: str) -> None:
        """The cache was asked: miss, exact or semantic."""
        self._cache.labels(result).inc()

    def shadow(self, result: str) -> None:
        """A hit was compared with a fresh answer: agrees, differs or failed."""
        self._shadow.labels(result).inc()

    def degraded(self, step: str, action: str) -> None:
        """A step was left out or replaced."""
        self._degraded.labels(step, action).inc()

    def withheld(self) -> None:
        """A sentence was not said."""
        self._withheld.inc()
