"""CatalogueStore on Postgres."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from deskbell_server.domain.booking import (
    BookingRules,
    Held,
    Interval,
    OpeningHours,
    ResourceId,
    ServiceId,
    StoredHours,
)
from deskbell_server.domain.errors import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    InvalidInput,
    NotFound,
)
from deskbell_server.domain.names import etag
from tests.integration import store_samples as sample
from tests.integration.store_samples import CHECKUP, CLINIC, DENTIST, HOTEL, LATER, NOBODY, NOW, TEN
from tests.integration.store_world import Stores

ROOM = ResourceId("room-1")
DAY = timedelta(days=1)


@pytest.fixture
async def world(stores: Stores) -> Stores:
    """The clinic has a dentist, a room, and a service of the dentist's."""
    await stores.catalogue.create_resource(CLINIC, sample.resource(CLINIC))
    await stores.catalogue.create_resource(CLINIC, replace(sample.resource(CLINIC, ROOM), hours=None))
    await stores.catalogue.create_service(CLINIC, sample.service(CLINIC))
    return stores


async def test_gives_back_what_was_created(world: Stores) -> None:
    assert await world.catalogue.get_resource(CLINIC, DENTIST) == sample.resource(CLINIC)
    assert (await world.catalogue.get_resource(CLINIC, ROOM)).hours is None
    assert await world.catalogue.get_service(CLINIC, CHECKUP) == sample.service(CLINIC)
    assert await world.catalogue.resources_of(CLINIC, CHECKUP) == [sample.resource(CLINIC)]


async def test_refuses_taken_ids_and_what_is_not_there(world: Stores) -> None:
    with pytest.raises(AlreadyExists, match="tenants/clinic/resources/dentist"):
        await world.catalogue.create_resource(CLINIC, sample.resource(CLINIC))
    with pytest.raises(AlreadyExists, match="tenants/clinic/services/checkup"):
        await world.catalogue.create_service(CLINIC, sample.service(CLINIC))
    with pytest.raises(NotFound, match="tenants/nobody"):
        await world.catalogue.create_resource(NOBODY, sample.resource(NOBODY))
    with pytest.raises(NotFound, match="tenants/nobody"):
        await world.catalogue.create_service(NOBODY, sample.service(NOBODY))
    with pytest.raises(NotFound, match="tenants/clinic/resources/nobody"):
        await world.catalogue.create_service(CLINIC, sample.service(CLINIC, "filling", resources=("nobody",)))
    with pytest.raises(NotFound):
        await world.catalogue.get_service(CLINIC, ServiceId("filling"))
    with pytest.raises(NotFound):
        await world.catalogue.resources_of(CLINIC, ServiceId("filling"))


async def test_pages_by_id_and_tells_nothing_from_no_tenant(world: Stores) -> None:
    first = await world.catalogue.page_resources(CLINIC, after=None, limit=1)
    second = await world.catalogue.page_resources(CLINIC, after=first[-1].id, limit=5)
    assert [one.id for one in first + second] == [DENTIST, ROOM]
    assert await world.catalogue.page_services(CLINIC, after=None, limit=5) == [sample.service(CLINIC)]
    assert await world.catalogue.page_services(CLINIC, after=CHECKUP, limit=5) == []
    for page in (world.catalogue.page_resources, world.catalogue.page_services):
        assert await page(HOTEL, after=None, limit=5) == []
        with pytest.raises(NotFound, match="tenants/nobody"):
            await page(NOBODY, after=None, limit=5)


async def test_changes_only_the_named_attributes(world: Stores) -> None:
    resource = await world.catalogue.update_resource(
        CLINIC, DENTIST, {"capacity": 2, "hours": None}, etag(1), LATER
    )
    assert resource == replace(sample.resource(CLINIC), capacity=2, hours=None, version=2, updated_at=LATER)
    changes = {"duration": timedelta(hours=1), "resources": (ROOM, DENTIST)}
    service = await world.catalogue.update_service(CLINIC, CHECKUP, changes, etag(1), LATER)
    assert service == replace(
        sample.service(CLINIC),
        duration=timedelta(hours=1),
        resources=(DENTIST, ROOM),
        version=2,
        updated_at=LATER,
    )
    for update, one in (
        (world.catalogue.update_resource(CLINIC, DENTIST, {}, etag(1), LATER), Conflict),
        (world.catalogue.update_service(CLINIC, CHECKUP, {}, etag(1), LATER), Conflict),
        (world.catalogue.update_service(CLINIC, ServiceId("other"), {}, "", LATER), NotFound),
    ):
        with pytest.raises(one):
            await update


async def test_does_not_delete_what_has_reservations(world: Stores) -> None:
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    await world.reservations.cancel(CLINIC, made.id, "", LATER)
    for attempt in (
        world.catalogue.delete_resource(CLINIC, DENTIST),
        world.catalogue.delete_service(CLINIC, CHECKUP),
    ):
        with pytest.raises(FailedPrecondition) as caught:
            await attempt
        assert caught.value.reason == "HAS_RESERVATIONS"
    await world.tenants.delete(CLINIC)


async def test_deletes_what_has_none(world: Stores) -> None:
    await world.catalogue.delete_resource(CLINIC, DENTIST)
    assert (await world.catalogue.get_service(CLINIC, CHECKUP)).resources == ()
    assert await world.catalogue.resources_of(CLINIC, CHECKUP) == []
    await world.catalogue.delete_service(CLINIC, CHECKUP)
    with pytest.raises(NotFound):
        await world.catalogue.delete_resource(CLINIC, DENTIST)
    with pytest.raises(NotFound):
        await world.catalogue.delete_service(CLINIC, CHECKUP)


async def test_keeps_opening_hours_and_rules_by_version(world: Stores) -> None:
    assert await world.catalogue.get_hours(CLINIC) == StoredHours(OpeningHours(), 0)
    changes = {"weekly": sample.HOURS.weekly, "exceptions": sample.HOURS.exceptions}
    first = await world.catalogue.update_hours(CLINIC, changes, etag(0), NOW)
    assert first == StoredHours(sample.HOURS, 1) == await world.catalogue.get_hours(CLINIC)
    with pytest.raises(Conflict):
        await world.catalogue.update_hours(CLINIC, {"weekly": {}}, etag(7), LATER)
    rules = {"granularity": timedelta(minutes=20), "lead": timedelta(), "horizon": timedelta(days=90)}
    second = await world.catalogue.update_hours(CLINIC, {"exceptions": {}, **rules}, etag(1), LATER)
    assert second == StoredHours(OpeningHours(sample.HOURS.weekly), 2, BookingRules(**rules))
    with pytest.raises(InvalidInput, match="lead"):
        await world.catalogue.update_hours(CLINIC, {"lead": timedelta(days=90)}, "", LATER)
    assert await world.catalogue.get_hours(CLINIC) == second
    for attempt in (
        world.catalogue.get_hours(NOBODY),
        world.catalogue.update_hours(NOBODY, {}, "", NOW),
    ):
        with pytest.raises(NotFound, match="tenants/nobody"):
            await attempt


async def test_of_two_who_set_hours_first_neither_is_lost(world: Stores) -> None:
    days = [{"weekly": {0: (Interval(540, 600),)}}, {"exceptions": {date(2026, 12, 25): ()}}]
    await asyncio.gather(*(world.catalogue.update_hours(CLINIC, change, "", NOW) for change in days))
    found = await world.catalogue.get_hours(CLINIC)
    assert found == StoredHours(OpeningHours(days[0]["weekly"], days[1]["exceptions"]), 2)  # type: ignore[arg-type]


async def test_an_agenda_has_all_that_says_when_a_service_can_begin(world: Stores) -> None:
    await world.catalogue.update_hours(CLINIC, {"weekly": sample.HOURS.weekly}, "", NOW)
    await world.catalogue.update_service(CLINIC, CHECKUP, {"resources": (ROOM, DENTIST)}, "", LATER)
    made = await world.reservations.create(CLINIC, sample.booking(), [DENTIST])
    gone = await world.reservations.create(CLINIC, sample.booking(TEN + DAY), [DENTIST])
    await world.reservations.cancel(CLINIC, gone.id, "", LATER)
    # Held for 40 minutes: what begins before the end may hold on for as long.
    for since, until, holds in (
        (TEN - DAY, TEN + DAY * 2, True),
        (TEN + timedelta(minutes=39), TEN + DAY, True),
        (TEN + timedelta(minutes=40), TEN + DAY, False),
        (TEN - DAY, TEN - timedelta(minutes=39), True),
        (TEN - DAY, TEN - timedelta(minutes=40), False),
    ):
        found = await world.catalogue.agenda(CLINIC, CHECKUP, since, until)
        held = Held(DENTIST, 1, made.times.starts_at, made.times.held_until)
        assert found.held == ((held,) if holds else ())
    assert found.service == await world.catalogue.get_service(CLINIC, CHECKUP)
    resources = await world.catalogue.resources_of(CLINIC, CHECKUP)
    # The exceptions are months away.
    assert list(found.resources) == [
        replace(one, hours=one.hours and OpeningHours(sample.HOURS.weekly)) for one in resources
    ]
    assert found.business == await world.catalogue.get_hours(CLINIC)
    with pytest.raises(NotFound, match="tenants/clinic/services/other"):
        await world.catalogue.agenda(CLINIC, ServiceId("other"), TEN, TEN + DAY)
    await world.catalogue.create_service(HOTEL, sample.service(HOTEL, resources=()))
    alone = await world.catalogue.agenda(HOTEL, CHECKUP, TEN, TEN + DAY)
    assert (alone.service, alone.resources, alone.held) == (sample.service(HOTEL, resources=()), (), ())
    assert alone.business == StoredHours(OpeningHours(), 0)


async def test_of_exceptions_an_agenda_has_those_that_can_matter(world: Stores) -> None:
    since, until = TEN, TEN + DAY * 10
    days = {(TEN + DAY * number).date(): (Interval(540, 600),) for number in range(-60, 120)}
    near = {
        day: intervals
        for day, intervals in days.items()
        if since - DAY * 3 <= datetime.combine(day, TEN.timetz()) <= until + DAY * 34
    }
    assert 0 < len(near) < len(days)
    usual = OpeningHours({}, days)
    await world.catalogue.update_hours(CLINIC, {"weekly": {}, "exceptions": days}, "", NOW)
    await world.catalogue.update_resource(CLINIC, DENTIST, {"hours": usual}, "", NOW)
    await world.catalogue.update_resource(CLINIC, ROOM, {"hours": None}, "", NOW)
    await world.catalogue.update_service(CLINIC, CHECKUP, {"resources": (ROOM, DENTIST)}, "", LATER)
    found = await world.catalogue.agenda(CLINIC, CHECKUP, since, until)
    assert found.business.hours == OpeningHours({}, near)
    assert {one.id: one.hours for one in found.resources} == {DENTIST: OpeningHours({}, near), ROOM: None}


async def test_of_two_changes_at_once_to_one_version_one_is_told(world: Stores) -> None:
    changes = [
        world.catalogue.update_service(CLINIC, CHECKUP, {"resources": resources}, etag(1), LATER)
        for resources in ((ROOM,), (DENTIST, ROOM))
    ]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["BookableService", "Conflict"]
