"""What is made of a conversation once it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from deskbell_server.domain.names import ConversationId

Extracted = str | float | int | bool | None
"""What an agent's schema can ask for; None: the conversation does not say."""

MOST_SUMMARY = 2000
MOST_PROBLEM = 500
"""Characters."""


class SentimentLabel(StrEnum):
    """How the caller felt about it, in a word."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How the caller felt about it: `score` from -1 (very negative) to 1. Not `measured`: the words are in a language
    that cannot be judged, and count as neutral."""

    score: float
    label: SentimentLabel
    measured: bool = True


class ConversationOutcome(StrEnum):
    """What came of a conversation; of those that are true, the first."""

    BOOKED = "booked"
    """A reservation was made in it, and stands."""
    HANDED_OVER = "handed_over"
    """A person should go on."""
    LEAD = "lead"
    """The caller left details to be got back to."""
    SERVED = "served"
    """A dialogue was gone through to its end, and made neither: a change, a cancellation."""
    ANSWERED = "answered"
    """Questions were answered, and no more were left unanswered than that."""
    UNANSWERED = "unanswered"
    """More questions were left unanswered than answered."""
    FAILED = "failed"
    """The caller got apologies, and no answer."""
    ABANDONED = "abandoned"
    """The caller left before anything came of it: without a question, or in the middle of a dialogue."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is made of a conversation's first `message_count` messages.

    `extraction` has every property of the agent's schema; `extraction_problem` says why some may be missing. `engine`
    wrote the summary. `said_from` is when the first of the words was said that it is made of.
    """

    summary: str
    sentiment: Sentiment
    outcome: ConversationOutcome
    message_count: int
    engine: str
    said_from: datetime
    created_at: datetime
    extraction: Mapping[str, Extracted] = field(default_factory=dict)
    extraction_problem: str = ""


class ReportState(StrEnum):
    """How far the report is. `pending`: the conversation is over, and it is being made. `failed`: given up."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """A conversation's report as it stands: `report` of READY, and of PENDING the one of before the chat went on;
    `failure` of FAILED."""

    conversation: ConversationId
    state: ReportState
    report: Report | None = None
    failure: str = ""
