"""Cuts a text that is too long to be spoken in one piece."""

from __future__ import annotations

import re

_BREAKS = (re.compile(r"[.!?]\s"), re.compile(r"[,;:]\s"), re.compile(r"\s"))


def parts_of(text: str, limit: int) -> list[str]:
    """A text in parts of at most `limit` characters, cut at the end of a sentence, else of a clause, else of a word,
    in the last resort within one. Joined, the parts are the text but for white space."""
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        window = rest[: limit + 1]
        for kind in _BREAKS:
            breaks = [m for m in kind.finditer(window) if 0 < m.end() - 1 <= limit]
            if breaks:
                cut = breaks[-1].end() - 1
                break
        else:
            cut = limit
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [*parts, rest] if rest else parts
