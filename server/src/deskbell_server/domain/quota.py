"""What a tenant may use, and has used."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from deskbell_server.domain.errors import DeskbellError


@dataclass(frozen=True, slots=True)
class Quota:
    """Limits of a tenant. In a tenant's own row 0 means the server's default."""

    requests_per_second: int = 0
    request_burst: int = 0
    model_requests_per_second: int = 0
    concurrent_calls: int = 0
    monthly_call_minutes: int = 0
    monthly_tokens: int = 0
    knowledge_bytes: int = 0
    version: int = 1

    def over(self, defaults: Quota) -> Quota:
        """These limits, with the defaults in place of what is 0."""
        chosen = {
            field.name: getattr(self, field.name) or getattr(defaults, field.name)
            for field in dataclasses.fields(self)
            if field.name != "version"
        }
        return Quota(**chosen, version=self.version)


QUOTA_FIELDS = tuple(field.name for field in dataclasses.fields(Quota) if field.name != "version")


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used in a month, and the bytes of knowledge now."""

    month: date
    call_seconds: float
    tokens: int
    knowledge_bytes: int


class QuotaExceeded(DeskbellError):
    """The tenant has used up something."""

    code = "RESOURCE_EXHAUSTED"
    default_reason = "QUOTA_EXCEEDED"

    def __init__(
        self, quota: str, message: str, *, subject: str = "tenant", retry_after: float | None = None
    ) -> None:
        super().__init__(message, metadata={"quota": quota, "subject": subject}, retry_after=retry_after)


def month_of(now: datetime) -> date:
    """The first day of the calendar month (UTC) for which something counts."""
    return now.astimezone(UTC).date().replace(day=1)


def seconds_to_next_month(now: datetime) -> float:
    """Seconds until a month's quota is there again."""
    following = (month_of(now) + timedelta(days=32)).replace(day=1)
    return (datetime(following.year, following.month, 1, tzinfo=UTC) - now).total_seconds()
