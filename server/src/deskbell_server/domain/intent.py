"""What a caller wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IntentKind(StrEnum):
    """What an utterance is for. The contract's `IntentKind` has the same values."""

    BOOKING = "booking"
    """To make, change or cancel an appointment, reservation or viewing."""
    FAQ = "faq"
    """A fact that documents could tell."""
    PRICING = "pricing"
    """What something costs."""
    LEAD_CAPTURE = "lead_capture"
    """To leave details or a message, to be called back, to buy, rent or become a customer."""
    ESCALATION = "escalation"
    """A person; an angry complaint; an emergency."""
    UNKNOWN = "unknown"
    """None of these."""


@dataclass(frozen=True, slots=True)
class ScoredIntent:
    """An intent and its calibrated probability, 0 to 1."""

    kind: IntentKind
    probability: float
