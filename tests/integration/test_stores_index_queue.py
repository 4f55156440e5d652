"""IndexQueue on Postgres."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from deskbell_server.domain.knowledge import DocumentState, MediaType
from deskbell_server.domain.names import DocumentId
from deskbell_server.ports.stores import IndexJob
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, vector
from tests.integration.store_world import Stores

HOURS = DocumentId("hours")
LEASE = 60.0


async def claimed(stores: Stores, lease: float = LEASE) -> IndexJob:
    job = await stores.queue.claim(lease)
    assert job is not None
    return job


async def test_gives_the_documents_of_all_tenants_the_oldest_first(stores: Stores) -> None:
    newer = replace(sample.document(CLINIC, "newer"), created_at=LATER)
    await stores.knowledge.create(CLINIC, newer, "new text")
    await stores.knowledge.create(HOTEL, sample.document(HOTEL, "older"), "old text")
    assert await stores.queue.claim(LEASE) == IndexJob(
        HOTEL, DocumentId("older"), MediaType.MARKDOWN, "old text", 0
    )
    assert (await claimed(stores)).document == "newer"
    assert await stores.queue.claim(LEASE) is None


async def test_no_two_indexers_get_the_same_document(stores: Stores) -> None:
    for number in range(10):
        await stores.knowledge.create(CLINIC, sample.document(CLINIC, f"document-{number}"), "text")
    jobs = await asyncio.gather(*(stores.queue.claim(LEASE) for _ in range(20)))
    taken = [job.document for job in jobs if job is not None]
    assert sorted(taken) == [f"document-{number}" for number in range(10)]


async def test_a_claim_that_is_not_renewed_goes_to_the_next(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores, lease=0.2)
    await stores.queue.add(job, [sample.passage(0, "one")], [vector()], 0.2)
    assert await stores.queue.claim(LEASE) is None
    await asyncio.sleep(0.3)
    assert (await claimed(stores)).passages_done == 1


async def test_adding_renews_the_claim(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores, lease=0.2)
    await stores.queue.add(job, [], [], LEASE)
    await asyncio.sleep(0.3)
    assert await stores.queue.claim(LEASE) is None


async def test_shows_progress_and_becomes_ready(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores)
    assert await stores.queue.begin(job, 3)
    assert await stores.queue.add(
        job, [sample.passage(0, "a"), sample.passage(1, "b")], [vector()] * 2, LEASE
    )
    document = await stores.knowledge.get(CLINIC, HOURS)
    assert (document.passage_count, document.indexed_passage_count) == (3, 2)
    assert document.state is DocumentState.PROCESSING
    await stores.queue.add(job, [sample.passage(2, "c")], [vector()], LEASE)
    await stores.queue.finish(job)
    document = await stores.knowledge.get(CLINIC, HOURS)
    assert (document.state, document.indexed_passage_count) == (DocumentState.READY, 3)
    assert await stores.queue.claim(LEASE) is None


async def test_adding_again_changes_nothing(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores)
    await stores.queue.add(job, [sample.passage(0, "first")], [vector(0.9)], LEASE)
    assert await stores.queue.add(job, [sample.passage(0, "again")], [vector(0.1)], LEASE)
    await stores.queue.finish(job)
    [hit] = await stores.knowledge.nearest(CLINIC, vector(), 5)
    assert hit.passage.text == "first"
    assert (await stores.knowledge.get(CLINIC, HOURS)).indexed_passage_count == 1


async def test_two_indexers_of_one_document_count_right(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores)
    batches = [
        [sample.passage(number, "text") for number in range(first, first + 10)] for first in (0, 5, 10)
    ]
    await asyncio.gather(*(stores.queue.add(job, batch, [vector()] * 10, LEASE) for batch in batches))
    assert (await stores.knowledge.get(CLINIC, HOURS)).indexed_passage_count == 20


async def test_a_document_that_was_deleted_stops_the_work(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores)
    await stores.knowledge.delete(CLINIC, HOURS)
    assert not await stores.queue.begin(job, 1)
    assert not await stores.queue.add(job, [sample.passage(0, "a")], [vector()], LEASE)
    await stores.queue.finish(job)
    assert await stores.knowledge.page(CLINIC, after=None, limit=5) == []


@pytest.mark.parametrize("late_failure", ["", "too late"])
async def test_a_finished_document_stays_as_it_is(stores: Stores, late_failure: str) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await claimed(stores)
    await stores.queue.finish(job, "no words in it")
    assert not await stores.queue.add(job, [sample.passage(0, "a")], [vector()], LEASE)
    await stores.queue.finish(job, late_failure)
    document = await stores.knowledge.get(CLINIC, HOURS)
    assert (document.state, document.failure) == (DocumentState.FAILED, "no words in it")
    assert document.indexed_passage_count == 0


async def test_a_long_reason_is_cut(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    await stores.queue.finish(await claimed(stores), "x" * 5000)
    assert (await stores.knowledge.get(CLINIC, HOURS)).failure == "x" * 1000
