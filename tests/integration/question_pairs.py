"""Labelled pairs of questions: whether the answer to the one answers the other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data" / "recall"


@dataclass(frozen=True, slots=True)
class Pair:
    """`family` is where it came from; pairs of a family share words, so that a split goes between families."""

    one: str
    other: str
    same: bool
    family: str


def family_pairs() -> list[Pair]:
    """Of data/recall/families.txt: every two questions of a line, and every two of different lines of a family."""
    families: dict[str, list[list[str]]] = {}
    name = ""
    for line in (DATA / "families.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            families[name] = []
        elif line and not line.startswith("#"):
            families[name].append([text.strip() for text in line.split(" | ")])
    pairs: list[Pair] = []
    for family, lines in families.items():
        for texts in lines:
            pairs += [Pair(a, b, True, family) for a, b in itertools.combinations(texts, 2)]
        for first, second in itertools.combinations(lines, 2):
            pairs += [Pair(a, b, False, family) for a, b in itertools.product(first, second)]
    return pairs


def split() -> tuple[list[Pair], list[Pair]]:
    """The pairs of every second family, on which the guard was made, and of the others, held out."""
    pairs = family_pairs()
    names = list(dict.fromkeys(pair.family for pair in pairs))
    made_on = set(names[::2])
    return [p for p in pairs if p.family in made_on], [p for p in pairs if p.family not in made_on]


def blind_pairs(name: str) -> list[Pair]:
    """Of data/recall/`name`.txt, written in another style."""
    pairs: list[Pair] = []
    for line in (DATA / f"{name}.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            label, one, other = line.split(" | ")
            pairs.append(Pair(one, other, label == "same", name))
    return pairs


def keeping(name: str) -> tuple[list[str], list[str]]:
    """Of data/recall/`name`.txt: questions whose answers may be kept for others, and those whose never."""
    lines = [
        line for line in (DATA / f"{name}.txt").read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    labelled = [line.split(" | ") for line in lines]
    return [q for label, q in labelled if label == "keep"], [q for label, q in labelled if label == "never"]
