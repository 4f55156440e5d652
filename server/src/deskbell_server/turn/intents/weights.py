"""What was learned, and the file it is kept in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deskbell_server.turn.intents.neighbours import Neighbours
from deskbell_server.turn.intents.network import Network

Matrix = NDArray[np.float32]
FILE = Path(str(files(__package__))) / "data" / "weights.npz"
_SOURCES = ("booking", "faq", "pricing", "lead_capture", "escalation", "unknown", "cues", "contexts")
_NETWORK = ("first", "first_bias", "second", "second_bias")


@dataclass(frozen=True, slots=True)
class Weights:
    """Three judges of equal weight, and the temperature that makes their mean a calibrated probability.

    `sense` judges by the features; `wording` by the features and, after them, the hashed words; `neighbours` by the
    features of known utterances. Intents are in the order of IntentKind.
    """

    sense: Network
    wording: Network
    neighbours: Neighbours
    temperature: float

    def probabilities(self, features: Matrix, hashed: Matrix) -> Matrix:
        """Of one utterance or of many: sums to 1 along the last axis."""
        return calibrated(self.mean(features, hashed), self.temperature)

    def mean(self, features: Matrix, hashed: Matrix) -> Matrix:
        """The same before calibration."""
        told = self.sense.probabilities(features)
        told = told + self.wording.probabilities(np.concatenate([features, hashed], axis=-1))
        result: Matrix = (told + self.neighbours.probabilities(features)) / np.float32(3)
        return result


def calibrated(told: Matrix, temperature: float) -> Matrix:
    """Sharpened by a temperature below 1, flattened by one above."""
    raised = told ** np.float32(1 / temperature)
    result: Matrix = raised / raised.sum(axis=-1, keepdims=True)
    return result


def digest() -> str:
    """Of the utterances and cues: weights learned from others are not used."""
    told = hashlib.sha256()
    for name in _SOURCES:
        told.update((files(__package__) / "data" / f"{name}.txt").read_bytes())
    return told.hexdigest()[:16]


def save(weights: Weights, label: str, path: Path = FILE) -> None:
    """Keeps the weights with the label of the embedder and the digest of the data they were learned from: networks in
    16 bits, neighbours in 8, which changes no probability by more than about 0.01."""
    kept = {
        f"{name}_{part}": getattr(network, part).astype(np.float16)
        for name, network in (("sense", weights.sense), ("wording", weights.wording))
        for part in _NETWORK
    }
    near = weights.neighbours
    np.savez_compressed(
        path,
        allow_pickle=False,
        **kept,
        axes=near.axes.astype(np.float16),
        rows=np.round(near.rows * 127).astype(np.int8),
        intents=near.votes.argmax(axis=1).astype(np.int8),
        shares=near.votes.max(axis=0),
        temperature=np.float32(weights.temperature),
        key=np.array(f"{label} {digest()}"),
    )


def load(label: str, path: Path = FILE) -> Weights | None:
    """The kept weights; None where there are none for this embedder and these data."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as kept:
        if str(kept["key"]) != f"{label} {digest()}":
            return None
        networks = [
            Network(*(kept[f"{name}_{part}"].astype(np.float32) for part in _NETWORK))
            for name in ("sense", "wording")
        ]
        rows = kept["rows"].astype(np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
        shares = kept["shares"].astype(np.float32)
        votes = np.eye(len(shares), dtype=np.float32)[kept["intents"]] * shares
        near = Neighbours(kept["axes"].astype(np.float32), rows, votes)
        return Weights(networks[0], networks[1], near, float(kept["temperature"]))
