"""Figures of a tenant's desk, and the spans of time that they are of. docs/analytics.md says exactly what each is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.turn import TurnOutcome


class Metric(StrEnum):
    """A group of figures that can be asked for."""

    CONVERSATIONS = "conversations"
    CALLS = "calls"
    TURNS = "turns"
    INTENTS = "intents"
    CACHE = "cache"
    TOKENS = "tokens"
    LATENCY = "latency"
    RESERVATIONS = "reservations"
    LEADS = "leads"


class Division(StrEnum):
    """By what a span of time is divided."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LONGEST = timedelta(days=1100)
LONGEST_BY = {Division.HOUR: timedelta(days=31), Division.DAY: timedelta(days=366)}
"""The longest span of time, and the longest where so many parts would be too much."""


@dataclass(frozen=True, slots=True)
class StageFigures:
    """How long a stage took: the median and the 95th percentile in milliseconds, of `count` measurements."""

    count: int
    p50: float
    p95: float


@dataclass(slots=True)
class Figures:
    """The figures of one span of time."""

    conversations: int = 0
    calls: int = 0
    call_seconds: float = 0.0
    turns: int = 0
    outcomes: Counter[TurnOutcome] = field(default_factory=Counter)
    intents: Counter[IntentKind] = field(default_factory=Counter)
    cache_lookups: int = 0
    cache_hits: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stages: dict[str, StageFigures] = field(default_factory=dict)
    reservations_made: int = 0
    reservations_cancelled: int = 0
    leads: int = 0


def division_starts(
    start: datetime, end: datetime, division: Division | None, zone: ZoneInfo
) -> list[datetime]:
    """When the parts of a span of time begin, the first one with the span: at full hours, midnights, Mondays or firsts
    of the month on the clocks of a time zone. One part without a division.

    An hour that comes twice is two parts. A midnight that does not come, because clocks go forward, is the moment at
    which they do.
    """
    starts = [start]
    while division is not None and (next_start := _next(starts[-1], division, zone)) < end:
        starts.append(next_start)
    return starts


def _next(moment: datetime, division: Division, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if division is Division.HOUR:
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return moment + timedelta(hours=1) - past
    today = local.date()
    match division:
        case Division.DAY:
            day = today + timedelta(days=1)
        case Division.WEEK:
            day = today + timedelta(days=7 - today.weekday())
        case Division.MONTH:
            day = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    while (start := _midnight(day, zone)) <= moment:  # a day that a zone has left out
        day += timedelta(days=1)
    return start


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
