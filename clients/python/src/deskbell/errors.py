"""What a server refuses, as exceptions.

DeskbellError
  InvalidRequest      a field breaks a rule (INVALID_ARGUMENT); `fields` says which and how
  NotFound            NOT_FOUND
  AlreadyExists       ALREADY_EXISTS
  Unauthenticated     the credential is missing, wrong or expired, or signing in failed
  PermissionDenied    the credential may not do that
  Conflict            the resource was changed meanwhile (ABORTED); read it again
  LimitReached        RESOURCE_EXHAUSTED; `retry_after` says when to try again
  Unavailable         the server, or something behind it, cannot serve now; retrying may help
    ServerUnreachable nobody answers at the address
      HandshakeFailed TLS is at fault; retrying does not help
  CallFailed          any other status

What to do about one stands in `advice`, where more can be said than the message says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from deskbell.profile import TlsFiles


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

    @property
    def advice(self) -> str:
        """What to do, for people; empty where the message says it."""
        return _ADVICE.get(self.reason, "")


class InvalidRequest(DeskbellError):
    """A field breaks a rule."""


class NotFound(DeskbellError):
    """No such thing."""


class AlreadyExists(DeskbellError):
    """The id is taken."""


class Unauthenticated(DeskbellError):
    """The credential is missing, wrong or expired, or signing in failed."""


class PermissionDenied(DeskbellError):
    """The credential may not do that."""


class Conflict(DeskbellError):
    """The resource was changed meanwhile."""


class LimitReached(DeskbellError):
    """Too much at once."""


class Unavailable(DeskbellError):
    """Cannot be served now."""


class ServerUnreachable(Unavailable):
    """Nobody answers at the address."""


class HandshakeFailed(ServerUnreachable):
    """Somebody answers, and TLS cannot be spoken with them."""


class CallFailed(DeskbellError):
    """Any other status."""


_KINDS: dict[str, type[DeskbellError]] = {
    "INVALID_ARGUMENT": InvalidRequest,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "UNAUTHENTICATED": Unauthenticated,
    "PERMISSION_DENIED": PermissionDenied,
    "ABORTED": Conflict,
    "RESOURCE_EXHAUSTED": LimitReached,
    "UNAVAILABLE": Unavailable,
}
_ADVICE = {
    "CREDENTIAL_INVALID": "sign in with `deskbell login`, or give a key that was not revoked; `deskbell whoami` tells "
    "which credential is used",
    "CREDENTIAL_EXPIRED": "sign in again with `deskbell login`; a key needs `deskbell keys create`, a client token "
    "`deskbell tokens mint`",
    "SIGN_IN_FAILED": "check tenant, e-mail address and password (platform operators sign in without a tenant); an "
    "owner of the tenant can set another password with `deskbell users reset-password`",
    "PERMISSION_DENIED": "it needs another role or scope, or belongs to another tenant; `deskbell whoami` tells which "
    "credential is used",
    "RATE_LIMITED": "slow down; `deskbell tenants quota` shows the tenant's limits",
    "QUOTA_EXCEEDED": "see `deskbell tenants usage`; a platform operator can raise the quota with "
    "`deskbell tenants quota`",
    "TOO_MANY_CALLS": "wait until a call has ended, or have a platform operator raise `concurrent_calls`",
    "ETAG_MISMATCH": "somebody else changed it: read it again, and make the change to what is there now",
    "REQUEST_ID_REUSED": "give a fresh request_id to a request that differs, and the same one only to a repeat",
    "LAST_OWNER": "make somebody else an owner first",
    "API_KEY_NOT_FOUND": "a key that is revoked cannot come back: `deskbell keys create` makes another one",
}


def from_rpc_error(error: grpc.aio.AioRpcError, server: str, tls: TlsFiles | None = None) -> DeskbellError:
    """The exception for a failed rpc to `server`; `tls` is None where the channel is plaintext."""
    try:
        status = rpc_status.from_call(cast("Any", error))  # it has what a call has
    except ValueError:  # details that contradict the status: a proxy rewrote one of them
        status = None
    if status is not None:
        return from_status(status)
    code = error.code().name
    if code == "UNAVAILABLE":
        details = error.details() or ""
        if untrusted := _handshake_failure(details, server):
            return HandshakeFailed(untrusted, code)
        return ServerUnreachable(_unreachable(details, server, tls), code)
    return _KINDS.get(code, CallFailed)(error.details() or code, code)


def _handshake_failure(details: str, server: str) -> str:
    """Why TLS cannot be spoken; empty if it is not to blame. gRPC has no other sign of it than its words."""
    if "WRONG_VERSION_NUMBER" in details:
        return f"the server at {server} does not speak TLS, and this client does: switch one of them over"
    # What ails a certificate stands in lower case behind the fault; with other faults that place says "Invalid ...".
    if found := re.search(r"OPENSSL_internal:\w+: ([a-z][^:]*)", details):
        return (
            f"the certificate of the server at {server} is not trusted ({found[1]}): "
            "give the file of the authority that signed it as --tls-ca"
        )
    if "Hostname Verification" in details:
        return (
            f"the certificate of the server at {server} is for other names: connect by a name that it holds"
        )
    if "handshake failed" in details:
        return f"TLS with the server at {server} fails: {details.rpartition('SSL routines:')[2]}"
    return ""


def _unreachable(details: str, server: str, tls: TlsFiles | None) -> str:
    """Why nobody can be talked to. A server that refuses a handshake only hangs up, as a dying one does."""
    hung_up = "failed to connect" in details and re.search("Socket closed|reset by peer|Broken pipe", details)
    if hung_up and tls is None:
        return f"the server at {server} hangs up on plaintext; if it speaks TLS, give --tls-ca"
    if hung_up:
        own = (
            "another one than --tls-cert" if tls and tls.certificate else "one: give --tls-cert and --tls-key"
        )
        return (
            f"the server at {server} hangs up on TLS; if it asks for a client's certificate, it wants {own}"
        )
    return f"no Deskbell server answers at {server}; is `make up` running?"


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
