"""Slots: within the opening hours, free, and right on the days when the clock is put forward or back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell_server.booking.alternatives import alternatives, days_around
from deskbell_server.booking.clock import day_span, is_shown, merged, moment, open_spans
from deskbell_server.booking.slots import Calendar, Slot
from deskbell_server.domain.booking import (
    BookableService,
    BookingRules,
    Held,
    Interval,
    NotFree,
    OpeningHours,
    Resource,
    ResourceId,
    ResourceKind,
    ServiceId,
    Times,
)
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import TenantId

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
"""In London: 01:00 to 02:00 is missing, and comes twice."""
LONG_AGO = datetime(2025, 12, 31, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = [
    LONDON,
    NEW_YORK,
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("Australia/Lord_Howe"),  # half an hour forward and back
    ZoneInfo("America/Santiago"),  # at midnight
    ZoneInfo("Africa/Casablanca"),
    ZoneInfo("Pacific/Chatham"),
]
CHANGES = [FORWARD, BACK, date(2026, 3, 8), date(2026, 11, 1), date(2026, 9, 6), date(2026, 4, 5)]
ALL_DAY = OpeningHours({day: (Interval(0, 1440),) for day in range(7)})


def hours(*intervals: tuple[int, int]) -> OpeningHours:
    """The same on each day, in minutes."""
    return OpeningHours({day: tuple(Interval(*one) for one in intervals) for day in range(7)})


def service(minutes: int = 30, buffer: int = 0) -> BookableService:
    tenant = TenantId("clinic")
    duration, after = timedelta(minutes=minutes), timedelta(minutes=buffer)
    return BookableService(tenant, ServiceId("checkup"), "", duration, after, "", (), LONG_AGO, LONG_AGO)


def resource(name: str = "adams", capacity: int = 1, own: OpeningHours | None = None) -> Resource:
    return Resource(
        TenantId("clinic"), ResourceId(name), name, ResourceKind.STAFF, capacity, LONG_AGO, LONG_AGO, own
    )


def calendar(
    open_hours: OpeningHours,
    *,
    minutes: int = 30,
    buffer: int = 0,
    resources: Sequence[Resource] = (),
    held: Sequence[Held] = (),
    zone: ZoneInfo = LONDON,
    every: int = 30,
    lead: timedelta = timedelta(),
) -> Calendar:
    return Calendar(
        service(minutes, buffer),
        resources or [resource()],
        open_hours,
        zone,
        held,
        BookingRules(timedelta(minutes=every), lead, timedelta(days=500)),
    )


def walls(slots: Sequence[Slot], zone: ZoneInfo = LONDON) -> list[str]:
    return [slot.times.starts_at.astimezone(zone).strftime("%H:%M") for slot in slots]


def test_a_plain_day() -> None:
    day = date(2026, 3, 10)
    found = calendar(hours((9 * 60, 11 * 60), (13 * 60, 14 * 60))).slots(day, day, LONG_AGO)
    assert walls(found) == ["09:00", "09:30", "10:00", "10:30", "13:00", "13:30"]
    assert found[0].resources == (ResourceId("adams"),)


def test_an_exception_replaces_the_day_of_the_week() -> None:
    christmas = date(2026, 12, 25)
    open_hours = OpeningHours(
        {day: (Interval(540, 600),) for day in range(7)},
        {christmas: (), christmas - DAY: (Interval(600, 630),)},
    )
    found = calendar(open_hours).slots(christmas - DAY, christmas + DAY, LONG_AGO)
    assert walls(found) == ["10:00", "09:00", "09:30"]


def test_open_over_midnight_is_one_stretch() -> None:
    day = date(2026, 3, 10)
    bar = calendar(hours((0, 2 * 60), (22 * 60, 24 * 60)), minutes=90)
    assert walls(bar.slots(day, day, LONG_AGO)) == ["00:00", "00:30", "22:00", "22:30", "23:00", "23:30"]


def test_lead_and_horizon() -> None:
    day = date(2026, 3, 10)
    now = datetime(2026, 3, 10, 9, 10, tzinfo=UTC)
    open_hours = hours((9 * 60, 11 * 60))
    assert walls(calendar(open_hours, lead=HOUR).slots(day, day, now)) == ["10:30"]
    far = Calendar(service(), [resource()], open_hours, LONDON, (), BookingRules(30 * MINUTE, HOUR, DAY))
    assert walls(far.slots(day, day + 9 * DAY, now)) == ["10:30", "09:00"]


def test_a_buffer_may_run_over_closing_and_keeps_the_next_one_off() -> None:
    day = date(2026, 3, 10)
    nine = datetime(2026, 3, 10, 9, tzinfo=UTC)
    held = [Held(ResourceId("adams"), 1, nine + HOUR, nine + HOUR + 30 * MINUTE)]
    found = calendar(hours((9 * 60, 11 * 60)), buffer=10, held=held).slots(day, day, LONG_AGO)
    # 09:30 would hold until 10:10.
    assert walls(found) == ["09:00", "10:30"]


def test_capacity_and_more_than_one_who_can_serve() -> None:
    day, nine = date(2026, 3, 10), datetime(2026, 3, 10, 9, tzinfo=UTC)
    two, part = resource("two", 2), resource("part", own=hours((9 * 60 + 30, 10 * 60)))
    held = [Held(two.id, 1, nine, nine + HOUR), Held(two.id, 2, nine, nine + 30 * MINUTE)]
    found = calendar(hours((9 * 60, 10 * 60)), resources=[two, part], held=held).slots(day, day, LONG_AGO)
    assert walls(found) == ["09:30"]
    assert found[0].resources == (two.id, part.id)


def test_the_day_of_23_hours() -> None:
    span = day_span(FORWARD, LONDON)
    assert span.until - span.since == 23 * HOUR
    found = calendar(ALL_DAY).slots(FORWARD, FORWARD, LONG_AGO)
    assert len(found) == 46
    assert walls(found)[:4] == ["00:00", "00:30", "02:00", "02:30"]


def test_the_day_of_25_hours() -> None:
    span = day_span(BACK, LONDON)
    assert span.until - span.since == 25 * HOUR
    found = calendar(ALL_DAY).slots(BACK, BACK, LONG_AGO)
    assert len(found) == 50
    assert walls(found)[:7] == ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]


def test_opening_in_the_gap_is_when_the_clock_is_put_forward() -> None:
    """In New York 02:00 to 03:00 is missing on 8 March 2026."""
    gap = date(2026, 3, 8)
    assert not is_shown(datetime(2026, 3, 8, 2, 30), NEW_YORK)  # noqa: DTZ001 - a time on the wall
    assert moment(gap, 150, NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    found = calendar(hours((150, 240)), zone=NEW_YORK).slots(gap, gap, LONG_AGO)
    assert walls(found, NEW_YORK) == ["03:00", "03:30"]
    # All of it missing: closed.
    assert calendar(hours((130, 170)), zone=NEW_YORK).slots(gap, gap, LONG_AGO) == []


def test_half_past_one_twice() -> None:
    assert moment(BACK, 90, LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # Open from the first 01:30 to 02:30: two hours.
    found = calendar(hours((90, 150))).slots(BACK, BACK, LONG_AGO)
    assert walls(found) == ["01:30", "01:00", "01:30", "02:00"]
    # What adjoins on the clock adjoins in moments.
    assert len(open_spans(hours((0, 90), (90, 1440)), BACK, BACK, LONDON)) == 1


def test_an_exact_moment_off_the_grid() -> None:
    one = calendar(hours((9 * 60, 10 * 60)))
    start = datetime(2026, 3, 10, 9, 20, tzinfo=UTC)
    found = one.at(start, LONG_AGO)
    assert found == Slot(Times(start, start + 30 * MINUTE, start + 30 * MINUTE), (ResourceId("adams"),))
    assert one.at(start + 20 * MINUTE, LONG_AGO) is None
    assert one.at(start, start + MINUTE) is None


def test_why_a_moment_is_not_free() -> None:
    nine = datetime(2026, 3, 10, 9, tzinfo=UTC)
    held = [Held(ResourceId("adams"), 1, nine + HOUR, nine + 2 * HOUR)]
    one = calendar(hours((9 * 60, 12 * 60)), held=held, lead=HOUR)
    now = nine - HOUR
    assert one.why_not(nine, now) is None
    for start, why in (
        (nine - MINUTE, NotFree.TOO_SOON),
        (nine + 501 * DAY, NotFree.TOO_FAR),
        (nine + 3 * HOUR, NotFree.CLOSED),
        (nine + 2 * HOUR + 45 * MINUTE, NotFree.CLOSED),  # it would not be over at closing
        (nine + 10 * MINUTE, NotFree.OFF_GRID),
        (nine + HOUR, NotFree.TAKEN),
    ):
        assert one.why_not(start, now) is why, start
    nobody = Calendar(service(), (), ALL_DAY, LONDON)
    assert nobody.why_not(nine, now) is NotFree.NOBODY


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"granularity": timedelta()}, "granularity"),
        ({"granularity": 4 * MINUTE}, "granularity"),
        ({"granularity": timedelta(seconds=330)}, "granularity"),
        ({"lead": -HOUR}, "lead"),
        ({"horizon": HOUR}, "horizon"),
        ({"horizon": 731 * DAY}, "horizon"),
        ({"lead": 2 * DAY, "horizon": 2 * DAY}, "lead"),
    ],
)
def test_rules_out_of_bounds_are_refused(rules: dict[str, timedelta], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        BookingRules(**rules)
    assert [one.field for one in refused.value.violations] == [field]


def test_open_at_a_time_on_the_clock() -> None:
    own = resource("two", own=hours((15 * 60, 16 * 60)))
    one = calendar(hours((9 * 60, 10 * 60)), resources=[resource(), own])
    found = [minute for minute in range(0, 1440, 30) if one.is_open(date(2026, 3, 10), minute)]
    assert found == [540, 570, 900, 930]
    assert not calendar(ALL_DAY).is_open(FORWARD, 90)
    assert calendar(hours((0, 90))).is_open(BACK, 60)


@pytest.mark.parametrize("bad", [(60, 60), (90, 60), (-1, 60), (0, 1441)])
def test_refuses_intervals_that_are_none(bad: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput):
        Interval(*bad)


def test_refuses_intervals_that_overlap() -> None:
    for weekly in ({0: (Interval(0, 60), Interval(30, 90))}, {7: ()}):
        with pytest.raises(InvalidInput):
            OpeningHours(weekly)


def test_alternatives_of_the_same_day_come_first_then_a_choice_of_days() -> None:
    day = date(2026, 3, 10)
    one = calendar(hours((9 * 60, 12 * 60)))
    wanted = datetime(2026, 3, 10, 10, 5, tzinfo=UTC)
    of_day = one.slots(day, day, LONG_AGO)
    assert walls(alternatives(wanted, of_day, LONDON)) == ["10:00", "10:30", "09:30"]
    others = [*one.slots(day - DAY, day - DAY, LONG_AGO), *one.slots(day + DAY, day + 2 * DAY, LONG_AGO)]
    found = alternatives(wanted, [of_day[-1], *others], LONDON, limit=5)
    assert [(slot.times.starts_at.day, wall) for slot, wall in zip(found, walls(found), strict=True)] == [
        (10, "11:30"),
        (11, "10:00"),
        (9, "10:00"),
        (12, "10:00"),
        (11, "10:30"),
    ]
    assert alternatives(wanted, [], LONDON) == []
    assert days_around(day, day - DAY) == (day - DAY, day + 7 * DAY)


def test_alternatives_keep_the_time_on_the_clock_over_a_change() -> None:
    wanted = datetime(2026, 3, 28, 10, tzinfo=UTC)
    slots = calendar(hours((9 * 60, 12 * 60))).slots(FORWARD, FORWARD, LONG_AGO)
    assert walls(alternatives(wanted, slots, LONDON, limit=1)) == ["10:00"]


intervals = (
    st.lists(st.integers(0, 288).map(lambda number: number * 5), min_size=2, max_size=6, unique=True)
    .map(sorted)
    .map(lambda ends: tuple(Interval(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False)))
)
opening_hours = st.builds(OpeningHours, st.dictionaries(st.integers(0, 6), intervals, max_size=7))
days = st.one_of(
    st.sampled_from(CHANGES),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)


@st.composite
def calendars(draw: st.DrawFn, day: date) -> Calendar:
    """A calendar with reservations around a day."""
    zone = draw(st.sampled_from(ZONES))
    people = [
        resource("one", draw(st.integers(1, 3))),
        resource("two", 1, draw(st.none() | opening_hours)),
    ]
    noon = moment(day, 720, zone)
    held = [
        Held(
            draw(st.sampled_from(people)).id,
            draw(st.integers(1, 3)),
            start := noon + draw(st.integers(-200, 200)) * 7 * MINUTE,
            start + draw(st.integers(1, 300)) * MINUTE,
        )
        for _ in range(draw(st.integers(0, 8)))
    ]
    return calendar(
        draw(opening_hours),
        minutes=draw(st.sampled_from([5, 20, 45, 90, 600, 1500])),
        buffer=draw(st.sampled_from([0, 5, 45])),
        resources=people,
        held=held,
        zone=zone,
        every=draw(st.sampled_from([5, 15, 40, 60])),
    )


@st.composite
def days_and_calendars(draw: st.DrawFn) -> tuple[date, Calendar]:
    day = draw(days)
    return day, draw(calendars(day))


def shown_open(one: Calendar, who: Resource, at: datetime) -> bool:
    """Whether a clock on the wall shows a time within the hours: another way to say it than spans are."""
    wall = at.astimezone(one.zone)
    minute = wall.hour * 60 + wall.minute
    return any(
        interval.opens <= minute < interval.closes
        for interval in (who.hours or one.business_hours).on(wall.date())
    )


@settings(max_examples=300, deadline=None)
@given(days_and_calendars())
def test_every_slot_is_open_free_and_on_its_day(given_: tuple[date, Calendar]) -> None:
    day, one = given_
    by_id = {who.id: who for who in one.resources}
    changes = len({(day_span(day + n * DAY, one.zone).until - day_span(day + n * DAY, one.zone).since)
                   for n in range(-1, 4)}) > 1  # fmt: skip
    starts = []
    for slot in one.slots(day, day, LONG_AGO):
        times = slot.times
        starts.append(times.starts_at)
        assert times.starts_at.astimezone(one.zone).date() == day
        assert slot == one.at(times.starts_at, LONG_AGO)
        for name in slot.resources:
            who = by_id[name]
            at = times.starts_at
            # The hour that comes twice is open both times if its first minute is: not what the clock alone says.
            while not changes and at < times.ends_at:
                assert shown_open(one, who, at), at
                at += 5 * MINUTE
            spans = open_spans(who.hours or one.business_hours, day - DAY, day + 3 * DAY, one.zone)
            assert any(span.since <= times.starts_at and times.ends_at <= span.until for span in spans)
            clashes = {
                held.unit
                for held in one.held
                if held.resource == name and held.since < times.held_until and times.starts_at < held.until
            }
            assert not set(range(1, who.capacity + 1)) <= clashes
    assert starts == sorted(set(starts))


@settings(max_examples=200, deadline=None)
@given(days, st.sampled_from(ZONES), st.sampled_from([5, 15, 30]))
def test_open_all_day_has_a_slot_for_each_step_of_23_to_25_hours(
    day: date, zone: ZoneInfo, every: int
) -> None:
    span = day_span(day, zone)
    assert timedelta(hours=23) <= span.until - span.since <= timedelta(hours=25)
    found = calendar(ALL_DAY, minutes=every, zone=zone, every=every).slots(day, day, LONG_AGO)
    assert len(found) == (span.until - span.since) // (every * MINUTE)
    steps = [slot.times.starts_at for slot in found]
    assert steps == [span.since + number * every * MINUTE for number in range(len(steps))]


@settings(max_examples=100, deadline=None)
@given(days_and_calendars(), st.integers(0, 2000))
def test_nothing_speaks_against_a_slot_and_only_against_others(
    given_: tuple[date, Calendar], minute: int
) -> None:
    day, one = given_
    start = moment(day, 0, one.zone) + minute * MINUTE
    on = start.astimezone(one.zone).date()
    free = start in {slot.times.starts_at for slot in one.slots(on, on, LONG_AGO)}
    assert (one.why_not(start, LONG_AGO) is None) == free


@settings(max_examples=300, deadline=None)
@given(days_and_calendars(), st.lists(st.integers(0, 10**6), max_size=12))
def test_booking_slot_after_slot_never_overlaps(given_: tuple[date, Calendar], picks: list[int]) -> None:
    """Books slots as the store does, in the first free unit, and asks anew each time."""
    day, one = given_
    by_id = {who.id: who for who in one.resources}
    held: list[Held] = []
    for pick in picks:
        now = Calendar(one.service, one.resources, one.business_hours, one.zone, held, one.rules)
        slots = now.slots(day, day, LONG_AGO)
        if not slots:
            break
        slot = slots[pick % len(slots)]
        who = by_id[slot.resources[pick % len(slot.resources)]]
        unit = next(
            unit
            for unit in range(1, who.capacity + 1)
            if not any(
                (other.resource, other.unit) == (who.id, unit)
                and other.since < slot.times.held_until
                and slot.times.starts_at < other.until
                for other in held
            )
        )
        held.append(Held(who.id, unit, slot.times.starts_at, slot.times.held_until))
    for place, a in enumerate(held):
        for b in held[:place]:
            same = (a.resource, a.unit) == (b.resource, b.unit)
            assert not (same and a.since < b.until and b.since < a.until)


@given(days, st.integers(0, 1440), st.integers(0, 1440), st.sampled_from(ZONES))
def test_moments_keep_the_order_of_the_clock(day: date, a: int, b: int, zone: ZoneInfo) -> None:
    first, second = sorted((a, b))
    assert moment(day, first, zone) <= moment(day, second, zone)
    assert moment(day, 1440, zone) == moment(day + DAY, 0, zone)


@given(opening_hours, days, st.sampled_from(ZONES))
def test_open_spans_are_in_order_and_apart(open_hours: OpeningHours, day: date, zone: ZoneInfo) -> None:
    spans = open_spans(open_hours, day - DAY, day + DAY, zone)
    assert all(a.until < b.since for a, b in pairwise(spans))
    assert all(span.since < span.until for span in spans)
    assert merged(spans) == spans
