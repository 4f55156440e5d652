"""An utterance as words with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|[0-9]+")

FILLERS = frozenset("um uh er erm ah eh hm hmm mm like well so let me see".split())
"""What people say while they think."""
SOUNDS = frozenset("um uh er erm ah eh hm hmm mm".split())
"""Those that may come in the middle of a number or a name."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a group of digits. `gap` is what stands between the one before and this."""

    text: str
    start: int
    end: int
    gap: str

    @property
    def low(self) -> str:
        """In small letters, with a plain apostrophe."""
        return self.text.lower().replace("\u2019", "'")

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()

    @property
    def letter(self) -> bool:
        """Whether it is one letter alone."""
        return len(self.text) == 1 and self.text.isalpha()

    @property
    def fresh(self) -> bool:
        """Whether a sentence or a clause begins with it."""
        return any(mark in self.gap for mark in ".,;:!?")


def tokens(text: str) -> list[Token]:
    """The words of an utterance. What is spelt with hyphens ("S-M-I-T-H") is as many words as letters."""
    found: list[Token] = []
    position = 0
    for match in _TOKEN.finditer(text):
        spans = [match.span()]
        parts = re.split(r"-", match.group())
        if len(parts) > 1 and (
            all(len(part) == 1 for part in parts) or parts[0].lower() in {"double", "triple"}
        ):
            spans = [each.span() for each in re.finditer(r"[^-]+", text[match.start() : match.end()])]
            spans = [(match.start() + start, match.start() + end) for start, end in spans]
        for start, end in spans:
            found.append(Token(text[start:end], start, end, text[position:start]))
            position = end
    return found


def is_cased(words: list[Token]) -> bool:
    """Whether capitals tell names from other words: recognisers that write none, or only the first, do not."""
    return any(word.capital for word in words[1:] if word.low not in {"i", "i'm", "i'd", "i'll", "i've"})


def lows(words: list[Token], start: int, count: int) -> tuple[str, ...]:
    """Some words in small letters."""
    return tuple(word.low for word in words[start : start + count])
