"""An rpc that does not say who may call it keeps the server from starting."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from deskbell.v1 import access_pb2
from deskbell_server.domain.identity import BOOTSTRAP, Principal, Role, Scope
from deskbell_server.domain.names import AgentId, TenantId
from deskbell_server.rpc.policies import PolicyMissing, read_policies
from deskbell_server.rpc.server import SERVICE_NAMES, STANDARD_NAMES

_numbers = itertools.count()


def service(option: access_pb2.Access | None) -> str:
    """The name of a service with one rpc, whose request has text fields `name` and `request_id`, a number and a
    message."""
    package = f"deskbell.unit.n{next(_numbers)}"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto3", dependency=["deskbell/v1/access.proto"]
    )
    request = file.message_type.add(name="Request")
    text = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
    number = descriptor_pb2.FieldDescriptorProto.TYPE_INT32
    once = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL
    for index, (name, kind) in enumerate((("name", text), ("size", number)), 1):
        request.field.add(name=name, number=index, type=kind, label=once)
    method = file.service.add(name="Service").method.add(
        name="Do", input_type=f".{package}.Request", output_type=f".{package}.Request"
    )
    if option is not None:
        options: Any = method.options
        options.Extensions[access_pb2.access].CopyFrom(option)
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
    return f"{package}.Service"


def option(**changes: Any) -> access_pb2.Access:
    right = {
        "roles": [access_pb2.ROLE_OWNER],
        "resource": "name",
        "idempotency": access_pb2.IDEMPOTENCY_NO_SIDE_EFFECTS,
        "rate_class": access_pb2.RATE_CLASS_STANDARD,
    }
    return access_pb2.Access(**(right | changes))


def test_every_rpc_of_ours_has_a_policy() -> None:
    policies = read_policies(SERVICE_NAMES, STANDARD_NAMES)
    assert len([policy for policy in policies.values() if not policy.any_credential]) >= 46
    assert len([policy for policy in policies.values() if policy.any_credential]) == 4


def test_a_right_option_is_taken() -> None:
    name = service(option())
    (policy,) = read_policies([name], []).values()
    assert policy.roles == {Role.OWNER}
    assert policy.resource == "name"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (None, "no option"),
        (option(idempotency=0), "what a repeat does"),
        (option(idempotency=99), "what a repeat does"),
        (option(rate_class=0), "which limits"),
        (option(roles=[]), "public or name its callers"),
        (option(public=True), "public or name its callers"),
        (option(roles=[0]), "role or scope"),
        (option(scope=99), "role or scope"),
        (option(client_token=True, resource=""), "client tokens need a resource"),
        (option(resource="parent"), "no text field parent"),
        (option(resource="size"), "no text field size"),
        (option(resource="name.deeper"), "no text field name.deeper"),
        (option(idempotency=access_pb2.IDEMPOTENCY_REQUEST_ID), "no field request_id"),
        (option(watch=True), "only a stream of responses"),
    ],
)
def test_one_that_cannot_be_enforced_is_refused(wrong: access_pb2.Access | None, problem: str) -> None:
    name = service(wrong)
    with pytest.raises(PolicyMissing, match=problem) as refused:
        read_policies([name], [])
    assert f"/{name}/Do" in str(refused.value)


def test_a_policy_admits_whom_it_names() -> None:
    def person(role: Role) -> Principal:
        return Principal("x", None if role is Role.PLATFORM_OPERATOR else TenantId("clinic"), role)

    phone = Principal("x", TenantId("clinic"), agent=AgentId("desk"))
    (policy,) = read_policies([service(option(scope=access_pb2.SCOPE_CHAT, client_token=True))], []).values()
    assert policy.admits(person(Role.OWNER))
    assert not policy.admits(person(Role.MANAGER))
    assert not policy.admits(BOOTSTRAP)  # an operator only where operators are named
    assert policy.admits(Principal("x", TenantId("clinic"), scopes=frozenset({Scope.CHAT})))
    assert not policy.admits(Principal("x", TenantId("clinic"), scopes=frozenset({Scope.CALLS})))
    assert not policy.admits(Principal("x", TenantId("clinic")))
    assert policy.admits(phone)
    (other,) = read_policies([service(option(scope=access_pb2.SCOPE_CHAT))], []).values()
    assert not other.admits(phone)
