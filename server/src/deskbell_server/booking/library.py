"""What the library dateparser (BSD-3-Clause) is asked: dates of the calendar, and times counted from now.

It knows lengths of months, leap years, orders of day and month, and which year is meant. Of whole sentences that
callers say it understands a third (tests/unit/test_booking_dates.py has them): no weekday with its modifiers, no
"half past", no part of a day, and it never says that two things may be meant. So it is only given what is a date
by its form.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta


def calendar_dates(text: str, today: date, *, day_first: bool | None = None) -> list[date]:
    """The dates, today or later, that a text such as "2 may", "may 2 2026", "25/3" or "2026-05-02" may mean, in
    order; two for "4/5" unless it is known whether the day comes first. Empty for a date that no year has."""
    orders = ["DMY", "MDY"] if day_first is None else ["DMY" if day_first else "MDY"]
    # As of yesterday, so that today is yet to come.
    base = datetime.combine(today - timedelta(days=1), datetime.min.time())
    found = {_parsed(text, base, order) for order in orders}
    return sorted(one.date() for one in found if one is not None and one.date() >= today)


def counted(text: str, base: datetime) -> datetime | None:
    """When "in 2 weeks" or "in 1 month" is, counted from a time without a zone."""
    return _parsed(text, base, "DMY")


def _parsed(text: str, base: datetime, order: str) -> datetime | None:
    import dateparser

    found: datetime | None = dateparser.parse(
        text,
        languages=["en"],
        settings={
            "RELATIVE_BASE": base,
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": order,
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    return found
