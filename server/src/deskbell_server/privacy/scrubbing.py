"""Masks personal data in log lines and in the texts of exceptions, of every kind and whoever the tenant is."""

from __future__ import annotations

import re

from deskbell_server.privacy.finding import find
from deskbell_server.privacy.redaction import masked

_MAY_HAVE = re.compile(r"[\d@]")


def scrub(text: str) -> str:
    """The text with all of it masked. One without digits and "@", as most lines are, is returned at once."""
    if _MAY_HAVE.search(text) is None:
        return text
    pieces: list[str] = []
    position = 0
    for each in find(text):
        pieces += (text[position : each.start], masked(text[each.start : each.end]))
        position = each.end
    return "".join(pieces) + text[position:] if pieces else text
