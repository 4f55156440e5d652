"""Opening hours as JSON, the form in which rows keep them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from deskbell_server.domain.booking import Interval, OpeningHours


def hours_to_json(hours: OpeningHours) -> str:
    """`{"weekly": {"0": [[540, 1020]]}, "exceptions": {"2026-12-25": []}}`, minutes after midnight."""
    return json.dumps(
        {
            "weekly": {str(day): _pairs(intervals) for day, intervals in sorted(hours.weekly.items())},
            "exceptions": {
                day.isoformat(): _pairs(intervals) for day, intervals in sorted(hours.exceptions.items())
            },
        }
    )


def hours_from_json(text: str) -> OpeningHours:
    """The reverse of `hours_to_json`."""
    stored = json.loads(text)
    return OpeningHours(
        weekly={int(day): _intervals(pairs) for day, pairs in stored["weekly"].items()},
        exceptions={
            date.fromisoformat(day): _intervals(pairs) for day, pairs in stored["exceptions"].items()
        },
    )


def _pairs(intervals: Iterable[Interval]) -> list[tuple[int, int]]:
    return [(interval.opens, interval.closes) for interval in intervals]


def _intervals(pairs: Iterable[tuple[int, int]]) -> tuple[Interval, ...]:
    return tuple(Interval(opens, closes) for opens, closes in pairs)
