"""LeadStore on Postgres."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from deskbell_server.domain.errors import AlreadyExists, Conflict, NotFound
from deskbell_server.domain.lead import Lead, LeadStatus
from deskbell_server.domain.names import LeadId, etag, time_ordered_uuid
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOBODY, NOW
from tests.integration.store_world import Stores

GHOST = LeadId(time_ordered_uuid(0))


async def all_leads(stores: Stores) -> list[Lead]:
    return await stores.leads.page(CLINIC, status=None, before=None, limit=99)


async def test_gives_back_what_was_recorded(stores: Stores) -> None:
    lead = sample.lead(CLINIC)
    assert await stores.leads.record(CLINIC, lead, "k") == lead
    assert await stores.leads.get(CLINIC, lead.id) == lead


async def test_a_repeat_changes_nothing(stores: Stores) -> None:
    lead = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k")
    again = sample.lead(CLINIC, second=1, name="Somebody Else", phone="+442079460001", email="")
    assert await stores.leads.record(CLINIC, again, "k") == lead
    assert await all_leads(stores) == [lead]


async def test_a_repeat_does_not_bring_back_what_was_deleted(stores: Stores) -> None:
    lead = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k")
    await stores.leads.delete(CLINIC, lead.id)
    with pytest.raises(NotFound):
        await stores.leads.record(CLINIC, lead, "k")
    assert await all_leads(stores) == []


@pytest.mark.parametrize(
    "same",
    [
        {"phone": "+442079460958", "email": "other@example.com"},
        {"phone": "", "email": "ANNA@example.com"},
    ],
)
async def test_one_lead_for_a_phone_or_an_address(stores: Stores, same: dict[str, str]) -> None:
    first = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k1")
    second = sample.lead(CLINIC, second=5, name="Hanna Kowalski", updated_at=LATER, **same)
    merged = await stores.leads.record(CLINIC, second, "k2")
    assert (merged.id, merged.name, merged.version) == (first.id, "Hanna Kowalski", 2)
    assert "Earlier name: Anna Kowalski" in merged.notes
    assert await all_leads(stores) == [merged]


async def test_a_call_that_shows_two_leads_to_be_one_merges_them(stores: Stores) -> None:
    first = await stores.leads.record(CLINIC, sample.lead(CLINIC, email=""), "k1")
    await stores.leads.record(CLINIC, sample.lead(CLINIC, second=1, phone="", notes="Has a dog."), "k2")
    assert len(await all_leads(stores)) == 2
    merged = await stores.leads.record(CLINIC, sample.lead(CLINIC, second=2), "k3")
    assert await all_leads(stores) == [merged]
    assert (merged.id, merged.email) == (first.id, "anna@example.com")
    assert "Has a dog." in merged.notes
    assert await stores.leads.record(CLINIC, sample.lead(CLINIC, second=3), "k2") == merged


async def test_calls_at_the_same_time_make_one_lead(stores: Stores) -> None:
    await asyncio.gather(
        *(stores.leads.record(CLINIC, sample.lead(CLINIC, second=n), f"k{n}") for n in range(8)),
        *(stores.leads.record(CLINIC, sample.lead(CLINIC, second=n), f"k{n}") for n in range(8)),
    )
    [lead] = await all_leads(stores)
    assert lead.version == 8


async def test_leads_without_phone_and_address_are_apart(stores: Stores) -> None:
    for n in range(2):
        await stores.leads.record(CLINIC, sample.lead(CLINIC, second=n, phone="", email=""), f"k{n}")
    assert len(await all_leads(stores)) == 2


async def test_pages_the_newest_first(stores: Stores) -> None:
    for n in range(4):
        lead = sample.lead(CLINIC, second=n, phone=f"+44207946000{n}", email="")
        await stores.leads.record(CLINIC, lead, f"k{n}")
    first = await stores.leads.page(CLINIC, status=None, before=None, limit=3)
    rest = await stores.leads.page(CLINIC, status=None, before=first[-1].id, limit=3)
    assert [lead.phone[-1] for lead in first + rest] == ["3", "2", "1", "0"]
    await stores.leads.update(CLINIC, first[1].id, {"status": LeadStatus.CONTACTED}, "", LATER)
    contacted = await stores.leads.page(CLINIC, status=LeadStatus.CONTACTED, before=None, limit=3)
    assert [lead.id for lead in contacted] == [first[1].id]
    assert await stores.leads.page(CLINIC, status=LeadStatus.CLOSED, before=None, limit=3) == []
    with pytest.raises(NotFound, match="tenants/nobody"):
        await stores.leads.page(NOBODY, status=None, before=None, limit=3)


async def test_changes_only_what_is_named_and_only_of_the_version_that_was_seen(stores: Stores) -> None:
    lead = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k")
    new = await stores.leads.update(CLINIC, lead.id, {"name": "Anna Stevens"}, etag(lead.version), LATER)
    assert (new.name, new.phone, new.version, new.updated_at) == ("Anna Stevens", lead.phone, 2, LATER)
    with pytest.raises(Conflict):
        await stores.leads.update(CLINIC, lead.id, {"name": "X"}, etag(lead.version), LATER)
    assert await stores.leads.get(CLINIC, lead.id) == new


async def test_another_leads_number_is_taken(stores: Stores) -> None:
    first = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k1")
    other = sample.lead(CLINIC, second=1, phone="+442079460001", email="")
    second = await stores.leads.record(CLINIC, other, "k2")
    with pytest.raises(AlreadyExists) as caught:
        await stores.leads.update(CLINIC, second.id, {"phone": first.phone}, "", LATER)
    assert first.phone not in str(caught.value)


async def test_a_closed_lead_that_calls_again_is_new(stores: Stores) -> None:
    lead = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k1")
    await stores.leads.update(CLINIC, lead.id, {"status": LeadStatus.CLOSED}, "", LATER)
    again = sample.lead(CLINIC, second=1, consent_text="", consented_at=None)
    reopened = await stores.leads.record(CLINIC, again, "k2")
    assert reopened.status is LeadStatus.NEW
    assert reopened.consented_at == NOW


@pytest.mark.parametrize("caller", ["+44 20 7946 0958", "+442079460958", "Anna@Example.com", "client-7"])
async def test_erases_by_caller_phone_or_address(stores: Stores, caller: str) -> None:
    await stores.leads.record(CLINIC, sample.lead(CLINIC, caller_id="client-7"), "k1")
    other = sample.lead(CLINIC, second=1, phone="", email="", caller_id="")
    await stores.leads.record(CLINIC, other, "k2")
    await stores.leads.record(HOTEL, sample.lead(HOTEL, caller_id="client-7"), "k1")
    assert await stores.leads.erase(CLINIC, "") == 0
    assert await stores.leads.erase(CLINIC, caller) == 1
    assert [lead.id for lead in await all_leads(stores)] == [other.id]
    assert len(await stores.leads.page(HOTEL, status=None, before=None, limit=9)) == 1


async def test_erasing_a_caller_takes_the_leads_too(stores: Stores) -> None:
    await stores.leads.record(CLINIC, sample.lead(CLINIC), "k")
    erased = await stores.housekeeping.erase(CLINIC, "+442079460958")
    assert dict(erased)["leads"] == 1


@pytest.mark.parametrize("caller", ["anna", "anna-2", "anna-3", "anna-4"])
async def test_a_merged_lead_is_erased_by_any_id_that_it_had(stores: Stores, caller: str) -> None:
    one = sample.lead(CLINIC, email="", caller_id="anna")
    two = sample.lead(CLINIC, second=1, phone="", caller_id="anna-2")
    await stores.leads.record(CLINIC, one, "k1")
    await stores.leads.record(CLINIC, two, "k2")
    both = await stores.leads.record(CLINIC, sample.lead(CLINIC, second=2, caller_id="anna-3"), "k3")
    changed = await stores.leads.update(CLINIC, both.id, {"caller_id": "anna-4"}, "", LATER)
    assert (changed.caller_id, changed.earlier_caller_ids) == ("anna-4", ("anna", "anna-2", "anna-3"))
    assert dict(await stores.housekeeping.erase(CLINIC, "somebody else"))["leads"] == 0
    assert dict(await stores.housekeeping.erase(CLINIC, caller))["leads"] == 1


async def test_a_lead_goes_with_its_callers_conversation(stores: Stores) -> None:
    conversation = await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")
    lead = sample.lead(CLINIC, caller_id="", phone="", email="", conversation=conversation.id)
    await stores.leads.record(CLINIC, lead, "k1")
    erased = dict(await stores.housekeeping.erase(CLINIC, conversation.caller_id))
    assert (erased["leads"], erased["conversations"]) == (1, 1)


async def test_deletes_what_is_old(stores: Stores) -> None:
    await stores.leads.record(CLINIC, sample.lead(CLINIC), "k1")
    young = sample.lead(CLINIC, second=1, phone="", email="", updated_at=LATER)
    await stores.leads.record(CLINIC, young, "k2")
    assert await stores.housekeeping.delete_old_leads(CLINIC, NOW + timedelta(seconds=1)) == 1
    assert await stores.housekeeping.delete_old_lead_keys(CLINIC, NOW + timedelta(seconds=1)) == 1
    assert [lead.id for lead in await all_leads(stores)] == [young.id]


async def test_another_tenant_sees_and_changes_nothing(stores: Stores) -> None:
    lead = await stores.leads.record(CLINIC, sample.lead(CLINIC), "k")
    with pytest.raises(NotFound):
        await stores.leads.get(HOTEL, lead.id)
    with pytest.raises(NotFound):
        await stores.leads.update(HOTEL, lead.id, {"name": "Ha!"}, "", LATER)
    with pytest.raises(NotFound):
        await stores.leads.delete(HOTEL, lead.id)
    same = await stores.leads.record(HOTEL, sample.lead(HOTEL, second=1), "k")
    assert same.version == 1
    assert await stores.leads.get(CLINIC, lead.id) == lead


async def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound, match=f"tenants/clinic/leads/{GHOST}"):
        await stores.leads.get(CLINIC, GHOST)
    with pytest.raises(NotFound):
        await stores.leads.delete(CLINIC, GHOST)
    with pytest.raises(NotFound, match="tenants/nobody"):
        await stores.leads.record(NOBODY, sample.lead(NOBODY), "k")
