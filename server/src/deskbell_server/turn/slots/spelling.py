"""Words that are spelt out: "S M I T H", "S as in Sierra", "Sierra Mike", "B E double N"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deskbell_server.turn.slots.numbers import TIMES
from deskbell_server.turn.slots.tokens import SOUNDS, Token, lows

_ALPHABET = dict(
    zip(
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec "
        "romeo sierra tango uniform victor whiskey yankee zulu".split(),
        "abcdefghijklmnopqrstuvwxyz".replace("x", ""),
        strict=True,
    )
)
_ALPHABET |= {"alfa": "a", "juliett": "j", "whisky": "w", "x-ray": "x", "xray": "x"}
_LETTER_NAMES = {"zed": "z", "zee": "z", "aitch": "h"}
_SIGNS = {"apostrophe": "'", "hyphen": "-", "dash": "-"}
_LINKS = frozenset("then and capital letter small".split())
_HINTS = frozenset("with without an".split())
"""After these, letters are what a word is written with (hints.py)."""
_LIKE = (("as", "in"), ("for",), ("like",), ("as",), ("is", "for"))
FEWEST = 3
"""With fewer letters, "I a" would be a word."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """Letters, from the word at `first` to the one at `last`."""

    letters: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """As a name is written."""
        return "".join(
            letter.upper() if i == 0 or self.letters[i - 1] in "'-" else letter
            for i, letter in enumerate(self.letters)
        )


def spellings(words: list[Token]) -> Iterator[Spelt]:
    """What is spelt in an utterance, in order."""
    i = 0
    while i < len(words):
        found = _spelt_at(words, i)
        if found is None:
            i += 1
        else:
            yield found
            i = found.last + 1


def _spelt_at(words: list[Token], first: int) -> Spelt | None:
    letters, i, last = "", first, first
    if first > 0 and words[first - 1].low in _HINTS:
        return None
    while i < len(words):
        if letters and (words[i].low in _LINKS or words[i].low in SOUNDS):
            i += 1
            continue
        if letters and any(mark in words[i].gap for mark in "?!"):
            break
        unit = _unit(words, i)
        if unit is None:
            break
        letters += unit[0]
        i = unit[1]
        last = i - 1
    letters = letters.strip("'-")
    return Spelt(letters, first, last) if sum(map(str.isalpha, letters)) >= FEWEST else None


def _unit(words: list[Token], i: int) -> tuple[str, int] | None:
    """One letter, or a pair of them, and the place of the next word."""
    word = words[i].low
    if word in TIMES and i + 1 < len(words):
        if word == "double" and words[i + 1].low in {"u", "you"} and not words[i + 1].capital:
            return "w", i + 2
        once = _unit(words, i + 1)
        return (once[0] * TIMES[word], once[1]) if once is not None and len(once[0]) == 1 else None
    if word in _SIGNS:
        return _SIGNS[word], i + 1
    if word in _ALPHABET:
        return _ALPHABET[word], i + 1
    letter = word if words[i].letter else _LETTER_NAMES.get(word)
    if letter is None:
        return None
    for link in _LIKE:
        after = i + 1 + len(link)
        # "for" says so only if the word begins with the letter.
        linked = lows(words, i + 1, len(link)) == link and after < len(words)
        if linked and (link == ("as", "in") or words[after].low[0] == letter):
            return letter, after + 1
    return letter, i + 1
