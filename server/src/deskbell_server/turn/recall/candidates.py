"""The questions of one scope that were answered before, in memory, and which of them asks the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from deskbell_server.ports.engines import Embedding
from deskbell_server.turn.recall.guard import EQUAL_FLOOR, compare
from deskbell_server.turn.recall.signature import signature

MOST_COMPARED = 16
"""Nearest candidates that the guard looks at. One takes 10 microseconds, and 700 when its question is read for the
first time."""


PUT_OTHERWISE = frozenset(("put otherwise", "permission / offer"))
"""Why the guard refuses a question that has all the words of another in their roles."""
NEAR_FLOOR = 0.8
"""Cosine that such a question needs, where nothing better can be had."""


class Candidates:
    """At most `limit` questions, the oldest of which give way. Embeddings are rows of one array."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: list[str] = []
        self._questions: list[str] = []
        self._rows: NDArray[np.float32] = np.empty((0, 0), dtype=np.float32)
        self.refusals: dict[str, int] = {}
        """How many of the nearest were refused, by the first word of the reason."""

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, entries: Iterable[tuple[str, str, NDArray[np.float16]]]) -> None:
        """Adds (key, question, embedding); what has the key of an earlier one replaces it."""
        new = {key: (question, embedding) for key, question, embedding in entries}
        if not new:
            return
        self.drop(set(new))
        rows = np.stack([embedding.astype(np.float32) for _, embedding in new.values()])
        if self._keys and rows.shape[1] == self._rows.shape[1]:
            rows = np.concatenate([self._rows, rows])
        else:  # another embedding engine than before: its vectors say nothing about ours
            self._keys, self._questions = [], []
        self._rows = rows[-self._limit :]
        self._keys = [*self._keys, *new][-self._limit :]
        self._questions = [*self._questions, *(question for question, _ in new.values())][-self._limit :]

    def drop(self, keys: set[str]) -> None:
        """Removes those that are there."""
        kept = [i for i, key in enumerate(self._keys) if key not in keys]
        if len(kept) == len(self._keys):
            return
        self._rows = self._rows[kept]
        self._keys = [self._keys[i] for i in kept]
        self._questions = [self._questions[i] for i in kept]

    def same(
        self, question: str, embedding: Embedding, *, nearly: bool = False
    ) -> Iterator[tuple[str, float]]:
        """Keys and cosines of those that ask the same, the nearest first; `nearly`: also of those that are about the
        same and only put otherwise."""
        if not self._keys or self._rows.shape[1] != len(embedding):
            return
        cosines = self._rows @ embedding
        keys, questions, asked = self._keys, self._questions, signature(question)
        for i in np.argsort(-cosines)[:MOST_COMPARED]:
            cosine = float(cosines[i])
            if cosine < EQUAL_FLOOR:
                return
            verdict = compare(asked, signature(questions[i]), cosine)
            near = nearly and cosine >= NEAR_FLOOR and verdict.reason.split(":")[0] in PUT_OTHERWISE
            if verdict.same or near:
                yield keys[i], cosine
            else:
                reason = verdict.reason.split(":")[0]
                self.refusals[reason] = self.refusals.get(reason, 0) + 1
