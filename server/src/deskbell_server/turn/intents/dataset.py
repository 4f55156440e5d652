"""The utterances that intents are learned from: data/<intent>.txt, one a line, families parted by blank lines.

The lines of a family share a sentence frame; whoever splits the set keeps families whole, else a score says how well
frames are remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from deskbell_server.domain.intent import IntentKind

_ASKS = re.compile(
    r"^(?:what|how|where|when|who|which|is|are|do|does|can|could|would|will|should|have|has|did)\b"
    r"|\b(?:can|could|do|are) (?:you|i)\b"
)


@dataclass(frozen=True, slots=True)
class Example:
    """An utterance, what it is for, and the number of its family."""

    kind: IntentKind
    family: int
    text: str


def load_examples() -> list[Example]:
    """All utterances, in the order of the files."""
    examples: list[Example] = []
    family = 0
    for kind in IntentKind:
        text = (files(__package__) / "data" / f"{kind}.txt").read_text("utf-8")
        for block in text.strip().split("\n\n"):
            examples += [Example(kind, family, line) for line in block.splitlines()]
            family += 1
    return examples


CONTEXTS = tuple((files(__package__) / "data" / "contexts.txt").read_text("utf-8").splitlines())
"""What callers say before they say what they want, and what says nothing about it."""


def as_told(example: Example, number: int) -> str:
    """Another form of the example, the same for the same number: as written, and every second one that wants
    something after other words, for what a caller says first is seldom what the call is about."""
    if number % 2 == 0 or example.kind is IntentKind.UNKNOWN:
        return as_written(example.text)
    before = as_written(CONTEXTS[number // 2 % len(CONTEXTS)])
    return f"{before} {as_written(example.text)}"


def as_written(text: str) -> str:
    """The utterance with capitals and an end, as other recognisers and people in a chat write it."""
    told = re.sub(r"\bi\b", "I", text[:1].upper() + text[1:])
    return told + ("?" if _ASKS.search(text.lower()) else ".")
