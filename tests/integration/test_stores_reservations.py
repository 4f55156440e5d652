"""ReservationStore on Postgres: one unit, one reservation at a time, whoever asks and however often."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from deskbell_server.access.sweeping import Sweeper
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.adapters.postgres.reservations import PostgresReservationStore
from deskbell_server.app.clock import SystemClock
from deskbell_server.domain.booking import (
    Caller,
    Reservation,
    ReservationId,
    ReservationState,
    ResourceId,
    SlotTaken,
)
from deskbell_server.domain.errors import AlreadyExists, Conflict, FailedPrecondition, NotFound
from deskbell_server.domain.names import ConversationId, TenantId, etag
from deskbell_server.domain.privacy import Retention
from deskbell_server.ports.identity import Claim
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, DENTIST, HOTEL, LATER, NOBODY, TEN
from tests.integration.store_world import Connection, Stores

SECOND = ResourceId("second-dentist")
HOUR = timedelta(hours=1)


@pytest.fixture
async def world(stores: Stores) -> Stores:
    """Clinic and hotel have a dentist with one unit and another one with three."""
    for tenant in (CLINIC, HOTEL):
        await stores.catalogue.create_resource(tenant, sample.resource(tenant))
        await stores.catalogue.create_resource(tenant, sample.resource(tenant, SECOND, capacity=3))
        await stores.catalogue.create_service(tenant, sample.service(tenant, resources=(DENTIST, SECOND)))
    return stores


@pytest.fixture
async def other_server(
    database: str, secret_key: bytes, world: Stores
) -> AsyncIterator[PostgresReservationStore]:
    """The store of another server on the same database, with connections of its own."""
    async with open_database(database, secret_key, size=10) as opened:
        yield PostgresReservationStore(opened)


async def booked(owner: Connection) -> list[asyncpg.Record]:
    return await owner.fetch("select * from reservations where state = 'booked' order by starts_at, unit")


async def test_gives_back_what_was_booked(world: Stores) -> None:
    booking = sample.booking()
    made = await world.reservations.create(CLINIC, booking, [DENTIST])
    assert made == Reservation(
        CLINIC,
        booking.id,
        booking.service,
        DENTIST,
        1,
        booking.times,
        booking.caller,
        booking.notes,
        ReservationState.BOOKED,
        booking.idempotency_key,
        booking.conversation,
        sample.NOW,
        sample.NOW,
    )
    assert await world.reservations.get(CLINIC, booking.id) == made


@pytest.mark.parametrize(("resource", "capacity"), [(DENTIST, 1), (SECOND, 3)])
async def test_of_two_hundred_who_want_one_slot_as_many_get_it_as_there_are_units(
    world: Stores,
    other_server: PostgresReservationStore,
    owner: Connection,
    resource: ResourceId,
    capacity: int,
) -> None:
    async def attempt(number: int) -> Reservation | None:
        # Not quite at the same time: half of them overlap the others by a minute only.
        start = TEN + timedelta(minutes=29) * (number % 2)
        store = (world.reservations, other_server)[number // 2 % 2]
        try:
            return await store.create(CLINIC, sample.booking(start), [resource])
        except SlotTaken:
            return None

    made = [one for one in await asyncio.gather(*map(attempt, range(200))) if one is not None]
    assert len(made) == capacity
    rows = await booked(owner)
    assert {row["reservation_id"] for row in rows} == {one.id for one in made}
    assert sorted(row["unit"] for row in rows) == list(range(1, capacity + 1))


async def test_two_hundred_spread_over_the_resources_that_can_serve(
    world: Stores, other_server: PostgresReservationStore, owner: Connection
) -> None:
    async def attempt(number: int) -> Reservation | None:
        resources = [DENTIST, SECOND] if number % 2 else [SECOND, DENTIST]
        store = (world.reservations, other_server)[number // 2 % 2]
        try:
            return await store.create(CLINIC, sample.booking(), resources)
        except SlotTaken:
            return None

    made = [one for one in await asyncio.gather(*map(attempt, range(200))) if one is not None]
    units = sorted((one.resource, one.unit) for one in made)
    assert units == [(DENTIST, 1), (SECOND, 1), (SECOND, 2), (SECOND, 3)]
    assert len(await booked(owner)) == 4


async def test_one_key_books_once_however_often_and_wherever(
    world: Stores, other_server: PostgresReservationStore, owner: Connection
) -> None:
    def attempt(number: int) -> asyncio.Future[Reservation]:
        store = (world.reservations, other_server)[number % 2]
        resource = (DENTIST, SECOND)[number // 2 % 2]
        start = TEN + HOUR * (number % 3)
        return asyncio.ensure_future(
            store.create(CLINIC, sample.booking(start, key="conversation 1, turn 7"), [resource])
        )

    made = await asyncio.gather(*map(attempt, range(50)))
    assert len({one.id for one in made}) == 1
    assert len(set(made)) == 1
    assert len(await booked(owner)) == 1


async def test_a_key_finds_its_reservation_as_it_is_now(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(key="k"), [DENTIST])
    cancelled = await world.reservations.cancel(CLINIC, made.id, "", LATER)
    assert await world.reservations.create(CLINIC, sample.booking(key="k"), [DENTIST]) == cancelled
    # Another tenant's key is another key.
    other = await world.reservations.create(HOTEL, sample.booking(key="k"), [DENTIST])
    assert (other.tenant, other.state) == (HOTEL, ReservationState.BOOKED)


async def test_a_buffer_is_held_and_what_touches_it_does_not_overlap(world: Stores) -> None:
    await world.reservations.create(CLINIC, sample.booking(TEN), [DENTIST])
    for minutes in (-39, -30, 0, 30, 39):
        with pytest.raises(SlotTaken) as caught:
            await world.reservations.create(
                CLINIC, sample.booking(TEN + timedelta(minutes=minutes)), [DENTIST]
            )
        assert (caught.value.code, caught.value.reason) == ("FAILED_PRECONDITION", "SLOT_TAKEN")
    for minutes in (-40, 40):
        await world.reservations.create(CLINIC, sample.booking(TEN + timedelta(minutes=minutes)), [DENTIST])


async def test_the_database_itself_refuses_a_double_booking(world: Stores, owner: Connection) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    copy = """
        insert into reservations
        select (jsonb_populate_record(reservations, $2)).* from reservations where reservation_id = $1
    """
    with pytest.raises(asyncpg.ExclusionViolationError, match="reservations_hold_a_unit_alone"):
        other = f'{{"reservation_id": "{uuid.uuid4()}", "idempotency_key": "x"}}'
        await owner.execute(copy, made.id, other)
    with pytest.raises(asyncpg.UniqueViolationError):
        other = f'{{"reservation_id": "{uuid.uuid4()}", "unit": 2}}'
        await owner.execute(copy, made.id, other)


async def test_what_is_cancelled_is_free_again(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    with pytest.raises(Conflict):
        await world.reservations.cancel(CLINIC, made.id, etag(7), LATER)
    cancelled = await world.reservations.cancel(CLINIC, made.id, etag(1), LATER)
    assert (cancelled.state, cancelled.version, cancelled.updated_at) == (
        ReservationState.CANCELLED,
        2,
        LATER,
    )
    assert await world.reservations.cancel(CLINIC, made.id, etag(1), LATER) == cancelled
    again = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    assert again.id != made.id
    with pytest.raises(FailedPrecondition) as caught:
        await world.reservations.reschedule(CLINIC, made.id, sample.times(TEN), [DENTIST], "", LATER)
    assert caught.value.reason == "RESERVATION_CANCELLED"


async def test_moves_within_its_own_time_and_keeps_its_resource(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [SECOND])
    nearby = sample.times(TEN + timedelta(minutes=10))
    moved = await world.reservations.reschedule(CLINIC, made.id, nearby, [DENTIST, SECOND], etag(1), LATER)
    assert (moved.resource, moved.unit, moved.times, moved.version) == (SECOND, 1, nearby, 2)
    with pytest.raises(Conflict):
        await world.reservations.reschedule(CLINIC, made.id, sample.times(TEN), [SECOND], etag(1), LATER)


async def test_moves_to_another_resource_or_stays(world: Stores) -> None:
    there = await world.reservations.create(CLINIC, sample.booking(TEN + HOUR), [DENTIST])
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    with pytest.raises(SlotTaken):
        await world.reservations.reschedule(CLINIC, made.id, there.times, [DENTIST], "", LATER)
    assert await world.reservations.get(CLINIC, made.id) == made
    moved = await world.reservations.reschedule(CLINIC, made.id, there.times, [DENTIST, SECOND], "", LATER)
    assert (moved.resource, moved.times) == (SECOND, there.times)


async def test_of_many_who_move_to_one_slot_one_gets_it(
    world: Stores, other_server: PostgresReservationStore, owner: Connection
) -> None:
    """While others book the same slot, cancel, and move away from it."""
    mine = [
        await world.reservations.create(CLINIC, sample.booking(TEN + HOUR * number), [DENTIST])
        for number in range(1, 41)
    ]

    async def move(number: int, one: Reservation) -> bool:
        store = (world.reservations, other_server)[number % 2]
        try:
            await store.reschedule(CLINIC, one.id, sample.times(TEN), [DENTIST], "", LATER)
        except SlotTaken:
            return False
        return True

    async def book(number: int) -> bool:
        store = (world.reservations, other_server)[number % 2]
        try:
            await store.create(CLINIC, sample.booking(), [DENTIST])
        except SlotTaken:
            return False
        return True

    attempts = [move(number, one) for number, one in enumerate(mine)] + [book(number) for number in range(40)]
    random.Random(4).shuffle(attempts)
    assert sum(await asyncio.gather(*attempts)) == 1
    assert [row["unit"] for row in await booked(owner) if row["starts_at"] == TEN] == [1]


async def test_two_who_swap_their_slots_do_not_wait_for_each_other_forever(
    world: Stores, other_server: PostgresReservationStore, owner: Connection
) -> None:
    one = await world.reservations.create(CLINIC, sample.booking(TEN), [DENTIST])
    two = await world.reservations.create(CLINIC, sample.booking(TEN + HOUR), [DENTIST])
    for _ in range(10):
        results = await asyncio.gather(
            world.reservations.reschedule(CLINIC, one.id, two.times, [DENTIST, SECOND], "", LATER),
            other_server.reschedule(CLINIC, two.id, one.times, [SECOND, DENTIST], "", LATER),
        )
        assert [result.times for result in results] == [two.times, one.times]
        one, two = results
    assert len(await booked(owner)) == 2


async def test_a_unit_of_work_that_fails_books_nothing(world: Stores, owner: Connection) -> None:
    claim = Claim("test", uuid.uuid4(), "/test", lambda: bytes(32))
    with pytest.raises(ZeroDivisionError):
        async with world.units.unit(CLINIC, claim):
            await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
            raise ZeroDivisionError
    assert await booked(owner) == []


async def test_pages_by_time(world: Stores) -> None:
    at = [TEN + HOUR * number for number in (3, 0, 1, 2)]
    made = [await world.reservations.create(CLINIC, sample.booking(start), [DENTIST]) for start in at]
    twin = await world.reservations.create(CLINIC, sample.booking(TEN + HOUR), [SECOND])
    await world.reservations.cancel(CLINIC, made[3].id, "", LATER)

    async def page(**changes: object) -> list[ReservationId]:
        arguments: dict[str, object] = {
            "since": TEN, "until": TEN + HOUR * 3, "after": None, "limit": 10, **changes
        }  # fmt: skip
        return [one.id for one in await world.reservations.page(CLINIC, **arguments)]  # type: ignore[arg-type]

    same_time = sorted((made[2].id, twin.id))
    assert await page() == [made[1].id, *same_time]
    assert await page(limit=2) == [made[1].id, same_time[0]]
    assert await page(after=(TEN + HOUR, same_time[0])) == [same_time[1]]
    assert await page(resource=DENTIST) == [made[1].id, made[2].id]
    assert await page(with_cancelled=True) == [made[1].id, *same_time, made[3].id]
    with pytest.raises(NotFound, match="tenants/nobody"):
        await world.reservations.page(NOBODY, since=TEN, until=TEN + HOUR, after=None, limit=1)


async def test_tells_which_units_are_held(world: Stores) -> None:
    first = await world.reservations.create(CLINIC, sample.booking(), [SECOND])
    await world.reservations.create(CLINIC, sample.booking(), [SECOND])
    gone = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    await world.reservations.cancel(CLINIC, gone.id, "", LATER)
    until = first.times.held_until
    held = await world.reservations.held(
        CLINIC, [DENTIST, SECOND], until - timedelta(seconds=1), until + HOUR
    )
    assert [(one.resource, one.unit, one.since, one.until) for one in held] == [
        (SECOND, 1, TEN, until),
        (SECOND, 2, TEN, until),
    ]
    assert await world.reservations.held(CLINIC, [SECOND], until, until + HOUR) == []
    assert await world.reservations.held(CLINIC, [SECOND], TEN - HOUR, TEN) == []


async def test_finds_a_caller_by_phone_or_address_and_never_by_nothing(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    for caller in (Caller(phone=made.caller.phone), Caller(email="ANN@example.com"), Caller(id="caller-1")):
        assert await world.reservations.of_caller(CLINIC, caller, sample.NOW) == [made]
    for caller in (Caller(), Caller(name=made.caller.name), Caller(phone="+44 20 7946 0001")):
        assert await world.reservations.of_caller(CLINIC, caller, sample.NOW) == []
    assert await world.reservations.of_caller(CLINIC, made.caller, made.times.ends_at) == []
    assert await world.reservations.of_conversation(CLINIC, ConversationId(uuid.UUID(int=7))) == [made]


async def test_changes_for_whom_it_is(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    bob = Caller("Bob", "+1 212 555 0100")
    new = await world.reservations.update(CLINIC, made.id, bob, "window seat", etag(1), LATER)
    assert new == replace(made, caller=bob, notes="window seat", version=2, updated_at=LATER)
    with pytest.raises(Conflict):
        await world.reservations.update(CLINIC, made.id, bob, "", etag(1), LATER)


async def test_refuses_what_is_not_there(world: Stores) -> None:
    with pytest.raises(NotFound, match="tenants/clinic/services/other"):
        await world.reservations.create(CLINIC, sample.booking(service_id="other"), [DENTIST])
    with pytest.raises(NotFound, match="tenants/clinic/resources/other"):
        await world.reservations.create(CLINIC, sample.booking(), [ResourceId("other")])
    with pytest.raises(NotFound):
        await world.reservations.get(CLINIC, ReservationId(uuid.uuid4()))


async def test_refuses_an_id_that_is_taken(world: Stores) -> None:
    booking = sample.booking()
    await world.reservations.create(CLINIC, booking, [DENTIST])
    other = replace(sample.booking(TEN + HOUR), id=booking.id)
    with pytest.raises(AlreadyExists):
        await world.reservations.create(CLINIC, other, [DENTIST, SECOND])


async def test_a_tenant_sees_and_changes_nothing_of_another(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    for tenant in (HOTEL, NOBODY, TenantId("x'; drop table reservations; --")):
        for attempt in (
            world.reservations.get(tenant, made.id),
            world.reservations.cancel(tenant, made.id, "", LATER),
            world.reservations.update(tenant, made.id, made.caller, "", "", LATER),
            world.reservations.reschedule(tenant, made.id, made.times, [DENTIST], "", LATER),
        ):
            with pytest.raises(NotFound):
                await attempt
    assert await world.reservations.held(HOTEL, [DENTIST], TEN - HOUR, TEN + HOUR) == []
    assert await world.reservations.of_caller(HOTEL, made.caller, sample.NOW) == []
    # The same slot of a resource with the same id is free there.
    assert (await world.reservations.create(HOTEL, sample.booking(), [DENTIST])).unit == 1
    assert await world.reservations.get(CLINIC, made.id) == made


async def test_is_erased_with_its_caller_and_frees_the_slot(world: Stores) -> None:
    conversation = await world.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")
    theirs = replace(sample.booking(TEN + HOUR), caller=Caller("Ann"), conversation=conversation.id)
    await world.reservations.create(CLINIC, theirs, [DENTIST])
    other = replace(sample.booking(TEN + HOUR * 2), caller=Caller("Bob", id="bob"))
    kept = await world.reservations.create(CLINIC, other, [DENTIST])
    named = replace(sample.booking(), caller=Caller("Ann", id=conversation.caller_id))
    await world.reservations.create(CLINIC, named, [DENTIST])
    await world.reservations.create(HOTEL, named, [DENTIST])
    assert ("reservations", 2) in await world.housekeeping.erase(CLINIC, conversation.caller_id)
    held = await world.reservations.held(CLINIC, [DENTIST], TEN, TEN + HOUR * 3)
    assert [one.since for one in held] == [kept.times.starts_at]
    assert await world.reservations.held(HOTEL, [DENTIST], TEN, TEN + HOUR)


@pytest.mark.parametrize("named", ["+442079460000", "+44 20 7946-0000", "ANN@Example.com", "caller-1"])
async def test_is_erased_by_phone_or_address(world: Stores, named: str) -> None:
    await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    tidied = replace(sample.booking(TEN + HOUR), caller=sample.booking().caller.tidy())
    await world.reservations.create(CLINIC, tidied, [DENTIST])
    others = [
        replace(sample.booking(TEN + HOUR * hours), caller=caller)
        for hours, caller in (
            (2, Caller("Bob", "+442079460001", "bob@example.com", "bob")),
            (3, Caller("Cy")),
        )
    ]
    kept = [await world.reservations.create(CLINIC, other, [DENTIST]) for other in others]
    await world.reservations.create(HOTEL, sample.booking(), [DENTIST])
    assert ("reservations", 0) in await world.housekeeping.erase(CLINIC, "")
    assert ("reservations", 2) in await world.housekeeping.erase(CLINIC, named)
    held = await world.reservations.held(CLINIC, [DENTIST], TEN, TEN + HOUR * 5)
    assert [one.since for one in held] == [one.times.starts_at for one in kept]
    assert await world.reservations.held(HOTEL, [DENTIST], TEN, TEN + HOUR)


async def test_goes_when_it_has_been_over_for_long(world: Stores) -> None:
    over = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    gone = await world.reservations.create(CLINIC, sample.booking(TEN + HOUR), [DENTIST])
    await world.reservations.cancel(CLINIC, gone.id, "", LATER)
    kept = await world.reservations.create(CLINIC, sample.booking(TEN + HOUR * 2), [DENTIST])
    await world.reservations.create(HOTEL, sample.booking(), [DENTIST])
    assert await world.housekeeping.delete_old_reservations(CLINIC, over.times.ends_at) == 0
    assert await world.housekeeping.delete_old_reservations(CLINIC, kept.times.starts_at) == 2
    assert await world.reservations.get(CLINIC, kept.id) == kept
    assert await world.reservations.held(HOTEL, [DENTIST], TEN, TEN + HOUR)


async def test_a_tenants_retention_sweeps_reservations(world: Stores) -> None:
    now = SystemClock().now()
    await world.reservations.create(CLINIC, sample.booking(now - timedelta(days=3)), [DENTIST])
    kept = await world.reservations.create(CLINIC, sample.booking(now - timedelta(days=1)), [DENTIST])
    await world.reservations.create(HOTEL, sample.booking(now - timedelta(days=3)), [DENTIST])
    changed = await world.tenants.update(CLINIC, {"retention": Retention(reservation_days=2)}, "", LATER)
    assert (await world.tenants.get(CLINIC)).retention == changed.retention == Retention(reservation_days=2)
    await Sweeper(world.tenants, world.housekeeping, SystemClock(), 400).sweep()
    for tenant, left in ((CLINIC, 1), (HOTEL, 1)):
        held = await world.reservations.held(tenant, [DENTIST], now - timedelta(days=4), now)
        assert len(held) == left
    assert await world.reservations.get(CLINIC, kept.id) == kept


async def test_the_hour_that_comes_twice_is_two_hours(world: Stores) -> None:
    """On 25 October 2026 in London it is 01:30 twice, an hour apart: no overlap."""
    for hour in (0, 1):
        start = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        made = await world.reservations.create(CLINIC, sample.booking(start), [DENTIST])
        assert made.times.starts_at == start
