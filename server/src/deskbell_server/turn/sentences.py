"""Cuts a streamed answer into sentences to be checked and spoken, as early as a sentence is sure to be over."""

from __future__ import annotations

import re

_CLOSING = "\"'\u201d\u2019)\\]"
_OPENING = "([\"'\u201c\u2018"
_END = re.compile(rf"[.!?\u2026]+[{_CLOSING}]*(?=\s)|\n+")
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "ave", "rd", "vs", "approx", "dept", "tel"}
    | {"ext", "inc", "ltd", "co", "e.g", "i.e"}
)
_SAID = re.compile(r"(?<=[.!?])\s+(?=\S)")
MAX_CHARACTERS = 300
"""A sentence that does not end is cut here, at a word."""


def sentences_of(text: str) -> list[str]:
    """The sentences of what a caller said, by their marks alone: abbreviations are not told apart."""
    return _SAID.split(text)


class SentenceSplitter:
    """Takes pieces of text, gives whole sentences; joined, they are the text (but for white space at its
    end)."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, piece: str) -> list[str]:
        """Adds a piece; returns the sentences that it completes."""
        self._rest += piece
        sentences: list[str] = []
        while (cut := self._cut()) is not None:
            sentences.append(self._rest[:cut])
            self._rest = self._rest[cut:]
        return sentences

    def flush(self) -> list[str]:
        """The rest, when no more comes."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []

    def _cut(self) -> int | None:
        for match in _END.finditer(self._rest):
            after = self._rest[match.end() :]
            blank = len(after) - len(after.lstrip())
            follows = after.lstrip()
            if not follows:
                return None  # what comes next decides
            if not self._rest[: match.start()].strip():
                continue  # white space alone is no sentence: it goes to the next one
            if self._is_end(match, follows):
                return match.end() + blank
        if len(self._rest) > MAX_CHARACTERS:
            space = self._rest.rfind(" ", 0, MAX_CHARACTERS)
            return space + 1 if space > 0 else MAX_CHARACTERS
        return None

    def _is_end(self, match: re.Match[str], follows: str) -> bool:
        if match.group().startswith("\n") or match.group()[0] != ".":
            return True
        word = self._rest[: match.start()].rsplit(maxsplit=1)[-1:] or [""]
        last = word[0].lstrip(_OPENING).lower()
        if last in {"a.m", "p.m", "etc"}:
            return follows[0].isupper()  # they may end a sentence
        if last == "no" and follows[0].isdigit():
            return False  # "No. 5"
        if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
            return False
        return not follows[0].islower()
