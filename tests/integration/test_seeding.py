"""Seeding the demo tenants' bookings: once, and into tenants that an earlier version made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deskbell_server.app.clock import SystemClock
from deskbell_server.app.seeding import Seeder
from deskbell_server.demo import DemoTenant, load_demo_tenants
from deskbell_server.domain.booking import OpeningHours
from tests.integration import store_samples as sample
from tests.integration.store_world import Stores


def seeder(stores: Stores) -> Seeder:
    nothing: Any = None  # the tenants here have no documents
    return Seeder(stores.tenants, stores.agents, nothing, SystemClock(), stores.catalogue)


@pytest.mark.parametrize("demo", load_demo_tenants(), ids=lambda demo: demo.id)
async def test_puts_in_place_what_can_be_booked_and_leaves_what_was_changed(
    stores: Stores, demo: DemoTenant
) -> None:
    # As an earlier version left it.
    await stores.tenants.create(replace(sample.tenant(demo.id), time_zone=demo.time_zone))
    bare = replace(demo, documents=())
    await seeder(stores).seed(bare, lambda _: None)
    services = await stores.catalogue.page_services(demo.id, after=None, limit=100)
    assert [(one.id, one.duration, one.resources) for one in services] == [
        (one.id, one.duration, tuple(sorted(one.resources))) for one in demo.booking.services
    ]
    resources = await stores.catalogue.page_resources(demo.id, after=None, limit=100)
    assert [(one.id, one.capacity, one.hours) for one in resources] == [
        (one.id, one.capacity, one.hours) for one in demo.booking.resources
    ]
    hours = await stores.catalogue.get_hours(demo.id)
    assert (hours.hours, hours.rules) == (demo.booking.hours, demo.booking.rules)
    await stores.catalogue.update_hours(demo.id, {"weekly": {}, "exceptions": {}}, "", sample.NOW)
    await stores.catalogue.update_service(
        demo.id, services[0].id, {"display_name": "Changed"}, "", sample.NOW
    )
    await seeder(stores).seed(bare, lambda _: None)
    assert (await stores.catalogue.get_hours(demo.id)).hours == OpeningHours()
    again = await stores.catalogue.page_services(demo.id, after=None, limit=100)
    assert again[0].display_name == "Changed"
    assert again[1:] == services[1:]
