"""Days and times as callers name them, in English: what may be meant, and which of it opening hours leave."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from deskbell_server.booking.days import DayWish, day_wishes
from deskbell_server.booking.spoken import Spoken
from deskbell_server.booking.times import Precision, TimeWish, time_wishes

IsOpen = Callable[[date, int], bool]
"""Whether it is open on a day at so many minutes after midnight: from opening to before closing time."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What may be meant. Of `days` and `times` each: none if nothing was said, one if it is clear, several if it is
    not, and then it must be asked, never guessed. `words` are those that were understood.
    """

    days: tuple[DayWish, ...]
    times: tuple[TimeWish, ...]
    words: str


_SOON = re.compile(
    r"\bin (?:(?P<half>half an hour)|(?P<count>an?|\d{1,3}) (?P<unit>hour|minute)s?(?P<more> and a half)?)\b"
)


def understand(words: str, now: datetime, zone: ZoneInfo, *, day_first: bool | None = None) -> Understood:
    """Reads a sentence; `now` is aware. `day_first` says how "4/5" is read, None that both may be meant."""
    spoken = Spoken(words)
    soon = spoken.find(_SOON)
    if soon is not None:
        spoken.take(soon)
        # Counted in moments, not on the clock: right in the night when it is put forward.
        at = (now.astimezone(UTC) + _length(soon)).astimezone(zone)
        minute = at.hour * 60 + at.minute
        return Understood(
            (DayWish(at.date(), at.date()),),
            (TimeWish(Precision.EXACT, minute, minute, (minute,)),),
            spoken.taken_words(),
        )
    days = day_wishes(spoken, now.astimezone(zone).date(), day_first=day_first)
    times = time_wishes(spoken)
    return Understood(days, times, spoken.taken_words())


def settle(understood: Understood, is_open: IsOpen, now: datetime, zone: ZoneInfo) -> Understood:
    """Leaves out what cannot be meant: times that lie outside the opening hours or are over, where others do not.

    "At three" is 15:00 if it is closed at 03:00 on each day that may be meant; if it is open at both, or at neither,
    both stay.
    """
    if len(understood.times) < 2:
        return understood
    local = now.astimezone(zone)
    today, minute = local.date(), local.hour * 60 + local.minute
    days = _each(understood.days) or [today + timedelta(days=number) for number in range(7)]

    def possible(wish: TimeWish) -> bool:
        return any(
            all(is_open(day, named) for named in _within(wish)) and (day > today or max(wish.named) >= minute)
            for day in days
        )

    left = tuple(wish for wish in understood.times if possible(wish))
    return replace(understood, times=left) if left else understood


def _within(wish: TimeWish) -> list[int]:
    """The times that were said, of the end of a window the minute before: it may be closing time."""
    ends = wish.precision is Precision.WINDOW
    return [named - (ends and named == wish.until) for named in wish.named]


def _each(wishes: Sequence[DayWish]) -> list[date]:
    """The days of all wishes, of a long stretch the first 31."""
    return [
        wish.first + timedelta(days=number)
        for wish in wishes
        for number in range(min((wish.last - wish.first).days + 1, 31))
    ]


def _length(soon: re.Match[str]) -> timedelta:
    if soon["half"]:
        return timedelta(minutes=30)
    count = float(1 if soon["count"].startswith("a") else int(soon["count"]))
    if soon["more"]:
        count += 0.5
    return timedelta(hours=count) if soon["unit"] == "hour" else timedelta(minutes=count)
