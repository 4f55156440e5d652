"""The search for passages, over real Postgres."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.names import DocumentId
from deskbell_server.knowledge.search import FLOOR, KnowledgeSearch
from deskbell_server.ports.engines import Embedding
from tests.integration.store_samples import CLINIC, HOTEL, vector
from tests.integration.store_world import Stores, index

HOURS = DocumentId("hours")


class Counting:
    """Gives every text the same embedding, and counts."""

    label = "test/counting"

    def __init__(self, embedding: Embedding) -> None:
        self.asked: list[str] = []
        self._embedding = embedding

    async def embed_query(self, text: str) -> Embedding:
        self.asked.append(text)
        return self._embedding

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        raise AssertionError(texts)


class Broken:
    """Fails."""

    label = "test/broken"

    async def embed_query(self, text: str) -> Embedding:
        raise ProviderError("embeddings", "unavailable", "the model is gone")

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        raise ProviderError("embeddings", "unavailable", "the model is gone")


async def test_a_known_embedding_is_not_made_again(stores: Stores) -> None:
    await index(stores, CLINIC, HOURS, [("near", vector(0.9)), ("far", vector(0.3))])
    embedder = Counting(vector())
    search = KnowledgeSearch(stores.knowledge, embedder)
    embedding = await search.embed("When?")
    found = await search.search(CLINIC, "When?", 3, embedding=embedding)
    assert [hit.passage.text for hit in found] == ["near", "far"]
    assert embedder.asked == ["When?"]
    assert await search.search(CLINIC, "When?", 3) == found
    assert embedder.asked == ["When?", "When?"]


async def test_what_is_neither_near_nor_shares_a_word_is_left_out(stores: Stores) -> None:
    passages = [
        ("Breakfast is at seven.", vector(FLOOR + 0.05)),
        ("We sell vouchers.", vector(FLOOR - 0.05)),
        ("Parking is free.", vector(-0.2)),
    ]
    await index(stores, CLINIC, HOURS, passages)
    search = KnowledgeSearch(stores.knowledge, Counting(vector()))
    found = await search.search(CLINIC, "Where can I park?", 3)
    assert sorted(hit.passage.index for hit in found) == [0, 2]


async def test_by_words_alone_no_embedder_is_needed(stores: Stores) -> None:
    await index(stores, CLINIC, HOURS, [("Parking is free.", vector()), ("Breakfast is at seven.", vector())])
    search = KnowledgeSearch(stores.knowledge, Broken())
    with pytest.raises(ProviderError):
        await search.search(CLINIC, "Where can I park?", 3)
    found = await search.search(CLINIC, "Where can I park?", 3, keyword_only=True)
    assert [hit.passage.text for hit in found] == ["Parking is free."]
    assert found[0].score > 0
    assert await search.search(HOTEL, "Where can I park?", 3, keyword_only=True) == []


async def test_dates_and_numbers_are_found_as_they_are_written(stores: Stores) -> None:
    texts = [
        "The fair is on 24 December 2026.",
        "The fair is on 25 December 2025.",
        "Room HV-202 costs 1,240.",
    ]
    await index(stores, CLINIC, HOURS, [(text, vector(0.1)) for text in texts])
    search = KnowledgeSearch(stores.knowledge, Broken())
    for question, wanted in (
        ("24 December 2026", texts[0]),
        ("25 December 2025", texts[1]),
        ("HV-202", texts[2]),
    ):
        found = await search.search(CLINIC, question, 1, keyword_only=True)
        assert [hit.passage.text for hit in found] == [wanted]
