"""Who may do what: a credential against the policy of an rpc, and the limits of whoever holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from google.protobuf.message import Message

from deskbell_server.access.authenticator import Authenticator
from deskbell_server.access.brake import FailureBrake
from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.errors import InvalidInput, NotAuthenticated, NotPermitted
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import TenantId, agent_name
from deskbell_server.ports.limits import Bucket, RateLimits
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc.caller import Caller, address_of, network_of, new_request_id
from deskbell_server.rpc.policies import Policy, field_value

HEALTH_CHECK = "/grpc.health.v1.Health/Check"
SIGN_IN_RATE, SIGN_IN_BURST = 10.0, 200
"""Of one sender, for all that has to do with signing in."""
_TENANT = re.compile(r"tenants/([a-z][a-z0-9-]{1,61}[a-z0-9])(?:/.*)?", re.DOTALL)
Metadata = Sequence[tuple[str, str | bytes]]


class Admission:
    """Lets requests in."""

    def __init__(
        self,
        policies: Mapping[str, Policy],
        authenticator: Authenticator,
        quotas: Quotas,
        limits: RateLimits,
        clock: Clock,
        *,
        open_health: bool,
    ) -> None:
        self._policies = policies
        self._authenticator = authenticator
        self._quotas = quotas
        self._limits = limits
        self._brake = FailureBrake(clock)
        self._open_health = open_health

    def policy(self, method: str) -> Policy:
        """The policy of an rpc that this server has."""
        return self._policies[method]

    async def admit(self, policy: Policy, metadata: Metadata, peer: str) -> Caller:
        """Checks the credential, rate limits, and role or scope. Raises NotAuthenticated, NotPermitted, LimitReached
        and StoreUnavailable."""
        caller = Caller(policy.method, None, "", address_of(peer), new_request_id())
        sender = network_of(caller.address)
        if policy.counts_as_sign_in:
            await self._limits.take(None, [_sign_in_bucket(sender)])
        if policy.public or (self._open_health and policy.method == HEALTH_CHECK):
            return caller
        caller.credential = _bearer(metadata)
        self._brake.check(sender, caller.credential)
        try:
            principal = await self._authenticator.authenticate(caller.credential)
        except NotAuthenticated:
            self._brake.failed(sender)
            raise
        self._brake.succeeded(caller.credential)
        caller.principal = principal
        owner, buckets = await self._quotas.request_buckets(principal, model=policy.counts_as_model)
        if buckets:
            await self._limits.take(owner, buckets)
        _check_admits(policy, principal)
        return caller

    async def principal(self, policy: Policy, credential: str) -> Principal:
        """Whoever a credential belongs to, if the rpc admits it. Raises NotAuthenticated and NotPermitted."""
        principal = await self._authenticator.authenticate(credential)
        _check_admits(policy, principal)
        return principal


def _check_admits(policy: Policy, principal: Principal) -> None:
    if not policy.admits(principal):
        raise NotPermitted(f"the credential may not call {policy.method.rpartition('/')[2]}")


def _sign_in_bucket(sender: str) -> Bucket:
    """Right attempts cost a hash, too, and refreshing a look into the database."""
    return Bucket(f"sign-in-rpcs:{sender}", "sign-in", SIGN_IN_RATE, SIGN_IN_BURST)


def check_resource(policy: Policy, principal: Principal | None, request: Message) -> TenantId | None:
    """The tenant in which the request wants to do something, which must be the principal's; None for an rpc that
    belongs to no tenant. Raises NotPermitted, whether or not what is named exists, and InvalidInput."""
    if not policy.resource:
        return None if principal is None or policy.repeatable else principal.tenant
    name = field_value(request, policy.resource)
    if not name and principal is not None:
        # Where the rules of the field let it be empty, it means the platform.
        if principal.tenant is not None:
            raise NotPermitted("the credential may not do that to what is named")
        return None
    found = _TENANT.fullmatch(name)
    if found is None:
        raise InvalidInput.field(policy.resource, "must begin with tenants/{tenant}")
    tenant = TenantId(found[1])
    if principal is not None and not may_act_on(principal, tenant, name):
        raise NotPermitted("the credential may not do that to what is named")
    return tenant


def may_act_on(principal: Principal, tenant: TenantId, name: str) -> bool:
    """Whether a principal may touch a resource in a tenant."""
    if principal.tenant is None:
        return True
    if principal.tenant != tenant:
        return False
    return principal.agent is None or name == agent_name(tenant, principal.agent)


def _bearer(metadata: Metadata) -> str:
    values = [value for name, value in metadata if name == "authorization"]
    if len(values) != 1 or not isinstance(values[0], str):
        raise NotAuthenticated("send one credential in the metadata: `authorization: Bearer CREDENTIAL`")
    scheme, _, credential = values[0].partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("send the credential in the metadata as `authorization: Bearer CREDENTIAL`")
    return credential.strip()
