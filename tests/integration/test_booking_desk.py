"""The booking desk on Postgres: what rpcs and turns are told, and how many times the store is asked for it."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskbell_server.booking.desk import BookingDesk
from deskbell_server.booking.slots import Calendar, Slot
from deskbell_server.domain.booking import (
    Caller,
    NotFree,
    Reservation,
    ReservationState,
    ResourceId,
    ServiceId,
    SlotTaken,
)
from deskbell_server.domain.errors import Conflict, FailedPrecondition, InvalidInput, NotFound
from deskbell_server.domain.names import ConversationId, etag, time_ordered_uuid
from tests.integration import store_samples as sample
from tests.integration.store_samples import CHECKUP, CLINIC, DENTIST, HOTEL, TEN
from tests.integration.store_world import Stores

SECOND = ResourceId("second-dentist")
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
ANN = Caller("Ann Lee", "+44 20 7946-0000", "ann@example.com", "ann")
TENANT = sample.tenant(CLINIC)
TUESDAY = TEN.date()


class Asked:
    """A store, and which of its methods were asked."""

    def __init__(self, store: Any, asked: list[str]) -> None:
        self._store = store
        self._asked = asked

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._store, name)

        async def noted(*arguments: Any, **named: Any) -> Any:
            self._asked.append(name)
            return await method(*arguments, **named)

        return noted


@dataclass
class Front:
    """A desk whose clock the test sets."""

    stores: Stores
    asked: list[str] = field(default_factory=list)
    time: datetime = sample.NOW

    def now(self) -> datetime:
        return self.time

    @property
    def desk(self) -> BookingDesk:
        catalogue: Any = Asked(self.stores.catalogue, self.asked)
        reservations: Any = Asked(self.stores.reservations, self.asked)
        return BookingDesk(catalogue, reservations, self)

    async def book(self, starts_at: datetime = TEN, key: str = "turn-1", **options: Any) -> Reservation:
        return await self.desk.book(TENANT, CHECKUP, starts_at, ANN, idempotency_key=key, **options)


@pytest.fixture
async def front(stores: Stores) -> Front:
    """Clinic and hotel are open on weekdays from nine to five, but over noon; a dentist gives check-ups."""
    for tenant in (CLINIC, HOTEL):
        hours = {"weekly": sample.HOURS.weekly, "exceptions": sample.HOURS.exceptions}
        await stores.catalogue.update_hours(tenant, hours, "", sample.NOW)
        await stores.catalogue.create_resource(tenant, replace(sample.resource(tenant), hours=None))
        await stores.catalogue.create_service(tenant, sample.service(tenant))
    return Front(stores)


async def add_second(front: Front) -> None:
    await front.stores.catalogue.create_resource(CLINIC, sample.resource(CLINIC, SECOND))
    await front.stores.catalogue.update_service(
        CLINIC, CHECKUP, {"resources": (DENTIST, SECOND)}, "", sample.NOW
    )


async def test_what_can_be_booked_and_when(front: Front) -> None:
    assert [one.id for one in await front.desk.services(CLINIC)] == [CHECKUP]
    found = await front.desk.availability(TENANT, CHECKUP, TUESDAY, TUESDAY)
    assert len(found.slots) == 11 + 15  # the last of the morning begins at 11:30, of the afternoon at 16:30
    assert not found.more
    front.time = TEN + 10 * MINUTE
    left = await front.desk.availability(TENANT, CHECKUP, TUESDAY - DAY, TUESDAY, limit=3)
    # An hour ahead at least.
    assert [slot.times.starts_at - TEN for slot in left.slots] == [75 * MINUTE, 90 * MINUTE, 180 * MINUTE]
    assert left.more
    for first, last in ((TUESDAY, TUESDAY - DAY), (TUESDAY, TUESDAY + 62 * DAY)):
        with pytest.raises(InvalidInput, match="last_day"):
            await front.desk.availability(TENANT, CHECKUP, first, last)


async def test_a_calendar_knows_when_somebody_is_there(front: Front) -> None:
    await front.book()
    calendar = await front.desk.calendar(TENANT, CHECKUP, TUESDAY, TUESDAY)
    assert calendar.is_open(TUESDAY, 10 * 60)
    assert not calendar.is_open(TUESDAY, 12 * 60 + 30)
    assert calendar.at(TEN, front.time) is None
    assert calendar.why_not(TEN, front.time) is NotFree.TAKEN
    assert calendar.at(TEN + HOUR, front.time) is not None


async def test_one_question_is_one_query_to_three(front: Front) -> None:
    checked = await front.desk.check(TENANT, CHECKUP, TEN)
    assert checked.slot is not None
    assert front.asked == ["agenda"]
    await front.book()
    front.asked.clear()
    taken = await front.desk.check(TENANT, CHECKUP, TEN)
    assert (taken.slot, taken.why) == (None, NotFree.TAKEN)
    assert front.asked == ["agenda"] * 2
    # Held until 10:40: a start every 15 minutes from nine.
    assert [one.times.starts_at - TEN for one in taken.alternatives] == [-45 * MINUTE, 45 * MINUTE, -HOUR]
    front.asked.clear()
    weeks = {(TUESDAY + number * DAY): () for number in range(-7, 14)}
    await front.stores.catalogue.update_hours(CLINIC, {"exceptions": weeks}, "", sample.NOW)
    nothing_near = await front.desk.check(TENANT, CHECKUP, TEN)
    assert nothing_near.why is NotFree.CLOSED
    assert front.asked == ["agenda"] * 3
    assert [one.times.starts_at.date() - TUESDAY for one in nothing_near.alternatives] == [
        14 * DAY,
        15 * DAY,
        16 * DAY,
    ]


async def test_books_and_finds_it_again(front: Front) -> None:
    conversation = ConversationId(time_ordered_uuid(0))
    made = await front.book(notes="first visit", conversation=conversation)
    assert front.asked == ["agenda", "create"]
    assert made.caller == replace(ANN, phone="+442079460000")
    assert (made.resource, made.unit, made.notes) == (DENTIST, 1, "first visit")
    assert made.times.held_until - made.times.starts_at == 40 * MINUTE
    for caller in (Caller(phone="+44 20 79 46 00 00"), Caller(email="Ann@Example.com"), Caller(id="ann")):
        assert await front.desk.of_caller(CLINIC, caller) == [made]
    assert await front.desk.of_conversation(CLINIC, conversation) == [made]
    assert await front.desk.get(CLINIC, made.id) == made
    assert await front.desk.of_caller(HOTEL, ANN) == []
    front.time = made.times.ends_at
    assert await front.desk.of_caller(CLINIC, ANN) == []


async def test_an_attempt_that_comes_again_finds_what_it_booked(front: Front) -> None:
    made = await front.book()
    assert await front.book() == made
    # Also when it is over, and when it was moved and somebody else has its time.
    front.time = TEN + DAY
    assert await front.book() == made
    front.time = sample.NOW
    moved = await front.desk.move(TENANT, made.id, TEN + 3 * HOUR)
    assert await front.book() == moved
    other = await front.book(key="turn-2")
    assert await front.book() == moved
    cancelled = await front.desk.cancel(CLINIC, made.id)
    assert await front.book() == cancelled
    assert await front.book(key="turn-2") == other


async def test_attempts_at_once_book_once(front: Front) -> None:
    same = await asyncio.gather(*(front.book(key="same") for _ in range(10)))
    assert len({one.id for one in same}) == 1
    later = TEN + HOUR
    results = await asyncio.gather(
        *(front.book(later, key=f"turn-{number}") for number in range(20)), return_exceptions=True
    )
    assert Counter(type(one) for one in results) == {Reservation: 1, SlotTaken: 19}


@pytest.mark.parametrize(
    ("starts_at", "why", "words"),
    [
        (TEN - 2 * HOUR, NotFree.CLOSED, "2026-03-10 08:00 (Europe/London) is outside the opening hours"),
        (TEN + HOUR + 45 * MINUTE, NotFree.CLOSED, "for what takes 30 minutes"),
        (TEN + 20 * MINUTE, NotFree.OFF_GRID, "starts are every 15 minutes from opening"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC) - DAY, NotFree.TOO_SOON, "at least 1 hour from now"),
        (TEN + 366 * DAY, NotFree.TOO_FAR, "within 365 days from now"),
        (datetime(1, 1, 1, tzinfo=UTC), NotFree.TOO_SOON, "at least"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), NotFree.TOO_FAR, "within"),
        (datetime(2026, 12, 25, 10, tzinfo=UTC), NotFree.CLOSED, "2026-12-25"),
    ],
)
async def test_says_which_rule_a_time_breaks(
    front: Front, starts_at: datetime, why: NotFree, words: str
) -> None:
    with pytest.raises(SlotTaken) as refused:
        await front.book(starts_at)
    assert (refused.value.why, refused.value.metadata) == (why, {"why": why.name})
    assert words in refused.value.message
    checked = await front.desk.check(TENANT, CHECKUP, starts_at)
    assert (checked.why, checked.refusal().message) == (why, refused.value.message)
    assert len(checked.alternatives) == 3


async def test_in_summer_it_opens_by_the_clock_on_the_wall(front: Front) -> None:
    # Nine in London is eight in UTC since the 29th of March.
    monday = datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert (await front.book(monday)).times.starts_at == monday
    with pytest.raises(SlotTaken):
        await front.book(datetime(2026, 3, 31, 16, tzinfo=UTC), key="other")  # five o'clock


async def test_somebody_of_the_callers_choice(front: Front) -> None:
    await add_second(front)
    assert (await front.book(resource=SECOND)).resource == SECOND
    with pytest.raises(SlotTaken):
        await front.book(key="other", resource=SECOND)
    checked = await front.desk.check(TENANT, CHECKUP, TEN, resource=SECOND)
    assert {one.resources for one in checked.alternatives} == {(SECOND,)}
    assert (await front.book(key="other")).resource == DENTIST
    with pytest.raises(InvalidInput, match="resource"):
        await front.book(key="third", resource=ResourceId("nobody"))
    with pytest.raises(NotFound, match="services/other"):
        await front.desk.check(TENANT, ServiceId("other"), TEN)


async def test_moves_keep_who_serves_and_may_overlap_what_they_held(front: Front) -> None:
    await add_second(front)
    made = await front.book(resource=SECOND)
    front.asked.clear()
    moved = await front.desk.move(TENANT, made.id, TEN + 15 * MINUTE, etag=etag(1))
    assert front.asked == ["get", "agenda", "reschedule"]
    assert (moved.resource, moved.times.starts_at, moved.version) == (SECOND, TEN + 15 * MINUTE, 2)
    assert await front.desk.move(TENANT, made.id, TEN + 15 * MINUTE) == moved
    with pytest.raises(Conflict):
        await front.desk.move(TENANT, made.id, TEN + 15 * MINUTE, etag=etag(1))
    other = await front.desk.move(TENANT, made.id, TEN + 15 * MINUTE, resource=DENTIST)
    assert (other.resource, other.times) == (DENTIST, moved.times)
    with pytest.raises(SlotTaken) as refused:
        await front.desk.move(TENANT, made.id, TEN - 2 * HOUR)
    assert refused.value.why is NotFree.CLOSED
    assert await front.desk.get(CLINIC, made.id) == other
    await front.desk.cancel(CLINIC, made.id)
    with pytest.raises(FailedPrecondition) as gone:
        await front.desk.move(TENANT, made.id, TEN)
    assert gone.value.reason == "RESERVATION_CANCELLED"


async def test_a_cancelled_one_frees_its_time_and_can_be_amended(front: Front) -> None:
    made = await front.book()
    with pytest.raises(Conflict):
        await front.desk.cancel(CLINIC, made.id, etag=etag(9))
    cancelled = await front.desk.cancel(CLINIC, made.id, etag=etag(1))
    assert cancelled.state is ReservationState.CANCELLED
    assert await front.desk.cancel(CLINIC, made.id) == cancelled
    amended = await front.desk.amend(CLINIC, made.id, replace(ANN, name=" Ann "), "did not come")
    assert (amended.caller.name, amended.notes) == ("Ann", "did not come")
    assert (await front.book(key="other")).times == made.times


async def test_a_full_calendar_is_looked_through_off_the_loop(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two months of starts every five minutes: nobody else waits for that."""
    await front.stores.catalogue.update_hours(
        CLINIC,
        {"weekly": dict.fromkeys(range(7), (sample.HOURS.weekly[0][0],)), "granularity": 5 * MINUTE},
        "",
        sample.NOW,
    )
    looked, threads = Calendar.slots, set()

    def slots(calendar: Calendar, *days: Any) -> list[Slot]:
        threads.add(threading.get_ident())
        return looked(calendar, *days)

    monkeypatch.setattr(Calendar, "slots", slots)
    found = await front.desk.availability(TENANT, CHECKUP, TUESDAY, TUESDAY + 61 * DAY, limit=10_000)
    assert len(found.slots) == 62 * 31
    assert threads
    assert threading.get_ident() not in threads
