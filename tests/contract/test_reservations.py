"""What is booked, by rpc: what the protos promise."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.v1 import audit_service_pb2, booking_pb2, tenant_service_pb2
from deskbell.v1 import reservation_service_pb2 as re
from tests.support.booking import (
    add_resource,
    add_service,
    at,
    book,
    check,
    make_catalogue,
    soon,
)
from tests.support.live_server import LiveServer, refusal, refused
from tests.support.people import make_people, request_id


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
