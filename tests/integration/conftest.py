"""Opened stores on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deskbell_server.adapters.postgres.pool import Database, open_database
from tests.integration import store_samples as sample
from tests.integration.store_world import Connection, Stores, make_stores


@pytest.fixture
async def pools(database: str, secret_key: bytes) -> AsyncIterator[Database]:
    async with open_database(database, secret_key, size=5) as opened:
        yield opened


@pytest.fixture
async def stores(pools: Database) -> Stores:
    """The stores with two tenants that each have an agent `front-desk`."""
    stores = make_stores(pools)
    for tenant in (sample.CLINIC, sample.HOTEL):
        await stores.tenants.create(sample.tenant(tenant))
        await stores.agents.create(tenant, sample.agent(tenant, "front-desk"))
    return stores


@pytest.fixture
async def owner(database: str) -> AsyncIterator[Connection]:
    """A connection of the database's owner, a superuser, whom row-level security does not bind."""
    connection = await asyncpg.connect(database, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)
