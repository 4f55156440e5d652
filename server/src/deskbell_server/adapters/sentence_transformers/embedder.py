"""The sentence-transformers library as an embedding engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from deskbell_server.adapters.workers import Stage, Workers
from deskbell_server.domain.knowledge import EMBEDDING_DIMENSIONS
from deskbell_server.ports.engines import Embedding

QUERY_TIMEOUT = 10.0
PASSAGES_TIMEOUT = 120.0
BATCH = 16


class ModelUnusable(RuntimeError):
    """The library is missing, or the model does not fit the database. The message says what to do."""


class SentenceTransformersEmbedder:
    """Fulfils ports Embedder with any model of 384 dimensions."""

    def __init__(self, model: Any, name: str, workers: Workers) -> None:
        self.label = f"sentence-transformers/{name.rstrip('/').rsplit('/', 1)[-1]}"
        self._model = model
        self._live = Stage("embeddings", workers, QUERY_TIMEOUT)
        self._background = Stage("embeddings", workers, PASSAGES_TIMEOUT)

    @classmethod
    def load(cls, name: str, workers: Workers) -> Self:
        """Loads a model by its name at a hub, or from a folder; blocks, for seconds. The device is the
        library's choice. Raises ModelUnusable."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise ModelUnusable(
                "DESKBELL_EMBEDDINGS=sentence_transformers needs: pip install 'deskbell[sentence-transformers]'"
            ) from None
        model = SentenceTransformer(name)
        probe = model.encode(["dimension"])
        if probe.shape[-1] != EMBEDDING_DIMENSIONS:
            raise ModelUnusable(
                f"{name} makes embeddings of {probe.shape[-1]} dimensions; the database keeps "
                f"{EMBEDDING_DIMENSIONS}"
            )
        return cls(model, name, workers)

    async def embed_query(self, text: str) -> Embedding:
        """As Embedder.embed_query."""
        [embedding] = await self._live.run(self._embed, [text])
        return embedding

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """As Embedder.embed_passages, in batches behind live work."""
        embeddings: list[Embedding] = []
        for first in range(0, len(texts), BATCH):
            batch = list(texts[first : first + BATCH])
            embeddings += await self._background.run(self._embed, batch, background=True)
        return embeddings

    def _embed(self, texts: list[str]) -> list[Embedding]:
        return list(np.asarray(self._model.encode(texts, normalize_embeddings=True), dtype=np.float32))
