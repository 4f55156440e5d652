"""Every rpc that the descriptors know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, MethodDescriptor

from deskbell.v1 import (
    access_pb2,
)
from deskbell_server.rpc.server import SERVICE_NAMES

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
