"""What the words of an utterance say about its intent, beside its embedding.

An embedding tells above all what a sentence is about: "how much is the massage" lies closer to "book me a massage"
than to "what's the hourly rate". What the caller wants to do with the topic is in few and common words, which are
looked for here. Each cue is weak evidence; training gives it its weight.
"""

from __future__ import annotations

import re
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

_FILLERS = re.compile(r"\b(?:um+|uh+|er+|erm+|hmm+|mm+|like|you know|basically|just|please)\b")
_MISHEARD = (
    (re.compile(r"\b(?:a )?point ?ments?\b"), "appointment"),
    (re.compile(r"\bhow mush\b"), "how much"),
    (re.compile(r"\bwatt time\b"), "what time"),
    (re.compile(r"\bwear (?=are|is|do|can)"), "where "),
    (re.compile(r"\breel (?=person|human)"), "real "),
    (re.compile(r"\bspeek\b"), "speak"),
    (re.compile(r"\bsome one\b"), "someone"),
    (re.compile(r"\bcall ?back\b"), "call back"),
    (re.compile(r"\bwan(?:na|t to)\b"), "want to"),
    (re.compile(r"\bgon ?na\b"), "going to"),
)


def _read() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The cues of data/cues.txt, each with the expressions put in that it names."""
    shared: dict[str, str] = {}
    found: list[tuple[str, re.Pattern[str]]] = []
    for line in (files(__package__) / "data" / "cues.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, pattern = line.split("\t")
        for placeholder, expression in shared.items():
            pattern = pattern.replace(placeholder, expression)
        if name.startswith("@"):
            shared[name] = pattern
        else:
            found.append((name, re.compile(pattern)))
    return tuple(found)


CUES = _read()
COUNT = len(CUES) + 4
"""Numbers that `cues` gives: a cue each, and the length in four steps."""


def plain(text: str) -> str:
    """Lower case, without punctuation and fillers, and with what recognition often mishears put right."""
    told = re.sub(r"[^\w'£$€@&:-]+", " ", text.lower().replace("\u2019", "'"))
    for wrong, right in _MISHEARD:
        told = wrong.sub(right, told)
    return " ".join(_FILLERS.sub(" ", told).split())


def cues(text: str) -> NDArray[np.float32]:
    """Shape (COUNT,): 1.0 for each cue that is found, else 0.0."""
    told = plain(text)
    # "please" is a filler to other cues and a cue itself.
    asked = f"{told} please" if re.search(r"\bplease\b", text.lower()) else told
    words = told.count(" ") + 1 if told else 0
    found = [float(bool(p.search(asked if name == "please" else told))) for name, p in CUES]
    found += [float(words <= 1), float(words <= 3), float(words <= 6), float(words > 14)]
    return np.array(found, dtype=np.float32)
