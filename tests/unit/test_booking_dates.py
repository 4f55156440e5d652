"""Days and times in words: what callers say, and that nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell_server.booking.clock import moments
from deskbell_server.booking.dates import Understood, settle, understand
from deskbell_server.booking.days import DayWish, unwanted_weekdays
from deskbell_server.booking.times import Precision, TimeWish
from tests.support.date_phrases import MORE_PHRASES, NOW, PHRASES, Phrase

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=LONDON)


def open_from_eight_to_eight(_: date, minute: int) -> bool:
    return 8 * 60 <= minute < 20 * 60


def read(words: str, now: datetime = NOW) -> Understood:
    """What is understood, with opening hours."""
    return settle(understand(words, now, LONDON), open_from_eight_to_eight, now, LONDON)


def days(understood: Understood) -> str:
    return "|".join(
        f"{wish.first:%m-%d}" if wish.first == wish.last else f"{wish.first:%m-%d}..{wish.last:%m-%d}"
        for wish in understood.days
    )


def times(understood: Understood) -> str:
    return "|".join(map(shown, understood.times))


def shown(wish: TimeWish) -> str:
    since, until = (f"{time // 60:02}:{time % 60:02}" for time in (wish.since, wish.until))
    if wish.precision is Precision.WINDOW:
        return f"{since if wish.since else ''}-{until if wish.until < 1440 else ''}"
    assert since == until
    return f"~{since}" if wish.precision is Precision.AROUND else since


@pytest.mark.parametrize("phrase", [*PHRASES, *MORE_PHRASES], ids=lambda phrase: phrase.words)
def test_what_callers_say(phrase: Phrase) -> None:
    understood = read(phrase.words)
    assert (days(understood), times(understood)) == (phrase.days, phrase.times)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("at three", "03:00|15:00"),
        ("half past three", "03:30|15:30"),
        ("around eleven", "~11:00|~23:00"),
        ("after five", "05:00-|17:00-"),
        ("before ten", "-10:00|-22:00"),
        ("between eleven and one", "11:00-13:00|23:00-"),
        ("at twelve", "00:00|12:00"),
        ("at 3pm", "15:00"),
        ("15:00", "15:00"),
        ("at 03:00", "03:00"),
        ("at seven in the morning", "07:00"),
        ("at midnight", "00:00"),
        ("fifteen hundred", "15:00"),
    ],
)
def test_without_opening_hours_both_halves_of_the_day_may_be_meant(words: str, expected: str) -> None:
    if words == "between eleven and one":
        expected = "11:00-13:00"  # the night's ends after midnight, on another day
    assert times(understand(words, NOW, LONDON)) == expected


def test_opening_hours_leave_one_time_or_it_must_be_asked() -> None:
    at_three = understand("tomorrow at three", NOW, LONDON)
    assert len(at_three.times) == 2
    assert len(settle(at_three, open_from_eight_to_eight, NOW, LONDON).times) == 1
    for always in (True, False):
        kept = settle(at_three, lambda _, __, always=always: always, NOW, LONDON)  # type: ignore[misc]
        assert kept == at_three
    # Open at night on that day only.
    night = settle(at_three, lambda day, minute: day == date(2026, 3, 5) and minute < 360, NOW, LONDON)
    assert times(night) == "03:00"


def test_nothing_begins_at_closing_time_but_a_window_may_end_then() -> None:
    assert times(read("tomorrow at eight")) == "08:00"
    assert times(read("tomorrow before eight")) == "-20:00"
    assert times(read("tomorrow between seven and eight")) == "19:00-20:00"


def test_what_is_over_today_cannot_be_meant() -> None:
    now = NOW.replace(hour=13)
    kept = settle(understand("today at nine", now, LONDON), lambda _, __: True, now, LONDON)
    assert times(kept) == "21:00"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("next Tuesday", "03-03|03-10"),
        ("next Monday", "03-09"),
        ("Monday", "03-02|03-09"),
        ("this Monday", "03-02|03-09"),
        ("Monday week", "03-09"),
        ("next weekend", "03-07..03-08|03-14..03-15"),
        ("Thursday next week", "03-12"),
        ("next week on Thursday", "03-12"),
        ("some time next week, Thursday if possible", "03-12"),
        ("Thursday the 12th", "03-12"),
        ("Friday the 12th", "03-06|03-12"),
        ("a Friday in April", "04-03|04-10|04-17|04-24"),
        ("tomorrow, Tuesday", "03-03"),
        ("on the 2nd", "03-02"),
        ("on the 1st", "04-01"),
        ("February the 29th", ""),
        ("the 31st of April", ""),
        ("April the 31st", ""),
        ("February 1", ""),
    ],
)
def test_days_said_on_a_monday(words: str, expected: str) -> None:
    understood = read(words, MONDAY)
    found = days(understood)
    if words.startswith("February"):
        # The next one is in another year.
        assert [wish.first for wish in understood.days] == [
            date(2028, 2, 29) if "29" in words else date(2027, 2, 1)
        ]
        return
    assert found == expected


def test_a_number_is_no_date_without_a_reason() -> None:
    for words in (
        "the first available one",
        "my second visit",
        "may I come",
        "two of us",
        "march on",
        "I sat",
    ):
        assert read(words) == Understood((), (), ""), words


def test_order_of_day_and_month_may_be_known() -> None:
    for day_first, expected in ((True, "05-04"), (False, "04-05"), (None, "04-05|05-04")):
        assert days(understand("4/5", NOW, LONDON, day_first=day_first)) == expected


def test_keeps_the_words_that_were_used() -> None:
    understood = read("Could you put me down for Thursday the twelfth at half past three, please?")
    assert understood.words == "Thursday the twelfth at half past three"
    assert (days(understood), times(understood)) == ("03-12", "15:30")


def test_counts_hours_in_moments_when_the_clock_is_put_forward() -> None:
    now = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON)
    assert times(understand("in an hour", now, LONDON)) == "02:30"
    evening = datetime(2026, 3, 28, 23, 45, tzinfo=LONDON)
    later = understand("in two hours", evening, LONDON)
    assert (days(later), times(later)) == ("03-29", "02:45")


def test_a_time_may_come_never_or_twice() -> None:
    half_past_one = 90
    assert moments(date(2026, 3, 29), half_past_one, LONDON) == ()
    first, second = moments(date(2026, 10, 25), half_past_one, LONDON)
    assert second - first == timedelta(hours=1)
    [once] = moments(date(2026, 3, 30), half_past_one, LONDON)
    assert once.astimezone(LONDON).hour == 1


def test_now_is_read_in_the_tenants_zone() -> None:
    """It is tomorrow already in Auckland."""
    now = datetime(2026, 3, 4, 20, tzinfo=LONDON)
    assert understand("today", now, ZoneInfo("Pacific/Auckland")).days == (
        DayWish(date(2026, 3, 5), date(2026, 3, 5)),
    )


PIECES = sorted({piece for phrase in [*PHRASES, *MORE_PHRASES] for piece in phrase.words.lower().split()})


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join) | st.text(max_size=60),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001 - made aware below
)
def test_whatever_is_said_the_answer_is_in_order_and_not_over(words: str, wall: datetime) -> None:
    now = wall.replace(tzinfo=LONDON)
    understood = read(words, now)
    assert all(now.date() <= wish.first <= wish.last for wish in understood.days)
    assert all(one <= other for one, other in pairwise(understood.days))
    assert len(set(understood.times)) == len(understood.times)
    for wish in understood.times:
        assert 0 <= wish.since <= wish.until <= 1440
        assert (wish.since == wish.until) == (wish.precision is not Precision.WINDOW)
    assert understood.words or not (understood.days or understood.times)
    for piece in understood.words.split():
        assert piece in words


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("friday not at 10 but at 11", {11, 23}),
        ("friday ten no sorry eleven", {11, 23}),
        ("friday at 10, no, sorry, 11", {11, 23}),
        ("friday at ten, not eleven", {10, 22}),
        ("not 10, 11", {11, 23}),
    ],
)
def test_a_time_that_was_put_right(words: str, hours: set[int]) -> None:
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    found = understand(words, now, ZoneInfo("Europe/London"))
    assert {time.since // 60 for time in found.times} == hours


@pytest.mark.parametrize(
    ("words", "weekdays"),
    [
        ("Friday is no good", {4}),
        ("I can't do Friday", {4}),
        ("any day except Friday", {4}),
        ("any day other than Monday", {0}),
        ("Monday doesn't work", {0}),
        ("Monday works", set()),
        ("Monday is good", set()),
    ],
)
def test_days_that_are_ruled_out(words: str, weekdays: set[int]) -> None:
    assert unwanted_weekdays(words) == weekdays
    found = understand(words, datetime(2026, 3, 3, 9, tzinfo=UTC), ZoneInfo("Europe/London"))
    assert (found.days == ()) is bool(weekdays)
