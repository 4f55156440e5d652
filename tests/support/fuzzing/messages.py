"""How requests are made up: right, nearly right, wrong, and bytes that are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from deskbell.v1 import (
    access_pb2,
)
from tests.support.fuzzing.planted import _EVERYTHING, _FITTING, _NICE, CANARIES
from tests.support.fuzzing.rpcs import Rpc

_INT_EDGES = (0, 1, -1, 2, 49, 50, 200, 201, 100_000, 100_001)
_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
}
_FLOATS = (0.0, -0.0, 1.0, 2.0, -1.0, 1e-45, 3.4e38, float("inf"), float("-inf"), float("nan"))
_SECONDS = (0, 1, 2, 9, 10, 900, 901, 604_800, 604_801, 4_000_000_000, 253_402_300_799, 253_402_300_800)
_MORE_SECONDS = (
    -1,
    -62_135_596_800,
    -62_135_596_801,
    315_576_000_000,
    315_576_000_001,
    2**62,
    -(2**63),
    2**63 - 1,
)
_NANOS = (0, 1, 200_000_000, 999_999_999)
_MORE_NANOS = (1_000_000_000, -1, -999_999_999, 2**31 - 1, -(2**31))
_ODD_PATHS = (
    "*",
    "",
    "name",
    "etag",
    "voice",
    "voice.",
    ".voice",
    "voice.voice.voice",
    "redaction.*",
    "__class__",
)
_TEXTS = st.one_of(st.sampled_from(_EVERYTHING), st.text(max_size=40))


def texts() -> st.SearchStrategy[str]:
    """Any text, canaries among them."""
    return _TEXTS


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor) -> Message:
    """Any message of a type: one whose fields all keep their rules, one in which a single field does not, and less
    and less careful ones."""
    care = draw(st.sampled_from((10, 10, 1, 1, 1, 1, 7, 0)))
    if care != 1:
        return _message(draw, descriptor, care, 0)
    message: Any = _message(draw, descriptor, 10, 0)
    path = draw(st.sampled_from(_input_paths(descriptor)))
    if not path:
        return message  # type: ignore[no-any-return]  # without fields
    *parents, last = path
    holder: Any = message
    for part in parents:
        holder = getattr(holder, part)
    holder.ClearField(last)
    _set(draw, holder, holder.DESCRIPTOR.fields_by_name[last], 0, 0)
    return message  # type: ignore[no-any-return]


_OUTPUT_ONLY = re.compile(
    r"create_time|update_time|last_\w+_time|revoke_time|size_bytes|passage_count|state|failure"
)


@cache
def _input_paths(descriptor: Descriptor) -> tuple[tuple[str, ...], ...]:
    """The paths of all fields that a server looks at; of a well-known type as a whole."""
    found: list[tuple[str, ...]] = []
    for each in descriptor.fields:
        if _OUTPUT_ONLY.fullmatch(each.name):
            continue
        inner = each.message_type
        if inner is None or each.is_repeated or inner.full_name in _WELL_KNOWN or not inner.fields:
            found.append((each.name,))
        else:
            found += [(each.name, *path) for path in _input_paths(inner)]
    return tuple(found) or ((),)


def _message(draw: st.DrawFn, descriptor: Descriptor, care: int, depth: int) -> Message:
    message: Any = GetMessageClass(descriptor)()
    well_known = _WELL_KNOWN.get(descriptor.full_name)
    if well_known is not None:
        well_known(draw, message, care)
        return message  # type: ignore[no-any-return]
    chosen: set[str] = set()
    for oneof in descriptor.oneofs:
        index = draw(st.integers(0, len(oneof.fields) if care < 10 else len(oneof.fields) - 1))
        chosen.update(each.name for i, each in enumerate(oneof.fields) if i != index)
    for each in descriptor.fields:
        if each.name in chosen or (each.message_type is not None and depth > 4):
            continue
        careful = draw(st.integers(0, 9)) < care
        needed = careful and (each.containing_oneof is not None or _is_needed(each))
        if not needed and draw(st.integers(0, 3)) == 0:
            continue
        _set(draw, message, each, care if careful else 0, depth)
    return message  # type: ignore[no-any-return]


def _set(draw: st.DrawFn, message: Any, each: FieldDescriptor, care: int, depth: int) -> None:
    if each.message_type is not None and each.message_type.GetOptions().map_entry:
        entries = getattr(message, each.name)
        for _ in range(draw(st.integers(0, 3))):
            entry: Any = _message(draw, each.message_type, 0, depth + 1)
            if each.message_type.fields_by_name["value"].message_type is None:
                entries[entry.key] = entry.value
            else:
                entries[entry.key].CopyFrom(entry.value)
    elif each.is_repeated:
        some = [_value(draw, each, care, depth) for _ in range(1 if care == 10 else draw(st.integers(0, 3)))]
        times = 1 if care or depth > 1 or not draw(st.booleans()) else 34
        getattr(message, each.name).extend(some * times)
    elif each.message_type is not None:
        getattr(message, each.name).CopyFrom(_value(draw, each, care, depth))
    else:
        setattr(message, each.name, _value(draw, each, care, depth))


def _value(draw: st.DrawFn, each: FieldDescriptor, care: int, depth: int) -> Any:
    match each.cpp_type:
        case FieldDescriptor.CPPTYPE_MESSAGE:
            return _message(draw, each.message_type, care, depth + 1)
        case FieldDescriptor.CPPTYPE_STRING if each.type == FieldDescriptor.TYPE_BYTES:
            some = draw(st.one_of(st.binary(max_size=64), st.sampled_from([c.encode() for c in CANARIES])))
            return some * draw(st.sampled_from((1, 1, 1, 7, 1000, 4000)))
        case FieldDescriptor.CPPTYPE_STRING:
            return draw(_fitting(each, nice=care == 10) if care else _TEXTS)
        case FieldDescriptor.CPPTYPE_BOOL:
            return draw(st.booleans())
        case FieldDescriptor.CPPTYPE_FLOAT | FieldDescriptor.CPPTYPE_DOUBLE:
            return draw(st.sampled_from(_FLOATS[:4] if care else _FLOATS))
        case FieldDescriptor.CPPTYPE_ENUM:
            low, high = _RANGES[each.cpp_type]
            defined = [value.number for value in each.enum_type.values]
            allowed = [number for number in defined if number not in (0, access_pb2.ROLE_PLATFORM_OPERATOR)]
            return draw(st.sampled_from(allowed if care == 10 and allowed else (*defined, 99, low, high)))
        case kind:
            return draw(_numbers(each, *_RANGES[kind], care))


def _numbers(each: FieldDescriptor, low: int, high: int, care: int) -> st.SearchStrategy[int]:
    if care:
        rule = _rule(each)
        least = rule.gte if rule is not None and rule.HasField("gte") else low
        most = rule.lte if rule is not None and rule.HasField("lte") else high
        if rule is not None and rule.HasField("const"):
            least = most = rule.const
        edges = [least, most, *(number for number in _INT_EDGES if least <= number <= most)]
        return st.one_of(st.sampled_from(edges), st.integers(least, most))
    return st.one_of(
        st.sampled_from([n for n in (*_INT_EDGES, low, high) if low <= n <= high]), st.integers(low, high)
    )


def _rules(each: FieldDescriptor) -> Any:
    options: Any = each.GetOptions()
    return options.Extensions[validate_pb2.field]


def _is_needed(each: FieldDescriptor) -> bool:
    """Whether a request without the field is likely to be refused."""
    rule = _rule(each)
    if hasattr(rule, "pattern") and (rule.min_len or re.search(rule.pattern, "") is None):
        return True
    return bool(_rules(each).required) or each.name in {"name", "display_name", "role", "scopes", "email"}


def _rule(each: FieldDescriptor) -> Any:
    rules = _rules(each)
    kind = rules.WhichOneof("type")
    return getattr(rules, kind) if kind else None


_fitting_texts: dict[tuple[str, bool], st.SearchStrategy[str]] = {}


def _fitting(each: FieldDescriptor, *, nice: bool) -> st.SearchStrategy[str]:
    """Texts that keep a field's rule; nice ones are those that a request can succeed with."""
    key = (each.full_name, nice)
    if key not in _fitting_texts:
        candidates = _candidates(each, nice=nice)
        # Without any it is of a kind that is not known here.
        _fitting_texts[key] = (
            st.sampled_from(candidates) if candidates else st.from_regex(_rule(each).pattern)
        )
    return _fitting_texts[key]


def _candidates(each: FieldDescriptor, *, nice: bool) -> list[str]:
    kind = _KINDS.get(each.containing_type.name) if each.name == "name" else None
    if nice and each.name == "display_name":
        return ["Desk", *CANARIES[:-1]]
    if nice and each.name in {"page_token", "etag"}:
        return ["", "", "", "v1", CANARIES[0][:64]]
    candidates = list(_NICE if nice else _FITTING)
    if kind is not None:
        return [text for text in candidates if kind.fullmatch(text)]
    rule = _rule(each)
    if rule is None or not hasattr(rule, "pattern"):
        return candidates
    pattern = re.compile(rule.pattern.replace("$", r"\Z"), re.ASCII)
    most = rule.max_len if rule.HasField("max_len") else 10**9
    return [text for text in candidates if pattern.search(text) and rule.min_len <= len(text) <= most]


_KINDS = {
    "Tenant": re.compile("tenants/[^/]*"),
    "Quota": re.compile("tenants/[^/]*/quota"),
    "Agent": re.compile("tenants/[^/]*/agents/[^/]*"),
    "User": re.compile("tenants/[^/]*/users/[^/]*"),
    "BookableService": re.compile("tenants/[^/]*/services/[^/]*"),
    "Resource": re.compile("tenants/[^/]*/resources/[^/]*"),
    "OpeningHours": re.compile("tenants/[^/]*/openingHours"),
    "Reservation": re.compile("tenants/[^/]*/reservations/[^/]*"),
}
"""Of resources that hold their own name, on which there is no rule."""


def _timestamp(draw: st.DrawFn, message: Any, care: int) -> None:
    nice = (2,) if message.DESCRIPTOR.name == "Duration" else (4_000_000_000,)
    message.seconds = draw(
        st.sampled_from(nice if care == 10 else _SECONDS if care else _SECONDS + _MORE_SECONDS)
    )
    message.nanos = draw(st.sampled_from(_NANOS if care else _NANOS + _MORE_NANOS))


def _field_mask(draw: st.DrawFn, message: Any, care: int) -> None:
    known = ["display_name", "type", "greeting", "voice.voice", "industry", "role", "disabled", "retention"]
    known += ["redaction.phone_numbers", "requests_per_second", "time_zone", "monthly_tokens"]
    known += [
        "duration",
        "resources",
        "capacity",
        "schedule",
        "rules.lead",
        "start_time",
        "caller.phone",
        "notes",
    ]
    anything = st.one_of(st.sampled_from((*_ODD_PATHS, *CANARIES)), st.sampled_from(known), texts())
    nice = st.sampled_from(([], ["*"], ["display_name"], ["requests_per_second"], ["voice.voice"]))
    message.paths.extend(draw(nice if care == 10 else st.lists(anything, max_size=4)))


_WELL_KNOWN = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Duration": _timestamp,
    "google.protobuf.FieldMask": _field_mask,
}


def planted_requests(rpc: Rpc, canary: str) -> Iterator[tuple[str, list[bytes]]]:
    """Requests that are right but for one text field, which holds the canary: each text field in turn, by its path.
    A stream begins with a message that is right."""
    for path in _text_paths(rpc.request):
        message = _right(rpc.request, path)
        holder: Any = message
        *parents, last = path
        for part in parents:
            holder = getattr(holder, part)
        if isinstance(getattr(holder, last), str):
            setattr(holder, last, canary)
        else:
            getattr(holder, last)[:] = [canary]
        begin = [_right(rpc.request, ()).SerializeToString()] if rpc.client_streaming else []
        if path[0] in {oneof.fields[0].name for oneof in rpc.request.oneofs}:
            begin = []  # it is what a stream begins with
        yield ".".join(path), [*begin, message.SerializeToString()]


def edge_requests(rpc: Rpc) -> Iterator[tuple[str, list[bytes]]]:
    """Requests that are right but for one number, enum or time, which is at or over an edge: each in turn."""
    for path in _input_paths(rpc.request):
        for change in _edges_of(rpc.request, path):
            message = _right(rpc.request, path)
            holder: Any = message
            for part in path[:-1]:
                holder = getattr(holder, part)
            told = change(holder)
            begin = [_right(rpc.request, ()).SerializeToString()] if rpc.client_streaming else []
            if path[0] in {oneof.fields[0].name for oneof in rpc.request.oneofs}:
                begin = []
            yield f"{'.'.join(path)} = {told}", [*begin, message.SerializeToString()]


def _edges_of(descriptor: Descriptor, path: tuple[str, ...]) -> Iterator[Callable[[Any], str]]:
    if not path:
        return
    for part in path[:-1]:
        descriptor = descriptor.fields_by_name[part].message_type
    each = descriptor.fields_by_name[path[-1]]

    def number(value: Any) -> Callable[[Any], str]:
        def change(holder: Any) -> str:
            if each.is_repeated:
                getattr(holder, each.name)[:] = [value]
            else:
                setattr(holder, each.name, value)
            return str(value)

        return change

    def moment(seconds: int, nanos: int) -> Callable[[Any], str]:
        def change(holder: Any) -> str:
            getattr(holder, each.name).seconds, getattr(holder, each.name).nanos = seconds, nanos
            return f"{seconds} s {nanos} ns"

        return change

    if each.message_type is not None and each.message_type.name in {"Timestamp", "Duration"}:
        for seconds in (*_SECONDS, *_MORE_SECONDS):
            yield moment(seconds, 0)
        for nanos in (*_NANOS, *_MORE_NANOS):
            for seconds in (1, 300, 253_402_300_799):
                yield moment(seconds, nanos)
    elif each.cpp_type in _RANGES:
        low, high = _RANGES[each.cpp_type]
        for value in (0, 1, -1, 99, 2**31 - 1, 2**53 + 1, low, high):
            if low <= value <= high:
                yield number(value)
    elif each.cpp_type in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        for value in _FLOATS:
            yield number(value)


def _text_paths(descriptor: Descriptor) -> Iterator[tuple[str, ...]]:
    for each in descriptor.fields:
        if each.type == FieldDescriptor.TYPE_STRING:
            yield (each.name,)
        elif each.message_type is not None and not each.is_repeated:
            for path in _text_paths(each.message_type):
                yield (each.name, *path)


def _right(descriptor: Descriptor, path: tuple[str, ...]) -> Message:
    """A message that keeps the rules, with those alternatives of its oneofs that lie on the path."""
    message: Any = GetMessageClass(descriptor)()
    for each in descriptor.fields:
        oneof = each.containing_oneof
        if oneof is not None:
            names = [alternative.name for alternative in oneof.fields]
            if each.name != (path[0] if path and path[0] in names else names[0]):
                continue
        elif not _is_needed(each) and not (path and path[0] == each.name) and each.name not in _SENT_TOO:
            continue
        rule = _rule(each)
        if each.is_repeated:
            if each.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
                getattr(message, each.name).append(each.enum_type.values[-1].number)
        elif each.message_type is not None:
            inner = _right(each.message_type, path[1:] if path and path[0] == each.name else ())
            getattr(message, each.name).CopyFrom(inner)
        elif each.type == FieldDescriptor.TYPE_STRING:
            setattr(message, each.name, next((text for text in _candidates(each, nice=True) if text), ""))
        elif each.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
            setattr(message, each.name, each.enum_type.values[-1].number)
        elif hasattr(rule, "gte"):
            setattr(message, each.name, rule.gte)
    return message  # type: ignore[no-any-return]


_SENT_TOO = frozenset({"client_seq", "title", "file_name", "text"})


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _unknown_field(number: int, wire_type: int, content: bytes) -> bytes:
    bodies = {0: _varint(2**64 - 1), 1: b"\xff" * 8, 2: _varint(len(content)) + content, 5: b"\xff" * 4}
    return _varint(number << 3 | wire_type) + bodies.get(wire_type, content)


@st.composite
def broken_bytes(draw: st.DrawFn, descriptor: Descriptor) -> bytes:
    """Bytes that are, perhaps, not a message of the type: cut, with changed or unknown fields, or anything."""
    whole = draw(messages(descriptor)).SerializeToString()
    canary = draw(st.sampled_from(CANARIES)).encode()
    match draw(st.sampled_from(("anything", "cut", "unknown", "changed", "canary", "nested", "not utf-8"))):
        case "anything":
            return draw(st.binary(max_size=200))
        case "cut":
            return whole[: draw(st.integers(0, max(0, len(whole) - 1)))]
        case "unknown":
            numbers = st.sampled_from((0, 1, 2, 99, 19_000, 2**29 - 1, 2**29))
            pieces = draw(st.lists(st.tuples(numbers, st.integers(0, 7)), min_size=1, max_size=3))
            return whole + b"".join(_unknown_field(number, kind, canary) for number, kind in pieces)
        case "changed":
            at = draw(st.integers(0, max(0, len(whole) - 1)))
            return whole[:at] + draw(st.binary(min_size=1, max_size=3)) + whole[at + 1 :]
        case "nested":
            return _varint(draw(st.integers(1, 12)) << 3 | 3) * 300
        case "not utf-8":
            return _unknown_field(draw(st.integers(1, 12)), 2, b"\xff\xfe\xc0" + canary)
        case _:
            return canary


def parses(rpc: Rpc, content: bytes) -> bool:
    """Whether bytes are a message of the rpc's request type."""
    try:
        GetMessageClass(rpc.request).FromString(content)
    except DecodeError:
        return False
    return True
