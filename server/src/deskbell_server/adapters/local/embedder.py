"""Embeddings by all-MiniLM-L6-v2, quantised to 8 bits, on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from deskbell_server.adapters.local.sessions import open_session
from deskbell_server.adapters.local.weights import MINILM, locate
from deskbell_server.adapters.workers import Stage, Workers
from deskbell_server.ports.engines import Embedding

MAX_TOKENS = 256
"""What the model was trained on; the rest of a longer text is not read."""
BATCH = 4
"""Passages of one job: about 25 ms of work for passages of 40 tokens, 180 ms for the longest, so that live
calls wait little. Larger batches are no faster per passage."""
TIMEOUT = 10.0
"""Seconds for one question, or for one batch of passages to be worked on once it is its turn."""
BACKGROUND_TIMEOUT = 120.0
"""Seconds for one batch of passages, which stands behind all live work."""


class MiniLmEmbedder:
    """Fulfils `ports.engines.Embedder`. Passages are embedded in small batches behind all live work."""

    def __init__(self, session: Any, tokenizer: Tokenizer, label: str, workers: Workers) -> None:
        self.label = label
        self._session = session
        self._tokenizer = tokenizer
        self._live = Stage("embeddings", workers, TIMEOUT)
        self._background = Stage("embeddings", workers, BACKGROUND_TIMEOUT)

    @classmethod
    def load(cls, workers: Workers, *, threads: int, models_dir: Path | None) -> Self:
        """Reads and warms the model; blocks. Raises WeightsError."""
        files = locate(MINILM, models_dir)
        tokenizer = Tokenizer.from_file(str(files["tokenizer.json"]))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.enable_padding()
        session = open_session(files["model.onnx"], threads)
        embedder = cls(session, tokenizer, MINILM.label(models_dir), workers)
        embedder._embed(["What are your opening hours?"])
        return embedder

    async def embed_query(self, text: str) -> Embedding:
        [embedding] = await self._live.run(self._embed, [text])
        return embedding

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        embeddings: list[Embedding] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            embeddings += await self._background.run(self._embed, batch, background=True)
        return embeddings

    def _embed(self, texts: list[str]) -> list[Embedding]:
        """Mean of the token embeddings, scaled to length 1, as the model's card describes."""
        encodings = self._tokenizer.encode_batch(texts)
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        hidden: NDArray[np.float32] = self._session.run(
            None,
            {
                "input_ids": np.array([e.ids for e in encodings], dtype=np.int64),
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(mask),
            },
        )[0]
        weights = mask[:, :, None].astype(np.float32)
        means = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return list((means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32))
