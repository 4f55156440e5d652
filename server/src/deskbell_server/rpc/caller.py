"""Who sends the request that this task is answering, for the servicers."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from deskbell_server.domain.audit import AuditEntry
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import time_ordered_uuid
from deskbell_server.ports.stores import Clock

MAX_RESOURCE = 300
IPV6_SITE_BITS = 64
"""A single customer has at least that many addresses (RFC 6177)."""


@dataclass(slots=True)
class Caller:
    """One request's sender. `principal` is None for a public rpc; `credential` is what was sent, for a call that
    looks at it again; `address` the client's IP address as this server sees it."""

    method: str
    principal: Principal | None
    credential: str = field(repr=False)
    address: str
    request_id: str = ""
    repeated: Any = None
    """The first response of a stream whose request is repeated."""
    afterwards: Callable[[Any], Awaitable[Any]] | None = None
    """Turns the response into a better one once what the request wrote can be seen by others."""

    @property
    def actor(self) -> str:
        """The name for the audit log."""
        return self.principal.actor if self.principal else "anonymous"

    def entry(self, clock: Clock, resource: str, *, actor: str = "", outcome: str = "OK") -> AuditEntry:
        """An entry for the audit log about this request."""
        now = clock.now()
        return AuditEntry(
            id=time_ordered_uuid(now.timestamp()),
            at=now,
            actor=actor or self.actor,
            method=self.method,
            resource=resource[:MAX_RESOURCE],
            address=self.address,
            request_id=self.request_id,
            outcome=outcome,
        )


_current: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """The sender of the request that this task is answering."""
    return _current.get()


def current_principal() -> Principal:
    """The same, of an rpc that is not public."""
    principal = _current.get().principal
    if principal is None:
        raise RuntimeError("the rpc is public")
    return principal


def set_caller(caller: Caller) -> None:
    """Says who sends the request that this task is answering; each rpc has a task of its own."""
    _current.set(caller)


def new_request_id() -> str:
    """An id for a request that brought none."""
    return str(uuid.uuid4())


def network_of(address: str) -> str:
    """What counts as one sender in limits: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_SITE_BITS), strict=False))


def address_of(peer: str) -> str:
    """The IP address in gRPC's name of a peer: `ipv4:127.0.0.1:4711`, `ipv6:%5B::1%5D:4711`."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return kind[:100]
    return rest.rpartition(":")[0].strip("[]")[:100]
