"""How long the stores' common calls take: medians in milliseconds, printed (`pytest -s`), never judged."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest

from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.domain.knowledge import EMBEDDING_DIMENSIONS
from deskbell_server.domain.names import AgentId
from deskbell_server.ports.engines import Embedding
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC
from tests.integration.store_world import Stores, index, make_stores

RUNS = 200
PASSAGES_A_DOCUMENT = 100
TEXT = "The surgery opens at nine on weekdays and closes at five, except on the last Friday of a month. " * 5


@pytest.fixture
async def stores(database: str, secret_key: bytes) -> AsyncIterator[Stores]:
    """The stores with the tenant CLINIC and its agent."""
    async with open_database(database, secret_key, size=4) as opened:
        stores = make_stores(opened)
        await stores.tenants.create(sample.tenant(CLINIC))
        await stores.agents.create(CLINIC, sample.agent(CLINIC, "front-desk"))
        yield stores


async def test_point_select(stores: Stores) -> None:
    await measure("agent by id", lambda: stores.agents.get(CLINIC, AgentId("front-desk")))


async def test_store_turn(stores: Stores) -> None:
    conversation = await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server")

    async def store_turn() -> None:
        await stores.conversations.store_turn(CLINIC, conversation.id, *sample.turn("When?", "At nine."))

    await measure("store_turn", store_turn)


@pytest.mark.parametrize("passages", [1_000, 5_000])
async def test_search(stores: Stores, passages: int) -> None:
    random = np.random.default_rng(1)
    for number in range(passages // PASSAGES_A_DOCUMENT):
        texts = [(TEXT, unit(random)) for _ in range(PASSAGES_A_DOCUMENT)]
        await index(stores, CLINIC, f"document-{number}", texts, heading="Opening hours")
    query = unit(random)
    await measure(f"nearest of {passages}", lambda: stores.knowledge.nearest(CLINIC, query, 3))
    # The worst case: every passage has words of the question.
    await measure(
        f"matching of {passages}",
        lambda: stores.knowledge.matching(CLINIC, "When does the surgery open on Friday?", query, 3),
    )


def unit(random: np.random.Generator) -> Embedding:
    vector = random.standard_normal(EMBEDDING_DIMENSIONS, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


async def measure(what: str, call: Callable[[], Awaitable[object]]) -> None:
    for _ in range(10):
        await call()
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        await call()
        times.append((time.perf_counter() - begun) * 1000)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"\n{what}: median {statistics.median(times):.2f} ms, p95 {p95:.2f} ms")
