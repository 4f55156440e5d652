"""How a span of time is divided on the clocks of a place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from deskbell_server.domain.analytics import Division, division_starts


def starts(start: str, end: str, division: Division | None, zone: str) -> list[str]:
    """In the zone's own time."""
    begin, until = (datetime.fromisoformat(text).astimezone(UTC) for text in (start, end))
    found = division_starts(begin, until, division, ZoneInfo(zone))
    assert found[0] == begin
    assert found == sorted(set(found))
    assert all(moment < until for moment in found)
    return [f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M %z}" for moment in found]


def test_a_span_that_is_not_divided_is_whole() -> None:
    assert len(starts("2026-03-01T00:00Z", "2026-06-01T00:00Z", None, "Europe/London")) == 1


@pytest.mark.parametrize(
    ("zone", "start", "end", "hours"),
    [
        ("Europe/London", "2026-03-29T00:00+00:00", "2026-03-30T00:00+01:00", 23),
        ("Europe/London", "2026-10-25T00:00+01:00", "2026-10-26T00:00+00:00", 25),
        ("America/New_York", "2026-03-08T00:00-05:00", "2026-03-09T00:00-04:00", 23),
        ("America/New_York", "2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00", 25),
        ("UTC", "2026-03-29T00:00Z", "2026-03-30T00:00Z", 24),
    ],
)
def test_a_day_has_as_many_hours_as_the_clocks_say(zone: str, start: str, end: str, hours: int) -> None:
    assert len(starts(start, end, Division.HOUR, zone)) == hours
    assert len(starts(start, end, Division.DAY, zone)) == 1


def test_an_hour_that_comes_twice_is_two() -> None:
    found = starts("2026-10-25T00:30+01:00", "2026-10-25T02:30+00:00", Division.HOUR, "Europe/London")
    assert found == [
        "10-25 00:30 +0100",
        "10-25 01:00 +0100",
        "10-25 01:00 +0000",
        "10-25 02:00 +0000",
    ]


def test_clocks_that_change_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    back = starts("2026-04-05T01:00+11:00", "2026-04-05T03:00+10:30", Division.HOUR, zone)
    assert back == ["04-05 01:00 +1100", "04-05 01:30 +1030", "04-05 02:00 +1030"]
    forward = starts("2026-10-04T01:00+10:30", "2026-10-04T04:00+11:00", Division.HOUR, zone)
    assert forward == ["10-04 01:00 +1030", "10-04 02:30 +1100", "10-04 03:00 +1100"]


def test_full_hours_are_those_of_the_place() -> None:
    found = starts("2026-01-01T00:00+05:45", "2026-01-01T02:00+05:45", Division.HOUR, "Asia/Kathmandu")
    assert found == ["01-01 00:00 +0545", "01-01 01:00 +0545"]


def test_days_weeks_and_months_begin_at_midnight() -> None:
    zone = "America/New_York"
    span = ("2026-02-26T15:00-05:00", "2026-03-16T00:00-04:00")
    assert starts(*span, Division.WEEK, zone) == [
        "02-26 15:00 -0500",
        "03-02 00:00 -0500",
        "03-09 00:00 -0400",
    ]
    assert starts(*span, Division.MONTH, zone) == ["02-26 15:00 -0500", "03-01 00:00 -0500"]
    assert starts(*span, Division.DAY, zone)[10:12] == ["03-08 00:00 -0500", "03-09 00:00 -0400"]
    year = starts("2025-12-15T00:00Z", "2027-01-15T00:00Z", Division.MONTH, "UTC")
    assert [start[:5] for start in year] == ["12-15", *(f"{month:02}-01" for month in range(1, 13)), "01-01"]


def test_a_midnight_that_does_not_come_or_comes_twice() -> None:
    # Cairo's clocks go from 00:00 to 01:00; Havana's from 01:00 back to 00:00.
    cairo = starts("2026-04-23T00:00+02:00", "2026-04-25T00:00+03:00", Division.DAY, "Africa/Cairo")
    assert cairo == ["04-23 00:00 +0200", "04-24 01:00 +0300"]
    havana = starts("2026-10-31T00:00-04:00", "2026-11-02T00:00-05:00", Division.DAY, "America/Havana")
    assert havana == ["10-31 00:00 -0400", "11-01 00:00 -0400"]


def test_a_day_that_was_left_out() -> None:
    samoa = starts("2011-12-29T00:00-10:00", "2012-01-01T00:00+14:00", Division.DAY, "Pacific/Apia")
    assert samoa == ["12-29 00:00 -1000", "12-31 00:00 +1400"]


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"])
@pytest.mark.parametrize("division", list(Division))
def test_parts_are_never_longer_than_they_should_be(zone: str, division: Division) -> None:
    start = datetime(2026, 1, 1, 0, 17, 31, tzinfo=UTC)
    end = start + timedelta(days=400)
    bounds = [*division_starts(start, end, division, ZoneInfo(zone)), end]
    longest = {Division.HOUR: 1, Division.DAY: 25, Division.WEEK: 169, Division.MONTH: 745}[division]
    parts = [after - before for before, after in pairwise(bounds)]
    assert all(timedelta(0) < part <= timedelta(hours=longest) for part in parts)
