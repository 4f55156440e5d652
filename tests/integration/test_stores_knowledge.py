"""KnowledgeStore on Postgres."""

from __future__ import annotations

import pytest

from deskbell_server.domain.errors import AlreadyExists, InvalidInput, NotFound
from deskbell_server.domain.knowledge import DocumentState
from deskbell_server.domain.names import DocumentId
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, NOBODY, vector
from tests.integration.store_world import Stores, index

HOURS = DocumentId("hours")


async def test_gives_back_what_was_created(stores: Stores) -> None:
    text = "# Opening hours\nSaturday: 9-12, Zoë's day off 😀\n"
    created = await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), text)
    assert created == sample.document(CLINIC, HOURS)
    assert created.state is DocumentState.PROCESSING
    assert await stores.knowledge.get(CLINIC, HOURS) == created
    assert await stores.knowledge.get_text(CLINIC, HOURS) == text


async def test_keeps_the_longest_text(stores: Stores) -> None:
    text = "ä" * 2_000_000
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), text)
    assert await stores.knowledge.get_text(CLINIC, HOURS) == text


async def test_refuses_text_that_postgres_cannot_hold(stores: Stores) -> None:
    with pytest.raises(InvalidInput, match=r"U\+0000"):
        await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "nine\0noon")


async def test_refuses_a_taken_id_and_a_tenant_that_is_not_there(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    with pytest.raises(AlreadyExists, match="tenants/clinic/documents/hours"):
        await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "other")
    with pytest.raises(NotFound, match="tenants/nobody"):
        await stores.knowledge.create(NOBODY, sample.document(NOBODY, HOURS), "text")
    with pytest.raises(NotFound, match="tenants/nobody"):
        await stores.knowledge.page(NOBODY, after=None, limit=1)


async def test_pages_by_id(stores: Stores) -> None:
    for document in ("prices", "hours", "staff"):
        await stores.knowledge.create(CLINIC, sample.document(CLINIC, document), "text")
    first = await stores.knowledge.page(CLINIC, after=None, limit=2)
    second = await stores.knowledge.page(CLINIC, after=first[-1].id, limit=2)
    assert [document.id for document in first + second] == ["hours", "prices", "staff"]
    assert await stores.knowledge.page(HOTEL, after=None, limit=2) == []


async def test_finds_the_nearest_first(stores: Stores) -> None:
    passages = [("far", vector(0.1)), ("near", vector(0.9)), ("opposite", vector(-1)), ("same", vector())]
    await index(stores, CLINIC, HOURS, passages, heading="Hours > Week")
    found = await stores.knowledge.nearest(CLINIC, vector(), 3)
    assert [hit.passage.text for hit in found] == ["same", "near", "far"]
    assert [hit.similarity for hit in found] == pytest.approx([1.0, 0.9, 0.1], abs=2e-3)
    assert [hit.score for hit in found] == [hit.similarity for hit in found]
    assert (found[0].document, found[0].title) == (HOURS, "Opening hours")
    assert found[0].passage == sample.passage(3, "same", heading="Hours > Week")


async def test_finds_any_of_the_questions_words_most_of_them_first(stores: Stores) -> None:
    passages = [
        ("Parking is free.", vector(0.2)),
        ("We open at nine on Saturdays.", vector(0.7)),
        ("On Saturday there is no parking.", vector(0.5)),
    ]
    await index(stores, CLINIC, HOURS, passages)
    found = await stores.knowledge.matching(CLINIC, "When are you opening on Saturday?", vector(), 5)
    assert [hit.passage.index for hit in found] == [1, 2]
    assert found[0].score > found[1].score > 0
    assert [hit.similarity for hit in found] == pytest.approx([0.7, 0.5], abs=2e-3)
    assert len(await stores.knowledge.matching(CLINIC, "saturday parking", vector(), 1)) == 1


@pytest.mark.parametrize(
    "question", ["zoe", "Zoë", "ZOË?", "Is Zoe's e-mail known & right | (wrong) ' \\ :* ?"]
)
async def test_finds_words_whatever_their_accents_and_the_questions_signs(
    stores: Stores, question: str
) -> None:
    await index(stores, CLINIC, HOURS, [("Ask for Zoë.", vector()), ("Ask for Max.", vector())])
    found = await stores.knowledge.matching(CLINIC, question, vector(), 5)
    assert [hit.passage.index for hit in found] == [0]


async def test_words_of_headings_count_for_more(stores: Stores) -> None:
    await index(stores, CLINIC, "text-only", [("about the pool", vector())])
    await index(stores, CLINIC, "with-heading", [("open daily", vector())], heading="Pool")
    found = await stores.knowledge.matching(CLINIC, "the pool", vector(), 5)
    assert [hit.document for hit in found] == ["with-heading", "text-only"]


@pytest.mark.parametrize("question", ["", "?!", "what is the", "unheard-of"])
async def test_a_question_without_a_known_word_matches_nothing(stores: Stores, question: str) -> None:
    await index(stores, CLINIC, HOURS, [("what is the matter", vector())])
    assert await stores.knowledge.matching(CLINIC, question, vector(), 5) == []


async def test_finds_by_words_without_an_embedding(stores: Stores) -> None:
    passages = [("Parking is free.", vector(0.2)), ("On Saturday there is no parking.", vector(0.5))]
    await index(stores, CLINIC, HOURS, passages)
    found = await stores.knowledge.containing(CLINIC, "Can I park on Saturdays?", 5)
    assert [hit.passage.index for hit in found] == [1, 0]
    assert found[0].score > found[1].score > 0
    assert [hit.similarity for hit in found] == [0.0, 0.0]
    assert len(await stores.knowledge.containing(CLINIC, "saturday parking", 1)) == 1
    assert await stores.knowledge.containing(CLINIC, "swimming pool", 5) == []


async def test_searches_only_ready_documents(stores: Stores) -> None:
    await stores.knowledge.create(CLINIC, sample.document(CLINIC, HOURS), "text")
    job = await stores.queue.claim(60)
    assert job is not None
    await stores.queue.add(job, [sample.passage(0, "saturday")], [vector()], 60)
    assert await stores.knowledge.nearest(CLINIC, vector(), 5) == []
    assert await stores.knowledge.matching(CLINIC, "saturday", vector(), 5) == []
    assert await stores.knowledge.containing(CLINIC, "saturday", 5) == []
    await stores.queue.finish(job, "the text cannot be read")
    assert await stores.knowledge.nearest(CLINIC, vector(), 5) == []


async def test_a_deleted_document_is_not_found_any_more(stores: Stores) -> None:
    await index(stores, CLINIC, HOURS, [("saturday", vector())])
    await stores.knowledge.delete(CLINIC, HOURS)
    assert await stores.knowledge.nearest(CLINIC, vector(), 5) == []
    for call in (stores.knowledge.get, stores.knowledge.get_text, stores.knowledge.delete):
        with pytest.raises(NotFound, match="tenants/clinic/documents/hours"):
            await call(CLINIC, HOURS)


async def test_another_tenant_sees_and_changes_nothing(stores: Stores) -> None:
    await index(stores, CLINIC, HOURS, [("saturday", vector())])
    for call in (stores.knowledge.get, stores.knowledge.get_text, stores.knowledge.delete):
        with pytest.raises(NotFound):
            await call(HOTEL, HOURS)
    assert await stores.knowledge.page(HOTEL, after=None, limit=5) == []
    assert await stores.knowledge.nearest(HOTEL, vector(), 5) == []
    assert await stores.knowledge.matching(HOTEL, "saturday", vector(), 5) == []
    assert await stores.knowledge.containing(HOTEL, "saturday", 5) == []
    assert len(await stores.knowledge.nearest(CLINIC, vector(), 5)) == 1
