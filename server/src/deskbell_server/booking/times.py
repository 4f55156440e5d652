"""Times of day in words: every one that may be meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from deskbell_server.booking.spoken import REPAIR, Spoken

_NOON, _DAY = 12 * 60, 24 * 60


class Precision(StrEnum):
    """How exactly a time was named."""

    EXACT = "exact"
    """At three."""
    AROUND = "around"
    """Around three."""
    WINDOW = "window"
    """In the afternoon, after five, between two and four."""


@dataclass(frozen=True, slots=True)
class TimeWish:
    """A time of day that is wanted, in minutes after midnight on the clock on the wall; `since` == `until` unless it
    is a window. `named` are the times that were said, of which the half of the day may be open."""

    precision: Precision
    since: int
    until: int
    named: tuple[int, ...] = ()


_PARTS = {
    "first thing": (360, 600),
    "early morning": (360, 540),
    "late morning": (600, 720),
    "morning": (360, 720),
    "before lunch": (360, 720),
    "after lunch": (780, 1020),
    "lunchtime": (720, 840),
    "lunch time": (720, 840),
    "lunch": (720, 840),
    "early afternoon": (720, 900),
    "late afternoon": (900, 1080),
    "afternoon": (720, 1020),
    "early evening": (1020, 1140),
    "late evening": (1200, 1380),
    "evening": (1020, 1320),
    "tonight": (1020, 1380),
    "at night": (1080, 1440),
    "night": (1080, 1440),
    "end of the day": (960, 1080),
}
"""What people call the parts of a day, in minutes; conventions of ours, to be met by opening hours."""
_PART = re.compile(rf"\b(?:in the |at the |at )?(?P<part>{'|'.join(_PARTS)})\b")
_HALVES = {"morning": (0, 720), "afternoon": (720, 1140), "evening": (960, 1440), "night": (1020, 1440)}
"""Which times a part of the day lets a clock's time be: seven in the evening, six in the afternoon."""

_HOUR = (
    r"(?:noon|midday|midnight|\d{1,2}[:.]\d{2}|\d{1,2} (?:oh |o )?[0-5]\d(?!\d)|\d{1,2} hundred|\d{1,2})"
    r"(?![\d/:.]|st\b|nd\b|rd\b|th\b)"
)
_RELATION = (
    r"(?:half past|half|(?:a )?quarter (?:past|after|to|before|of)"
    r"|(?:\d{1,2})(?: minutes?)? (?:past|to|after|before))"
)
_END = r"(?: ?(?:am|pm)\b| o'clock| hours)*(?: (?:in the (?:morning|afternoon|evening)|at night))?"

_NO_RELATION = r"(?<!minutes )(?<!minute )(?<!quarter )(?<!\d )"
"""Ten minutes before noon is no time before noon."""


def _clock(name: str) -> str:
    return rf"(?P<{name}>(?:{_RELATION} )?{_HOUR}{_END})"


_FROM = r"(?:not before|no earlier than|no sooner than|any ?time after|after|from)"
_UNTIL = r"(?:no later than|any ?time before|before|until|till|by)"
_IN_THE = r"(?:in the (?:morning|afternoon|evening)|at night)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("between", rf"\bbetween {_clock('a')} and {_clock('b')}"),
        ("between", rf"\bfrom {_clock('a')} (?:to|until|till) {_clock('b')}"),
        (
            "since",
            rf"{_NO_RELATION}\b{_FROM} {_clock('a')}(?: on| onwards)?",
        ),
        (
            "until",
            rf"{_NO_RELATION}\b{_UNTIL} {_clock('a')}(?: at the latest)?",
        ),
        ("exact", rf"\b(?:how|what) about {_clock('a')}"),
        ("around", rf"\b(?:at )?(?:around|about|approximately|roughly|sort of) {_clock('a')}"),
        ("exact", rf"\b(?:at|say) {_clock('a')}"),
        ("exact", rf"\b(?P<a>(?:{_RELATION} ){_HOUR}{_END})"),
        ("exact", r"\b(?P<a>\d{1,2}(?:[:.]\d{2})? ?(?:am|pm)\b)"),
        ("exact", rf"\b(?P<a>\d{{1,2}}(?: \d{{2}})? (?:am|pm|o'clock|hundred)(?: {_IN_THE})?)\b"),
        ("exact", rf"\b(?P<a>\d{{1,2}}(?: [0-5]\d)? {_IN_THE})\b"),
        ("exact", r"(?<![\w/])(?P<a>\d{1,2}[:.]\d{2})(?![\w/])"),
        # Half past three as "three thirty", if nothing says that it counts something.
        (
            "exact",
            r"(?<!for )(?<!of )(?<!\d )\b(?P<a>(?:[1-9]|1\d|2[0-3]) (?:[1-5]\d|o 5|oh 5))(?= ?(?:$|[_,]|please|or|if))",
        ),
        ("exact", r"\b(?P<a>noon|midday|midnight)\b"),
        # A bare number beside what was a date, or all that was said.
        ("exact", r"(?:^|_ )(?P<a>[1-9]|1\d|2[0-3])(?= ?(?:$|,|please))"),
    )
)


_UNWANTED = (
    re.compile(rf"\bnot (?:at )?{_clock('a')}(?: (?:but|it's|,))*"),
    re.compile(
        rf"(?:\b(?:at|around|about) )?(?<!\d )\b{_clock('a')}{REPAIR}(?= (?:at )?(?:{_RELATION} )?{_HOUR})"
    ),
)
"""Not at ten but at eleven; ten, no, sorry, eleven."""
_OR = re.compile(rf"(?<=_ )or (?:at )?{_clock('a')}")
"""At nine or ten: either is meant."""


def time_wishes(spoken: Spoken) -> tuple[TimeWish, ...]:
    """The times that may be meant: none if none was said, several where the words leave the half of the day open.

    Takes what it understood out of `spoken`, from which the days should have been taken before.
    """
    for pattern in _UNWANTED:
        match = spoken.find(pattern)
        if match is not None:
            spoken.take(match)
    for kind, pattern in _PATTERNS:
        match = spoken.find(pattern)
        if match is None:
            continue
        a = _times(match["a"])
        b = _times(match["b"]) if "b" in match.re.groupindex else ()
        wishes = _wishes(kind, a, b)
        if not wishes:
            continue
        spoken.take(match)
        while (other := spoken.find(_OR)) is not None and (more := _times(other["a"])):
            spoken.take(other)
            wishes += [wish for wish in _wishes(kind, more, b) if wish not in wishes]
        part = spoken.find(_PART)
        if part is not None:
            spoken.take(part)
            low, high = _halves(part["part"])
            wishes = [wish for wish in wishes if all(low <= time <= high for time in wish.named)] or wishes
        return tuple(wishes)
    match = spoken.find(_PART)
    if match is None:
        return ()
    spoken.take(match)
    return (TimeWish(Precision.WINDOW, *_PARTS[match["part"]]),)


def _wishes(kind: str, a: tuple[int, ...], b: tuple[int, ...]) -> list[TimeWish]:
    if kind == "between":
        # The first time after the other: from eleven to one is over noon.
        pairs = [(since, min((until for until in b if until > since), default=None)) for since in a]
        return [
            TimeWish(Precision.WINDOW, since, until, (since, until))
            for since, until in pairs
            if until is not None
        ]
    if kind == "since":
        return [TimeWish(Precision.WINDOW, since, _DAY, (since,)) for since in a]
    if kind == "until":
        return [TimeWish(Precision.WINDOW, 0, until, (until,)) for until in a]
    precision = Precision.AROUND if kind == "around" else Precision.EXACT
    return [TimeWish(precision, time, time, (time,)) for time in a]


def _halves(part: str) -> tuple[int, int]:
    for word, window in _HALVES.items():
        if word in part:
            return window
    return _PARTS[part]


_RELATIVE = re.compile(rf"(?P<relation>{_RELATION}) (?P<hour>.+)")
_PLAIN = re.compile(r"(?P<hour>\d{1,2})(?:[:. ](?:oh |o )?(?P<minute>\d{1,2}))?")


def _times(text: str) -> tuple[int, ...]:
    """Every time of the day, in minutes, that a text which fits the patterns may mean."""
    text = text.strip()
    half: tuple[int, int] | None = None
    for word, window in (("am", (0, 719)), ("pm", (720, 1439))):
        if re.search(rf"(?<![a-z]){word}\b", text):
            half = window
    for part, window in _HALVES.items():
        if re.search(rf"(?:in the|at) {part}", text):
            half = window
    text = re.sub(r" ?(?:\bam|\bpm|(?<=\d)am|(?<=\d)pm|o'clock|hours|in the \w+|at night)", "", text).strip()
    shift = 0
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        shift = _shift(relative["relation"])
        text = relative["hour"]
    times = [time + shift for time in _hours(text) if 0 <= time + shift < _DAY]
    if half is not None:
        low, high = half
        times = [time for time in times if low <= time <= high]
    return tuple(times)


def _hours(text: str) -> list[int]:
    if text in {"noon", "midday"}:
        return [_NOON]
    if text == "midnight":
        return [0]
    if text.endswith(" hundred"):
        hour = int(text.split(maxsplit=1)[0])
        return [hour * 60] if 10 <= hour <= 23 else []
    match = _PLAIN.fullmatch(text)
    if match is None:
        return []
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        return []
    if hour > 12 or hour == 0 or (len(match["hour"]) == 2 and hour < 10):
        return [hour * 60 + minute]
    return sorted({hour % 12 * 60 + minute, hour % 12 * 60 + minute + _NOON})


def _shift(relation: str) -> int:
    """Minutes that "quarter to" puts before the hour, and "half past" after it. In Britain "half three" is half past
    three."""
    words = relation.removeprefix("a ").split()
    if words[0] == "half":
        return 30
    minutes = 15 if words[0] == "quarter" else int(words[0])
    return minutes if words[-1] in {"past", "after"} else -minutes
