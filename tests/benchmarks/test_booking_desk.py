"""How long the desk takes for the questions of a booking turn, in a calendar of a year that is half full: printed
(`pytest -s`), never judged."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import pytest

from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.booking.desk import BookingDesk
from deskbell_server.domain.booking import Caller
from tests.benchmarks.test_postgres_bench import measure
from tests.integration import store_samples as sample
from tests.integration.store_samples import CHECKUP, CLINIC, TEN
from tests.integration.store_world import make_stores

PEOPLE = 8
TENANT = sample.tenant(CLINIC)
FILL_SQL = """
    insert into reservations (
        tenant_id, reservation_id, service_id, resource_id, unit, starts_at, ends_at, held_until, caller_name,
        caller_phone, caller_email, caller_id, notes, state, idempotency_key, created_at, updated_at
    )
    select
        'clinic', gen_random_uuid(), 'checkup', 'dentist-' || who, 1, start, start + interval '30 minutes',
        start + interval '40 minutes', 'Ann', '', '', '', '', 'booked', gen_random_uuid()::text, now(), now()
    from
        generate_series(
            $1::timestamptz - interval '180 days', $1 + interval '180 days', interval '90 minutes'
        ) as start,
        generate_series(1, $2::int) as who
"""


class Clock:
    def now(self) -> datetime:
        return sample.NOW

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
async def desk(database: str, secret_key: bytes) -> AsyncIterator[BookingDesk]:
    async with open_database(database, secret_key, size=4) as opened:
        stores = make_stores(opened)
        await stores.tenants.create(TENANT)
        await stores.catalogue.update_hours(CLINIC, {"weekly": sample.HOURS.weekly}, "", sample.NOW)
        ids = tuple(f"dentist-{number}" for number in range(1, PEOPLE + 1))
        for one in ids:
            await stores.catalogue.create_resource(CLINIC, replace(sample.resource(CLINIC, one), hours=None))
        await stores.catalogue.create_service(CLINIC, sample.service(CLINIC, resources=ids))
        owner = await asyncpg.connect(database)
        try:
            print("\n", await owner.execute(FILL_SQL, TEN, PEOPLE))
            await owner.execute("analyze")
        finally:
            await owner.close()
        yield BookingDesk(stores.catalogue, stores.reservations, Clock())


async def test_questions(desk: BookingDesk) -> None:
    free, taken = TEN + timedelta(minutes=45), TEN
    assert (await desk.check(TENANT, CHECKUP, free)).slot is not None
    assert len((await desk.check(TENANT, CHECKUP, taken)).alternatives) == 3
    await measure("check, free", lambda: desk.check(TENANT, CHECKUP, free))
    await measure("check, taken: three others of 15 days", lambda: desk.check(TENANT, CHECKUP, taken))
    week = TEN.date(), TEN.date() + timedelta(days=6)
    await measure("free slots of a week", lambda: desk.availability(TENANT, CHECKUP, *week))


async def test_booking(desk: BookingDesk) -> None:
    async def book_and_cancel() -> None:
        made = await desk.book(
            TENANT,
            CHECKUP,
            TEN + timedelta(minutes=45),
            Caller("Ann"),
            idempotency_key=str(uuid.uuid4()),
        )
        await desk.cancel(CLINIC, made.id)

    await measure("book and cancel", book_and_cancel)
