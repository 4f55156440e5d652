"""What the protos say about who may call an rpc (the option `access`), read once at start-up.

Who may call is decided nowhere else. An rpc without the option, or with one that contradicts its messages, keeps the
server from starting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message

from deskbell.v1 import access_pb2 as pb
from deskbell_server.domain.identity import Principal, Role, Scope

ROLES = {
    pb.ROLE_PLATFORM_OPERATOR: Role.PLATFORM_OPERATOR,
    pb.ROLE_OWNER: Role.OWNER,
    pb.ROLE_MANAGER: Role.MANAGER,
    pb.ROLE_ANALYST: Role.ANALYST,
}
SCOPES = {
    value: Scope(pb.Scope.Name(value).removeprefix("SCOPE_").lower()) for value in pb.Scope.values() if value
}
ROLES_OUT = {role: value for value, role in ROLES.items()}
SCOPES_OUT: dict[Scope, Any] = {scope: value for value, scope in SCOPES.items()}


class PolicyMissing(RuntimeError):
    """An rpc does not say who may call it, or says something that cannot be enforced."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The option `access` of one rpc; see access.proto for what each part means."""

    method: str
    public: bool = False
    any_credential: bool = False
    """For the standard services, whose protos are not ours."""
    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None
    client_token: bool = False
    resource: str = ""
    repeatable: bool = True
    """It changes nothing."""
    takes_request_id: bool = False
    counts_as_model: bool = False
    counts_as_sign_in: bool = False
    transcripts: bool = False
    watch: bool = False
    response: type[Message] = Message

    def admits(self, principal: Principal) -> bool:
        """Whether it may call the rpc at all, whatever the tenant."""
        if self.any_credential:
            return True
        if principal.is_client:
            return self.client_token
        if principal.role is not None:
            return principal.role in self.roles
        return self.scope is not None and self.scope in principal.scopes


def read_policies(services: Iterable[str], standard: Iterable[str]) -> Mapping[str, Policy]:
    """The policies of our services by the rpc's path, and those of standard services, which any credential may
    call. Raises PolicyMissing."""
    pool = descriptor_pool.Default()
    policies = {}
    for name in services:
        for method in pool.FindServiceByName(name).methods:
            policy = _policy(f"/{name}/{method.name}", method)
            policies[policy.method] = policy
    for name in standard:
        for method in pool.FindServiceByName(name).methods:
            path = f"/{name}/{method.name}"
            policies[path] = Policy(path, any_credential=True)
    return policies


def field_value(message: Message, path: str) -> Any:
    """The value of a field named by a path such as `agent.name`."""
    value: Any = message
    for part in path.split("."):
        value = getattr(value, part)
    return value


def _policy(path: str, method: MethodDescriptor) -> Policy:
    options: Any = method.GetOptions()
    if not options.HasExtension(pb.access):
        raise PolicyMissing(f"{path}: the rpc has no option (deskbell.v1.access)")
    access: pb.Access = options.Extensions[pb.access]
    problem = _problem(access, method)
    if problem:
        raise PolicyMissing(f"{path}: {problem}")
    return Policy(
        path,
        public=access.public,
        roles=frozenset(ROLES[role] for role in access.roles),
        scope=SCOPES.get(access.scope),
        client_token=access.client_token,
        resource=access.resource,
        repeatable=access.idempotency == pb.IDEMPOTENCY_NO_SIDE_EFFECTS,
        takes_request_id=access.idempotency == pb.IDEMPOTENCY_REQUEST_ID,
        counts_as_model=access.rate_class == pb.RATE_CLASS_MODEL,
        counts_as_sign_in=access.rate_class == pb.RATE_CLASS_SIGN_IN,
        transcripts=access.transcripts,
        watch=access.watch,
        response=message_factory.GetMessageClass(method.output_type),
    )


def _problem(access: pb.Access, method: MethodDescriptor) -> str:
    if access.idempotency not in pb.Idempotency.values() or not access.idempotency:
        return "does not say what a repeat does"
    if access.rate_class not in pb.RateClass.values() or not access.rate_class:
        return "does not say which limits count"
    if access.public == bool(access.roles or access.scope or access.client_token):
        return "must either be public or name its callers"
    if any(role not in ROLES for role in access.roles) or (access.scope and access.scope not in SCOPES):
        return "names a role or scope that there is not"
    if access.client_token and not access.resource:
        return "client tokens need a resource, which must be their agent"
    if access.resource and not _has_text(method.input_type, access.resource):
        return f"the request has no text field {access.resource}"
    if access.watch and (method.client_streaming or not method.server_streaming or access.public):
        return "only a stream of responses that needs a credential can go on for as long as what it shows"
    if access.idempotency == pb.IDEMPOTENCY_REQUEST_ID and not (
        _has_text(method.input_type, "request_id") or _has_text(method.input_type, "header.request_id")
    ):
        return "the request has no field request_id"
    return ""


def _has_text(message: Descriptor, path: str) -> bool:
    first, _, rest = path.partition(".")
    field = message.fields_by_name.get(first)
    if field is None:
        return False
    if rest:
        return field.message_type is not None and _has_text(field.message_type, rest)
    return field.type == field.TYPE_STRING and not field.is_repeated
