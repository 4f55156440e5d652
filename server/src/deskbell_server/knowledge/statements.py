"""Takes a passage apart into statements that can be spoken by themselves.

A statement is a sentence, an item of a list or a row of a table, without Markdown, with the exact range of the
document that it comes from and the topic above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deskbell_server.domain.knowledge import FoundPassage
from deskbell_server.knowledge.words import name_words

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")
_ITEM = re.compile(r"\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
_RULER = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*$")
_MARKDOWN = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>]{1,200}>"), " "),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(?<!\\)(?:\*\*|__|~~|`+)|(?<![\w\\])[*_](?=\S)|(?<=\S)(?<!\\)[*_](?!\w)"), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|-])"), r"\1"),
)
# A sentence ends before a capital letter or a digit, not after an abbreviation, and not between a time and
# the days that it holds for.
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bSt\.)"
    r"(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)"
    r"[\"')\]*_]*\s+(?!(?<=m\.\s)(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?(?: to| and|[,.-]|$))"
    r"(?=[\"'(\[*_]*[A-Z\d])"
)
_LEANS = re.compile(r"(?:It|They|These|This|Both)\b")
_WHOLE = re.compile(r"(?<![ap]\.m)[.!?][\"')]*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """Characters `start` to `end` of the document of `passage`, as they are spoken.

    `topic` is the nearest heading or label above; a fragment ("Saturday: closed") is not understood without
    it. `names` are the words of names, as stems, that stand under the same heading: "the cottage in Dedham" goes on
    as "the cottage".
    """

    passage: FoundPassage
    start: int
    end: int
    text: str
    topic: str
    fragment: bool
    names: frozenset[str] = frozenset()

    @property
    def leans(self) -> bool:
        """Whether it is only understood from what stands above it: a fragment, the answer to a question, or a
        sentence about "it"."""
        return self.fragment or self.topic.endswith("?") or bool(_LEANS.match(self.text))

    @property
    def meaning(self) -> str:
        """What to embed: a sentence says what it is about, one that leans on its heading does not."""
        return self.under_its_heading if self.leans else self.text

    @property
    def under_its_heading(self) -> str:
        """The statement with what it is about."""
        return f"{self.topic}: {self.text}" if self.topic else self.text

    @property
    def spoken(self) -> str:
        """The statement as an answer, ending like a sentence."""
        text = self.text
        if self.fragment and self.topic and not self.topic.endswith("?"):
            text = f"{self.topic}: {text.replace(': ', ', ', 1)}"
        text = text[:1].upper() + text[1:]
        return text if text.endswith((".", "!", "?")) else text.rstrip(",;:") + "."


def statements(found: FoundPassage) -> list[Statement]:
    """The statements of a passage, in order."""
    read = list(_Reader(found).read())
    names = {
        topic: name_words(" ".join(s.text for s in read if s.topic == topic))
        for topic in {s.topic for s in read}
    }
    return [replace(statement, names=names[statement.topic]) for statement in read]


def plain(markdown: str) -> str:
    """One line of text without Markdown's signs."""
    for pattern, replacement in _MARKDOWN:
        markdown = pattern.sub(replacement, markdown)
    return " ".join(markdown.split())


def _cell(column: str, value: str) -> str:
    """A cell with its column's name: "opens 8 a.m.", "60 minutes"."""
    counted = re.fullmatch(r"\d[\d.,]*", value) and re.search(r"s$|\bfeet$", column)
    return f"{value} {column}" if counted else f"{column} {value}".strip()


def _within_a_sentence(column: str) -> str:
    """A column's name without its capital, unless it is a day's or an abbreviation's."""
    keeps = column[1:2].isupper() or re.match(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day", column)
    return column if keeps else column[:1].lower() + column[1:]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


class _Reader:
    """Goes through the lines of a passage; offsets are within the passage until a statement is made."""

    def __init__(self, found: FoundPassage) -> None:
        self._found = found
        self._text = found.passage.text
        self._topic = found.passage.heading.rpartition(" > ")[2] or found.title
        self._label = ""
        self._header: list[str] = []

    def read(self) -> Iterator[Statement]:
        block: list[_Line] = []
        for line in [*self._lines(), _Line(len(self._text), len(self._text), "")]:
            if line.text.lstrip().startswith("|"):
                yield from self._prose(block)
                block = []
                yield from self._row(line)
                continue
            starts_anew = not line.text.strip() or _HEADING.match(line.text) or _ITEM.match(line.text)
            if starts_anew:
                yield from self._prose(block)
                block = []
            if heading := _HEADING.match(line.text):
                self._topic, self._label = plain(line.text[heading.end() :].rstrip("# ")), ""
            elif line.text.strip():
                block.append(line)
            self._header = []

    def _lines(self) -> Iterator[_Line]:
        position = 0
        for text in self._text.splitlines(keepends=True):
            yield _Line(position, position + len(text), text.rstrip("\r\n"))
            position += len(text)

    def _prose(self, block: list[_Line]) -> Iterator[Statement]:
        """A paragraph or a list item."""
        if not block:
            return
        item = _ITEM.match(block[0].text)
        start, end = block[0].start + (item.end() if item else 0), block[-1].end
        if not item:
            self._label = ""
            if self._text[start:end].rstrip().endswith(":"):
                self._label = plain(self._text[start:end].rstrip().rstrip(":"))
                return
        position = start
        for cut in [*_SENTENCE_END.finditer(self._text, start, end), None]:
            sentence_end = cut.start() if cut else end
            yield from self._statement(position, sentence_end, fragment=item is not None)
            position = cut.end() if cut else end

    def _row(self, line: _Line) -> Iterator[Statement]:
        """A row of a table: its first cell, then the others with the names of their columns."""
        cells = [plain(cell) for cell in re.split(r"(?<!\\)\|", line.text.strip().strip("|"))]
        if not self._header:
            self._header = [_within_a_sentence(cell) for cell in cells]
            following = self._text[line.end :].partition("\n")[0]
            if _RULER.match(following):
                return
            self._header = [""] * len(cells)
        if _RULER.match(line.text):
            return
        first, values = cells[0], cells[1:]
        if len(set(values)) == 1:
            values = values[:1]
        elif len(values) > 1:
            named = zip(self._header[1:], values, strict=False)
            values = [_cell(name, value) for name, value in named if value]
        text = f"{first}: {', '.join(values)}" if first else ", ".join(values)
        yield from self._statement(line.start, line.end, fragment=True, text=text)

    def _statement(self, start: int, end: int, *, fragment: bool, text: str = "") -> Iterator[Statement]:
        raw = self._text[start:end]
        start += len(raw) - len(raw.lstrip())
        end -= len(raw) - len(raw.rstrip())
        text = text or plain(self._text[start:end])
        if not any(c.isalnum() for c in text):
            return
        offset = self._found.passage.start
        yield Statement(
            self._found,
            offset + start,
            offset + end,
            text,
            self._label or self._topic,
            fragment and not (_WHOLE.search(text) and len(text.split()) > 3),
        )
