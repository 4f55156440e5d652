"""Splits a text into passages small enough to embed and to read out.

A passage holds whole blocks (paragraphs, list items, tables) of one section, up to `MAX_CHARACTERS`; a block
longer than that is cut between lines or sentences, in the last resort between words. Ranges are exact:
`text[p.start:p.end] == p.text`.
The embedding model reads 256 word pieces, about 1,000 characters of English; shorter passages point more
precisely at an answer, and 600 characters hold an average FAQ entry or table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from deskbell_server.domain.knowledge import MediaType, Passage

MAX_CHARACTERS = 600
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_CUTS = (
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[^\s])"),
    re.compile(r"\s+"),
)
_LEAF_BLOCKS = {"paragraph_open", "table_open", "fence", "code_block", "html_block"}


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    heading: str


def split(text: str, media_type: MediaType) -> list[Passage]:
    """The passages of a text, in order. A text of white space and headings only has none."""
    blocks = _markdown_blocks(text) if media_type is MediaType.MARKDOWN else _paragraphs(text)
    ranges: list[_Block] = []
    for block in blocks:
        last = ranges[-1] if ranges else None
        if last and last.heading == block.heading and block.end - last.start <= MAX_CHARACTERS:
            ranges[-1] = _Block(last.start, block.end, block.heading)
        else:
            ranges.extend(
                _Block(start, end, block.heading) for start, end in _pieces(text, block.start, block.end)
            )
    return [
        Passage(index=i, start=r.start, end=r.end, text=text[r.start : r.end], heading=r.heading)
        for i, r in enumerate(ranges)
    ]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _paragraphs(text: str) -> Iterator[_Block]:
    position = 0
    for match in _BLANK_LINES.finditer(text + "\n\n"):
        start, end = _trimmed(text, position, min(match.start(), len(text)))
        if start < end:
            yield _Block(start, end, "")
        position = match.end()


def _markdown_blocks(text: str) -> Iterator[_Block]:
    line_starts = [0, *(m.end() for m in re.finditer("\n", text)), len(text)]
    headings: list[tuple[int, str]] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    covered = 0
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1:])
            while headings and headings[-1][0] >= level:
                headings.pop()
            headings.append((level, tokens[i + 1].content.strip()))
        elif token.type in _LEAF_BLOCKS and token.map:
            first, after = token.map
            start = max(line_starts[first], covered)
            end = line_starts[min(after, len(line_starts) - 1)]
            covered = max(covered, end)
            start, end = _trimmed(text, start, end)
            if start < end:
                yield _Block(start, end, " > ".join(title for _, title in headings))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cuts a range into pieces of at most MAX_CHARACTERS, at the best kind of place that there is."""
    while end - start > MAX_CHARACTERS:
        window = text[start : start + MAX_CHARACTERS + 1]
        for kind in _CUTS:
            cuts = [m for m in kind.finditer(window) if m.start() > 0]
            if cuts:
                piece = _trimmed(text, start, start + cuts[-1].start())
                after = start + cuts[-1].end()
                break
        else:
            piece = (start, start + MAX_CHARACTERS)
            after = piece[1]
        if piece[0] < piece[1]:
            yield piece
        start = after
    start, end = _trimmed(text, start, end)
    if start < end:
        yield start, end
