"""What an agent wants to know of each conversation: a JSON Schema object of flat properties."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deskbell_server.domain.extraction import can_be_kept
from deskbell_server.domain.report import Extracted

MOST_PROPERTIES = 50
MOST_CHARACTERS = 500
"""Of a value."""
_TYPES = ("string", "number", "integer", "boolean")
_BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
)
"""Taken over. A pattern is not: it could take for ever to be checked."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Property:
    """One thing to know. `type` is string, number, integer or boolean; with `choices` the value is one of them."""

    name: str
    type: str
    description: str = ""
    format: str = ""
    choices: tuple[Extracted, ...] = ()
    bounds: tuple[tuple[str, float], ...] = ()

    @property
    def words(self) -> list[str]:
        """The words of its name, in small letters: callerPhone, caller_phone and caller-phone are alike."""
        return re.findall(r"[a-z]+|\d+", _CAMEL.sub(" ", self.name).lower())

    @property
    def schema(self) -> dict[str, Any]:
        """Of its value, or null."""
        if self.choices:
            return {"enum": [*self.choices, None]}
        schema: dict[str, Any] = {"type": [self.type, "null"], **dict(self.bounds)}
        if self.type == "string":
            schema["maxLength"] = int(min(MOST_CHARACTERS, schema.get("maxLength", MOST_CHARACTERS)))
        return schema


@dataclass(frozen=True, slots=True)
class Wanted:
    """The properties, in order, and what of the schema could not be understood."""

    properties: tuple[Property, ...] = ()
    problem: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        """What an answer must look like: every property, nothing else, null where nothing is known."""
        return {
            "type": "object",
            "properties": {each.name: each.schema for each in self.properties},
            "required": [each.name for each in self.properties],
            "additionalProperties": False,
        }


def wanted(text: str) -> Wanted:
    """Reads a schema; "" wants nothing. What cannot be understood is left out and said, never an error."""
    if not text.strip():
        return Wanted()
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        return Wanted(problem="the agent's extraction schema is no JSON")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return Wanted(problem="the agent's extraction schema is no object with properties")
    found: list[Property] = []
    odd: list[str] = []
    for name, rule in properties.items():
        read = _property(name, rule) if isinstance(rule, dict) else None
        if read is None or len(found) >= MOST_PROPERTIES:
            odd.append(name[:60])
        else:
            found.append(read)
    problem = f"not understood in the agent's extraction schema: {', '.join(odd)}" if odd else ""
    return Wanted(tuple(found), problem[:MOST_CHARACTERS])


def _property(name: str, rule: Mapping[str, Any]) -> Property | None:
    kinds = rule.get("type")
    kinds = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind != "null"]
    choices = rule.get("enum", [])
    choices = [choice for choice in choices if choice is not None] if isinstance(choices, list) else []
    if not all(isinstance(choice, str | int | float | bool) and can_be_kept(choice) for choice in choices):
        return None
    if kinds == [None] and choices:
        kinds = ["string"]  # or a number among the choices, which are all that counts
    if len(kinds) != 1 or kinds[0] not in _TYPES or not 0 < len(name) <= 100:
        return None
    bounds = tuple(
        (bound, rule[bound])
        for bound in _BOUNDS
        if isinstance(rule.get(bound), int | float)
        and not isinstance(rule.get(bound), bool)
        and can_be_kept(rule[bound])
    )
    described = rule.get("description", "")
    form = rule.get("format", "")
    return Property(
        name=name,
        type=kinds[0],
        description=described[:500] if isinstance(described, str) else "",
        format=form if isinstance(form, str) else "",
        choices=tuple(choices),
        bounds=bounds,
    )
