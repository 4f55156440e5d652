"""What people say of how a word is written: "with a v", "with ph, not v", "without an e", "with two l's"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_L = r"(?:[a-z]{1,2}|zed|zee)"
_ONE = rf"(?P<letters>{_L})(?:'?s)?"
_END = r"(?P<end>\s+(?:at|on|in) the end)?"
_HINT = re.compile(
    rf"\b(?:(?P<without>without|no)\s+(?:an?\s+|the\s+)?+|(?:with|it has|has)\s+(?:an?\s+|the\s+"
    rf"|(?P<one>one|a single)\s+|(?P<two>two|double|a double)\s+)?+(?:letter\s+)?){_ONE}(?![\w']){_END}"
    rf"(?:,?\s*(?:and\s+)?(?:not|instead of|rather than)\s+(?:with\s+)?(?:an?\s+)?(?P<instead>{_L})(?![\w']))?",
    re.IGNORECASE,
)
_NO_LETTERS = frozenset(
    "me us it my no so an at by do go he if in is of on or to up we am as be us hi oh ok".split()
)
_ALIKE: dict[str, tuple[str, ...]] = {
    "v": ("ph", "f", "w"),
    "ph": ("v", "f"),
    "f": ("ph", "v"),
    "k": ("ch", "ck", "c", "q"),
    "c": ("k", "s"),
    "ck": ("k", "c"),
    "ch": ("k", "c"),
    "q": ("k", "c"),
    "s": ("z", "c"),
    "z": ("s",),
    "y": ("ie", "i", "ey"),
    "i": ("y", "ee"),
    "ie": ("y", "ei", "i"),
    "ei": ("ie", "ai"),
    "ey": ("y", "ie"),
    "ee": ("ea", "ie", "i"),
    "ea": ("ee", "ie"),
    "ai": ("ei", "a"),
    "a": ("e",),
    "o": ("e", "a"),
    "j": ("g",),
    "g": ("j",),
    "w": ("v",),
    "x": ("cks", "ks"),
    "th": ("t",),
    "t": ("th",),
}
"""What may have been written for what sounds like it; the first that is in the word goes."""


@dataclass(frozen=True, slots=True)
class Hint:
    """How a word is written: with some letters, how many times, at its end, in place of which others."""

    letters: str
    start: int
    end: int
    times: int = 0
    without: bool = False
    at_end: bool = False
    instead_of: str = ""

    def apply(self, word: str) -> str:
        """The word as the hint says; unchanged if it is so or the hint does not help."""
        low = word.lower()
        if self.without:
            at = low.rfind(self.letters)
            return word if at <= 0 else word[:at] + word[at + len(self.letters) :]
        if self.times == 1:
            return _replaced(word, self.letters * 2, self.letters)
        if self.times == 2:
            doubled = self.letters * 2
            return word if doubled in low else _replaced(word, self.letters, doubled)
        if self.instead_of and self.instead_of in low:
            return _replaced(word, self.instead_of, self.letters)
        if self.at_end:
            return word if low.endswith(self.letters) else word + self.letters
        if self.letters in low:
            return word
        for alike in _ALIKE.get(self.letters, ()):
            if alike in low:
                return _replaced(word, alike, self.letters)
        # Letters that are often silent at the end, as in Sarah and Browne.
        return word + self.letters if self.letters in {"h", "e", "s"} else word


def hints(text: str) -> Iterator[Hint]:
    """The hints in an utterance, in order."""
    for match in _HINT.finditer(text):
        letters = _letters(match["letters"])
        # "with an s": a plural's s is none of the letters.
        if letters in _NO_LETTERS or ((match["without"] or "").lower() == "no" and len(letters) > 1):
            continue
        times = 1 if match["one"] else 2 if match["two"] else 0
        yield Hint(
            letters,
            *match.span(),
            times=times,
            without=match["without"] is not None,
            at_end=match["end"] is not None,
            instead_of=_letters(match["instead"] or ""),
        )


def _letters(said: str) -> str:
    return "z" if said.lower() in {"zed", "zee"} else said.lower()


def _replaced(word: str, old: str, new: str) -> str:
    """The last of `old` as `new`, with the word's capital."""
    at = word.lower().rfind(old)
    if at < 0:
        return word
    changed = word[:at] + new + word[at + len(old) :]
    return changed[0].upper() + changed[1:] if word[0].isupper() else changed
