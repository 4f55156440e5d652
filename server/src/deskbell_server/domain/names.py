"""Resource names (`tenants/{tenant}/agents/{agent}`) and ids.

Tenants, agents and documents have readable ids (slugs) that their makers may choose; conversations, turns
and leads have UUIDs in order of time, so that their indexes grow at one end.
"""

from __future__ import annotations

import re
import secrets
import uuid
from typing import NewType

TenantId = NewType("TenantId", str)
AgentId = NewType("AgentId", str)
DocumentId = NewType("DocumentId", str)
ConversationId = NewType("ConversationId", uuid.UUID)
TurnId = NewType("TurnId", uuid.UUID)
LeadId = NewType("LeadId", uuid.UUID)

SLUG = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")


def is_slug(text: str) -> bool:
    """Whether `text` can be a tenant's, agent's or document's id."""
    return SLUG.fullmatch(text) is not None


def new_slug(prefix: str) -> str:
    """A fresh id such as `t-4f1c9a0b7d3e`, with 48 random bits."""
    return f"{prefix}-{secrets.token_hex(6)}"


def time_ordered_uuid(unix_seconds: float) -> uuid.UUID:
    """A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = int(unix_seconds * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return uuid.UUID(int=value)


def tenant_name(tenant: TenantId) -> str:
    """`tenants/{tenant}`."""
    return f"tenants/{tenant}"


def agent_name(tenant: TenantId, agent: AgentId) -> str:
    """`tenants/{tenant}/agents/{agent}`."""
    return f"tenants/{tenant}/agents/{agent}"


def agent_version_name(tenant: TenantId, agent: AgentId, number: int) -> str:
    """`tenants/{tenant}/agents/{agent}/versions/{number}`."""
    return f"{agent_name(tenant, agent)}/versions/{number}"


def user_name(tenant: TenantId, user: str) -> str:
    """`tenants/{tenant}/users/{user}`."""
    return f"tenants/{tenant}/users/{user}"


def document_name(tenant: TenantId, document: DocumentId) -> str:
    """`tenants/{tenant}/documents/{document}`."""
    return f"tenants/{tenant}/documents/{document}"


def conversation_name(tenant: TenantId, conversation: ConversationId) -> str:
    """`tenants/{tenant}/conversations/{conversation}`."""
    return f"tenants/{tenant}/conversations/{conversation}"


def lead_name(tenant: TenantId, lead: LeadId) -> str:
    return f"tenants/{tenant}/leads/{lead}"


def etag(version: int) -> str:
    """The etag of a version; opaque to clients, who compare and give it back."""
    return f"v{version:x}"


def split_name(name: str) -> tuple[str, ...]:
    """The ids in a resource name whose shape was already checked: `tenants/a/agents/b` -> ("a", "b")."""
    return tuple(name.split("/")[1::2])
