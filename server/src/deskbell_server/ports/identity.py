"""Who may call, kept: every method takes the tenant first and sees nothing of another; None is the platform's own.

All raise `StoreUnavailable` when the store does not answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from deskbell_server.domain.audit import AuditEntry
from deskbell_server.domain.identity import (
    Account,
    ApiKey,
    ApiKeyId,
    ClientToken,
    ClientTokenId,
    Operator,
    OperatorId,
    Session,
    SessionId,
    User,
    UserId,
)
from deskbell_server.domain.names import TenantId


class UserStore(Protocol):
    """A tenant's people."""

    async def create(self, tenant: TenantId, user: User, password_hash: str) -> User:
        """Raises NotFound (tenant) and AlreadyExists (id or e-mail address)."""
        ...

    async def get(self, tenant: TenantId, user: UserId) -> User:
        """Raises NotFound."""
        ...

    async def page(self, tenant: TenantId, *, after: UserId | None, limit: int) -> list[User]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def update(
        self, tenant: TenantId, user: UserId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> User:
        """Sets the named attributes of `User`; a changed role or a disabled user ends the sessions. Raises
        NotFound, Conflict and FailedPrecondition (LAST_OWNER)."""
        ...

    async def set_password(self, tenant: TenantId, user: UserId, password_hash: str, now: datetime) -> None:
        """Puts a hash in place and ends the user's sessions. Raises NotFound."""
        ...

    async def delete(self, tenant: TenantId, user: UserId) -> None:
        """Raises NotFound and FailedPrecondition (LAST_OWNER)."""
        ...


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """An account with its password's hash."""

    account: Account
    password_hash: str = field(repr=False)


class AccountStore(Protocol):
    """What signing in needs, of a tenant's users and, with tenant None, of the platform's operators."""

    async def find(self, tenant: TenantId | None, email: str) -> StoredPassword | None:
        """By e-mail address, in any case of letters; None also for an unknown tenant."""
        ...

    async def find_by_id(self, tenant: TenantId | None, account: str) -> StoredPassword | None:
        """By id."""
        ...

    async def set_password(
        self,
        tenant: TenantId | None,
        account: str,
        verified: str,
        password_hash: str,
        now: datetime,
        keep: SessionId | None,
    ) -> bool:
        """Puts a hash in the place of `verified` and ends the account's sessions but `keep`. False, and nothing is
        changed, if the hash is another one by now."""
        ...

    async def rehash(self, tenant: TenantId | None, account: str, verified: str, password_hash: str) -> None:
        """Puts a stronger hash of the same password in the place of `verified`, if that is still there."""
        ...

    async def open_session(
        self, account: Account, session: SessionId, verified: str, now: datetime, expires_at: datetime
    ) -> bool:
        """Stores a sign-in with generation 1. False, and nothing is stored, if the password's hash is another one
        than `verified` by now or the account is disabled."""
        ...

    async def session(self, tenant: TenantId | None, session: SessionId) -> Session | None:
        """A session with its account as it is now."""
        ...

    async def refresh(
        self, tenant: TenantId | None, session: SessionId, generation: int, now: datetime
    ) -> bool:
        """Counts the generation up. False, and nothing is changed, unless it was `generation` and the session is
        neither revoked nor expired."""
        ...

    async def revoke_session(self, tenant: TenantId | None, session: SessionId, now: datetime) -> bool:
        """Ends a session; False if it had ended."""
        ...


class OperatorStore(Protocol):
    """The platform's operators."""

    async def create(self, operator: Operator, password_hash: str) -> Operator:
        """Raises AlreadyExists."""
        ...

    async def page(self, *, after: OperatorId | None, limit: int) -> list[Operator]:
        """By id."""
        ...

    async def delete(self, operator: OperatorId) -> None:
        """Raises NotFound."""
        ...


class ApiKeyStore(Protocol):
    """A tenant's API keys."""

    async def create(self, tenant: TenantId, key: ApiKey, secret_hash: bytes) -> ApiKey:
        """Raises NotFound (tenant)."""
        ...

    async def page(self, tenant: TenantId, *, after: ApiKeyId | None, limit: int) -> list[ApiKey]:
        """By id. Raises NotFound (tenant)."""
        ...

    async def find(self, tenant: TenantId, key: ApiKeyId, secret_hash: bytes, now: datetime) -> ApiKey | None:
        """The key if the hash is that of its secret, or of the one before while that still works; notes the use,
        to the minute."""
        ...

    async def rotate(
        self, tenant: TenantId, key: ApiKeyId, secret_hash: bytes, previous_expires_at: datetime
    ) -> ApiKey:
        """Puts another secret in place. Raises NotFound, also for a revoked key."""
        ...

    async def revoke(self, tenant: TenantId, key: ApiKeyId, now: datetime) -> ApiKey:
        """Raises NotFound; a key that is revoked stays as it is."""
        ...


class ClientTokenStore(Protocol):
    """A tenant's client tokens."""

    async def create(self, tenant: TenantId, token: ClientToken, created_by: str) -> ClientToken:
        """Raises NotFound (agent)."""
        ...

    async def get(self, tenant: TenantId, token: ClientTokenId) -> ClientToken | None:
        """One token, expired and revoked ones too."""
        ...

    async def page(
        self, tenant: TenantId, *, before: ClientTokenId | None, limit: int, now: datetime
    ) -> list[ClientToken]:
        """Those that have not expired, the newest first. Raises NotFound (tenant)."""
        ...

    async def revoke(self, tenant: TenantId, token: ClientTokenId, now: datetime) -> ClientToken:
        """Raises NotFound; a token that is revoked stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A signing key, encrypted."""

    id: str
    sealed: bytes
    created_at: datetime


class SigningKeyStore(Protocol):
    """The keys that sign tokens, shared by all servers."""

    async def all(self) -> list[SealedKey]:
        """The newest first."""
        ...

    async def add(self, key: SealedKey, *, unless_newer_than: datetime | None = None) -> None:
        """Adds a key; with `unless_newer_than` only if there is none made since, so that servers that rotate at
        the same time make one."""
        ...

    async def delete_before(self, created_at: datetime) -> int:
        """Deletes the keys made before a moment, but never the newest; returns how many."""
        ...


class AuditLog(Protocol):
    """Append-only."""

    async def add(self, tenant: TenantId | None, entry: AuditEntry) -> None:
        """Adds an entry, within the unit of work that goes on, if one does."""
        ...

    async def page(
        self, tenant: TenantId | None, *, actor: str, before: uuid.UUID | None, limit: int
    ) -> list[AuditEntry]:
        """The newest first; `actor` empty: everybody's; `tenant` None: what belongs to no tenant. Raises NotFound
        (tenant)."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that must not be done twice: whose, under which id, and the SHA-256 of its content, which is asked
    for when the first store is used: of an upload it is not known before."""

    actor: str
    request_id: uuid.UUID
    method: str
    fingerprint: Callable[[], bytes]


class RequestRepeated(Exception):
    """The request was done before; `sealed_response` is what it was answered. Ends the unit of work."""

    def __init__(self, sealed_response: bytes) -> None:
        super().__init__("the request was done before")
        self.sealed_response = sealed_response


class Unit(Protocol):
    """A unit of work that goes on."""

    async def complete(self, sealed_response: bytes, entry: AuditEntry) -> None:
        """Adds the response to the claim, and the entry to the audit log. Before the unit ends, once."""
        ...


class UnitsOfWork(Protocol):
    """Everything a mutation writes, its claim and its audit entry, in one transaction."""

    def unit(self, tenant: TenantId | None, claim: Claim | None) -> AbstractAsyncContextManager[Unit]:
        """Within it the stores' methods for that tenant (None: for the platform) share one transaction, which
        begins with the first of them and commits at the end; an error rolls everything back.

        Entering costs nothing; with the first use of a store it may raise RequestRepeated, InvalidInput
        (REQUEST_ID_REUSED) or, while the same request is being done elsewhere, waits for that.
        """
        ...

    async def set_response(self, tenant: TenantId | None, claim: Claim, sealed_response: bytes) -> None:
        """Replaces the response of a claim whose unit has ended."""
        ...


class Housekeeping(Protocol):
    """Deletes what is too old; tenants' own rows in their own transactions."""

    async def delete_old_requests(self) -> int:
        """Requests older than 24 hours."""
        ...

    async def delete_old_audit_entries(self, before: datetime) -> int:
        """Audit entries made before a moment."""
        ...

    async def delete_old_operator_sessions(self, before: datetime) -> int:
        """Sessions of operators that expired before a moment."""
        ...

    async def delete_old_transcripts(self, tenant: TenantId, said_before: datetime) -> int:
        """What was said before a moment, and the callers of conversations in which nothing is left; returns how many
        messages that were. The conversations themselves stay."""
        ...

    async def delete_old_credentials(self, tenant: TenantId, before: datetime) -> int:
        """Client tokens and sessions that expired before a moment."""
        ...

    async def delete_old_leads(self, tenant: TenantId, changed_before: datetime) -> int:
        """Leads that did not change since a moment."""
        ...

    async def delete_old_reservations(self, tenant: TenantId, over_before: datetime) -> int:
        """Reservations, also cancelled ones, that ended before a moment."""
        ...

    async def delete_old_lead_keys(self, tenant: TenantId, used_before: datetime) -> int:
        """The keys of leads that were recorded before a moment: a repeat that comes later is not told from another
        call."""
        ...


class CallerEraser(Protocol):
    """Removes a caller."""

    async def erase(self, tenant: TenantId, caller_id: str) -> Sequence[tuple[str, int]]:
        """Deletes everything of a caller; returns how many rows, by table. Raises NotFound (tenant)."""
        ...
