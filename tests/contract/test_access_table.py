"""Every rpc with every kind of credential, against the table that the protos' options give.

The table is `golden/access.txt`: a change of who may call what shows there. `UPDATE_GOLDEN=1 make test
ARGS=tests/contract/test_access_table.py` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import grpc
from google.protobuf.descriptor import MethodDescriptor

from deskbell.v1 import access_pb2
from tests.support.live_server import LiveServer, refusal
from tests.support.people import ROLES, SCOPES, Forger, People, bearer, forger, make_people
from tests.support.requests import OTHER_FIELDS, access_of, every_method, right_request, send, short

GOLDEN = Path(__file__).parent / "golden" / "access.txt"
UNAUTHENTICATED, DENIED, ADMITTED, PUBLIC = "-", "x", "OK", "public"
NO_GOOD = (
    "none",
    "garbage",
    "expired token",
    "wrong signature",
    "alg=none",
    "HS256 with public key",
    "revoked key",
    "revoked client token",
)
KINDS = (
    *NO_GOOD,
    "foreign owner",
    "foreign key",
    "operator",
    *ROLES,
    *(f"key:{scope}" for scope in SCOPES),
    "client token",
    "client token of another agent",
)


def expected(method: MethodDescriptor, kind: str) -> str:
    """What the options say."""
    access = access_of(method)
    if access.public:
        return PUBLIC
    if kind in NO_GOOD:
        return UNAUTHENTICATED
    admitted = {
        "operator": access_pb2.ROLE_PLATFORM_OPERATOR in access.roles,
        "foreign owner": access_pb2.ROLE_OWNER in access.roles and not access.resource,
        "foreign key": False,
        "client token": access.client_token,
        "client token of another agent": False,
    }
    if kind in ROLES:
        admitted[kind] = ROLES[kind] in access.roles
    if kind.startswith("key:"):
        admitted[kind] = SCOPES[kind.removeprefix("key:")] == access.scope
    return ADMITTED if admitted[kind] else DENIED


def table() -> str:
    """The table as the golden file has it."""
    methods = every_method()
    width = max(len(short(method)) for method in methods) + 2
    lines = [
        "# Who may call what, by kind of credential. Made from the protos' options; see test_access_table.py."
    ]
    lines += [f"# {number:2} {kind}" for number, kind in enumerate(KINDS, 1)]
    lines.append(
        f"# {UNAUTHENTICATED} UNAUTHENTICATED   {DENIED} PERMISSION_DENIED   {ADMITTED} admitted   "
        f"{PUBLIC} needs no credential"
    )
    lines.append("".ljust(width) + " ".join(f"{number:2}" for number in range(1, len(KINDS) + 1)))
    for method in methods:
        outcomes = [expected(method, kind) for kind in KINDS]
        cells = PUBLIC if PUBLIC in outcomes else " ".join(f"{outcome:>2}" for outcome in outcomes)
        lines.append(f"{short(method).ljust(width)}{cells}")
    return "\n".join(lines) + "\n"


async def outcome(server: LiveServer, method: MethodDescriptor, tenant: str, metadata: object) -> str:
    """How the server sees a credential: what comes after it (a missing resource, a bad moment) is admitted."""
    try:
        await send(server.channel, method, right_request(method, tenant), metadata)
    except grpc.aio.AioRpcError as error:
        found = refusal(error)
        if access_of(method).public:
            assert found.code != "PERMISSION_DENIED"
            return PUBLIC
        if found.reason in {"CREDENTIAL_INVALID", "CREDENTIAL_EXPIRED"}:
            assert found.code == "UNAUTHENTICATED"
            return UNAUTHENTICATED
        if found.code == "PERMISSION_DENIED":
            assert found.reason == "PERMISSION_DENIED"
            return DENIED
        assert found.code not in {"INTERNAL", "UNKNOWN", "UNIMPLEMENTED"}, found
    return PUBLIC if access_of(method).public else ADMITTED


async def credentials(people: People, other: People, forged: Forger) -> dict[str, str]:
    """One of each kind, "" for none."""
    name, revoked = await people.add_token()
    from deskbell.v1 import auth_service_pb2 as auth

    await people.server.stubs.auth.RevokeClientToken(
        auth.RevokeClientTokenRequest(name=name), metadata=people.server.metadata
    )
    _, elsewhere = await people.add_token("other")
    return {
        **people.credentials,
        "none": "",
        "garbage": "dbk_garbage",
        "expired token": forged.expired(),
        "wrong signature": forged.wrongly_signed(),
        "alg=none": forged.unsigned(),
        "HS256 with public key": forged.signed_with_public_key(),
        "revoked client token": revoked,
        "foreign owner": other.credentials["owner"],
        "foreign key": other.credentials["all scopes"],
        "operator": dict(people.server.metadata)["authorization"].removeprefix("Bearer "),
        "client token of another agent": elsewhere,
    }


def test_the_table_is_what_the_protos_say() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(table())
    assert table() == GOLDEN.read_text()


def test_there_is_a_request_for_every_rpc() -> None:
    assert set(OTHER_FIELDS) == {short(method) for method in every_method()}


async def test_the_server_does_what_the_table_says(
    server: LiveServer, database: str, secret_key: bytes
) -> None:
    people = await make_people(server, "clinic")
    other = await make_people(server, "hotel")
    await _add_agent(server, "clinic", "other")
    forged = await forger(database, secret_key, people)
    held = await credentials(people, other, forged)
    wrong = []
    for method in every_method():
        for kind in KINDS:
            # An operator may do everything: to nobody, so that the clinic is there for the others.
            tenant = "nowhere" if kind == "operator" else "clinic"
            metadata = bearer(held[kind]) if held[kind] else ()
            found = await outcome(server, method, tenant, metadata)
            if found != expected(method, kind):
                wrong.append(f"{short(method)} with {kind}: {found}, not {expected(method, kind)}")
    assert not wrong, "\n".join(wrong)


async def test_a_foreign_resource_cannot_be_told_from_a_missing_one(server: LiveServer) -> None:
    people = await make_people(server, "clinic")
    other = await make_people(server, "hotel")
    for method in every_method():
        if not access_of(method).resource or access_of(method).public:
            continue
        for kind in ("owner", "all scopes", "client token"):
            seen = set()
            for tenant, last in (("clinic", _existing(people, method)), ("clinic", ""), ("nowhere", "")):
                request = right_request(method, tenant, last=last)
                try:
                    await send(server.channel, method, request, other.metadata(kind))
                    raise AssertionError(f"{short(method)} was let in")
                except grpc.aio.AioRpcError as error:
                    trailing = tuple(
                        (key, value) for key, value in error.trailing_metadata() or () if key != "date"
                    )
                    seen.add((error.code(), error.details(), trailing))
            assert len(seen) == 1, f"{short(method)} with {kind}: {seen}"
            assert next(iter(seen))[0] is grpc.StatusCode.PERMISSION_DENIED


def _existing(people: People, method: MethodDescriptor) -> str:
    """The last id of something that is there."""
    if "User" in method.name or method.name == "ResetPassword":
        return people.names["owner"].rpartition("/")[2]
    if "ApiKey" in method.name:
        return people.names["all scopes"].rpartition("/")[2]
    if "ClientToken" in method.name and method.name != "MintClientToken":
        return people.names["client token"].rpartition("/")[2]
    return "desk" if method.containing_service.name == "AgentService" else ""


async def _add_agent(server: LiveServer, tenant: str, agent: str) -> None:
    from deskbell.v1 import agent_pb2, agent_service_pb2

    await server.stubs.agents.CreateAgent(
        agent_service_pb2.CreateAgentRequest(
            parent=f"tenants/{tenant}", agent_id=agent, agent=agent_pb2.Agent(display_name=agent)
        ),
        metadata=server.metadata,
    )
