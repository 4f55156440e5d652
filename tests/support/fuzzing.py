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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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

# ---- names; the ids that the server makes up stand in for the real ones, which are just as long

TENANT, OTHER, MISSING = "clinic", "bakery", "nobody"
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


def every_rpc() -> list[Rpc]:
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
    return [rpc(name, method) for name in SERVICE_NAMES for method in pool.FindServiceByName(name).methods]


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
    """Any message of a type: from one whose fields all keep their rules, to one where none does."""
    care = draw(st.sampled_from((10, 10, 10, 9, 7, 0)))
    return _message(draw, descriptor, care, 0)


def _message(draw: st.DrawFn, descriptor: Descriptor, care: int, depth: int) -> Message:
    message: Any = GetMessageClass(descriptor)()
    well_known = _WELL_KNOWN.get(descriptor.full_name)
    if well_known is not None:
        well_known(draw, message, care)
        return message  # type: ignore[no-any-return]
    chosen = set()
    for oneof in descriptor.oneofs:
        index = draw(st.integers(0, len(oneof.fields) if care < 10 else len(oneof.fields) - 1))
        chosen.update(each.name for i, each in enumerate(oneof.fields) if i != index)
    for each in descriptor.fields:
        if each.name in chosen or (each.message_type is not None and depth > 4):
            continue
        careful = draw(st.integers(0, 9)) < care
        needed = careful and (_rules(each).required or each.containing_oneof is not None)
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
        some = [_value(draw, each, care, depth) for _ in range(draw(st.integers(0, 3)))]
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
            return draw(st.sampled_from(defined if care else (*defined, 99, low, high)))
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


def _rule(each: FieldDescriptor) -> Any:
    rules = _rules(each)
    kind = rules.WhichOneof("type")
    return getattr(rules, kind) if kind else None


_fitting_texts: dict[tuple[str, bool], st.SearchStrategy[str]] = {}


def _fitting(each: FieldDescriptor, *, nice: bool) -> st.SearchStrategy[str]:
    """Texts that keep a field's rule; nice ones are those that a request can succeed with."""
    key = (each.full_name, nice)
    if key not in _fitting_texts:
        rule = _rule(each)
        candidates = list(_NICE if nice else _FITTING)
        if rule is not None and hasattr(rule, "pattern"):
            pattern = re.compile(rule.pattern.replace("$", r"\Z"), re.ASCII)
            most = rule.max_len if rule.HasField("max_len") else 10**9
            candidates = [
                text for text in candidates if pattern.search(text) and rule.min_len <= len(text) <= most
            ]
            if not candidates:  # of a kind that is not known here
                _fitting_texts[key] = st.from_regex(pattern)
                return _fitting_texts[key]
        kind = _KINDS.get(each.containing_type.name) if each.name == "name" else None
        if kind is not None:
            candidates = [text for text in candidates if kind.fullmatch(text)]
        elif nice and each.name in {"page_token", "etag"}:
            candidates = ["", "", "", "v1", CANARIES[0][:64]]
        _fitting_texts[key] = st.sampled_from(candidates)
    return _fitting_texts[key]


_KINDS = {
    "Tenant": re.compile("tenants/[^/]*"),
    "Quota": re.compile("tenants/[^/]*/quota"),
    "Agent": re.compile("tenants/[^/]*/agents/[^/]*"),
    "User": re.compile("tenants/[^/]*/users/[^/]*"),
}
"""Of resources that hold their own name, on which there is no rule."""


def _timestamp(draw: st.DrawFn, message: Any, care: int) -> None:
    message.seconds = draw(st.sampled_from(_SECONDS if care else _SECONDS + _MORE_SECONDS))
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


@dataclass
class World:
    """The server's process, a channel to it, and one credential of each kind."""

    folder: Path
    process: subprocess.Popen[bytes]
    database_url: str
    redis_url: str
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

    def call(self, path: str, request: Message, response: Any, actor: str = "bootstrap") -> Any:
        """A request that must succeed; the last response."""
        rpc = next(each for each in every_rpc() if each.path.endswith(f"/{path}"))
        self.forget_limits()
        outcome = self.send(rpc, [request.SerializeToString()], self.metadata(actor))
        assert outcome.ok, f"{path}: {outcome.code} {outcome.details}"
        return response.FromString(outcome.responses[0])

    def _with_real_ids(self, content: bytes) -> bytes:
        for stand_in, real in self.real.items():
            content = content.replace(stand_in, real)
        return content

    # -- what must be true whatever was sent

    def examine(self, outcome: Outcome, rpc: Rpc) -> None:
        """No defect, no refusal without its reason, no secret in it or in what was written meanwhile."""
        if outcome.error is not None:
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
        found = _TROUBLE.search(new.decode(errors="replace"))
        assert found is None, new.decode(errors="replace")[-6000:]

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
        with Redis.from_url(self.redis_url) as redis:
            keys = list(redis.scan_iter(match="*bucket*", count=1000))
            if keys:
                redis.delete(*keys)

    def restore(self) -> None:
        """Puts back what a request has rightly destroyed."""
        if not self._whole():
            self.build()

    def _whole(self) -> bool:
        get = tenant_service_pb2.GetTenantRequest(name=f"tenants/{TENANT}").SerializeToString()
        ask = chat_service_pb2.SendMessageRequest(agent=f"tenants/{TENANT}/agents/desk").SerializeToString()
        rpcs = {rpc.path.rpartition("/")[2]: rpc for rpc in every_rpc()}
        for actor in ("owner", "api_key"):
            if not self.send(rpcs["GetTenant"], [get], self.metadata(actor)).ok:
                return False
        asked = self.send(rpcs["SendMessage"], [ask], self.metadata("client_token"))
        return asked.code is grpc.StatusCode.INVALID_ARGUMENT

    def build(self) -> None:
        """Makes the tenants, their agents and every credential, in place of those that there are."""
        rpcs = {rpc.path.rpartition("/")[2]: rpc for rpc in every_rpc()}
        self.credentials["bootstrap"] = KEY
        self.forget_limits()
        for tenant in (TENANT, OTHER):
            old = tenant_service_pb2.DeleteTenantRequest(name=f"tenants/{tenant}")
            self.send(rpcs["DeleteTenant"], [old.SerializeToString()], self.metadata("bootstrap"))
            self.call(
                "CreateTenant",
                tenant_service_pb2.CreateTenantRequest(
                    tenant_id=tenant, tenant=tenant_pb2.Tenant(display_name=tenant)
                ),
                tenant_service_pb2.CreateTenantResponse,
            )
            self.call(
                "CreateAgent",
                agent_service_pb2.CreateAgentRequest(
                    parent=f"tenants/{tenant}", agent_id="desk", agent=agent_pb2.Agent(display_name="Desk")
                ),
                agent_service_pb2.CreateAgentResponse,
            )
        parent = f"tenants/{TENANT}"
        self.call(
            "IngestText",
            knowledge_service_pb2.IngestTextRequest(
                parent=parent, document_id="hours", title="Hours", text=f"Open at nine. {CANARIES[-1]}"
            ),
            knowledge_service_pb2.IngestTextResponse,
        )
        user = self.call(
            "CreateUser",
            user_service_pb2.CreateUserRequest(
                parent=parent,
                user=identity_pb2.User(email=OWNER_EMAIL, role=access_pb2.ROLE_OWNER),
                password=OWNER_PASSWORD,
            ),
            user_service_pb2.CreateUserResponse,
        ).user
        signed = self.call(
            "SignIn",
            auth_service_pb2.SignInRequest(tenant=parent, email=OWNER_EMAIL, password=OWNER_PASSWORD),
            auth_service_pb2.SignInResponse,
        ).tokens
        key = self.call(
            "CreateApiKey",
            auth_service_pb2.CreateApiKeyRequest(
                parent=parent,
                api_key=identity_pb2.ApiKey(
                    display_name="All", scopes=[scope for scope in access_pb2.Scope.values() if scope]
                ),
            ),
            auth_service_pb2.CreateApiKeyResponse,
        )
        token = self.call(
            "MintClientToken",
            auth_service_pb2.MintClientTokenRequest(agent=f"{parent}/agents/desk", max_concurrent_calls=10),
            auth_service_pb2.MintClientTokenResponse,
        )
        self.credentials |= {
            "owner": signed.access_token,
            "api_key": key.secret,
            "client_token": token.secret,
        }
        self.refresh_token = signed.refresh_token
        started = self.call(
            "SendMessage",
            chat_service_pb2.SendMessageRequest(agent=f"{parent}/agents/desk", text=CANARIES[-1]),
            chat_service_pb2.SendMessageResponse,
            "owner",
        ).started
        self.secrets |= {*self.credentials.values(), self.refresh_token}
        for stand_in, real in (
            (API_KEY, key.secret),  # whole secrets before the ids that are part of them
            (REFRESH, signed.refresh_token),
            (USER_ID, user.name.rpartition("/")[2]),
            (KEY_ID, key.api_key.name.rpartition("/")[2]),
            (TOKEN_ID, token.client_token.name.rpartition("/")[2]),
            (CONVERSATION_ID, started.conversation.rpartition("/")[2]),
        ):
            assert len(stand_in) == len(real)  # so that it can be replaced within serialised messages
            self.real[stand_in.encode()] = real.encode()


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
            [sys.executable, "-X", "dev", "-W", "ignore::DeprecationWarning", "-m", "tests.support.fuzzing"],
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
        with grpc.insecure_channel(told["address"], options=options) as channel:
            world = World(
                folder, process, database_url, redis_url, told["address"], told["metrics_url"], channel
            )
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
