"""The tenant: a business that is answered for."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, field
from datetime import datetime

from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import TenantId
from deskbell_server.domain.privacy import RedactionPolicy, Retention


@dataclass(frozen=True, slots=True)
class Tenant:
    """A business. `time_zone` is an IANA name, `language_code` a BCP 47 tag."""

    id: TenantId
    display_name: str
    industry: str
    language_code: str
    time_zone: str
    created_at: datetime
    updated_at: datetime
    redaction: RedactionPolicy = field(default_factory=RedactionPolicy)
    retention: Retention = field(default_factory=Retention)
    version: int = 1


def check_time_zone(name: str) -> str:
    """Returns the zone's name; raises InvalidInput for one the time zone database does not have."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput.field(
            "tenant.time_zone", "is not an IANA time zone, for example Europe/London"
        ) from None
    return name
