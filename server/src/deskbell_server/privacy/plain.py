"""Brings a text to the plain characters that the patterns are written in; every offset stays what it was."""

from __future__ import annotations

from collections.abc import Iterable

BLANK = "\0"
"""Stands for a character that has been dealt with: no pattern matches it, or goes across it."""

_ALIKE = {
    " ": "\u00a0\u2002\u2003\u2007\u2009\u202f\t",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    "+": "\uff0b",
    "@": "\uff20",
    **{
        str(digit): "".join(chr(zero + digit) for zero in (0x0660, 0x06F0, 0x0966, 0xFF10))
        for digit in range(10)
    },
}
_PLAIN = str.maketrans({alike: plain for plain, many in _ALIKE.items() for alike in many})


def plain(text: str) -> str:
    """Other scripts' digits as 0-9, all dashes as "-", all spaces within a line as " "."""
    return text.replace("\t", " ") if text.isascii() else text.translate(_PLAIN)


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without the spans, which are in order."""
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += (text[position:start], BLANK * (end - start))
        position = end
    return "".join(pieces) + text[position:] if pieces else text
