"""TenantStore on Postgres."""

from __future__ import annotations

import pytest

from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.names import TenantId
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOBODY
from tests.integration.store_world import TENANT_TABLES_SQL, Connection, Stores, fill


async def test_gives_back_what_was_created(stores: Stores) -> None:
    created = await stores.tenants.create(sample.tenant("agency"))
    assert created == sample.tenant("agency")
    assert await stores.tenants.get(TenantId("agency")) == created


async def test_refuses_a_taken_id(stores: Stores) -> None:
    with pytest.raises(AlreadyExists, match="tenants/clinic"):
        await stores.tenants.create(sample.tenant(CLINIC))


async def test_pages_by_id_until_nothing_is_left(stores: Stores) -> None:
    await stores.tenants.create(sample.tenant("agency"))
    first = await stores.tenants.page(after=None, limit=2)
    second = await stores.tenants.page(after=first[-1].id, limit=2)
    assert [tenant.id for tenant in first + second] == ["agency", "clinic", "hotel"]
    assert await stores.tenants.page(after=second[-1].id, limit=2) == []


async def test_changes_only_the_named_attributes(stores: Stores) -> None:
    old = await stores.tenants.get(CLINIC)
    new = await stores.tenants.update(CLINIC, {"display_name": "Smile", "time_zone": "Asia/Tokyo"}, "", LATER)
    assert (new.display_name, new.time_zone, new.updated_at) == ("Smile", "Asia/Tokyo", LATER)
    assert (new.industry, new.created_at) == (old.industry, old.created_at)
    assert await stores.tenants.get(CLINIC) == new
    assert (await stores.tenants.get(HOTEL)).display_name == "The hotel"


async def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound) as caught:
        await stores.tenants.get(NOBODY)
    assert caught.value.reason == "TENANT_NOT_FOUND"
    assert caught.value.metadata["resource_name"] == "tenants/nobody"
    with pytest.raises(NotFound):
        await stores.tenants.update(NOBODY, {"display_name": "x"}, "", LATER)
    with pytest.raises(NotFound):
        await stores.tenants.delete(NOBODY)


async def test_deleting_takes_everything_of_the_tenant_and_nothing_else(
    stores: Stores, owner: Connection
) -> None:
    await fill(stores, CLINIC)
    await fill(stores, HOTEL)
    # What was done outlives the tenant.
    kept = {"tenants", "audit_entries", "request_records"}
    tables = [row["table"] for row in await owner.fetch(TENANT_TABLES_SQL) if row["table"] not in kept]
    await stores.tenants.delete(CLINIC)
    for table in tables:
        owners = await owner.fetch(f"select distinct tenant_id from {table}")
        assert [row["tenant_id"] for row in owners] == [HOTEL], table
    with pytest.raises(NotFound):
        await stores.tenants.get(CLINIC)
