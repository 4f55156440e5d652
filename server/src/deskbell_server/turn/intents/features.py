"""What the classifier sees of an utterance."""

from __future__ import annotations

import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskbell_server.ports.engines import Embedding
from deskbell_server.turn.intents.words import cues, plain

CUE_WEIGHT = np.float32(0.5)
"""So that a handful of cues is about as long as the embedding."""
HASHED = 1024
"""Places for words and pairs of neighbouring words; what shares a place is told apart by the rest."""


def features(embedding: Embedding, text: str) -> NDArray[np.float32]:
    """Shape (384 + words.COUNT,): the embedding, then the cues."""
    return np.concatenate([embedding, cues(text) * CUE_WEIGHT])


def hashed_words(text: str) -> NDArray[np.float32]:
    """Shape (HASHED,), of length 1: the words and pairs of words as they stand, whose order an embedding blurs."""
    told = ["^", *plain(text).split(), "$"]
    pairs = [f"{first} {second}" for first, second in pairwise(told)]
    found = np.zeros(HASHED, dtype=np.float32)
    for term in told + pairs:
        found[zlib.crc32(term.encode()) % HASHED] += 1
    length = np.float32(np.linalg.norm(found))
    result: NDArray[np.float32] = found / length
    return result
