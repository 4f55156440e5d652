"""Why a time cannot be booked, in words that name the rule."""

from __future__ import annotations

from datetime import datetime, timedelta

from deskbell_server.booking.slots import Calendar
from deskbell_server.domain.booking import NotFree, SlotTaken


def refusal(why: NotFree, calendar: Calendar, starts_at: datetime) -> SlotTaken:
    """The error for a moment at which nothing can be booked."""
    service, rules = calendar.service, calendar.rules
    match why:
        # Of these two the moment may lie beyond what a clock in the zone can show.
        case NotFree.TOO_SOON:
            return SlotTaken(why, f"it must begin at least {in_words(rules.lead)} from now")
        case NotFree.TOO_FAR:
            return SlotTaken(why, f"it must begin within {in_words(rules.horizon)} from now")
        case NotFree.NOBODY:
            return SlotTaken(why, f"{service.name} has no resource that could serve")
    at = f"{starts_at.astimezone(calendar.zone):%Y-%m-%d %H:%M} ({calendar.zone.key})"
    match why:
        case NotFree.CLOSED:
            taking = in_words(service.duration)
            return SlotTaken(why, f"{at} is outside the opening hours for what takes {taking}")
        case NotFree.OFF_GRID:
            every = in_words(rules.granularity)
            return SlotTaken(why, f"nothing begins at {at}: starts are every {every} from opening")
    return SlotTaken(why, f"{at} is not free; ask for what is available")


def in_words(value: timedelta) -> str:
    """`45 minutes`, `2 hours`, `90 days`: the largest unit that is exact."""
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if value and not value % unit:
            count = value // unit
            return f"{count} {name}{'s' * (count != 1)}"
    count = value // timedelta(minutes=1)
    return f"{count} minute{'s' * (count != 1)}"
