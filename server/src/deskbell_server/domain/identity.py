"""Who calls: people, services, phones; and what each may do."""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from deskbell_server.domain.names import AgentId, TenantId

UserId = NewType("UserId", str)
OperatorId = NewType("OperatorId", str)
ApiKeyId = NewType("ApiKeyId", str)
ClientTokenId = NewType("ClientTokenId", uuid.UUID)
SessionId = NewType("SessionId", uuid.UUID)

MAX_EMAIL = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""
MIN_PASSWORD, MAX_PASSWORD = 12, 256
"""In characters. NIST SP 800-63B asks for length, and for no rules about kinds of characters."""


class Role(StrEnum):
    """What a signed-in person is; see the contract's `Role`."""

    PLATFORM_OPERATOR = "platform_operator"
    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"


class Scope(StrEnum):
    """What an API key may do; see the contract's `Scope`."""

    TENANT_READ = "tenant_read"
    TENANT_WRITE = "tenant_write"
    AGENTS_READ = "agents_read"
    AGENTS_WRITE = "agents_write"
    KNOWLEDGE_READ = "knowledge_read"
    KNOWLEDGE_WRITE = "knowledge_write"
    CHAT = "chat"
    CALLS = "calls"
    CONVERSATIONS_READ = "conversations_read"
    CLIENT_TOKENS = "client_tokens"
    AUDIT_READ = "audit_read"
    CALLERS_ERASE = "callers_erase"
    RESERVATIONS_READ = "reservations_read"
    RESERVATIONS_WRITE = "reservations_write"
    LEADS_READ = "leads_read"
    LEADS_WRITE = "leads_write"
    ANALYTICS_READ = "analytics_read"


@dataclass(frozen=True, slots=True)
class User:
    """A person of a tenant's. The password's hash stays in the store."""

    tenant: TenantId
    id: UserId
    email: str
    display_name: str
    role: Role
    disabled: bool
    version: int
    created_at: datetime
    updated_at: datetime
    last_sign_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who runs the server."""

    id: OperatorId
    email: str
    created_at: datetime
    last_sign_in_at: datetime | None = None

    @property
    def name(self) -> str:
        """`operators/{operator}`."""
        return f"operators/{self.id}"


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in: a tenant's user, or an operator (`tenant` None)."""

    tenant: TenantId | None
    id: str
    role: Role
    disabled: bool

    @property
    def name(self) -> str:
        """`tenants/{tenant}/users/{user}` or `operators/{operator}`."""
        return f"operators/{self.id}" if self.tenant is None else f"tenants/{self.tenant}/users/{self.id}"


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in with all the tokens that were made from it."""

    account: Account
    id: SessionId
    generation: int
    """How many refresh tokens it has had; only the last one works."""
    expires_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class CredentialLimits:
    """What one credential may use of what its tenant has; 0 is no limit of its own."""

    requests_per_second: int = 0
    request_burst: int = 0
    max_concurrent_calls: int = 0
    monthly_call_minutes: int = 0
    monthly_tokens: int = 0


LIMIT_FIELDS = tuple(field.name for field in dataclasses.fields(CredentialLimits))


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A service's credential without its secret."""

    tenant: TenantId
    id: ApiKeyId
    display_name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None
    limits: CredentialLimits
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    previous_expires_at: datetime | None = None

    @property
    def name(self) -> str:
        """`tenants/{tenant}/apiKeys/{key}`."""
        return f"tenants/{self.tenant}/apiKeys/{self.id}"


@dataclass(frozen=True, slots=True)
class ClientToken:
    """A phone's credential."""

    tenant: TenantId
    id: ClientTokenId
    agent: AgentId
    caller_id: str
    max_concurrent_calls: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    @property
    def name(self) -> str:
        """`tenants/{tenant}/clientTokens/{token}`."""
        return f"tenants/{self.tenant}/clientTokens/{self.id}"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever sends a request, as the credential says.

    `actor` is the resource name for the audit log. `tenant` None: may act in every tenant. `agent` set: for
    this agent only. `api_key` set: what is used is counted for the key, too.
    """

    actor: str
    tenant: TenantId | None
    role: Role | None = None
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    agent: AgentId | None = None
    caller_id: str = ""
    expires_at: datetime | None = None
    limits: CredentialLimits = field(default_factory=CredentialLimits)
    api_key: ApiKeyId | None = None
    session: SessionId | None = None

    @property
    def is_client(self) -> bool:
        """Whether it is a phone."""
        return self.agent is not None


BOOTSTRAP = Principal("bootstrap-key", None, Role.PLATFORM_OPERATOR)
"""The key of the settings, with which a server is set up."""
