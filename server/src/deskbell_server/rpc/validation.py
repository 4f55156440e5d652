"""Checks messages against the rules that the protos declare."""

from __future__ import annotations

import protovalidate
from google.protobuf.message import Message

from deskbell_server.domain.errors import FieldViolation, InvalidInput

MAX_VIOLATIONS = 20
"""More than that help nobody."""


def check(message: Message) -> None:
    """Raises InvalidInput with one violation for each field that breaks its rule."""
    found = protovalidate.collect_violations(message)
    if not found:
        return
    violations = tuple(
        FieldViolation(_path(violation) or "(message)", violation.proto.message)
        for violation in found[:MAX_VIOLATIONS]
    )
    raise InvalidInput("; ".join(f"{v.field}: {v.description}" for v in violations), violations=violations)


def _path(violation: protovalidate.Violation) -> str:
    """`tenant.time_zone`, `items[3].name`."""
    path = ""
    for element in violation.proto.field.elements if violation.proto.field else ():
        path += f".{element.field_name}" if path else element.field_name
        match element.subscript:
            case None:
                pass
            case subscript:
                path += f"[{subscript.value}]"
    return path
