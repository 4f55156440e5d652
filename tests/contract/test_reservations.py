"""What can be booked, what is free, and what is booked, by rpc: what the protos promise."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.v1 import audit_service_pb2, booking_pb2, tenant_pb2, tenant_service_pb2
from deskbell.v1 import catalog_service_pb2 as ca
from deskbell.v1 import reservation_service_pb2 as re
from deskbell_server.domain.booking import RULE_LIMITS
from deskbell_server.rpc import page_tokens
from tests.support.booking import (
    LONDON,
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
from tests.support.live_server import LiveServer, Refusal, refusal
from tests.support.people import make_people, request_id

NINE_TO_FIVE = every_day(("09:00", "17:00"))
DAY = timedelta(days=1)


async def refused(call: Any) -> Refusal:
    """The refusal of an rpc that must be refused."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal(caught.value)


@pytest.fixture
async def clinic(server: LiveServer) -> LiveServer:
    """Open from nine to five; Adams and Baker give a check-up of half an hour, Baker a filling of 45 minutes."""
    await server.make_tenant()
    await set_hours(server, NINE_TO_FIVE, granularity=15, lead=0)
    await add_resource(server, "adams")
    await add_resource(server, "baker")
    await add_service(server, "check-up", "adams", "baker", minutes=30)
    await add_service(server, "filling", "baker", minutes=45, buffer=15)
    return server


# ---- the catalogue


async def test_a_service_is_made_read_listed_changed_and_deleted(clinic: LiveServer) -> None:
    stub, md = clinic.stubs.catalog, clinic.metadata
    name = "tenants/clinic/services/filling"
    got = (
        await stub.GetBookableService(ca.GetBookableServiceRequest(name=name), metadata=md)
    ).bookable_service
    assert (got.duration.seconds, got.buffer.seconds) == (2700, 900)
    assert list(got.resources) == ["tenants/clinic/resources/baker"]
    changed = booking_pb2.BookableService(name=name, price="from 40 pounds", display_name="ignored")
    changed.resources.extend(["tenants/clinic/resources/baker", "tenants/clinic/resources/adams"])
    updated = await stub.UpdateBookableService(
        ca.UpdateBookableServiceRequest(
            bookable_service=changed, update_mask=FieldMask(paths=["price", "resources"])
        ),
        metadata=md,
    )
    assert updated.bookable_service.price == "from 40 pounds"
    assert updated.bookable_service.display_name == "Filling"
    assert [one.rpartition("/")[2] for one in updated.bookable_service.resources] == ["adams", "baker"]
    stale = await refused(
        stub.UpdateBookableService(ca.UpdateBookableServiceRequest(bookable_service=got), metadata=md)
    )
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")
    first = await stub.ListBookableServices(
        ca.ListBookableServicesRequest(parent="tenants/clinic", page_size=1), metadata=md
    )
    rest = await stub.ListBookableServices(
        ca.ListBookableServicesRequest(
            parent="tenants/clinic", page_size=1, page_token=first.next_page_token
        ),
        metadata=md,
    )
    listed = [*first.bookable_services, *rest.bookable_services]
    assert [one.name.rpartition("/")[2] for one in listed] == ["check-up", "filling"]
    assert rest.next_page_token == ""
    await stub.DeleteBookableService(ca.DeleteBookableServiceRequest(name=name), metadata=md)
    gone = await refused(stub.GetBookableService(ca.GetBookableServiceRequest(name=name), metadata=md))
    assert (gone.code, gone.reason) == ("NOT_FOUND", "SERVICE_NOT_FOUND")


async def test_a_resource_is_made_read_changed_and_deleted(clinic: LiveServer) -> None:
    stub, md = clinic.stubs.catalog, clinic.metadata
    own = schedule({3: [("10:00", "12:00"), ("13:00", "24:00")]}, {"2026-12-25": []})
    made = await add_resource(
        clinic, "tables", kind=booking_pb2.RESOURCE_KIND_ROOM, capacity=12, schedule=own
    )
    assert (made.kind, made.capacity, made.schedule) == (booking_pb2.RESOURCE_KIND_ROOM, 12, own)
    got = await stub.GetResource(ca.GetResourceRequest(name=made.name), metadata=md)
    assert got.resource == made
    changed = await stub.UpdateResource(
        ca.UpdateResourceRequest(
            resource=booking_pb2.Resource(name=made.name, etag=made.etag),
            update_mask=FieldMask(paths=["capacity", "schedule"]),
        ),
        metadata=md,
    )
    assert changed.resource.capacity == 1
    assert not changed.resource.HasField("schedule")
    assert changed.resource.kind == booking_pb2.RESOURCE_KIND_ROOM
    await stub.DeleteResource(ca.DeleteResourceRequest(name=made.name), metadata=md)
    listed = await stub.ListResources(ca.ListResourcesRequest(parent="tenants/clinic"), metadata=md)
    assert [one.name.rpartition("/")[2] for one in listed.resources] == ["adams", "baker"]
    # A service that loses all who serve cannot be booked.
    await stub.DeleteResource(ca.DeleteResourceRequest(name="tenants/clinic/resources/baker"), metadata=md)
    asked = await check(clinic, "filling", start_time=at(soon(1), "10:00"))
    assert asked.not_free == booking_pb2.NOT_FREE_REASON_NOBODY
    assert not asked.alternatives


async def test_what_was_ever_booked_is_not_deleted(clinic: LiveServer) -> None:
    made = await book(clinic, at(soon(1), "10:00"), "filling")
    await clinic.stubs.reservations.CancelReservation(
        re.CancelReservationRequest(name=made.name), metadata=clinic.metadata
    )
    for attempt in (
        clinic.stubs.catalog.DeleteResource(
            ca.DeleteResourceRequest(name=made.resource), metadata=clinic.metadata
        ),
        clinic.stubs.catalog.DeleteBookableService(
            ca.DeleteBookableServiceRequest(name=made.service), metadata=clinic.metadata
        ),
    ):
        wrong = await refused(attempt)
        assert (wrong.code, wrong.reason) == ("FAILED_PRECONDITION", "HAS_RESERVATIONS")


async def test_opening_hours_are_closed_until_they_are_set(server: LiveServer) -> None:
    await server.make_tenant()
    stub, name = server.stubs.catalog, "tenants/clinic/openingHours"
    request = ca.GetOpeningHoursRequest(name=name)
    before = (await stub.GetOpeningHours(request, metadata=server.metadata)).opening_hours
    assert (before.name, before.time_zone) == (name, "Europe/London")
    assert not before.schedule.weekly
    assert (before.rules.granularity.seconds, before.rules.lead.seconds) == (900, 3600)
    set_ = await set_hours(server, NINE_TO_FIVE, {"2026-12-25": []}, lead=30)
    assert set_.rules.lead.seconds == 1800
    holiday = await stub.UpdateOpeningHours(
        ca.UpdateOpeningHoursRequest(
            opening_hours=booking_pb2.OpeningHours(
                name=name, etag=set_.etag, schedule=schedule({}, {"2026-12-26": [("10:00", "12:00")]})
            ),
            update_mask=FieldMask(paths=["schedule.exceptions"]),
        ),
        metadata=server.metadata,
    )
    assert len(holiday.opening_hours.schedule.weekly) == 7
    assert [one.date for one in holiday.opening_hours.schedule.exceptions] == ["2026-12-26"]
    assert holiday.opening_hours.rules == set_.rules
    after = (await stub.GetOpeningHours(request, metadata=server.metadata)).opening_hours
    assert after == holiday.opening_hours
    stale = await refused(
        stub.UpdateOpeningHours(ca.UpdateOpeningHoursRequest(opening_hours=set_), metadata=server.metadata)
    )
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")


SERVICE = "tenants/clinic/services/check-up"
NIGHT = [("22:00", "06:00")]
HALF_A_MINUTE = Duration(seconds=330)


def bad_requests() -> list[tuple[Any, str]]:
    """Requests, each with the field that is bad."""
    return [
        (ca.CreateBookableServiceRequest(parent="tenants/clinic"), "bookable_service"),
        (
            ca.CreateBookableServiceRequest(
                parent="tenants/clinic", bookable_service={"duration": {"seconds": 60}}
            ),
            "bookable_service.display_name",
        ),
        (
            ca.CreateBookableServiceRequest(parent="tenants/clinic", bookable_service={"display_name": "x"}),
            "bookable_service.duration",
        ),
        (
            ca.CreateBookableServiceRequest(
                parent="tenants/clinic", bookable_service={"display_name": "x", "duration": HALF_A_MINUTE}
            ),
            "bookable_service.duration",
        ),
        (
            ca.CreateBookableServiceRequest(
                parent="tenants/clinic",
                bookable_service={
                    "display_name": "x",
                    "duration": {"seconds": 2_678_400},
                    "buffer": {"seconds": 60},
                },
            ),
            "bookable_service.buffer",
        ),
        (
            ca.CreateBookableServiceRequest(
                parent="tenants/clinic",
                bookable_service={
                    "display_name": "x",
                    "duration": {"seconds": 60},
                    "resources": ["tenants/clinic/resources/adams", "tenants/other/resources/adams"],
                },
            ),
            "bookable_service.resources[1]",
        ),
        (
            ca.CreateResourceRequest(
                parent="tenants/clinic", resource={"display_name": "x", "capacity": 501}
            ),
            "resource.capacity",
        ),
        (
            ca.CreateResourceRequest(
                parent="tenants/clinic", resource={"display_name": "x", "schedule": schedule({2: NIGHT})}
            ),
            "resource.schedule.weekly[0].intervals[0].closes",
        ),
        (
            ca.CreateResourceRequest(
                parent="tenants/clinic",
                resource={
                    "display_name": "x",
                    "schedule": schedule({2: [("09:00", "12:00"), ("11:00", "13:00")]}),
                },
            ),
            "resource.schedule.weekly[0].intervals[1].opens",
        ),
        (
            ca.CreateResourceRequest(
                parent="tenants/clinic",
                resource={"display_name": "x", "schedule": schedule({}, {"2026-02-29": []})},
            ),
            "resource.schedule.exceptions[0].date",
        ),
        (
            ca.CreateResourceRequest(
                parent="tenants/clinic",
                resource={
                    "display_name": "x",
                    "schedule": schedule({2: [(f"{hour:02}:00", f"{hour:02}:30") for hour in range(9)]}),
                },
            ),
            "resource.schedule.weekly[0].intervals",
        ),
        (
            ca.CreateResourceRequest(
                parent="tenants/clinic",
                resource={
                    "display_name": "x",
                    "schedule": schedule({}, {str(date(2027, 1, 1) + DAY * day): [] for day in range(401)}),
                },
            ),
            "resource.schedule.exceptions",
        ),
        (
            ca.UpdateOpeningHoursRequest(opening_hours={"name": "tenants/clinic/hours"}),
            "opening_hours.name",
        ),
        (
            ca.UpdateOpeningHoursRequest(
                opening_hours={
                    "name": "tenants/clinic/openingHours",
                    "schedule": {"weekly": [{"weekday": 1}, {"weekday": 1}]},
                }
            ),
            "opening_hours.schedule.weekly",
        ),
        (
            ca.UpdateOpeningHoursRequest(
                opening_hours={
                    "name": "tenants/clinic/openingHours",
                    "rules": {"lead": {"seconds": 86_400}, "horizon": {"seconds": 86_400}},
                }
            ),
            "opening_hours.rules.lead",
        ),
        (
            ca.UpdateOpeningHoursRequest(
                opening_hours={
                    "name": "tenants/clinic/openingHours",
                    "rules": {"granularity": HALF_A_MINUTE},
                }
            ),
            "opening_hours.rules.granularity",
        ),
        (re.CheckAvailabilityRequest(service=SERVICE), "when"),
        (re.CheckAvailabilityRequest(service=SERVICE, days={"first_day": "2026-02-29"}), "days.first_day"),
        (
            re.CheckAvailabilityRequest(
                service=SERVICE, days={"first_day": "2026-02-01", "last_day": "2026-01-31"}
            ),
            "days.last_day",
        ),
        (
            re.CheckAvailabilityRequest(
                service=SERVICE, days={"first_day": "2026-02-01", "last_day": "2026-04-04"}
            ),
            "days.last_day",
        ),
        (
            re.CheckAvailabilityRequest(
                service=SERVICE,
                days={"first_day": "2026-02-01"},
                resource="tenants/clinic/resources/nobody",
            ),
            "resource",
        ),
        (re.CheckAvailabilityRequest(service=SERVICE, start_time={"seconds": 2**62}), "start_time"),
        (
            re.CreateReservationRequest(
                parent="tenants/clinic", reservation={"start_time": {}, "caller": {"name": "Ann"}}
            ),
            "reservation.service",
        ),
        (
            re.CreateReservationRequest(
                parent="tenants/clinic", reservation={"service": SERVICE, "caller": {"name": "Ann"}}
            ),
            "reservation.start_time",
        ),
        (
            re.CreateReservationRequest(
                parent="tenants/clinic", reservation={"service": SERVICE, "start_time": {}}
            ),
            "reservation.caller",
        ),
        (
            re.CreateReservationRequest(
                parent="tenants/clinic",
                reservation={"service": SERVICE, "start_time": {}, "caller": {"phone": "zero"}},
            ),
            "reservation.caller.phone",
        ),
        (
            re.CreateReservationRequest(
                parent="tenants/clinic",
                reservation={
                    "service": "tenants/other/services/check-up",
                    "start_time": {},
                    "caller": {"name": "Ann"},
                },
            ),
            "reservation.service",
        ),
        (
            re.CreateReservationRequest(
                parent="tenants/clinic",
                reservation={
                    "service": "tenants/clinic/services/filling",
                    "resource": "tenants/clinic/resources/adams",
                    "start_time": {"seconds": 4_000_000_000},
                    "caller": {"name": "Ann"},
                },
            ),
            "reservation.resource",
        ),
        (
            re.UpdateReservationRequest(reservation={"name": "tenants/clinic/reservations/one"}),
            "reservation.name",
        ),
        (re.ListReservationsRequest(parent="tenants/clinic", start_from={"nanos": -1}), "start_from"),
        (
            re.ListReservationsRequest(parent="tenants/clinic", resource="tenants/other/resources/adams"),
            "resource",
        ),
    ]


async def test_a_bad_field_is_named(clinic: LiveServer) -> None:
    for request, field in bad_requests():
        method = type(request).__name__.removesuffix("Request")
        stub = next(one for one in (clinic.stubs.catalog, clinic.stubs.reservations) if hasattr(one, method))
        wrong = await refused(getattr(stub, method)(request, metadata=clinic.metadata))
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID"), (request, wrong)
        assert list(wrong.fields) == [field], request


def test_the_bounds_of_the_rules_are_those_of_the_domain() -> None:
    from buf.validate import validate_pb2

    for name, (least, most) in RULE_LIMITS.items():
        options: Any = booking_pb2.BookingRules.DESCRIPTOR.fields_by_name[name].GetOptions()
        rule = options.Extensions[validate_pb2.field].duration
        assert (rule.gte.ToTimedelta(), rule.lte.ToTimedelta()) == (least, most)


# ---- what is free


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


# ---- booking


async def test_a_reservation_is_made_read_listed_and_cancelled(clinic: LiveServer) -> None:
    stub, md = clinic.stubs.reservations, clinic.metadata
    tuesday = soon(1)
    made = await book(clinic, at(tuesday, "10:00"), "filling", notes="nervous")
    assert made.name.startswith("tenants/clinic/reservations/")
    assert (made.resource, made.state) == (
        "tenants/clinic/resources/baker",
        booking_pb2.RESERVATION_STATE_BOOKED,
    )
    assert made.end_time.seconds - made.start_time.seconds == 2700
    assert (made.time_zone, made.notes, made.caller.name) == ("Europe/London", "nervous", "Ann Lee")
    got = await stub.GetReservation(re.GetReservationRequest(name=made.name), metadata=md)
    assert got.reservation == made
    twice = await refused(book(clinic, at(tuesday, "10:45"), "filling"))  # in its buffer
    assert (twice.code, twice.reason, twice.metadata["why"]) == ("FAILED_PRECONDITION", "SLOT_TAKEN", "TAKEN")
    stale = await refused(
        stub.CancelReservation(re.CancelReservationRequest(name=made.name, etag="v99"), metadata=md)
    )
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")
    cancelled = await stub.CancelReservation(
        re.CancelReservationRequest(name=made.name, etag=made.etag), metadata=md
    )
    assert cancelled.reservation.state == booking_pb2.RESERVATION_STATE_CANCELLED
    again = await stub.CancelReservation(re.CancelReservationRequest(name=made.name), metadata=md)
    assert again.reservation == cancelled.reservation
    another = await book(clinic, at(tuesday, "10:45"), "filling")
    listed = await stub.ListReservations(re.ListReservationsRequest(parent="tenants/clinic"), metadata=md)
    assert list(listed.reservations) == [another]
    everything = await stub.ListReservations(
        re.ListReservationsRequest(parent="tenants/clinic", show_cancelled=True), metadata=md
    )
    assert [one.name for one in everything.reservations] == [made.name, another.name]
    gone = await refused(
        stub.GetReservation(
            re.GetReservationRequest(name="tenants/clinic/reservations/00000000-0000-7000-8000-000000000000"),
            metadata=md,
        )
    )
    assert (gone.code, gone.reason) == ("NOT_FOUND", "RESERVATION_NOT_FOUND")


async def test_lists_by_time_and_resource_in_pages(clinic: LiveServer) -> None:
    stub, md = clinic.stubs.reservations, clinic.metadata
    tuesday = soon(1)
    made = [await book(clinic, at(tuesday, f"{hour}:00"), "check-up") for hour in (12, 10, 10, 11)]

    async def pages(**fields: Any) -> list[str]:
        names: list[str] = []
        token = ""
        while True:
            page = await stub.ListReservations(
                re.ListReservationsRequest(parent="tenants/clinic", page_size=2, page_token=token, **fields),
                metadata=md,
            )
            assert len(page.reservations) <= 2
            names += [one.name for one in page.reservations]
            token = page.next_page_token
            if not token:
                return names

    first, second, third, fourth = made[1].name, made[2].name, made[3].name, made[0].name
    assert await pages() == [*sorted([first, second]), third, fourth]
    between = {"start_from": at(tuesday, "10:30"), "start_before": at(tuesday, "12:00")}
    assert await pages(**between) == [third]
    baker = [one.name for one in made if one.resource.endswith("/baker")]
    assert baker
    assert await pages(resource="tenants/clinic/resources/baker") == baker
    token = (
        await stub.ListReservations(
            re.ListReservationsRequest(parent="tenants/clinic", page_size=2), metadata=md
        )
    ).next_page_token
    wrong = await refused(
        stub.ListReservations(
            re.ListReservationsRequest(parent="tenants/clinic", page_token=token, show_cancelled=True),
            metadata=md,
        )
    )
    assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")


async def test_outside_the_hours_nothing_is_booked_and_the_rule_is_named(clinic: LiveServer) -> None:
    monday = soon(0)
    for clock, why, words in (
        ("08:30", "CLOSED", "outside the opening hours"),
        ("16:45", "CLOSED", "30 minutes"),
        ("10:10", "OFF_GRID", "every 15 minutes"),
    ):
        wrong = await refused(book(clinic, at(monday, clock), "check-up"))
        assert (wrong.code, wrong.reason, wrong.metadata["why"]) == (
            "FAILED_PRECONDITION",
            "SLOT_TAKEN",
            why,
        )
        assert words in wrong.message
        assert "Europe/London" in wrong.message


async def test_of_two_hundred_at_once_for_the_last_place_one_gets_it(clinic: LiveServer) -> None:
    start = at(soon(1), "10:00")

    async def attempt(number: int) -> str:
        try:
            made = await book(clinic, start, "filling", name=f"Caller {number}", request_id=request_id())
        except grpc.aio.AioRpcError as error:
            found = refusal(error)
            return found.reason
        return str(made.name)

    outcomes = await asyncio.gather(*(attempt(number) for number in range(200)))
    kinds = Counter("booked" if outcome.startswith("tenants/") else outcome for outcome in outcomes)
    assert kinds == {"booked": 1, "SLOT_TAKEN": 199}
    listed = await clinic.stubs.reservations.ListReservations(
        re.ListReservationsRequest(parent="tenants/clinic", show_cancelled=True), metadata=clinic.metadata
    )
    assert len(listed.reservations) == 1


async def test_of_many_at_once_as_many_get_a_place_as_there_are(clinic: LiveServer) -> None:
    await add_resource(clinic, "tables", kind=booking_pb2.RESOURCE_KIND_ROOM, capacity=7)
    await add_service(clinic, "dinner", "tables", minutes=60)
    start = at(soon(1), "12:00")
    results = await asyncio.gather(
        *(book(clinic, start, "dinner") for _ in range(40)), return_exceptions=True
    )
    assert sum(isinstance(one, booking_pb2.Reservation) for one in results) == 7
    assert all(
        refusal(one).reason == "SLOT_TAKEN" for one in results if isinstance(one, grpc.aio.AioRpcError)
    )


async def test_a_request_that_comes_twice_books_once(clinic: LiveServer) -> None:
    used, start = request_id(), at(soon(1), "10:00")
    first = await book(clinic, start, "filling", request_id=used)
    assert await book(clinic, start, "filling", request_id=used) == first
    together = request_id()
    results = await asyncio.gather(
        *(book(clinic, at(soon(1), "14:00"), "filling", request_id=together) for _ in range(20))
    )
    assert len({one.name for one in results}) == 1
    wrong = await refused(book(clinic, start, "check-up", request_id=used))
    assert wrong.reason == "REQUEST_ID_REUSED"


async def test_somebody_of_ones_choice(clinic: LiveServer) -> None:
    start = at(soon(1), "10:00")
    baker = "tenants/clinic/resources/baker"
    assert (await book(clinic, start, "check-up", resource=baker)).resource == baker
    wrong = await refused(book(clinic, start, "check-up", resource=baker))
    assert (wrong.reason, wrong.metadata["why"]) == ("SLOT_TAKEN", "TAKEN")
    asked = await check(clinic, "check-up", start_time=start, resource=baker)
    assert all(list(slot.resources) == [baker] for slot in asked.alternatives)
    assert (await book(clinic, start, "check-up")).resource.endswith("/adams")


async def test_a_reservation_is_moved_or_stays_where_it_was(clinic: LiveServer) -> None:
    stub, md = clinic.stubs.reservations, clinic.metadata
    tuesday = soon(1)
    made = await book(clinic, at(tuesday, "10:00"), "filling")
    other = await book(clinic, at(tuesday, "14:00"), "filling")

    def moved(start: Any, etag: str = "") -> Any:
        return stub.UpdateReservation(
            re.UpdateReservationRequest(
                reservation=booking_pb2.Reservation(name=made.name, start_time=start, etag=etag),
                update_mask=FieldMask(paths=["start_time"]),
            ),
            metadata=md,
        )

    # Over what it holds itself.
    later = (await moved(at(tuesday, "10:15"), made.etag)).reservation
    assert later.start_time == at(tuesday, "10:15")
    assert later.end_time.seconds - later.start_time.seconds == 2700
    assert (later.caller, later.resource) == (made.caller, made.resource)
    taken = await refused(moved(at(tuesday, "13:30")))
    assert (taken.reason, taken.metadata["why"]) == ("SLOT_TAKEN", "TAKEN")
    closed = await refused(moved(at(tuesday, "20:00")))
    assert (closed.reason, closed.metadata["why"]) == ("SLOT_TAKEN", "CLOSED")
    stale = await refused(moved(at(tuesday, "11:00"), made.etag))
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")
    got = await stub.GetReservation(re.GetReservationRequest(name=made.name), metadata=md)
    assert got.reservation == later
    # What it held before is free.
    await stub.CancelReservation(re.CancelReservationRequest(name=later.name), metadata=md)
    cancelled = await refused(moved(at(tuesday, "11:00")))
    assert (cancelled.code, cancelled.reason) == ("FAILED_PRECONDITION", "RESERVATION_CANCELLED")
    assert (await book(clinic, at(tuesday, "10:00"), "filling")).name not in {made.name, other.name}


async def test_for_whom_it_is_is_changed_by_mask(clinic: LiveServer) -> None:
    stub, md = clinic.stubs.reservations, clinic.metadata
    tuesday = soon(1)
    made = await book(clinic, at(tuesday, "10:00"), "check-up", notes="first")
    caller = booking_pb2.ReservationCaller(
        name="ignored", phone="+44 (117) 496-0142", email="ann@example.com"
    )
    changed = await stub.UpdateReservation(
        re.UpdateReservationRequest(
            reservation=booking_pb2.Reservation(name=made.name, caller=caller, notes="ignored"),
            update_mask=FieldMask(paths=["caller.phone", "caller.email"]),
        ),
        metadata=md,
    )
    assert changed.reservation.caller == booking_pb2.ReservationCaller(
        name="Ann Lee", phone="+441174960142", email="ann@example.com"
    )
    assert changed.reservation.notes == "first"
    # As it was read, with other notes, at another time and with somebody else: all at once.
    whole = booking_pb2.Reservation()
    whole.CopyFrom(changed.reservation)
    whole.notes = "second"
    whole.start_time.CopyFrom(at(tuesday, "11:00"))
    whole.resource = "tenants/clinic/resources/baker"
    updated = await stub.UpdateReservation(re.UpdateReservationRequest(reservation=whole), metadata=md)
    assert updated.reservation.notes == "second"
    assert updated.reservation.start_time == at(tuesday, "11:00")
    assert updated.reservation.resource == "tenants/clinic/resources/baker"
    stale = await refused(stub.UpdateReservation(re.UpdateReservationRequest(reservation=whole), metadata=md))
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")
    nobody = await refused(
        stub.UpdateReservation(
            re.UpdateReservationRequest(
                reservation=booking_pb2.Reservation(name=made.name), update_mask=FieldMask(paths=["caller"])
            ),
            metadata=md,
        )
    )
    assert list(nobody.fields) == ["reservation.caller"]
    # One half that cannot be done undoes the other.
    failed = booking_pb2.Reservation(name=made.name, start_time=at(tuesday, "20:00"), notes="third")
    await refused(
        stub.UpdateReservation(
            re.UpdateReservationRequest(
                reservation=failed, update_mask=FieldMask(paths=["notes", "start_time"])
            ),
            metadata=md,
        )
    )
    got = await stub.GetReservation(re.GetReservationRequest(name=made.name), metadata=md)
    assert got.reservation == updated.reservation


async def test_one_tenant_sees_nothing_of_another(clinic: LiveServer) -> None:
    people = await make_people(clinic, "hotel")
    await make_catalogue(clinic, "hotel")
    made = await book(clinic, at(soon(1), "10:00"), "check-up")
    theirs = await clinic.stubs.reservations.ListReservations(
        re.ListReservationsRequest(parent="tenants/hotel"), metadata=people.metadata("owner")
    )
    assert not theirs.reservations
    denied = await refused(
        clinic.stubs.reservations.GetReservation(
            re.GetReservationRequest(name=made.name), metadata=people.metadata("owner")
        )
    )
    assert (denied.code, denied.reason) == ("PERMISSION_DENIED", "PERMISSION_DENIED")
    moved = made.name.replace("clinic", "hotel")
    missing = await refused(
        clinic.stubs.reservations.GetReservation(
            re.GetReservationRequest(name=moved), metadata=people.metadata("owner")
        )
    )
    assert (missing.code, missing.reason) == ("NOT_FOUND", "RESERVATION_NOT_FOUND")
    # The same hour is free there.
    assert (await book(clinic, at(soon(1), "10:00"), tenant="hotel")).name.startswith("tenants/hotel/")


async def test_a_caller_is_erased_with_what_was_booked(clinic: LiveServer) -> None:
    start = at(soon(1), "10:00")
    made = await book(clinic, start, "filling")
    caller = booking_pb2.ReservationCaller(name="Ann", caller_id="ann")
    await clinic.stubs.reservations.UpdateReservation(
        re.UpdateReservationRequest(
            reservation=booking_pb2.Reservation(name=made.name, caller=caller),
            update_mask=FieldMask(paths=["caller"]),
        ),
        metadata=clinic.metadata,
    )
    await clinic.stubs.tenants.EraseCaller(
        tenant_service_pb2.EraseCallerRequest(parent="tenants/clinic", caller_id="ann"),
        metadata=clinic.metadata,
    )
    gone = await refused(
        clinic.stubs.reservations.GetReservation(
            re.GetReservationRequest(name=made.name), metadata=clinic.metadata
        )
    )
    assert gone.reason == "RESERVATION_NOT_FOUND"
    await book(clinic, start, "filling")


async def test_a_caller_on_the_telephone_finds_what_was_booked_by_rpc(clinic: LiveServer) -> None:
    made = await book(clinic, at(soon(1), "10:00"), "check-up")
    heard = "+441174960142"  # as agents understand a number

    async def written(phone: str) -> str:
        caller = booking_pb2.ReservationCaller(phone=phone)
        changed = await clinic.stubs.reservations.UpdateReservation(
            re.UpdateReservationRequest(
                reservation=booking_pb2.Reservation(name=made.name, caller=caller),
                update_mask=FieldMask(paths=["caller.phone"]),
            ),
            metadata=clinic.metadata,
        )
        return changed.reservation.caller.phone

    for phone in ("0117 496 0142", "+44 (0)117 496 0142", "0117/496-0142"):
        assert await written(phone) == heard
    assert await written("4960-142") == "4960142"  # no number of the plan: as it is
    other = await clinic.stubs.reservations.CreateReservation(
        re.CreateReservationRequest(
            parent="tenants/clinic",
            reservation=booking_pb2.Reservation(
                service="tenants/clinic/services/check-up",
                start_time=at(soon(2), "10:00"),
                caller=booking_pb2.ReservationCaller(phone="0117 496 0142"),
            ),
        ),
        metadata=clinic.metadata,
    )
    assert other.reservation.caller.phone == heard


async def test_reading_reservations_is_in_the_audit_log(server: LiveServer) -> None:
    people = await make_people(server)
    await make_catalogue(server, "clinic")
    made = await book(server, at(soon(1), "10:00"))
    stub, md = server.stubs.reservations, people.metadata("analyst")
    await stub.GetReservation(re.GetReservationRequest(name=made.name), metadata=md)
    await stub.ListReservations(re.ListReservationsRequest(parent="tenants/clinic"), metadata=md)
    listed = await server.stubs.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(
            parent="tenants/clinic", actor=people.names["analyst"], page_size=5
        ),
        metadata=server.metadata,
    )
    read = [(each.method.rpartition("/")[2], each.resource) for each in listed.entries]
    assert read[:2] == [("ListReservations", "tenants/clinic"), ("GetReservation", made.name)]
