"""What may be asked to be taken out of a conversation: a JSON Schema of one flat object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

MAX_PROPERTIES = 50
MAX_CHOICES = 100
MAX_NUMBER = 2**53
"""Up to here every whole number is one in any reader's JSON."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FOR_READERS = ("title", "description", "$comment")
_TOP = {"$schema", "type", "properties", "required", "additionalProperties", *_FOR_READERS}
_COMMON = {"type", "enum", *_FOR_READERS}
_KEYWORDS = {
    # Without `pattern`: an unlucky expression could take for ever.
    "string": {"minLength", "maxLength", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "boolean": set[str](),
}
_DIALECTS = (
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema#",
)
"""What is taken here means the same in each."""


class BadSchema(ValueError):
    """The text is no such schema; says where and why."""


def can_be_kept(value: str | float | None) -> bool:
    """Whether a value can be stored and sent as it is: a text without U+0000 and halves of surrogate pairs, a number
    that is finite and no larger than `MAX_NUMBER`."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return value is None or abs(value) <= MAX_NUMBER


def extraction_properties(text: str) -> dict[str, dict[str, Any]]:
    """The properties of an extraction schema by name, in its order; none for an empty text.

    A schema is a JSON object of type "object" with 1 to 50 `properties`, each a string, number, integer or boolean,
    or an `enum` of strings and numbers, and what of them is `required`. Raises BadSchema.
    """
    if not text.strip():
        return {}
    try:
        return _checked(_parsed(text))
    except RecursionError:
        raise BadSchema("is nested too deeply") from None


def _checked(schema: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(schema, dict):
        _refuse("", "must be a JSON object")
    _only(schema, _TOP, "")
    if schema.get("$schema", _DIALECTS[0]) not in _DIALECTS:
        _refuse("$schema", f"must be one of {', '.join(_DIALECTS)}, if it is given")
    if schema.get("type") != "object":
        _refuse("type", 'must be "object"')
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not 1 <= len(properties) <= MAX_PROPERTIES:
        _refuse("properties", f"must be an object with 1 to {MAX_PROPERTIES} properties")
    for name, rule in properties.items():
        _check_property(name, rule)
    _check_required(schema.get("required", []), properties)
    if not isinstance(schema.get("additionalProperties", False), bool):
        _refuse("additionalProperties", "must be true or false")
    for problem in _against_the_standard(schema):
        _refuse(*problem)
    return properties


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadSchema(f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except BadSchema:
        raise
    except ValueError:  # a whole number of more digits than Python reads
        raise BadSchema("holds a number that is too long") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadSchema(f"names {_shown(twice)} twice in one object")
    return result


def _no_constant(name: str) -> NoReturn:
    raise BadSchema(f"is not JSON: {name}")


def _check_property(name: str, rule: Any) -> None:
    where = f"properties.{_shown(name)}"
    if not _NAME.fullmatch(name):
        _refuse(where, "a name must be 1 to 64 letters, digits or _, not beginning with a digit")
    if not isinstance(rule, dict):
        _refuse(where, "must be an object")
    kind = rule.get("type")
    if kind is None and "enum" not in rule:
        _refuse(where, f"must have a type ({', '.join(_KEYWORDS)}) or an enum")
    if kind is not None and (not isinstance(kind, str) or kind not in _KEYWORDS):
        _refuse(f"{where}.type", f"must be one of {', '.join(_KEYWORDS)}")
    _only(rule, _COMMON | (_KEYWORDS[kind] if kind else set()), where)
    for keyword in rule.keys() - _COMMON:
        if isinstance(rule[keyword], int | float) and not can_be_kept(rule[keyword]):
            _refuse(f"{where}.{keyword}", "must be a number from -2^53 to 2^53")
    if "enum" in rule:
        _check_choices(rule["enum"], kind, f"{where}.enum")


def _check_choices(choices: Any, kind: str | None, where: str) -> None:
    if not isinstance(choices, list) or not 1 <= len(choices) <= MAX_CHOICES:
        _refuse(where, f"must be a list of 1 to {MAX_CHOICES} values")
    for choice in choices:
        if isinstance(choice, bool) or not isinstance(choice, str | int | float):
            _refuse(where, "must hold strings and numbers only")
        if not can_be_kept(choice):
            _refuse(
                where, "must hold texts without U+0000 or lone surrogates, and numbers from -2^53 to 2^53"
            )
        if kind is not None and not Draft202012Validator({"type": kind}).is_valid(choice):
            _refuse(where, f"holds a value that is no {kind}")
    if len({str(choice) for choice in choices}) < len(choices):
        _refuse(where, "holds a value twice")


def _check_required(required: Any, properties: Mapping[str, Any]) -> None:
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        _refuse("required", "must be a list of names")
    for name in required:
        if name not in properties:
            _refuse("required", f"names {_shown(name)}, which is no property")


def _against_the_standard(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the values of keywords break the standard's own schema, such as a `minLength` below 0."""
    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for error in meta.iter_errors(schema):
        yield ".".join(map(str, error.absolute_path)), error.message[:200]


def _only(given: Mapping[str, Any], allowed: set[str], where: str) -> None:
    for name in given:
        if name not in allowed:
            _refuse(where, f"{_shown(name)} is not supported here; {', '.join(sorted(allowed))} are")


def _shown(name: str) -> str:
    return name if len(name) <= 64 else f"{name[:61]}..."


def _refuse(where: str, what: str) -> NoReturn:
    raise BadSchema(f"{where}: {what}" if where else what)
