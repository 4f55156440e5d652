"""A network of one hidden layer, and how it learns: Adam, dropout, smoothed labels; numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
BATCH = 256
RATE = 3e-3
"""Adam's step at the beginning; it falls to 0 along a cosine."""
DROPPED_INPUTS = 0.2
DROPPED_HIDDEN = 0.3
SMOOTHED = 0.05
"""Part of a label that is spread over all intents: neighbouring intents have no sharp border."""


@dataclass(frozen=True, slots=True)
class Network:
    """Shapes (features, hidden), (hidden,), (hidden, intents), (intents,)."""

    first: Matrix
    first_bias: Matrix
    second: Matrix
    second_bias: Matrix

    def probabilities(self, rows: Matrix) -> Matrix:
        """Of one row or of many: sums to 1 along the last axis."""
        hidden = np.maximum(rows @ self.first + self.first_bias, 0)
        return softmax(hidden @ self.second + self.second_bias)


def fit(
    rows: Matrix, labels: NDArray[np.int64], kinds: int, *, hidden: int, epochs: int, seed: int
) -> Network:
    """Learns; every intent weighs the same, however many rows it has. Blocks for seconds. Always the same for the
    same arguments, up to rounding."""
    chance = np.random.default_rng(seed)
    count, width = rows.shape
    emphasis = (count / (kinds * np.maximum(1, np.bincount(labels, minlength=kinds))))[labels].astype(
        np.float32
    )
    wanted = np.eye(kinds, dtype=np.float32)[labels] * np.float32(1 - SMOOTHED) + np.float32(SMOOTHED / kinds)
    layers = [
        chance.normal(0, (2 / width) ** 0.5, (width, hidden)).astype(np.float32),
        np.zeros(hidden, dtype=np.float32),
        chance.normal(0, (1 / hidden) ** 0.5, (hidden, kinds)).astype(np.float32),
        np.zeros(kinds, dtype=np.float32),
    ]
    adam = _Adam(layers)
    for epoch in range(epochs):
        order = chance.permutation(count)
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / epochs))
        for start in range(0, count, BATCH):
            batch = order[start : start + BATCH]
            slopes = _slopes(layers, rows[batch], wanted[batch], emphasis[batch], chance)
            adam.move(layers, slopes, rate)
    return Network(*layers)


def _slopes(
    layers: list[Matrix], rows: Matrix, wanted: Matrix, emphasis: Matrix, chance: np.random.Generator
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    first, first_bias, second, second_bias = layers
    seen = rows * _kept(rows.shape, DROPPED_INPUTS, chance)
    hidden = np.maximum(seen @ first + first_bias, 0)
    kept = _kept(hidden.shape, DROPPED_HIDDEN, chance)
    dropped = hidden * kept
    missed: Matrix = (
        (softmax(dropped @ second + second_bias) - wanted) * emphasis[:, None] / np.float32(len(rows))
    )
    back: Matrix = (missed @ second.T) * kept * (hidden > 0).astype(np.float32)
    return np.matmul(seen.T, back), back.sum(axis=0), np.matmul(dropped.T, missed), missed.sum(axis=0)


def _kept(shape: tuple[int, ...], dropped: float, chance: np.random.Generator) -> Matrix:
    """0 where a value is dropped, else what makes up for the others."""
    return (chance.random(shape, dtype=np.float32) >= dropped).astype(np.float32) / np.float32(1 - dropped)


class _Adam:
    """The step of Adam with its usual constants (0.9, 0.999)."""

    def __init__(self, layers: list[Matrix]) -> None:
        self._means = [np.zeros_like(layer) for layer in layers]
        self._squares = [np.zeros_like(layer) for layer in layers]
        self._steps = 0

    def move(self, layers: list[Matrix], slopes: tuple[Matrix, ...], rate: float) -> None:
        """Changes the layers in place."""
        self._steps += 1
        step = np.float32(rate * (1 - 0.999**self._steps) ** 0.5 / (1 - 0.9**self._steps))
        for i, slope in enumerate(slopes):
            self._means[i] += np.float32(0.1) * (slope - self._means[i])
            self._squares[i] += np.float32(0.001) * (slope * slope - self._squares[i])
            layers[i] -= step * self._means[i] / (np.sqrt(self._squares[i]) + np.float32(1e-8))


def softmax(logits: Matrix) -> Matrix:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Matrix = raised / raised.sum(axis=-1, keepdims=True)
    return result
