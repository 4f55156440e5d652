"""YAML with places: what is wrong is told with its file, line and field, and what could stand there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class BadScenario(Exception):
    """A scenario file that cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class At:
    """A node of a YAML document. Its methods raise BadScenario where it is not what they give back."""

    file: Path
    node: yaml.Node
    field: str = ""

    @property
    def line(self) -> int:
        """From 1."""
        return int(self.node.start_mark.line) + 1

    def bad(self, why: str) -> BadScenario:
        """What is wrong here."""
        where = f"{self.file}:{self.line}"
        return BadScenario(f"{where}: {self.field}: {why}" if self.field else f"{where}: {why}")

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def fields(self, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, At]:
        """The fields of a mapping, none of them twice and none unknown."""
        found = self.any_fields()
        for name, at in found.items():
            if name not in allowed:
                raise At(self.file, at.node, self.field).bad(
                    f"there is no field {name!r}; there are {', '.join(allowed)}"
                )
        for name in required:
            if name not in found:
                raise self.bad(f"{name!r} is missing")
        return found

    def any_fields(self) -> dict[str, At]:
        """The fields of a mapping with names of its writer's, none of them twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.bad(f"must be fields with values, and is {_kind(self.node)}")
        found: dict[str, At] = {}
        for key, value in self.node.value:
            name = At(self.file, key, self.field).text()
            if name in found:
                raise At(self.file, key, self.field).bad(f"{name!r} stands here twice")
            found[name] = At(self.file, value, f"{self.field}.{name}" if self.field else name)
        return found

    def items(self) -> Iterator[At]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.bad(f"must be a list, and is {_kind(self.node)}")
        for index, node in enumerate(self.node.value, start=1):
            yield At(self.file, node, f"{self.field}[{index}]")

    def one_or_more(self) -> list[At]:
        """The items of a list, or the one thing that stands in its place."""
        found = list(self.items()) if self.is_list else [self]
        if not found:
            raise self.bad("is empty")
        return found

    def text(self) -> str:
        """A text that is not empty."""
        value = self._scalar()
        if not isinstance(value, str):
            raise self.bad(f"must be a text: put {self._written()} in quotes")
        if not value.strip():
            raise self.bad("is empty")
        return value

    def choice(self, allowed: tuple[str, ...]) -> str:
        """One of some words."""
        value = self.text()
        if value not in allowed:
            raise self.bad(f"{value!r} is none of {', '.join(allowed)}")
        return value

    def truth(self) -> bool:
        value = self._scalar()
        if not isinstance(value, bool):
            raise self.bad(f"must be true or false, and is {self._written()}")
        return value

    def count(self, least: int = 0) -> int:
        value = self._scalar()
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.bad(f"must be a whole number from {least}, and is {self._written()}")
        return value

    def _scalar(self) -> Any:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.bad(f"must be a single value, and is {_kind(self.node)}")
        return yaml.SafeLoader.yaml_constructors.get(self.node.tag, _as_text)(_CONSTRUCTOR, self.node)

    def _written(self) -> str:
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else _kind(self.node)


def documents(file: Path, text: str) -> list[At]:
    """The documents of a YAML file, which `---` divides; empty ones are left out. Raises BadScenario."""
    try:
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadScenario(f"{file}:{line}: is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise BadScenario(f"{file}: is no YAML: {error}") from None
    return [At(file, node) for node in nodes if node is not None and node.tag != "tag:yaml.org,2002:null"]


_CONSTRUCTOR = yaml.SafeLoader("")


def _as_text(_: yaml.SafeLoader, node: yaml.Node) -> str:
    return str(node.value)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "a mapping" if isinstance(node, yaml.MappingNode) else f"{node.value!r}"
