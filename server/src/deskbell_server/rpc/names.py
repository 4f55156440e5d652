"""Checks the resource names that stand inside a resource, where the proto cannot (they are output only)."""

from __future__ import annotations

from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import is_slug


def required_text(field: str, text: str) -> str:
    """Returns a text that must not be empty. Raises InvalidInput. Not a rule of the proto: an update whose
    mask leaves the field out may leave it empty."""
    if not text.strip():
        raise InvalidInput.field(field, "must not be empty")
    return text


def required_name(field: str, name: str, *collections: str) -> tuple[str, ...]:
    """The ids of a name such as `tenants/a/agents/b` for the collections ("tenants", "agents").
    Raises InvalidInput."""
    parts = name.split("/")
    ids = tuple(parts[1::2])
    if tuple(parts[::2]) != collections or len(ids) != len(collections) or not all(map(is_slug, ids)):
        shape = "/".join(f"{collection}/{{{collection[:-1]}}}" for collection in collections)
        raise InvalidInput.field(field, f"must be of the form {shape}")
    return ids
