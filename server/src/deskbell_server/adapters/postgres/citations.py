"""Citations as JSON, the form in which a message's row keeps them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from deskbell_server.domain.knowledge import Citation


def citations_to_json(citations: Sequence[Citation]) -> str:
    """An array of objects with the attributes of `Citation`."""
    return json.dumps([dataclasses.asdict(citation) for citation in citations])


def citations_from_json(text: str) -> tuple[Citation, ...]:
    """The reverse of `citations_to_json`."""
    return tuple(Citation(**attributes) for attributes in json.loads(text))
