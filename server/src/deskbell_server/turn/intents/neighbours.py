"""The vote of the nearest utterances that are known.

A network draws borders far into where nothing is known; a neighbour speaks for its surroundings only. Together they
err less than either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
AXES = 96
"""Principal axes that are kept of the features; with all of them the vote is no better."""
VOTERS = 30
REACH = np.float32(0.05)
"""A neighbour that is so much less similar (cosine) weighs 1/e of another."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """`axes` has shape (features, AXES); `rows` (utterances, AXES), each of length 1; `votes` (utterances, intents),
    0 but for the utterance's own intent, which weighs the less the more utterances it has."""

    axes: Matrix
    rows: Matrix
    votes: Matrix

    @classmethod
    def of(cls, rows: Matrix, labels: NDArray[np.int64], kinds: int) -> Self:
        """Knows these rows of features. Blocks for a second."""
        _, axes = np.linalg.eigh(rows.T @ rows)
        axes = np.ascontiguousarray(axes[:, ::-1][:, :AXES])
        share = len(rows) / (kinds * np.maximum(1, np.bincount(labels, minlength=kinds)))
        votes = np.eye(kinds, dtype=np.float32)[labels] * share[labels][:, None].astype(np.float32)
        return cls(axes, _unit(rows @ axes), votes)

    def probabilities(self, rows: Matrix) -> Matrix:
        """Of one row or of many: sums to 1 along the last axis."""
        placed = _unit(rows @ self.axes)
        # One utterance is a live one: einsum stays on this thread, where BLAS would wait for a second one, which takes
        # ten milliseconds and more when the cores are busy.
        similar = placed @ self.rows.T if rows.ndim > 1 else np.einsum("ij,j->i", self.rows, placed)[None]
        count = min(VOTERS, similar.shape[1])
        nearest = np.argpartition(-similar, count - 1, axis=1)[:, :count]
        weights = np.exp((np.take_along_axis(similar, nearest, axis=1) - 1) / REACH)
        told = np.einsum("ij,ijk->ik", weights, self.votes[nearest]) + np.float32(1e-12)
        result: Matrix = (told / told.sum(axis=1, keepdims=True)).reshape(*rows.shape[:-1], -1)
        return result


def _unit(rows: Matrix) -> Matrix:
    result: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), np.float32(1e-6))
    return result
