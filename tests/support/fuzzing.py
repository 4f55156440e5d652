"""Hostile requests: a server in a process of its own, what is planted in requests, and how to make up requests.

The server is a process so that all it writes, whoever writes it (structlog, asyncio, grpc's C core), can be read, and
so that its logs are set up as the product's are. `python -m tests.support.fuzzing` is that process.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import asyncpg
import grpc
import prometheus_client
from buf.validate import validate_pb2
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st
from redis import Redis

from deskbell.v1 import (
    access_pb2,
    agent_pb2,
    agent_service_pb2,
    auth_service_pb2,
    chat_service_pb2,
    identity_pb2,
    knowledge_service_pb2,
    tenant_pb2,
    tenant_service_pb2,
    user_service_pb2,
)
from deskbell_server.app.engines import Engines
from deskbell_server.observability.logs import configure_logging
from deskbell_server.privacy.scrubbing import scrub
from deskbell_server.rpc.server import SERVICE_NAMES
from tests.support.live_server import KEY, live_server, refusal, refusal_of
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import ScriptedChat, ScriptedSpeech

# ---- what is planted

PHONES = ("+1 415 555 2671", "415-555-2671", "+14155552671", "(415) 555-2671")
SECRETS = (
    "dbk_canary_0123456789abcdef_Cn4rySecretCn4rySecretCn4rySecretCn4rySecre",
    "dbk_clinic_00000000000000aa_Cn4rySecretCn4rySecretCn4rySecretCn4rySecre",  # of an API key that there is
    "canary-Passw0rd-Xyzzy",
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImNhbmFyeSJ9.eyJqdGkiOiJjYW5hcnkifQ.canarysignaturecanarysignature",
    "dbr_canary_0123456789abcdef0123456789abcdef_7_R3freshCanaryR3freshCanaryR3freshCanaryR3fr",
)
WORDS = "the zanzibar canary sings at midnight"
"""A caller's words, which no log line may hold."""
CANARIES = (*SECRETS, *PHONES, WORDS, f"{WORDS}: call {PHONES[0]}, password {SECRETS[2]}")
_PLANTED = re.compile(
    r"cn4rysecret|passw0rd-xyzzy|canarysignature|imnhbmfyesj9|r3freshcanary|zanzibar"
    r"|415\W{0,3}555\W{0,3}2671",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"Traceback|internal_error|never retrieved|never awaited|Unclosed|was destroyed but|Exception ignored"
)

GRPC_TOLD = "Unexpected <class 'google.protobuf.message.DecodeError'>: Error parsing message with type "
_GRPC_WROTE = re.compile(
    r"ERROR grpc\._cython\.cygrpc: Unexpected \[DecodeError\] raised by servicer method \[[^\]]+\]\n"
    r"Traceback \(most recent call last\):\n(?: +File \"src/python/grpcio/[^\n]+\n)+"
    r"google\.protobuf\.message\.DecodeError: Error parsing message with type [^\n]+\n"
)
"""What grpc.aio itself does with the bytes of a unary request that are no message, before any interceptor: status
UNKNOWN with this text, and a traceback in the log that holds none of the bytes."""

# ---- names; the ids that the server makes up stand in for the real ones, which are just as long

TENANT, OTHER, MISSING = "clinic", "bakery", "nobody"
PARENT = f"tenants/{TENANT}"
USER_ID, KEY_ID = "u-000000000000", "00000000000000aa"
TOKEN_ID, CONVERSATION_ID = "00000000-0000-7000-8000-0000000000aa", "00000000-0000-7000-8000-0000000000bb"
API_KEY = f"dbk_{TENANT}_{KEY_ID}_{'S' * 43}"
REFRESH = f"dbr_{TENANT}_{'e' * 32}_1_{'S' * 43}"
OWNER_EMAIL, OWNER_PASSWORD = "owner@clinic.example", "right-Passw0rd-of-the-owner"
NAMES = (
    f"tenants/{TENANT}",
    f"tenants/{TENANT}/agents/desk",
    f"tenants/{TENANT}/documents/hours",
    f"tenants/{TENANT}/users/{USER_ID}",
    f"tenants/{TENANT}/apiKeys/{KEY_ID}",
    f"tenants/{TENANT}/clientTokens/{TOKEN_ID}",
    f"tenants/{TENANT}/conversations/{CONVERSATION_ID}",
    f"tenants/{TENANT}/quota",
)
STRANGE_NAMES = (
    f"tenants/{OTHER}",
    f"tenants/{MISSING}",
    f"tenants/{OTHER}/agents/desk",
    f"tenants/{MISSING}/agents/desk",
    f"tenants/{TENANT}/agents/{MISSING}",
    f"tenants/{OTHER}/conversations/{CONVERSATION_ID}",
    f"tenants/{TENANT}/conversations/00000000-0000-0000-0000-000000000000",
    f"tenants/{OTHER}/quota",
    f"tenants/{MISSING}/quota",
    f"tenants/{MISSING}/users/nobody",
    f"tenants/{OTHER}/apiKeys/{KEY_ID}",
    f"tenants/{OTHER}/clientTokens/{TOKEN_ID}",
)
ALMOST_NAMES = (
    "tenants/",
    f"tenants/{TENANT}/",
    f"tenants/{TENANT}\n",
    f"tenants/{TENANT}\0",
    f"/tenants/{TENANT}",
    f"tenants/{TENANT.title()}",
    f"tenants/{TENANT}/agents/",
    "tenants//agents/desk",
    f"tenants/{TENANT}/agents/desk/extra",
    f"tenants/{TENANT}/agents/desk\n",
    f"tenants/{TENANT}/quota/",
    f"tenants/{TENANT}/../{OTHER}",
    f"tenants/{TENANT}/users/../../{OTHER}/users/x",
    f"tenants/{TENANT}/agents/{PHONES[0]}",
    f"tenants/{TENANT}/users/{SECRETS[0]}",
    f"tenants/{PHONES[1]}",
    f"tenants/{'a' * 64}",
    f"tenants/{TENANT}/conversations/not-a-uuid",
    "tenants/clinič",
)
PLAIN = (
    "",
    TENANT,
    "desk",
    "fuzzed-one",
    "hours",
    "en",
    "pt-BR",
    "Europe/London",
    "Mars/Olympus",
    "text/plain",
    "text/markdown",
    "notes.md",
    "notes.exe",
    OWNER_EMAIL,
    "a@b",
    OWNER_PASSWORD,
    API_KEY,
    REFRESH,
    KEY,
    "v1",
    "*",
    "r1",
    "1234#",
    "11111111-1111-1111-1111-111111111111",
    "ABCDEFAB-2222-4222-8222-ABCDEFABCDEF",
    "What are your opening hours?",
)
ODD = (
    "\0",
    "a\0b",
    "\n",
    " ",
    "\u00a0",
    "\u202e\u2066evil\u2069",
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "\U0010ffff",
    "\ufffe\uffff",
    "e\u0301" * 50,
    "ß" * 300,
    "' or 1=1; --",
    "%s%n{0}{__class__}",
    "$(reboot)`id`",
    "\x1b[31mred\x1b[0m",
    "\r\nlevel=error forged",
    "x" * 256,
    "x" * 257,
    "x" * 4001,
    "y" * 100_000,
    "𝕏" * 20_000,
    f"{CANARIES[-1]} " * 200,
)
_NICE = (*NAMES * 9, *STRANGE_NAMES, *[""] * 6, *PLAIN, *CANARIES)
_FITTING = (*NAMES * 3, *STRANGE_NAMES, *PLAIN, *CANARIES, *ODD)
_EVERYTHING = (*NAMES, *STRANGE_NAMES, *ALMOST_NAMES, *PLAIN, *CANARIES * 2, *ODD)


def planted(text: str | bytes) -> list[str]:
    """Where something planted stands in a text, each with what is around it."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return [text[max(0, found.start() - 120) : found.end() + 40] for found in _PLANTED.finditer(text)]


# ---- rpcs

ACTORS = ("bootstrap", "owner", "api_key", "client_token", "nobody")


@dataclass(frozen=True)
class Rpc:
    """An rpc as its descriptor says."""

    path: str
    request: Descriptor
    response: Descriptor
    client_streaming: bool
    server_streaming: bool
    changes: bool
    admitted: tuple[str, ...]
    """The actors that may call it, of those that there are here."""


@cache
def every_rpc() -> tuple[Rpc, ...]:
    """All of our services', from the descriptors."""

    def rpc(service: str, method: MethodDescriptor) -> Rpc:
        options: Any = method.GetOptions()
        access = options.Extensions[access_pb2.access]
        may = {
            "bootstrap": access_pb2.ROLE_PLATFORM_OPERATOR in access.roles,
            "owner": access_pb2.ROLE_OWNER in access.roles,
            "api_key": bool(access.scope),
            "client_token": access.client_token,
            "nobody": access.public,
        }
        return Rpc(
            f"/{service}/{method.name}",
            method.input_type,
            method.output_type,
            bool(method.client_streaming),
            bool(method.server_streaming),
            access.idempotency != access_pb2.IDEMPOTENCY_NO_SIDE_EFFECTS,
            tuple(actor for actor in ACTORS if may[actor]),
        )

    pool = descriptor_pool.Default()
    return tuple(
        rpc(name, method) for name in SERVICE_NAMES for method in pool.FindServiceByName(name).methods
    )


def rpc_named(name: str) -> Rpc:
    """`GetTenant`."""
    return next(rpc for rpc in every_rpc() if rpc.path.endswith(f"/{name}"))


# ---- made-up messages

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
        times = 1 if care or not draw(st.booleans()) else 34
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


# ---- the server and its callers


@dataclass(frozen=True)
class Outcome:
    """How an rpc ended."""

    code: grpc.StatusCode
    details: str
    error: Any
    responses: tuple[bytes, ...]

    @property
    def ok(self) -> bool:
        return self.error is None


@dataclass(repr=False)
class World:
    """The server's process, a channel to it, and one credential of each kind."""

    folder: Path
    process: subprocess.Popen[bytes]
    database_url: str
    redis: Redis
    address: str
    metrics_url: str
    channel: grpc.Channel
    credentials: dict[str, str] = field(default_factory=dict)
    refresh_token: str = ""
    real: dict[bytes, bytes] = field(default_factory=dict)
    """What stands in for an id, and the id."""
    secrets: set[str] = field(default_factory=lambda: {KEY, OWNER_PASSWORD})
    """Every real secret that there was, which no log may hold either."""
    _read: int = 0

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis prints the arguments of a test that fails."""
        printer.text("world")

    def metadata(self, actor: str) -> tuple[tuple[str, str], ...]:
        """An actor's credential."""
        return () if actor == "nobody" else (("authorization", f"Bearer {self.credentials[actor]}"),)

    def send(
        self, rpc: Rpc, contents: Sequence[bytes], metadata: Any, timeout: float = 20.0, limit: int = 60
    ) -> Outcome:
        """Calls an rpc with these bytes. A stream of responses is given up after `limit` of them."""
        requests = [self._with_real_ids(content) for content in contents]
        make: Any = {
            (False, False): self.channel.unary_unary,
            (False, True): self.channel.unary_stream,
            (True, False): self.channel.stream_unary,
            (True, True): self.channel.stream_stream,
        }[rpc.client_streaming, rpc.server_streaming]
        argument = iter(requests) if rpc.client_streaming else requests[0]
        responses: list[bytes] = []
        try:
            answer = make(rpc.path)(argument, metadata=metadata, timeout=timeout)
            if rpc.server_streaming:
                for response in answer:
                    responses.append(response)
                    if len(responses) == limit:
                        answer.cancel()
                        break
            else:
                responses.append(answer)
        except grpc.RpcError as error:
            known: Any = error
            return Outcome(known.code(), known.details() or "", known, tuple(responses))
        return Outcome(grpc.StatusCode.OK, "", None, tuple(responses))

    def call(self, name: str, request: Message, actor: str = "bootstrap") -> Any:
        """A request that must succeed; its first response."""
        rpc = rpc_named(name)
        self.forget_limits()
        outcome = self.send(rpc, [request.SerializeToString()], self.metadata(actor))
        assert outcome.ok, f"{name}: {outcome.code} {outcome.details}"
        return GetMessageClass(rpc.response).FromString(outcome.responses[0])

    def _with_real_ids(self, content: bytes) -> bytes:
        # Whole secrets before the ids that are part of them.
        for stand_in, real in sorted(self.real.items(), key=lambda pair: -len(pair[0])):
            content = content.replace(stand_in, real)
        return content

    # -- what must be true whatever was sent

    def examine(self, outcome: Outcome, rpc: Rpc, *, grpc_may: bool = False) -> None:
        """No defect, no refusal without its reason, no secret in it or in what was written meanwhile. `grpc_may`:
        the request was none, which grpc itself may have refused in its own way (GRPC_TOLD)."""
        if grpc_may and outcome.code is grpc.StatusCode.UNKNOWN:
            assert outcome.details.startswith(f"{GRPC_TOLD}'{rpc.request.full_name}'"), outcome.details
            assert not self.leaks(outcome.details)
        elif outcome.error is not None:
            assert outcome.code not in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}, (
                f"{outcome.code} {outcome.details}\n{self.output()[self._read :][-6000:]}"
            )
            told = [outcome.details]
            told += [_text(value) for _, value in outcome.error.trailing_metadata() or ()]
            assert not [found for text in told for found in self.leaks(text)], "a secret in the status"
            refusal(outcome.error)
        for response in outcome.responses:
            message: Any = GetMessageClass(rpc.response).FromString(response)
            if "error" in message.DESCRIPTOR.fields_by_name and message.HasField("error"):
                found = refusal_of(message.error.status)
                assert found.code not in {"INTERNAL", "UNKNOWN"}, message
                assert not self.leaks(str(message.error)), "a secret in an error of the stream"
        self.check_output()

    def leaks(self, text: str | bytes) -> list[str]:
        """What a text holds that it must not."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        return [*planted(text), *(secret for secret in self.secrets if secret in text)]

    def output(self) -> str:
        """All that the process has written."""
        return (self.folder / "output").read_text(errors="replace")

    def check_output(self) -> None:
        """Looks at what was written since the last time."""
        assert self.process.poll() is None, f"the server is gone\n{self.output()[-6000:]}"
        path = self.folder / "output"
        if path.stat().st_size == self._read:
            return
        with path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        assert not self.leaks(new), f"in the logs: {self.leaks(new)}"
        text = _GRPC_WROTE.sub("", new.decode(errors="replace"))
        assert _TROUBLE.search(text) is None, text[-6000:]

    def skip_output(self) -> None:
        """What was written up to now is somebody else's matter, such as that of an example that failed."""
        self._read = (self.folder / "output").stat().st_size

    def metrics(self) -> str:
        """What Prometheus would scrape."""
        with urlopen(self.metrics_url, timeout=10) as response:  # noqa: S310 - our own
            return str(response.read().decode())

    def rows(self, sql: str) -> list[Any]:
        """Rows of the database, as its owner sees it."""

        async def fetch() -> list[Any]:
            connection = await asyncpg.connect(self.database_url, timeout=10)
            try:
                return list(await connection.fetch(sql))
            finally:
                await connection.close(timeout=10)

        return asyncio.run(fetch())

    # -- keeping it alive

    def forget_limits(self) -> None:
        """Empties every bucket of the rate limits: they are not what is looked for here."""
        keys = list(self.redis.scan_iter(match="*bucket*", count=1000))
        if keys:
            self.redis.delete(*keys)

    def restore(self) -> None:
        """Puts back what a request has rightly destroyed."""
        get = tenant_service_pb2.GetTenantRequest(name=PARENT)
        if not self._works("GetTenant", get, "bootstrap"):
            self.build()
            return
        agent = agent_service_pb2.GetAgentRequest(name=f"{PARENT}/agents/desk")
        if not self._works("GetAgent", agent, "bootstrap"):
            self._make_agent(TENANT)
        if not self._works("GetTenant", get, "owner"):
            name = f"{PARENT}/users/{USER_ID}"
            reset = user_service_pb2.ResetPasswordRequest(name=name, password=OWNER_PASSWORD)
            if not self._works("ResetPassword", reset, "bootstrap"):
                self.build()
                return
            self._sign_in()
        if not self._works("GetTenant", get, "api_key"):
            self._make_key()
        ask = chat_service_pb2.SendMessageRequest(agent=f"{PARENT}/agents/desk")
        asked = self.send(rpc_named("SendMessage"), [ask.SerializeToString()], self.metadata("client_token"))
        if asked.code is not grpc.StatusCode.INVALID_ARGUMENT:
            self._mint()

    def _works(self, name: str, request: Message, actor: str) -> bool:
        return self.send(rpc_named(name), [request.SerializeToString()], self.metadata(actor)).ok

    def build(self) -> None:
        """Makes the tenants, their agents and every credential, in place of those that there are."""
        self.credentials["bootstrap"] = KEY
        for tenant in (TENANT, OTHER):
            old = tenant_service_pb2.DeleteTenantRequest(name=f"tenants/{tenant}")
            self._works("DeleteTenant", old, "bootstrap")
            self.call(
                "CreateTenant",
                tenant_service_pb2.CreateTenantRequest(
                    tenant_id=tenant, tenant=tenant_pb2.Tenant(display_name=tenant)
                ),
            )
            self._make_agent(tenant)
        self.call(
            "IngestText",
            knowledge_service_pb2.IngestTextRequest(
                parent=PARENT, document_id="hours", title="Hours", text=f"Open at nine. {CANARIES[-1]}"
            ),
        )
        user = identity_pb2.User(email=OWNER_EMAIL, role=access_pb2.ROLE_OWNER)
        request = user_service_pb2.CreateUserRequest(parent=PARENT, user=user, password=OWNER_PASSWORD)
        self._stand_in(USER_ID, self.call("CreateUser", request).user.name.rpartition("/")[2])
        self._sign_in()
        self._make_key()
        self._mint()
        said = chat_service_pb2.SendMessageRequest(agent=f"{PARENT}/agents/desk", text=CANARIES[-1])
        started = self.call("SendMessage", said, "owner").started
        self._stand_in(CONVERSATION_ID, started.conversation.rpartition("/")[2])

    def _make_agent(self, tenant: str) -> None:
        agent = agent_pb2.Agent(display_name="Desk")
        self.call(
            "CreateAgent",
            agent_service_pb2.CreateAgentRequest(parent=f"tenants/{tenant}", agent_id="desk", agent=agent),
        )

    def _sign_in(self) -> None:
        request = auth_service_pb2.SignInRequest(tenant=PARENT, email=OWNER_EMAIL, password=OWNER_PASSWORD)
        tokens = self.call("SignIn", request).tokens
        self._hold("owner", tokens.access_token)
        self.refresh_token = tokens.refresh_token
        self.secrets.add(tokens.refresh_token)
        self._stand_in(REFRESH, tokens.refresh_token)

    def _make_key(self) -> None:
        scopes = [scope for scope in access_pb2.Scope.values() if scope]
        key = identity_pb2.ApiKey(display_name="All", scopes=scopes)
        made = self.call("CreateApiKey", auth_service_pb2.CreateApiKeyRequest(parent=PARENT, api_key=key))
        self._hold("api_key", made.secret)
        self._stand_in(API_KEY, made.secret)
        self._stand_in(KEY_ID, made.api_key.name.rpartition("/")[2])

    def _mint(self) -> None:
        request = auth_service_pb2.MintClientTokenRequest(
            agent=f"{PARENT}/agents/desk", max_concurrent_calls=10
        )
        made = self.call("MintClientToken", request)
        self._hold("client_token", made.secret)
        self._stand_in(TOKEN_ID, made.client_token.name.rpartition("/")[2])

    def _hold(self, actor: str, credential: str) -> None:
        self.credentials[actor] = credential
        self.secrets.add(credential)

    def _stand_in(self, text: str, real: str) -> None:
        assert len(text) == len(real)  # so that it can be replaced within serialised messages
        self.real[text.encode()] = real.encode()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


@contextmanager
def open_world(database_url: str, redis_url: str, secret_key: bytes, folder: Path) -> Iterator[World]:
    """A server with scripted engines, in a process of its own, with everything in it that requests name. Its exit
    must be a clean one."""
    given = {
        "database_url": database_url,
        "redis_url": redis_url,
        "secret_key": secret_key.hex(),
        "folder": str(folder),
    }
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "tests.support.fuzzing"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "DESKBELL_FUZZED": json.dumps(given)},
        )
    try:
        ready = folder / "ready"
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, (folder / "output").read_text()
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)
        told = json.loads(ready.read_text())
        options = [("grpc.max_metadata_size", 2**20), ("grpc.absolute_max_metadata_size", 2**20)]
        with (
            Redis.from_url(redis_url) as redis,
            grpc.insecure_channel(told["address"], options=options) as channel,
        ):
            world = World(folder, process, database_url, redis, told["address"], told["metrics_url"], channel)
            world.build()
            yield world
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        assert code == 0, f"the server ended with {code}\n{world.output()[-6000:]}"
        assert not world.leaks(world.output())
    finally:
        process.kill()
        process.wait()


async def _serve() -> None:
    given = json.loads(os.environ.pop("DESKBELL_FUZZED"))
    folder = Path(given["folder"])
    configure_logging(json=True, debug=True, scrub=scrub)
    script = Script(
        transcripts=[f"My number is {PHONES[0]}, {WORDS}."] * 10_000,
        answer=f"We will call you back at {PHONES[0]}. {WORDS}.",
        transcription_seconds=0.01,
        first_token_seconds=0.01,
        first_speech_seconds=0.01,
        speech_seconds_per_character=0.005,
    )
    engines = Engines(script, ScriptedChat(script), ScriptedSpeech(script), script, script)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    secret_key = bytes.fromhex(given["secret_key"])
    async with live_server(
        given["database_url"], given["redis_url"], secret_key, engines, folder / "data"
    ) as live:
        http, thread = prometheus_client.start_http_server(0, "127.0.0.1", live.app.metrics.registry)
        told = {"address": live.address, "metrics_url": f"http://127.0.0.1:{http.server_port}/metrics"}
        (folder / "ready.new").write_text(json.dumps(told))
        (folder / "ready.new").rename(folder / "ready")
        await stop.wait()
        http.shutdown()
        http.server_close()
        thread.join()


if __name__ == "__main__":
    asyncio.run(_serve())
