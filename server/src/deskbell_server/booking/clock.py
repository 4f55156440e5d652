"""From the clock on the wall to moments, also on the days when it is put forward or back.

A day of 23 hours lacks some times, one of 25 has some twice. A time that is missing stands for the moment at which
the clock was put forward; a time that comes twice stands for its first, so that what adjoins on the clock adjoins
in moments too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deskbell_server.domain.booking import OpeningHours

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The moments from `since` to before `until`, UTC."""

    since: datetime
    until: datetime


def moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """When the clock on the wall first shows a time, in minutes after midnight (up to 1440), on a day; in UTC."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    return _put_forward(wall, zone)


def moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Every moment, in UTC, at which the clock shows a time on a day: none in the gap of a spring night, two in an
    autumn night, and then it must be asked which."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    if not is_shown(wall, zone):
        return ()
    return tuple(sorted({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}))


def is_shown(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock in the zone ever shows a time, given without a zone: not in the gap of a spring night."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


def day_span(day: date, zone: ZoneInfo) -> Span:
    """A whole day: 23, 24 or 25 hours, or none where a country left one out."""
    return Span(moment(day, 0, zone), moment(day + _DAY, 0, zone))


def open_spans(hours: OpeningHours, first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """When it is open on the days from `first` to `last`, in order; what adjoins over midnight is one span."""
    spans: list[Span] = []
    day = first
    while day <= last:
        for interval in hours.on(day):
            spans.append(Span(moment(day, interval.opens, zone), moment(day, interval.closes, zone)))
        day += _DAY
    return merged(spans)


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same moments in spans that are in order and neither overlap nor adjoin; empty ones are left out."""
    result: list[Span] = []
    for span in sorted(spans):
        if span.since >= span.until:
            continue
        if result and span.since <= result[-1].until:
            result[-1] = Span(result[-1].since, max(result[-1].until, span.until))
        else:
            result.append(span)
    return result


def _put_forward(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock skips a time, by bisection between what the time would be with the offset of
    after and of before."""
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    after = high.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
