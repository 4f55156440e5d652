"""What may be asked to be taken out of a conversation, and what is said of anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deskbell_server.domain.extraction import BadSchema, extraction_properties


def schema(properties: Any, **more: Any) -> str:
    return json.dumps({"type": "object", "properties": properties, **more})


GOOD = [
    schema({"budget": {"type": "number", "minimum": 0}}),
    schema({"rooms": {"type": "integer", "description": "How many bedrooms"}}, required=["rooms"]),
    schema({"kind": {"enum": ["buy", "rent"]}, "pets": {"type": "boolean"}}, additionalProperties=False),
    schema({"when": {"type": "string", "format": "date", "maxLength": 40, "title": "When"}}, title="Viewing"),
    schema({"far": {"enum": [2**53, -(2**53), "\U0001f600"]}}),
    schema({"stars": {"type": "integer", "enum": [1, 2, 3]}}, description="What guests want"),
    schema({f"p{number}": {"type": "string"} for number in range(50)}),
    schema({"a": {"type": "string"}}, **{"$schema": "http://json-schema.org/draft-07/schema#"}),
    schema({"_a1": {"type": "string"}}, **{"$schema": "https://json-schema.org/draft/2020-12/schema"}),
    '{"type": "object",\n "properties":\t{"a": {"type": "boolean"}}}\n',
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_taken_is_a_json_schema_that_works(text: str) -> None:
    properties = extraction_properties(text)
    assert list(properties) == list(json.loads(text)["properties"])
    Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("text", ["", " \n"])
def test_none_means_none(text: str) -> None:
    assert extraction_properties(text) == {}


S = {"type": "string"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON: .* line 1, column 2"),
        ("[]", "must be a JSON object"),
        ('"object"', "must be a JSON object"),
        ("null", "must be a JSON object"),
        ('{"type": "object", "properties": {"a": {"type": "number", "minimum": NaN}}}', "is not JSON: NaN"),
        ('{"type": "object", "properties": {"a": {"type": "string"}, "a": {}}}', "names a twice"),
        ('{"type": "object", "properties": {"a": {"enum": [' + "9" * 5000 + "]}}}", "too long"),
        ("[" * 8000, "nested too deeply|is not JSON"),
        ('{"title":' * 800 + "1" + "}" * 800, "nested too deeply|type: must be|not of type"),
        (json.dumps({"properties": {"a": S}}), 'type: must be "object"'),
        (schema({}), "properties: must be an object with 1 to 50"),
        (schema([]), "properties: must be an object with 1 to 50"),
        (schema({f"p{number}": S for number in range(51)}), "1 to 50"),
        (schema({"a": {"type": "array"}}), r"properties\.a\.type: must be one of string, number"),
        (schema({"a": {"type": "object", "properties": {"b": S}}}), r"properties\.a\.type: must be one of"),
        (schema({"a": {"type": ["string", "null"]}}), r"properties\.a\.type: must be one of"),
        (schema({"a": {"type": "null"}}), r"properties\.a\.type: must be one of"),
        (schema({"a": {}}), r"properties\.a: must have a type .* or an enum"),
        (schema({"a": True}), r"properties\.a: must be an object"),
        (schema({"": S}), "a name must be 1 to 64 letters"),
        (schema({"1st": S}), "properties.1st: a name must be"),
        (schema({"full name": S}), "properties.full name: a name must be"),
        (schema({"a" * 65: S}), "a name must be"),
        (schema({"größe": S}), "a name must be"),
        (schema({"a": {"type": "string", "pattern": "(a+)+$"}}), r"properties\.a: pattern is not supported"),
        (schema({"a": {"$ref": "https://example.com/x"}}), r"properties\.a"),
        (schema({"a": {"type": "string", "minimum": 1}}), r"properties\.a: minimum is not supported"),
        (schema({"a": {"type": "string", "minLength": -1}}), r"properties\.a\.minLength: -1 is less than"),
        (schema({"a": {"type": "number", "minimum": "0"}}), r"properties\.a\.minimum: '0' is not of type"),
        (schema({"a": {"type": "string", "title": 1}}), r"properties\.a\.title: 1 is not of type"),
        (schema({"a": {"enum": []}}), r"properties\.a\.enum: must be a list of 1 to 100"),
        (schema({"a": {"enum": list(range(101))}}), r"properties\.a\.enum: must be a list of 1 to 100"),
        (schema({"a": {"enum": ["x", "a\0b"]}}), r"properties\.a\.enum: must hold texts without U\+0000"),
        (schema({"a": {"type": "string", "enum": ["\ud800"]}}), r"properties\.a\.enum: .* lone surrogates"),
        ('{"type": "object", "properties": {"a": {"enum": [1e999]}}}', r"properties\.a\.enum: .* 2\^53"),
        (schema({"a": {"type": "integer", "enum": [2**53 + 1]}}), r"properties\.a\.enum: .* 2\^53"),
        (schema({"a": {"type": "number", "enum": [-1e300]}}), r"properties\.a\.enum: .* 2\^53"),
        (schema({"a": {"type": "integer", "multipleOf": 10**400}}), r"properties\.a\.multipleOf: .* 2\^53"),
        (schema({"a": {"enum": ["x", "x"]}}), r"properties\.a\.enum: holds a value twice"),
        (schema({"a": {"enum": ["x", None]}}), r"properties\.a\.enum: must hold strings and numbers"),
        (schema({"a": {"enum": ["x", ["y"]]}}), r"properties\.a\.enum: must hold strings and numbers"),
        (schema({"a": {"type": "integer", "enum": [1.5]}}), r"holds a value that is no integer"),
        (schema({"a": {"type": "string", "enum": [1]}}), r"holds a value that is no string"),
        (schema({"a": S}, required=["b"]), "required: names b, which is no property"),
        (schema({"a": S}, required="a"), "required: must be a list of names"),
        (schema({"a": S}, required=["a", "a"]), "required: .* non-unique"),
        (schema({"a": S}, additionalProperties=S), "additionalProperties: must be true or false"),
        (schema({"a": S}, anyOf=[{}]), "anyOf is not supported"),
        (schema({"a": S}, **{"$defs": {}}), r"\$defs is not supported"),
        (schema({"a": S}, **{"$schema": "http://json-schema.org/draft-04/schema#"}), r"\$schema: must be"),
        (schema({"a": S}, **{"$schema": {}}), r"\$schema: must be"),
    ],
)
def test_anything_else_is_refused_where_it_is_wrong(text: str, told: str) -> None:
    with pytest.raises(BadSchema, match=told):
        extraction_properties(text)
