"""The audit log: what somebody did."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry. Holds names of resources and no caller's words; `address` is the client's IP address."""

    id: uuid.UUID
    at: datetime
    actor: str
    method: str
    resource: str
    address: str
    request_id: str
    outcome: str
