"""Cuts passages into units that can be spoken on their own: a sentence, a list item, a table row.

A unit keeps the range of its words in the document, and the heading above it: "- Saturday: 9 a.m. to 1 p.m." says
little without "Opening hours".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deskbell_server.domain.knowledge import FoundPassage

_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"^[\s|:-]+$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'(])")
_ABBREVIATED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|No|e\.g|i\.e)\.$")
_MARKUP = re.compile(r"(\*\*|__|`|\*(?=\S)|(?<=\S)\*)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that can be said: characters `start` to `end` of the document, ready to be spoken."""

    passage: FoundPassage
    start: int
    end: int
    text: str
    context: str
    """Title and headings above it."""
    complete: bool
    """Whether it is a sentence, which needs no heading to be understood."""


def units_of(passage: FoundPassage) -> Iterator[Unit]:
    """The units of a passage, in order."""
    context = " ".join(part for part in (passage.title, passage.passage.heading) if part)
    header: list[str] = []
    paragraph: list[tuple[int, str]] = []
    position = 0
    for line in passage.passage.text.splitlines(keepends=True):
        start, position = position, position + len(line)
        stripped = line.strip()
        row, bullet = _TABLE_ROW.match(line), _BULLET.match(line)
        if paragraph and (not stripped or row or bullet):
            yield from _sentences(passage, context, paragraph)
            paragraph = []
        if row:
            cells = [plain(cell) for cell in stripped.strip("|").split("|")]
            if _TABLE_RULE.match(stripped):
                continue
            if not header:
                header = cells
                continue
            yield _unit(passage, context, start, line, _row_text(header, cells), complete=False)
            continue
        header = []
        if bullet:
            item = line[bullet.end() :]
            yield _unit(
                passage, context, start + bullet.end(), item, plain(item), complete=_is_sentence(item)
            )
        elif stripped:
            paragraph.append((start, line))
    if paragraph:
        yield from _sentences(passage, context, paragraph)


def plain(text: str) -> str:
    """A text without Markdown."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", text)).split())


def _sentences(passage: FoundPassage, context: str, lines: list[tuple[int, str]]) -> Iterator[Unit]:
    first = lines[0][0]
    text = "".join(line for _, line in lines)
    begin = 0
    ends = [m for m in _SENTENCE_END.finditer(text) if not _ABBREVIATED.search(text[: m.start()])]
    for end, following in [*((m.start(), m.end()) for m in ends), (len(text), len(text))]:
        piece = text[begin:end]
        if piece.strip():
            yield _unit(passage, context, first + begin, piece, plain(piece), complete=_is_sentence(piece))
        begin = following


def _unit(passage: FoundPassage, context: str, at: int, raw: str, text: str, *, complete: bool) -> Unit:
    start = passage.passage.start + at + len(raw) - len(raw.lstrip())
    return Unit(passage, start, start + len(raw.strip()), text, context, complete)


def _row_text(header: list[str], cells: list[str]) -> str:
    """ "Saturday: 9 a.m. to 1 p.m." of two columns; of more, each cell with its column's name."""
    if len(cells) == 2:
        return f"{cells[0]}: {cells[1]}"
    named = [f"{name.lower()} {cell}" for name, cell in zip(header[1:], cells[1:], strict=False) if cell]
    return f"{cells[0]}: {', '.join(named)}"


def _is_sentence(text: str) -> bool:
    return text.strip().endswith((".", "!", "?")) and len(text.split()) >= 4
