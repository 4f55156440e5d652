"""What is free, by rpc: what the protos promise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.v1 import booking_pb2, tenant_pb2, tenant_service_pb2
from deskbell.v1 import catalog_service_pb2 as ca
from deskbell_server.rpc import page_tokens
from tests.support.booking import (
    DAY,
    LONDON,
    NINE_TO_FIVE,
    add_resource,
    add_service,
    at,
    book,
    check,
    clocks,
    days,
    every_day,
    make_catalogue,
    schedule,
    set_hours,
    soon,
    stamp,
)
from tests.support.live_server import LiveServer, refused


async def test_free_slots_of_some_days(clinic: LiveServer) -> None:
    tuesday = soon(1)
    await set_hours(clinic, {2: [("09:00", "10:00")], 3: [("14:00", "15:00")]}, granularity=15, lead=0)
    found = await check(clinic, "check-up", days=days(tuesday, tuesday + 7 * DAY))
    assert clocks(found.slots) == [
        *("Tue 09:00", "Tue 09:15", "Tue 09:30", "Wed 14:00", "Wed 14:15", "Wed 14:30"),
        *("Tue 09:00", "Tue 09:15", "Tue 09:30"),
    ]
    assert (found.time_zone, found.more) == ("Europe/London", False)
    first = found.slots[0]
    assert first.end_time.seconds - first.start_time.seconds == 1800
    assert [one.rpartition("/")[2] for one in first.resources] == ["adams", "baker"]
    one_day = await check(clinic, "check-up", days=days(tuesday), max_slots=2)
    assert (clocks(one_day.slots), one_day.more) == (["Tue 09:00", "Tue 09:15"], True)
    exactly = await check(clinic, "check-up", days=days(tuesday), max_slots=3)
    assert (len(exactly.slots), exactly.more) == (3, False)
    await book(clinic, at(tuesday, "09:00"), "filling")
    after = await check(clinic, "check-up", days=days(tuesday), resource="tenants/clinic/resources/baker")
    assert clocks(after.slots) == []  # the filling's buffer ends at 10:00
    long_over = await check(clinic, "check-up", days=days(date(1, 1, 1), date(1, 1, 2)))
    far = await check(clinic, "check-up", days=days(date(9999, 12, 30), date(9999, 12, 31)))
    assert not long_over.slots
    assert not far.slots


async def test_large_answers_end_before_they_weigh_too_much(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page_tokens.ROOM < 4 * 1024 * 1024, "what clients take"
    room = 24 * 1024
    monkeypatch.setattr(page_tokens, "ROOM", room)
    await server.make_tenant()
    tuesday = soon(1)
    await set_hours(server, {}, granularity=5, lead=0)
    holidays = {str(tuesday + DAY * (200 + day)): [("09:00", "12:00")] for day in range(200)}
    own = schedule({2: [("00:00", "24:00")]}, holidays)
    ids = [f"r{number}{'x' * 59}" for number in range(9)]
    names = [(await add_resource(server, one, schedule=own)).name for one in ids]
    listed: list[str] = []
    pages, token = 0, ""
    while pages == 0 or token:
        page = await server.stubs.catalog.ListResources(
            ca.ListResourcesRequest(parent="tenants/clinic", page_size=200, page_token=token),
            metadata=server.metadata,
        )
        assert page.ByteSize() < room + 1024
        listed += [one.name for one in page.resources]
        pages, token = pages + 1, page.next_page_token
    assert pages > 1
    assert listed == names
    await add_service(server, "stay", *ids, minutes=5)
    found = await check(server, "stay", days=days(tuesday), max_slots=1000)
    assert found.ByteSize() < room + 1024
    assert 0 < len(found.slots) < 288
    assert found.more


async def test_a_moment_that_is_free_and_one_that_is_not(clinic: LiveServer) -> None:
    tuesday = soon(1)
    free = await check(clinic, "check-up", start_time=at(tuesday, "10:00"))
    assert clocks(free.slots) == ["Tue 10:00"]
    assert free.not_free == booking_pb2.NOT_FREE_REASON_UNSPECIFIED
    for _ in range(2):
        await book(clinic, at(tuesday, "10:00"), "check-up")
    taken = await check(clinic, "check-up", start_time=at(tuesday, "10:00"))
    assert not taken.slots
    assert taken.not_free == booking_pb2.NOT_FREE_REASON_TAKEN
    assert clocks(taken.alternatives) == ["Tue 09:30", "Tue 10:30", "Tue 09:15"]
    monday = tuesday - DAY
    for clock, why in (
        ("08:45", booking_pb2.NOT_FREE_REASON_CLOSED),
        ("16:45", booking_pb2.NOT_FREE_REASON_CLOSED),
        ("11:05", booking_pb2.NOT_FREE_REASON_OFF_GRID),
    ):
        asked = await check(clinic, "check-up", start_time=at(monday, clock))
        assert asked.not_free == why, clock
        assert len(asked.alternatives) == 3
        assert all(slot.startswith("Mon") for slot in clocks(asked.alternatives))


async def test_alternatives_on_other_days_and_much_later(clinic: LiveServer) -> None:
    tuesday = soon(1)
    await set_hours(clinic, NINE_TO_FIVE, {tuesday.isoformat(): []}, lead=0)
    asked = await check(clinic, "check-up", start_time=at(tuesday, "10:00"))
    assert clocks(asked.alternatives) == ["Wed 10:00", "Mon 10:00", "Thu 10:00"]
    holidays = {
        (tuesday + number * DAY).isoformat(): []
        for number in range((datetime.now(LONDON).date() - tuesday).days, 25)
    }
    await set_hours(clinic, NINE_TO_FIVE, holidays, lead=0)
    later = await check(clinic, "check-up", start_time=at(tuesday, "10:00"))
    found = [slot.start_time.ToDatetime(UTC).astimezone(LONDON) for slot in later.alternatives]
    assert [(moment.date() - tuesday, moment.hour) for moment in found] == [
        (number * DAY, 10) for number in (25, 26, 27)
    ]


async def test_too_soon_and_too_far_are_told_with_what_there_is(clinic: LiveServer) -> None:
    lead, horizon = timedelta(days=30), timedelta(days=60)
    await set_hours(clinic, NINE_TO_FIVE, lead=30 * 1440, horizon=60 * 1440)
    now = datetime.now(UTC)
    for start, why in (
        (datetime(2, 1, 1, tzinfo=UTC), booking_pb2.NOT_FREE_REASON_TOO_SOON),
        (now + DAY, booking_pb2.NOT_FREE_REASON_TOO_SOON),
        (now + 300 * DAY, booking_pb2.NOT_FREE_REASON_TOO_FAR),
        (datetime(9998, 12, 31, tzinfo=UTC), booking_pb2.NOT_FREE_REASON_TOO_FAR),
    ):
        asked = await check(clinic, "check-up", start_time=stamp(start))
        assert asked.not_free == why, start
        assert len(asked.alternatives) == 3
        for slot in asked.alternatives:
            assert now + lead <= slot.start_time.ToDatetime(UTC) <= datetime.now(UTC) + horizon
        wrong = await refused(book(clinic, stamp(start), "check-up"))
        assert (wrong.reason, wrong.metadata["why"]) == (
            "SLOT_TAKEN",
            booking_pb2.NotFreeReason.Name(why).removeprefix("NOT_FREE_REASON_"),
        )


async def test_the_days_on_which_the_clock_changes(server: LiveServer) -> None:
    """In London: 01:00 to 02:00 is missing on the one, and comes twice on the other."""
    await server.make_tenant()
    await make_catalogue(server)
    await set_hours(server, every_day(("00:00", "04:00")), granularity=30, lead=0, horizon=730 * 1440)
    year = datetime.now(UTC).year + 1
    for month, hours in ((3, 3), (10, 5)):
        sunday = max(
            day for day in (date(year, month, number) for number in range(25, 32)) if day.weekday() == 6
        )
        found = await check(server, "made", days=days(sunday))
        assert len(found.slots) == 2 * hours, clocks(found.slots)
        starts = [slot.start_time.seconds for slot in found.slots]
        assert [after - before for before, after in pairwise(starts)] == [1800] * (2 * hours - 1)
        missing = [clock for clock in clocks(found.slots) if clock.startswith("Sun 01:")]
        assert len(missing) == (0 if month == 3 else 4)
        # Each of them is a moment of its own, and can be booked.
        for slot in found.slots[1:5]:
            await book(server, slot.start_time, "made")
        left = await check(server, "made", days=days(sunday))
        assert len(left.slots) == 2 * hours - 4


async def test_days_are_those_of_the_tenants_zone(server: LiveServer) -> None:
    await server.make_tenant()
    await make_catalogue(server)
    await server.stubs.tenants.UpdateTenant(
        tenant_service_pb2.UpdateTenantRequest(
            tenant=tenant_pb2.Tenant(name="tenants/clinic", time_zone="Pacific/Auckland"),
            update_mask=FieldMask(paths=["time_zone"]),
        ),
        metadata=server.metadata,
    )
    await set_hours(server, every_day(("00:00", "00:30")), lead=0)
    day = soon(1)
    found = await check(server, "made", days=days(day))
    assert found.time_zone == "Pacific/Auckland"
    (slot,) = found.slots
    # Midnight there is still the day before in UTC.
    assert slot.start_time.ToDatetime(UTC).date() == day - DAY
