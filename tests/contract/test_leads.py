"""LeadService by rpc."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from deskbell.v1 import audit_service_pb2, lead_pb2
from deskbell.v1 import lead_service_pb2 as pb
from deskbell.v1 import tenant_service_pb2 as ts
from tests.support.live_server import LiveServer, refused
from tests.support.people import make_people

PHONE = "+442079460958"


async def create(server: LiveServer, tenant: str = "clinic", **fields: Any) -> pb.CreateLeadResponse:
    request = pb.CreateLeadRequest(parent=f"tenants/{tenant}", lead=lead_pb2.Lead(**fields))
    made: pb.CreateLeadResponse = await server.stubs.leads.CreateLead(request, metadata=server.metadata)
    return made


async def update(server: LiveServer, paths: list[str], **fields: Any) -> lead_pb2.Lead:
    request = pb.UpdateLeadRequest(lead=lead_pb2.Lead(**fields), update_mask={"paths": paths})
    changed: pb.UpdateLeadResponse = await server.stubs.leads.UpdateLead(request, metadata=server.metadata)
    return changed.lead


async def listed(server: LiveServer, **filters: Any) -> list[str]:
    response = await server.stubs.leads.ListLeads(
        pb.ListLeadsRequest(parent="tenants/clinic", **filters), metadata=server.metadata
    )
    return [lead.display_name for lead in response.leads]


async def test_from_the_first_word_to_the_last(server: LiveServer) -> None:
    await server.make_tenant()
    made = await create(
        server,
        display_name=" Anna Kowalski ",
        phone="020 7946 0958",
        email=" Anna@Example.COM",
        intent="viewing",
        property_id="12B",
        notes="After five.",
        consent_text="May we call you back?",
        caller_id="app-7",
    )
    assert not made.merged
    lead = made.lead
    assert (lead.display_name, lead.phone, lead.email) == ("Anna Kowalski", PHONE, "anna@example.com")
    assert (lead.status, lead.consent_time) == (lead_pb2.LEAD_STATUS_NEW, lead.create_time)
    got = await server.stubs.leads.GetLead(pb.GetLeadRequest(name=lead.name), metadata=server.metadata)
    assert got.lead == lead
    contacted = await update(
        server,
        ["status", "notes"],
        name=lead.name,
        etag=lead.etag,
        status=lead_pb2.LEAD_STATUS_CONTACTED,
        notes="Comes on Monday.",
        display_name="ignored",
    )
    assert (contacted.status, contacted.notes) == (lead_pb2.LEAD_STATUS_CONTACTED, "Comes on Monday.")
    assert contacted.display_name == "Anna Kowalski"
    stale = await refused(update(server, ["notes"], name=lead.name, etag=lead.etag, notes="x"))
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")
    withdrawn = await update(server, ["consent_text"], name=lead.name)
    assert not withdrawn.consent_text
    assert not withdrawn.HasField("consent_time")
    await server.stubs.leads.DeleteLead(pb.DeleteLeadRequest(name=lead.name), metadata=server.metadata)
    for call in (
        server.stubs.leads.GetLead(pb.GetLeadRequest(name=lead.name), metadata=server.metadata),
        server.stubs.leads.DeleteLead(pb.DeleteLeadRequest(name=lead.name), metadata=server.metadata),
        update(server, ["notes"], name=lead.name),
    ):
        gone = await refused(call)
        assert (gone.code, gone.reason) == ("NOT_FOUND", "LEAD_NOT_FOUND")


async def test_one_who_is_known_is_merged(server: LiveServer) -> None:
    await server.make_tenant()
    await server.make_tenant("hotel")
    first = await create(server, display_name="Anna", phone=PHONE)
    await update(server, ["status"], name=first.lead.name, status=lead_pb2.LEAD_STATUS_CLOSED)
    by_phone = await create(server, display_name="Hanna", phone="+44 (0)20 7946-0958", email="H@example.com")
    assert by_phone.merged
    assert by_phone.lead.name == first.lead.name
    assert (by_phone.lead.display_name, by_phone.lead.status) == ("Hanna", lead_pb2.LEAD_STATUS_NEW)
    assert "Earlier name: Anna" in by_phone.lead.notes
    by_address = await create(server, email="h@EXAMPLE.com", notes="Has a dog.")
    assert (by_address.merged, by_address.lead.name) == (True, first.lead.name)
    assert "Has a dog." in by_address.lead.notes
    assert not (await create(server, "hotel", phone=PHONE)).merged
    other = await create(server, display_name="Somebody else", email="else@example.com")
    taken = await refused(update(server, ["phone"], name=other.lead.name, phone=PHONE))
    assert (taken.code, taken.reason) == ("ALREADY_EXISTS", "ALREADY_EXISTS")
    assert PHONE not in str(taken)
    assert await listed(server) == ["Somebody else", "Hanna"]


NO_LEADS: list[tuple[dict[str, Any], str]] = [
    ({}, "lead"),
    ({"notes": "who?"}, "lead"),
    ({"display_name": " "}, "lead"),
    ({"phone": "12"}, "lead.phone"),
    ({"phone": "020 7946 0958 ext 5"}, "lead.phone"),
    ({"phone": "+999 123 4567"}, "lead.phone"),
    ({"phone": "+49 180 12345678901"}, "lead.phone"),  # longer than E.164 has numbers
    ({"phone": "0" * 41}, "lead.phone"),
    ({"email": "anna"}, "lead.email"),
    ({"email": "anna@example"}, "lead.email"),
    ({"email": "an na@example.com"}, "lead.email"),
    ({"display_name": "A", "consent_time": {"seconds": 1}}, "lead.consent_time"),
    (
        {"display_name": "A", "consent_text": "Yes?", "consent_time": {"seconds": 4_000_000_000}},
        "lead.consent_time",
    ),
    ({"display_name": "A", "status": 9}, "lead.status"),
    ({"display_name": "x" * 201}, "lead.display_name"),
]


async def test_what_is_no_lead(server: LiveServer) -> None:
    await server.make_tenant()
    for fields, field in NO_LEADS:
        wrong = await refused(create(server, **fields))
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID"), fields
        assert list(wrong.fields) == [field]


async def test_a_change_leaves_somebody_to_get_back_to(server: LiveServer) -> None:
    await server.make_tenant()
    name = (await create(server, display_name="Anna", email="anna@example.com", notes="x")).lead.name
    await update(server, ["display_name"], name=name)
    for paths in (["email"], ["*"]):
        wrong = await refused(update(server, paths, name=name, notes="y"))
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
        assert list(wrong.fields) == ["lead"]
    changed = await update(server, ["email", "phone"], name=name, phone=PHONE)
    assert (changed.display_name, changed.email, changed.phone) == ("", "", PHONE)


async def test_a_number_without_a_country_needs_a_tenant_in_one(server: LiveServer) -> None:
    await server.make_tenant(time_zone="America/New_York")
    await server.make_tenant("everywhere", time_zone="UTC")
    assert (await create(server, phone="(212) 555-0123")).lead.phone == "+12125550123"
    assert (await create(server, phone="+44 20 7946 0958")).lead.phone == PHONE
    wrong = await refused(create(server, "everywhere", phone="020 7946 0958"))
    assert "country code" in wrong.fields["lead.phone"]
    nowhere = await refused(create(server, "nobody", phone=PHONE))
    assert (nowhere.code, nowhere.reason) == ("NOT_FOUND", "TENANT_NOT_FOUND")


async def test_lists_are_filtered_and_come_in_pages(server: LiveServer) -> None:
    await server.make_tenant()
    names = [f"lead {number}" for number in range(5)]
    made = [(await create(server, display_name=name)).lead for name in names]
    await update(server, ["status"], name=made[1].name, status=lead_pb2.LEAD_STATUS_CLOSED)
    assert await listed(server) == names[::-1]
    assert await listed(server, status=lead_pb2.LEAD_STATUS_CLOSED) == ["lead 1"]
    assert await listed(server, created_after=made[3].create_time) == ["lead 4", "lead 3"]
    assert await listed(server, created_before=made[1].create_time) == ["lead 0"]
    both = {"created_after": made[1].create_time, "created_before": made[3].create_time}
    assert await listed(server, **both, status=lead_pb2.LEAD_STATUS_NEW) == ["lead 2"]
    request = pb.ListLeadsRequest(parent="tenants/clinic", page_size=2, created_after=made[1].create_time)
    first = await server.stubs.leads.ListLeads(request, metadata=server.metadata)
    request.page_token = first.next_page_token
    rest = await server.stubs.leads.ListLeads(request, metadata=server.metadata)
    assert [lead.display_name for lead in (*first.leads, *rest.leads)] == names[:0:-1]
    assert rest.next_page_token == ""
    request.status = lead_pb2.LEAD_STATUS_NEW  # another list, for which the token is not
    wrong = await refused(server.stubs.leads.ListLeads(request, metadata=server.metadata))
    assert wrong.reason == "PAGE_TOKEN_INVALID"


async def test_reading_is_in_the_audit_log_and_erasing_takes_leads_too(server: LiveServer) -> None:
    people = await make_people(server)
    lead = (await create(server, phone=PHONE)).lead
    await server.stubs.leads.GetLead(pb.GetLeadRequest(name=lead.name), metadata=people.metadata("analyst"))
    entries = await server.stubs.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(
            parent="tenants/clinic", actor=people.names["analyst"], page_size=1
        ),
        metadata=server.metadata,
    )
    assert entries.entries[0].method.endswith("/GetLead")
    assert entries.entries[0].resource == lead.name
    receipt = await server.stubs.tenants.EraseCaller(
        ts.EraseCallerRequest(parent="tenants/clinic", caller_id=PHONE), metadata=server.metadata
    )
    assert {row.table: row.count for row in receipt.erased}["leads"] == 1
    assert await listed(server) == []


async def test_a_lead_may_be_brought_along_with_its_consent(server: LiveServer) -> None:
    await server.make_tenant()
    given = datetime.now(UTC) - timedelta(days=30)
    fields: dict[str, Any] = {"consent_text": "May we?", "consent_time": given, "status": 2}
    lead = (await create(server, display_name="Anna", **fields)).lead
    assert lead.consent_time.ToDatetime(UTC) == given
    assert lead.status == lead_pb2.LEAD_STATUS_CONTACTED
