"""From what a caller says of days and times to one time that is free."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from deskbell_server.booking.alternatives import alternatives, days_around
from deskbell_server.booking.clock import moments
from deskbell_server.booking.dates import Understood, settle, understand
from deskbell_server.booking.days import DayWish, unwanted_weekdays
from deskbell_server.booking.refusing import in_words
from deskbell_server.booking.slots import Calendar, Slot
from deskbell_server.booking.times import Precision, TimeWish
from deskbell_server.domain.booking import NotFree
from deskbell_server.turn.dialogues.state import DialogueState, Wish
from deskbell_server.turn.dialogues.wording import (
    capital,
    day_aloud,
    listed,
    minutes_aloud,
    moment_aloud,
    moments_aloud,
    sentence,
)
from deskbell_server.turn.slots.model import Heard

MOST_OFFERED = 3
MOST_DAYS = 14
"""Of a longer stretch ("in June") these are looked at, from its beginning."""
MOST_CHARACTERS = 300
"""Of an utterance, in which days and times are looked for."""
_REASONS = {
    NotFree.TAKEN: "{what} is not free",
    NotFree.CLOSED: "{what} is not available",
    NotFree.OFF_GRID: "nothing begins {on}",
    NotFree.TOO_SOON: "{what} is too soon",
    NotFree.TOO_FAR: "{what} is too far ahead",
    NotFree.NOBODY: "{what} is not available",
}
_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_BARE_HOUR = re.compile(rf"\b(?:1[0-2]|[1-9]|{'|'.join(_HOURS)})\b")
"""Among times that were offered "nine is fine" is one of them, though it is no time elsewhere."""
_ANY = re.compile(
    r"\b(?:any|either|whichever|whatever|earliest|soonest|first available|don't mind|no preference)\b"
)
_PLACES = (
    (re.compile(r"\b(?:first|earlier (?:one|time|slot)|former)\b(?! (?:of|available|thing))"), 0),
    (re.compile(r"\bsecond\b(?! of)"), 1),
    (re.compile(r"\bthird\b(?! of)"), 2),
    (re.compile(r"\b(?:last|later (?:one|time|slot)|latest|latter)\b"), -1),
)
_MAKE_IT = re.compile(
    r"\b(?:make|do) (?:it|that) (?:for )?(?=\w+ ?(?:instead|thirty|fifteen|o'?clock|please|then|$|[,.]))"
)
"""After "make it" a bare number is a time."""
_MUCH_NEARER = 60
"""Minutes."""
_RELATIVE = re.compile(r"\b(?P<how>later|earlier)\b(?! (?:on|today|than))")
_DAY_MINUTES = 24 * 60
_MOST_WORDS_BESIDES = 2
_NAMES_A_DAY = re.compile(
    r"\b(?:of|january|february|march|april|may|june|july|august|september|october|november|december|week|month"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\d"
)
_BARE_WEEKDAY = re.compile(
    r"(?<!next )(?<!this )(?<!coming )\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?! (?:week|after|the \d))",
    re.IGNORECASE,
)
_SOON = re.compile(
    r"\b(?:as soon as (?:possible|you can)|soonest|earliest|asap|next available|first available|any ?time|whenever)\b"
)


@dataclass(frozen=True, slots=True)
class Question:
    """Something has to be asked; `wish` is what is known."""

    says: str
    wish: Wish


@dataclass(frozen=True, slots=True)
class Offer:
    """These times are free."""

    says: str
    wish: Wish
    times: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """This time is free and was meant."""

    start: datetime


Outcome: TypeAlias = Question | Offer | Chosen


def hear(
    text: str, heard: Sequence[Heard], now: datetime, zone: ZoneInfo, offered: Sequence[datetime] = ()
) -> Wish:
    """Days and times in an utterance; in what was `heard` as a number or a name there are none. `offered` are times of
    which one may be taken by its place."""
    characters = list(text)
    for each in heard:
        characters[each.start : each.end] = " " * (each.end - each.start)
    words = _MAKE_IT.sub("at ", "".join(characters[:MOST_CHARACTERS]))
    if offered and place_of(words) is not None:
        return Wish()  # "the second one" is no day, and "one" no time
    understood = understand(words, now, zone)
    if not (understood.days or understood.times or offered) and _SOON.search(words.lower()):
        today = now.astimezone(zone).date()
        return Wish((DayWish(today, today + timedelta(days=MOST_DAYS)),))
    return Wish(understood.days, understood.times)


def relative(text: str, new: Wish, times: Sequence[datetime], zone: ZoneInfo) -> Wish | None:
    """ "A bit later" than the times that are talked about: that day, after the last of them, or before the first."""
    how = _RELATIVE.search(text.lower())
    if how is None or not times or new.days or new.times:
        return None
    later = how["how"] == "later"
    local = (max(times) if later else min(times)).astimezone(zone)
    minute = local.hour * 60 + local.minute
    window = (
        TimeWish(Precision.WINDOW, minute + 1, _DAY_MINUTES)
        if later
        else TimeWish(Precision.WINDOW, 0, minute)
    )
    return Wish((DayWish(local.date(), local.date()),), (window,))


def ruled_out(text: str, state: DialogueState, zone: ZoneInfo) -> bool:
    """Whether the day that is talked about does not suit: "Friday is no good"."""
    unwanted = unwanted_weekdays(text[:MOST_CHARACTERS])
    days = {moment.astimezone(zone).date() for moment in ((state.start,) if state.start else state.offered)}
    days = days or {day.first for day in state.wish.days if day.first == day.last}
    return bool(unwanted) and any(day.weekday() in unwanted for day in days)


def exactly(start: datetime, zone: ZoneInfo) -> Wish:
    """The wish for one time."""
    local = start.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return Wish(
        (DayWish(local.date(), local.date()),), (TimeWish(Precision.EXACT, minute, minute, (minute,)),)
    )


def is_time(text: str, now: datetime, zone: ZoneInfo) -> bool:
    """Whether an utterance is hardly more than a day or a time: "half past four" is nobody's name."""
    if len(text) > MOST_CHARACTERS:
        return False
    understood = understand(text, now, zone)
    words = text.split()
    if not (understood.times or understood.days) or (len(words) == 1 and not understood.times):
        return False
    return len(words) - len(understood.words.split()) <= _MOST_WORDS_BESIDES


def offered_again(times: Sequence[datetime], today: date, zone: ZoneInfo) -> str:
    """The same offer in other words."""
    return f"Would {moments_aloud(times, today, zone)} suit you?"


def place_of(text: str) -> int | None:
    """Which of several a caller takes ("the second one"), from 0, or -1 for the last; None if nothing of that kind was
    said. "The second of May" is a day."""
    low = text.lower()
    if _NAMES_A_DAY.search(low):
        return None
    return next((place for pattern, place in _PLACES if pattern.search(low)), None)


def in_view(new: Wish, text: str, state: DialogueState, zone: ZoneInfo) -> Wish:
    """A bare weekday means that of the days that are talked about: after "next week" and an offer of Wednesday the
    second, "Wednesday" is not tomorrow."""
    if len(new.days) == 0 or any(day.first != day.last for day in new.days) or not _BARE_WEEKDAY.search(text):
        return new
    weekday = new.days[0].first.weekday()
    offered = {moment.astimezone(zone).date() for moment in state.offered}
    wished = {
        day.first + timedelta(days=number)
        for day in state.wish.days
        if day.last > day.first
        for number in range(min((day.last - day.first).days + 1, MOST_DAYS))
    }
    for days in (offered, wished):
        fitting = [day for day in days if day.weekday() == weekday]
        if len(fitting) == 1:
            return Wish((DayWish(fitting[0], fitting[0]),), new.times)
    return new


def narrowed(old: Wish, new: Wish) -> Wish:
    """What is wanted after something more was said: a day that was named anew counts, and so does a time. Where it was
    asked which of several was meant, an answer that fits one of them chooses it."""
    times = new.times if new.days and new.times else _narrowed_times(old.times, new.times)
    return Wish(_narrowed_days(old.days, new.days), times)


def _narrowed_days(old: tuple[DayWish, ...], new: tuple[DayWish, ...]) -> tuple[DayWish, ...]:
    if not new:
        return old
    if len(old) > 1:
        fitting = tuple(day for day in old if any(n.first <= day.first and day.last <= n.last for n in new))
        if len(fitting) == 1:
            return fitting
    return new


def _narrowed_times(old: tuple[TimeWish, ...], new: tuple[TimeWish, ...]) -> tuple[TimeWish, ...]:
    if not new:
        return old
    if len(old) > 1 and len(new) == 1:
        fitting = tuple(time for time in old if new[0].since <= time.since and time.until <= new[0].until)
        if len(fitting) == 1:
            return fitting
    return new


def chosen(
    offered: Sequence[datetime], text: str, new: Wish, zone: ZoneInfo, *, agrees: bool
) -> datetime | None:
    """Which of the times that were offered the caller takes; None if that is not clear."""
    if not offered:
        return None
    low = text.lower()
    if new.days or new.times:
        fitting = [moment for moment in offered if _fits(moment, new, zone)]
        return fitting[0] if len(fitting) == 1 else None
    place = place_of(low)
    if place is not None and -len(offered) <= place < len(offered):
        return offered[place]
    if _ANY.search(low) or (agrees and len(offered) == 1):
        return offered[0]
    hour = _BARE_HOUR.search(low)
    if hour is not None:
        fitting = [moment for moment in offered if _is_at(moment, hour[0], zone)]
        return fitting[0] if len(fitting) == 1 else None
    return None


def _is_at(moment: datetime, hour: str, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    number = int(hour) if hour.isdigit() else _HOURS.index(hour) + 1
    return local.minute == 0 and local.hour % 12 == number % 12


def _fits(moment: datetime, wish: Wish, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    day_fits = not wish.days or any(day.first <= local.date() <= day.last for day in wish.days)
    return day_fits and (not wish.times or any(_within(minute, time) for time in wish.times))


def _within(minute: int, time: TimeWish) -> bool:
    if time.precision is Precision.WINDOW:
        return time.since <= minute < max(time.until, time.since + 1)
    if time.precision is Precision.AROUND:
        return abs(minute - time.since) <= 60
    return minute == time.since


def days_to_look_at(wish: Wish, today: date) -> tuple[date, date]:
    """Which days a calendar must have to resolve a wish, those for alternatives among them."""
    if not wish.days:
        return today, today + timedelta(days=MOST_DAYS)
    first = max(today, min(day.first for day in wish.days))
    last = min(max(day.last for day in wish.days), first + timedelta(days=MOST_DAYS))
    return days_around(first, today)[0], days_around(max(first, last), today)[1]


def resolve(wish: Wish, calendar: Calendar, now: datetime) -> Outcome:
    """What is to be asked, offered or taken. `calendar` has the days of `days_to_look_at`."""
    zone = calendar.zone
    today = now.astimezone(zone).date()
    settled = settle(Understood(wish.days, wish.times, ""), calendar.is_open, now, zone)
    if len(settled.times) > 1:
        # It is closed at each of them on that day: what is usual there tells which was meant.
        settled = settle(Understood((), wish.times, ""), calendar.is_open, now, zone)
    if len(settled.times) > 1:
        settled = replace(settled, times=_nearest_to_hours(settled.times, calendar))
    wish, first_meant = Wish(wish.days, settled.times), wish.days[:1]
    if not wish.days:
        says = "On which day would you like it?" if wish.times else "Which day and time would suit you?"
        return Question(says, wish)
    if len(wish.days) > 1:
        # Of those that may be meant, the days on which nobody is there were not.
        open_days = tuple(day for day in wish.days if _is_open(day, calendar))
        wish = Wish(open_days[:1] if len(open_days) < 2 else open_days, wish.times)
        wish = wish if wish.days else Wish(first_meant, wish.times)
    if len(wish.days) > 1:
        return Question(f"Do you mean {listed([_stretch(day, today) for day in wish.days], 'or')}?", wish)
    if len(wish.times) > 1:
        which = listed([minutes_aloud(time.since) for time in wish.times], "or")
        return Question(f"Do you mean {which}?", wish)
    day = wish.days[0]
    if day.last < today:
        return Question("That day is over. Which other day would suit you?", Wish((), wish.times))
    if day.first == day.last and _is_exact(wish):
        return _at(wish, calendar, now, today)
    return _among(wish, calendar, now, today)


def _nearest_to_hours(times: tuple[TimeWish, ...], calendar: Calendar) -> tuple[TimeWish, ...]:
    """Of times at none of which anybody is there, the one that is much nearer to the hours: who wants "nine" where it
    opens at half past does not mean the evening."""
    hours = [resource.hours or calendar.business_hours for resource in calendar.resources]
    intervals = [each for one in hours for of_day in one.weekly.values() for each in of_day]
    if not intervals:
        return times
    distances = [
        min(max(each.opens - time.since, time.since - each.closes, 0) for each in intervals) for time in times
    ]
    nearest = min(distances)
    near = tuple(time for time, far in zip(times, distances, strict=True) if far < nearest + _MUCH_NEARER)
    return near if len(near) == 1 else times


def _is_open(wish: DayWish, calendar: Calendar) -> bool:
    """Whether anything can begin on one of the days at all."""
    hours = [resource.hours or calendar.business_hours for resource in calendar.resources]
    length = min((wish.last - wish.first).days + 1, MOST_DAYS)
    days = [wish.first + timedelta(days=number) for number in range(length)]
    return any(each.on(day) for each in hours for day in days)


def _is_exact(wish: Wish) -> bool:
    return len(wish.times) == 1 and wish.times[0].precision is Precision.EXACT


def _stretch(day: DayWish, today: date) -> str:
    if day.first == day.last:
        return day_aloud(day.first, today)
    return f"{day_aloud(day.first, today)} to {day_aloud(day.last, today)}"


def _at(wish: Wish, calendar: Calendar, now: datetime, today: date) -> Outcome:
    """One day, one time."""
    day, minute = wish.days[0].first, wish.times[0].since
    reasons = {moment: calendar.why_not(moment, now) for moment in moments(day, minute, calendar.zone)}
    for moment, reason in reasons.items():
        if reason is None:
            return Chosen(moment)
    wanted = list(reasons) or list(moments(day, minute + 60, calendar.zone))
    first, last = days_around(day, today)
    near = (
        alternatives(wanted[0], calendar.slots(first, last, now), calendar.zone, MOST_OFFERED)
        if wanted
        else []
    )
    reason = next(iter(reasons.values()), None) or NotFree.CLOSED
    if not near:
        return _nothing(wish, reason, calendar)
    what = f"{day_aloud(day, today)} at {minutes_aloud(minute)}"
    why = _REASONS[reason]
    said = sentence(f"I'm sorry, {why.format(what=what, on=_on(what))}")
    return _offer(said, near, wish, calendar.zone, today)


def _on(what: str) -> str:
    return what if what.startswith(("today", "tomorrow")) else f"on {what}"


def _among(wish: Wish, calendar: Calendar, now: datetime, today: date) -> Outcome:
    """One stretch of days, and perhaps of the day."""
    day = wish.days[0]
    first, last = max(day.first, today), min(day.last, max(day.first, today) + timedelta(days=MOST_DAYS))
    free = calendar.slots(first, last, now)
    fitting = [
        slot
        for slot in free
        if not wish.times or _fits(slot.times.starts_at, Wish((), wish.times), calendar.zone)
    ]
    if fitting:
        if len(fitting) == 1:
            return _offer("", fitting, wish, calendar.zone, today)
        return _offer("", _spread(fitting, calendar.zone), wish, calendar.zone, today)
    around = days_around(first, today)
    wanted = _middle(wish, first, calendar.zone)
    near = alternatives(wanted, calendar.slots(*around, now), calendar.zone, MOST_OFFERED)
    if not near:
        return _nothing(wish, calendar.why_not(wanted, now), calendar)
    return _offer(f"I'm sorry, there is nothing free {_then(wish, today)}.", near, wish, calendar.zone, today)


def _then(wish: Wish, today: date) -> str:
    day = wish.days[0]
    return _on(_stretch(day, today)) if not wish.times else "then"


def _middle(wish: Wish, day: date, zone: ZoneInfo) -> datetime:
    minute = wish.times[0].since if wish.times else 12 * 60
    return (moments(day, minute, zone) or moments(day, 12 * 60, zone))[0]


def _spread(free: Sequence[Slot], zone: ZoneInfo) -> list[Slot]:
    """A few of many: of each day the first, and of one day some that lie apart."""
    by_day: dict[date, list[Slot]] = {}
    for slot in free:
        by_day.setdefault(slot.times.starts_at.astimezone(zone).date(), []).append(slot)
    if len(by_day) >= MOST_OFFERED:
        return [of_day[0] for of_day in list(by_day.values())[:MOST_OFFERED]]
    if len(free) <= MOST_OFFERED:
        return list(free)
    step = (len(free) - 1) / (MOST_OFFERED - 1)
    return [free[round(step * place)] for place in range(MOST_OFFERED)]


def _offer(why: str, slots: Sequence[Slot], wish: Wish, zone: ZoneInfo, today: date) -> Offer:
    times = tuple(sorted(slot.times.starts_at for slot in slots))
    if len(times) == 1:
        what = f"I can offer {sentence(moment_aloud(times[0], today, zone))} Shall I take that?"
    else:
        what = f"I can offer {sentence(moments_aloud(times, today, zone))} Which would suit you?"
    return Offer(f"{why} {capital(what)}".strip(), wish, times)


def _nothing(wish: Wish, reason: NotFree | None, calendar: Calendar) -> Question:
    why = "nothing is free around then."
    if reason is NotFree.TOO_FAR:
        why = f"that is too far ahead: it can be booked up to {in_words(calendar.rules.horizon)} before."
    return Question(f"I'm sorry, {why} Which other day would suit you?", Wish((), wish.times))
