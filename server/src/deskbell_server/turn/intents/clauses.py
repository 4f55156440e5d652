"""Where one utterance may hold several wishes: at sentence ends, "and", "also", "but", "then"."""

from __future__ import annotations

import re

_CUT = re.compile(
    r"(?<=[.?!;])\s+|,?\s+(?:and also|and then|and|also|but|plus)\s+(?=\S)"
    r"|,\s+(?=(?:what|how|where|when|do|can|could|is)\b)",
    re.IGNORECASE,
)
_WHOLE = 3
"""Words that a clause needs to stand by itself; a shorter one belongs to the clause before it."""
MOST = 4
"""Clauses at most, so that a long story costs no more than four embeddings."""


def clauses(text: str) -> tuple[str, ...]:
    """The clauses of the utterance; one, the text itself, where nothing parts it."""
    found: list[str] = []
    end = 0
    for cut in [*_CUT.finditer(text), None]:
        piece = text[end : cut.start() if cut else len(text)]
        if cut and len(piece.split()) < _WHOLE:
            continue
        if len(piece.split()) < _WHOLE and found:
            found[-1] += " " + piece.strip()
        else:
            found.append(piece.strip())
        end = cut.end() if cut else end
    return tuple(found) if 1 < len(found) <= MOST else (text,)
