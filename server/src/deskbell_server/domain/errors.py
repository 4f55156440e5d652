"""Everything that can go wrong, as a family that knows its fate.

    DeskbellError
      InvalidInput          a value breaks a rule; never worth retrying as it is
        AudioFasterThanRealTime, DocumentTooLarge, ...   (told apart by `reason`)
      NotFound              no such resource in this tenant
      AlreadyExists         the chosen id is taken
      NotAuthenticated      no credential, or an unknown one
      NotPermitted          the credential may not do that
      Conflict              the resource was changed meanwhile
      FailedPrecondition    right request, wrong moment
      LimitReached          too much at once; `retry_after` says when to try again
      QuotaExceeded         the tenant has used up something (domain/quota.py)
      DeadlinePassed        a stream or call lasted too long
      FeatureUnavailable    understood and not offered
      Unavailable           something we depend on, or we ourselves; worth retrying
        ProviderError       a model provider failed; `stage` says where
        StoreUnavailable    the database or the cache failed

`reason` is a value of the contract's `ErrorReason` without its prefix; rpc/errors.py turns an error
into a status and knows nothing of the subclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field of a request: its path (`audio.data`) and what is wrong with it, limits included."""

    field: str
    description: str


class DeskbellError(Exception):
    """Base of all errors that a caller may be told of. The message must hold no caller's words and no
    secret."""

    code: ClassVar[str] = "INTERNAL"
    """Name of the gRPC status code."""
    default_reason: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        metadata: Mapping[str, str] | None = None,
        violations: tuple[FieldViolation, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.metadata = dict(metadata or {})
        self.violations = violations
        self.retry_after = retry_after
        """Seconds after which trying again may help; None if unknown."""


class InvalidInput(DeskbellError):
    """A value breaks a rule."""

    code = "INVALID_ARGUMENT"
    default_reason = "FIELD_INVALID"

    @classmethod
    def field(
        cls, field: str, description: str, *, reason: str | None = None, **metadata: str
    ) -> InvalidInput:
        """The usual case: one field, one rule."""
        return cls(
            f"{field}: {description}",
            reason=reason,
            metadata=metadata,
            violations=(FieldViolation(field, description),),
        )


class NotFound(DeskbellError):
    """No such resource in this tenant."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"there is no {kind} {name}",
            reason=f"{kind.upper()}_NOT_FOUND",
            metadata={"resource_type": kind, "resource_name": name},
        )


class AlreadyExists(DeskbellError):
    """The chosen id is taken."""

    code = "ALREADY_EXISTS"
    default_reason = "ALREADY_EXISTS"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"there already is a {kind} {name}", metadata={"resource_type": kind, "resource_name": name}
        )


class NotAuthenticated(DeskbellError):
    """No credential, or one the server does not know."""

    code = "UNAUTHENTICATED"
    default_reason = "CREDENTIAL_INVALID"


class NotPermitted(DeskbellError):
    """The credential may not do that. The message is the same whether or not what was named exists."""

    code = "PERMISSION_DENIED"
    default_reason = "PERMISSION_DENIED"


class Conflict(DeskbellError):
    """The resource was changed since its etag was given out."""

    code = "ABORTED"
    default_reason = "ETAG_MISMATCH"


class FailedPrecondition(DeskbellError):
    """The request is right and its moment is not."""

    code = "FAILED_PRECONDITION"
    default_reason = "ALREADY_STARTED"


class LimitReached(DeskbellError):
    """Too much at once."""

    code = "RESOURCE_EXHAUSTED"
    default_reason = "TOO_MANY_CALLS"
    retryable = True


class DeadlinePassed(DeskbellError):
    """A stream or call lasted too long."""

    code = "DEADLINE_EXCEEDED"
    default_reason = "STREAM_IDLE"


class FeatureUnavailable(DeskbellError):
    """The server understands the message and does not offer the feature."""

    code = "UNIMPLEMENTED"
    default_reason = "FEATURE_UNAVAILABLE"


class Unavailable(DeskbellError):
    """Something we depend on, or we ourselves, cannot serve now."""

    code = "UNAVAILABLE"
    default_reason = "DRAINING"
    retryable = True


class StoreUnavailable(Unavailable):
    """The database or the cache does not answer."""

    default_reason = "STORE_UNAVAILABLE"


class ProviderError(Unavailable):
    """A model provider failed.

    `stage` is "speech_to_text", "chat", "text_to_speech", "embeddings" or "voice_activity"; `kind` is one of
    "timeout", "rate_limited", "rejected" (our request is at fault: retrying cannot help), "unavailable",
    "cut_off".
    """

    default_reason = "PROVIDER_UNAVAILABLE"

    def __init__(self, stage: str, kind: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, metadata={"stage": stage, "kind": kind}, retry_after=retry_after)
        self.stage = stage
        self.kind = kind
        self.retry_helps = kind != "rejected"
