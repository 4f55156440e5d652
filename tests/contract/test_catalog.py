"""What can be booked, by rpc, and which requests about bookings are refused: what the protos promise."""

from __future__ import annotations

from datetime import date
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.v1 import booking_pb2
from deskbell.v1 import catalog_service_pb2 as ca
from deskbell.v1 import reservation_service_pb2 as re
from deskbell_server.domain.booking import RULE_LIMITS
from tests.support.booking import (
    DAY,
    NINE_TO_FIVE,
    SERVICE,
    add_resource,
    at,
    book,
    check,
    schedule,
    set_hours,
    soon,
)
from tests.support.live_server import LiveServer, refused


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
