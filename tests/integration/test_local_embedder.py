"""Embeddings by the real model."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from deskbell_server.adapters.local.embedder import BATCH, MAX_TOKENS, MiniLmEmbedder
from deskbell_server.adapters.workers import Workers
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.knowledge import EMBEDDING_DIMENSIONS
from tests.integration.local_world import embedder


async def test_shape_type_and_length() -> None:
    embedding = await embedder().embed_query("What are your opening hours?")
    assert embedding.shape == (EMBEDDING_DIMENSIONS,)
    assert embedding.dtype == np.float32
    assert float(np.linalg.norm(embedding)) == pytest.approx(1, abs=1e-5)


async def test_meaning_is_near_and_other_things_are_far() -> None:
    asked = await embedder().embed_query("When do you open on Saturday?")
    near, far = await embedder().embed_passages(
        ["On Saturday we are open from 9 a.m. to 1 p.m.", "A porcelain crown costs 690 pounds."]
    )
    assert float(asked @ near) > 0.6
    assert float(asked @ far) < 0.2


async def test_a_passage_alone_and_in_a_batch_are_the_same() -> None:
    texts = [f"Passage {number} is about {'parking ' * number}" for number in range(2 * BATCH + 1)]
    together = await embedder().embed_passages(texts)
    assert len(together) == len(texts)
    for text, embedding in zip(texts, together, strict=True):
        # 8-bit activations are scaled over the batch, which moves an embedding a little.
        assert float(embedding @ await embedder().embed_query(text)) > 0.99


async def test_what_is_beyond_the_models_window_is_not_read() -> None:
    text = "parking " * MAX_TOKENS
    one, other = await embedder().embed_passages([text, text + "crown " * 50])
    assert float(one @ other) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("text", ["", " ", "\U0001f600", "\0", "日本語", "x" * 10_000])
async def test_any_text_has_an_embedding(text: str) -> None:
    assert np.isfinite(await embedder().embed_query(text)).all()


async def test_no_passages_have_no_embeddings() -> None:
    assert await embedder().embed_passages([]) == []


async def test_a_question_does_not_wait_for_a_long_document() -> None:
    document = asyncio.create_task(embedder().embed_passages(["a passage about parking"] * 200))
    await asyncio.sleep(0.02)
    await embedder().embed_query("Where can I park?")
    assert not document.done()
    document.cancel()
    with pytest.raises(asyncio.CancelledError):
        await document
    async with asyncio.timeout(2):
        await embedder().embed_query("Where can I park?")


async def test_closed_workers_are_a_provider_error() -> None:
    async with Workers(1) as workers:
        closed = MiniLmEmbedder.load(workers, threads=1, models_dir=None)
    with pytest.raises(ProviderError) as error:
        await closed.embed_query("Hello")
    assert (error.value.stage, error.value.kind) == ("embeddings", "unavailable")
