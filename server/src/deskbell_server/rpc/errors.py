"""Turns errors into status: the only place that knows both.

A `DeskbellError` becomes its code with `ErrorInfo` and, where it has them, `BadRequest`, `RetryInfo`,
`QuotaFailure` and `ResourceInfo`; anything else becomes INTERNAL without its text, and is logged.
"""

from __future__ import annotations

import structlog
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from deskbell_server.domain.errors import DeskbellError
from deskbell_server.rpc.context import Context

DOMAIN = "deskbell"
MAX_MESSAGE, MAX_FIELD = 1000, 200
"""In characters. Status and details travel as metadata, which clients take 8 KiB of."""
_MESSAGES = {"service": "BookableService"}
"""Of resources whose message is not named as they are; the others' is in capitals what they are in small letters."""
_log = structlog.get_logger(__name__)


def unwrapped(error: BaseException) -> BaseException:
    """What really happened: of a group, the first of our own errors, else the first one."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [unwrapped(inner) for inner in error.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, DeskbellError)), leaves[0])


def to_status(error: DeskbellError) -> status_pb2.Status:
    """The status of an error, with its details."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    packed = [_packed(info)]
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(
                field=violation.field[:MAX_FIELD], description=violation.description[:MAX_FIELD]
            )
        packed.append(_packed(bad))
    if error.code in {"NOT_FOUND", "ALREADY_EXISTS"}:
        kind = error.metadata.get("resource_type", "")
        packed.append(
            _packed(
                error_details_pb2.ResourceInfo(
                    resource_type=f"deskbell.v1.{message_of(kind)}",
                    resource_name=error.metadata.get("resource_name", ""),
                    description=error.message,
                )
            )
        )
    if error.code == "RESOURCE_EXHAUSTED":
        quota = error_details_pb2.QuotaFailure()
        quota.violations.add(subject=error.metadata.get("subject", ""), description=error.message)
        packed.append(_packed(quota))
    if error.retry_after is not None:
        delay = duration_pb2.Duration()
        delay.FromNanoseconds(int(error.retry_after * 1e9))
        packed.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    message = error.message[:MAX_MESSAGE]
    return status_pb2.Status(code=code_pb2.Code.Value(error.code), message=message, details=packed)


def status_of(error: BaseException, method: str) -> status_pb2.Status:
    """The status that ends an rpc which raised `error`."""
    cause = unwrapped(error)
    if isinstance(cause, DeskbellError):
        return to_status(cause)
    _log.error("internal_error", method=method, exc_info=cause)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return to_status(
        DeskbellError(
            "internal error; the server's log has the details under the request id",
            metadata={"request_id": request_id},
        )
    )


def message_of(kind: str) -> str:
    """The name of the message of a kind of resource: AgentVersion of agent_version."""
    return _MESSAGES.get(kind) or "".join(word.capitalize() for word in kind.split("_"))


async def abort(context: Context, status: status_pb2.Status) -> None:
    """Ends the rpc with a status; never returns normally."""
    await context.abort_with_status(rpc_status.to_status(status))


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
