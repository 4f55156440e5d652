"""Writes docs/api.md, the API reference, from the protos and their comments.

    python scripts/api_reference.py            writes it
    python scripts/api_reference.py --check    fails if the file is not what would be written

Needs `buf` on PATH, and no network. Field rules are read from the protovalidate options.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto
from google.protobuf.duration_pb2 import Duration

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "api.md"
PACKAGE = "deskbell.v1"

INTRODUCTION = f"""\
# API reference

Made from the comments in `protos/` by `make generate`; do not edit it.

All services are in the package `{PACKAGE}`. Every message has a request or response of its own per rpc;
a bad field is answered with `INVALID_ARGUMENT` and one `BadRequest` violation for each rule that it breaks.
The column *Rules* holds what the server enforces.
"""

# Field numbers of descriptor.proto, which make the paths of SourceCodeInfo.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM, MESSAGE_ONEOF = 2, 3, 4, 8
ENUM_VALUE = 2
SERVICE_METHOD = 2

SCALARS = {number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()}


@dataclass
class Item:
    """A message, an enum or a service with its full name and the file that it is written in."""

    name: str
    proto: Any
    path: tuple[int, ...]
    comments: dict[tuple[int, ...], str] = field(repr=False)

    def comment(self, *path: int) -> str:
        return self.comments.get((*self.path, *path), "")


@dataclass
class Api:
    """What the reference is made of, in the order of the files."""

    services: list[Item] = field(default_factory=list)
    messages: list[Item] = field(default_factory=list)
    enums: list[Item] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    wanted = render(read_api())
    if not parser.parse_args().check:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    found = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if found == wanted:
        return 0
    name = TARGET.relative_to(ROOT).as_posix()
    sys.stderr.writelines(
        difflib.unified_diff(
            found.splitlines(True), wanted.splitlines(True), name, f"{name}, as it should be"
        )
    )
    print(f"{name} is not current: run `make generate`", file=sys.stderr)
    return 1


# Reading


def read_api() -> Api:
    """Builds the protos and takes apart the files of our package."""
    built = subprocess.run(
        ["buf", "build", "--as-file-descriptor-set", "-o", "-"], cwd=ROOT, check=True, capture_output=True
    )
    api = Api()
    for file in parse_with_options(built.stdout).file:
        if file.package != PACKAGE:
            continue
        comments = {
            tuple(location.path): location.leading_comments
            for location in file.source_code_info.location
            if location.leading_comments
        }
        for index, service in enumerate(file.service):
            api.services.append(Item(service.name, service, (FILE_SERVICE, index), comments))
        for index, message in enumerate(file.message_type):
            add_message(api, Item(message.name, message, (FILE_MESSAGE, index), comments))
        for index, enum in enumerate(file.enum_type):
            api.enums.append(Item(enum.name, enum, (FILE_ENUM, index), comments))
    return api


def parse_with_options(descriptor_set: bytes) -> Any:
    """The descriptor set, in which the options of buf/validate are fields rather than unknown bytes."""
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
        pool.Add(file)
    name = descriptor_pb2.FileDescriptorSet.DESCRIPTOR.full_name
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name)).FromString(descriptor_set)


def add_message(api: Api, item: Item) -> None:
    api.messages.append(item)
    for index, nested in enumerate(item.proto.nested_type):
        if not nested.options.map_entry:
            path = (*item.path, MESSAGE_NESTED, index)
            add_message(api, Item(f"{item.name}.{nested.name}", nested, path, item.comments))
    for index, enum in enumerate(item.proto.enum_type):
        path = (*item.path, MESSAGE_ENUM, index)
        api.enums.append(Item(f"{item.name}.{enum.name}", enum, path, item.comments))


# Rendering


def render(api: Api) -> str:
    services = sorted(api.services, key=lambda item: item.name)
    messages = sorted(api.messages, key=lambda item: item.name)
    enums = sorted((item for item in api.enums if item.name != "ErrorReason"), key=lambda item: item.name)
    errors = next(item for item in api.enums if item.name == "ErrorReason")
    lines = [INTRODUCTION, *contents(services, messages, enums)]
    lines += ["## Services\n"]
    for item in services:
        lines += render_service(item)
    lines += ["## Messages\n"]
    for item in messages:
        lines += render_message(item)
    lines += ["## Enums\n"]
    for item in enums:
        lines += render_enum(item)
    lines += render_errors(errors)
    check_anchors(lines)
    return "\n".join(lines).rstrip() + "\n"


def contents(services: Sequence[Item], messages: Sequence[Item], enums: Sequence[Item]) -> Iterator[str]:
    yield "## Contents\n"
    for item in services:
        methods = ", ".join(to_heading(method.name) for method in item.proto.method)
        yield f"- {to_heading(item.name)}: {methods}"
    yield f"- [Messages](#messages): {', '.join(to_heading(item.name) for item in messages)}"
    yield f"- [Enums](#enums): {', '.join(to_heading(item.name) for item in enums)}"
    yield "- [Errors](#errors)\n"


def render_service(item: Item) -> Iterator[str]:
    yield f"### {item.name}\n"
    yield to_markdown(item.comment())
    for index, method in enumerate(item.proto.method):
        yield f"#### {method.name}\n"
        request, response = to_type_link(method.input_type), to_type_link(method.output_type)
        yield f"{streaming_kind(method)}: {request} to {response}.\n"
        yield from render_access(method)
        yield to_markdown(item.comment(SERVICE_METHOD, index))


def render_access(method: Any) -> Iterator[str]:
    """Who may call the method, from its option `access`."""
    found = [value for it, value in method.options.ListFields() if it.full_name == f"{PACKAGE}.access"]
    if not found:
        raise SystemExit(f"{method.name}: the method has no option `access`")
    access = found[0]

    def name_of(field_name: str, number: int | None = None) -> str:
        descriptor = access.DESCRIPTOR.fields_by_name[field_name]
        value = getattr(access, field_name) if number is None else number
        prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", descriptor.enum_type.name).upper() + "_"
        return f"`{descriptor.enum_type.values_by_number[value].name.removeprefix(prefix)}`"

    callers = [f"role {name_of('roles', role)}" for role in access.roles]
    callers += [f"API key with scope {name_of('scope')}"] if access.scope else []
    callers += ["client token of the agent"] if access.client_token else []
    yield f"- Callers: {'anyone' if access.public else ', '.join(callers)}"
    yield f"- Tenant: {f'that of `{access.resource}`' if access.resource else 'none'}"
    yield f"- Repeat: {name_of('idempotency')}; rate limit: {name_of('rate_class')}"
    if access.transcripts:
        yield "- Each use is written to the audit log"
    yield ""


def streaming_kind(method: Any) -> str:
    kinds = {
        (False, False): "Unary",
        (True, False): "Client streaming",
        (False, True): "Server streaming",
        (True, True): "Bidirectional streaming",
    }
    return kinds[method.client_streaming, method.server_streaming]


def render_message(item: Item) -> Iterator[str]:
    yield f"### {item.name}\n"
    yield to_markdown(item.comment())
    for index, oneof in enumerate(item.proto.oneof_decl):
        required = ("required", True) in rule_values(oneof.options)
        count = "Exactly one" if required else "At most one"
        comment = to_cell(item.comment(MESSAGE_ONEOF, index))
        yield f"{count} of the fields marked `{oneof.name}` is set. {comment}\n"
    if not item.proto.field:
        yield "No fields.\n"
        return
    yield "| Field | Number | Type | Description | Rules |"
    yield "| --- | --- | --- | --- | --- |"
    for index, entry in enumerate(item.proto.field):
        name = f"`{entry.name}`"
        if entry.HasField("oneof_index"):
            name += f" ({item.proto.oneof_decl[entry.oneof_index].name})"
        description = to_cell(item.comment(MESSAGE_FIELD, index))
        rules = to_cell("; ".join(rules_in_words(entry)))
        yield f"| {name} | {entry.number} | {field_type(item.proto, entry)} | {description} | {rules} |"
    yield ""


def render_enum(item: Item) -> Iterator[str]:
    yield f"### {item.name}\n"
    yield to_markdown(item.comment())
    yield "| Value | Number | Meaning |"
    yield "| --- | --- | --- |"
    for index, value in enumerate(item.proto.value):
        yield f"| `{value.name}` | {value.number} | {to_cell(item.comment(ENUM_VALUE, index))} |"
    yield ""


def render_errors(item: Item) -> Iterator[str]:
    """The reasons, whose comments begin with the status code: `NOT_FOUND. No such tenant.`"""
    yield "## Errors\n"
    yield to_markdown(item.comment())
    yield "| Reason | Status | Meaning |"
    yield "| --- | --- | --- |"
    for index, value in enumerate(item.proto.value):
        if value.number == 0:
            continue
        comment = to_cell(item.comment(ENUM_VALUE, index))
        found = re.fullmatch(r"([A-Z_]+)(, in-band)?\. (.+)", comment)
        if found is None:
            raise SystemExit(f"{value.name}: the comment must begin with the status code and a full stop")
        reason = value.name.removeprefix("ERROR_REASON_")
        yield f"| `{reason}` | `{found[1]}`{found[2] or ''} | {found[3]} |"
    yield ""


def field_type(message: Any, entry: Any) -> str:
    if entry.type not in (FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.TYPE_ENUM):
        name = SCALARS[entry.type]
    else:
        nested = next((it for it in message.nested_type if entry.type_name.endswith(f".{it.name}")), None)
        if nested is not None and nested.options.map_entry:
            key, value = nested.field
            return f"map of {field_type(nested, key)} to {field_type(nested, value)}"
        name = to_type_link(entry.type_name)
    return f"repeated {name}" if entry.label == FieldDescriptorProto.LABEL_REPEATED else name


# Rules of protovalidate

IGNORE_ALWAYS = 3
"""Of `buf.validate.Ignore`."""
IN_WORDS: dict[str, Callable[[Any], str]] = {
    "const": lambda it: f"exactly {it}",
    "defined_only": lambda _: "a defined value",
    "finite": lambda _: "finite",
    "gt": lambda it: f"greater than {it}",
    "gte": lambda it: f"at least {it}",
    "in": lambda it: "one of " + ", ".join(f'"{value}"' for value in it),
    "lt": lambda it: f"less than {it}",
    "lte": lambda it: f"at most {it}",
    "max_items": lambda it: f"at most {it}",
    "max_len": lambda it: f"length at most {it}",
    "min_items": lambda it: f"at least {it}",
    "min_len": lambda it: f"length at least {it}",
    "not_in": lambda it: "none of " + ", ".join(str(value) for value in it),
    "pattern": lambda it: f"matches `{it}`",
    "required": lambda _: "required",
    "unique": lambda _: "no two alike",
}


def rules_in_words(entry: Any) -> Iterator[str]:
    for name, value in rule_values(entry.options):
        if name == "ignore":
            yield "not checked" if value == IGNORE_ALWAYS else "not checked when unset"
        elif name in IN_WORDS:
            yield IN_WORDS[name](in_plain_units(value))
        else:
            raise SystemExit(f"{entry.name}: the reference has no words for the rule {name}")


def rule_values(options: Any) -> list[tuple[str, Any]]:
    """The leaves of the options of buf/validate, such as ("max_len", 100)."""
    leaves: list[tuple[str, Any]] = []

    def walk(rules: Any) -> None:
        for descriptor, value in rules.ListFields():
            is_message = descriptor.message_type is not None and not descriptor.is_repeated
            if is_message and descriptor.message_type.full_name != Duration.DESCRIPTOR.full_name:
                walk(value)
            else:
                leaves.append((descriptor.name, value))

    for descriptor, value in options.ListFields():
        if descriptor.is_extension and descriptor.full_name.startswith("buf.validate."):
            walk(value)
    return leaves


def in_plain_units(value: Any) -> Any:
    """Durations in seconds, large numbers with separators."""
    if hasattr(value, "nanos"):
        return f"{value.seconds + value.nanos / 1e9:,.12g} s"
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


# Markdown


def to_markdown(comment: str) -> str:
    """A comment as paragraphs; lines indented after an empty line become a block of code."""
    lines: list[str] = []
    in_code = False
    for line in (text.removeprefix(" ") for text in comment.rstrip().split("\n")):
        if not in_code and line.startswith("  ") and lines and not lines[-1]:
            lines.append("```text")
            in_code = True
        elif in_code and not line.startswith("  "):
            lines.append("```")
            in_code = False
        lines.append(line.removeprefix("  ") if in_code else line)
    if in_code:
        lines.append("```")
    return "\n".join(lines) + "\n"


def to_cell(comment: str) -> str:
    return " ".join(comment.split()).replace("|", "\\|")


def to_type_link(full_name: str) -> str:
    name = full_name.removeprefix(".")
    ours = name.removeprefix(f"{PACKAGE}.")
    return f"`{name}`" if ours == name else to_heading(ours)


def to_heading(name: str) -> str:
    return f"[{name}](#{to_anchor(name)})"


def to_anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading of letters, digits, dots and spaces."""
    return heading.lower().replace(" ", "-").replace(".", "")


def check_anchors(lines: Sequence[str]) -> None:
    text = "\n".join(lines)
    anchors = [to_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
    twice = {anchor for anchor in anchors if anchors.count(anchor) > 1}
    dangling = set(re.findall(r"\]\(#([^)]+)\)", text)) - set(anchors)
    if twice or dangling:
        raise SystemExit(f"headings with one anchor: {sorted(twice)}; links to nothing: {sorted(dangling)}")


if __name__ == "__main__":
    sys.exit(main())
