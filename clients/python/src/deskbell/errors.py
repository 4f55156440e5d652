"""What a server refuses, as exceptions.

DeskbellError
  InvalidRequest      a field breaks a rule (INVALID_ARGUMENT); `fields` says which and how
  NotFound            NOT_FOUND
  AlreadyExists       ALREADY_EXISTS
  Unauthenticated     the key is missing or wrong
  LimitReached        RESOURCE_EXHAUSTED; `retry_after` says when to try again
  Unavailable         the server, or something behind it, cannot serve now; retrying may help
    ServerUnreachable nobody answers at the address
  CallFailed          any other status
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status


@dataclass(eq=False)
class DeskbellError(Exception):
    """An rpc that failed. `code` is the gRPC status ("NOT_FOUND"), empty where this client gave up by itself; `reason`
    a value of the contract's ErrorReason without its prefix ("AGENT_NOT_FOUND"), empty if the server gave none."""

    message: str
    code: str = ""
    reason: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None

    def __str__(self) -> str:
        return self.message


class InvalidRequest(DeskbellError):
    """A field breaks a rule."""


class NotFound(DeskbellError):
    """No such thing."""


class AlreadyExists(DeskbellError):
    """The id is taken."""


class Unauthenticated(DeskbellError):
    """The key is missing or wrong."""


class LimitReached(DeskbellError):
    """Too much at once."""


class Unavailable(DeskbellError):
    """Cannot be served now."""


class ServerUnreachable(Unavailable):
    """Nobody answers at the address."""


class CallFailed(DeskbellError):
    """Any other status."""


_KINDS: dict[str, type[DeskbellError]] = {
    "INVALID_ARGUMENT": InvalidRequest,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "UNAUTHENTICATED": Unauthenticated,
    "RESOURCE_EXHAUSTED": LimitReached,
    "UNAVAILABLE": Unavailable,
}


def from_rpc_error(error: grpc.aio.AioRpcError, server: str) -> DeskbellError:
    """The exception for a failed rpc to `server`."""
    try:
        status = rpc_status.from_call(cast("Any", error))  # it has what a call has
    except ValueError:  # details that contradict the status: a proxy rewrote one of them
        status = None
    if status is not None:
        return from_status(status)
    code = error.code().name
    if code == "UNAVAILABLE":
        return ServerUnreachable(f"no Deskbell server answers at {server}; is `make up` running?", code)
    return _KINDS.get(code, CallFailed)(error.details() or code, code)


def from_status(status: status_pb2.Status) -> DeskbellError:
    """The exception for a status, also for one that came in-band."""
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    retry_after = None
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
        if detail.Unpack(retry):
            retry_after = retry.retry_delay.ToMicroseconds() / 1e6
    code = next((c.name for c in grpc.StatusCode if c.value[0] == status.code), "UNKNOWN")
    return _KINDS.get(code, CallFailed)(
        status.message,
        code,
        info.reason,
        {violation.field: violation.description for violation in bad.field_violations},
        dict(info.metadata),
        retry_after,
    )
