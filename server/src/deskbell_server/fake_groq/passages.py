"""Finds the passages again in a prompt that turn/prompts.py wrote, for a chat model that cannot read prose."""

from __future__ import annotations

import html
import re

from deskbell_server.domain.knowledge import FoundPassage, Passage
from deskbell_server.domain.names import DocumentId

_BLOCK = re.compile(r'<passage id="(\d+)" title="([^"]*)">\n(.*?)\n</passage>', re.DOTALL)


def passages_in(system: str) -> list[FoundPassage]:
    """The passages of a system prompt, in order."""
    found = []
    for number, title, text in _BLOCK.findall(system):
        document, _, heading = html.unescape(title).partition(" > ")
        content = html.unescape(text)
        passage = Passage(0, 0, len(content), content, heading)
        found.append(FoundPassage(DocumentId(f"passage-{number}"), document, passage, 0.0, 0.0))
    return found
