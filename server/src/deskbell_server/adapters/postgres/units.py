"""Units of work: what a mutation writes, the record of its request and its audit entry, in one transaction.

A request that comes twice at the same time: the second one's INSERT waits until the first one's transaction is over
(unique index, PostgreSQL manual, "INSERT ... ON CONFLICT"), and then finds its record.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from deskbell_server.adapters.postgres.audit import add_entry
from deskbell_server.adapters.postgres.pool import Connection, Database, joined
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.audit import AuditEntry
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.identity import Claim, RequestRepeated

_SQL = load_statements("requests")


class PostgresUnit:
    """Fulfils `Unit`; one task's."""

    def __init__(
        self, database: Database, stack: AsyncExitStack, tenant: TenantId | None, claim: Claim | None
    ) -> None:
        self._database = database
        self._stack = stack
        self._claim = claim
        self._connection: Connection | None = None
        self.tenant = tenant

    async def connection(self) -> Connection:
        """Begins the transaction at the first call, and stakes the claim."""
        if self._connection is None:
            own = (
                self._database.own_platform()
                if self.tenant is None
                else self._database.own_tenant(self.tenant)
            )
            connection = await self._stack.enter_async_context(own)
            if self._claim is not None:
                await _stake(connection, self.tenant, self._claim)
            self._connection = connection
        return self._connection

    async def complete(self, sealed_response: bytes, entry: AuditEntry) -> None:
        connection = await self.connection()
        await add_entry(connection, self.tenant, entry)
        if self._claim is not None:
            await _set_response(connection, self.tenant, self._claim, sealed_response)


class PostgresUnitsOfWork:
    """Fulfils `UnitsOfWork`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unit(self, tenant: TenantId | None, claim: Claim | None) -> AsyncIterator[PostgresUnit]:
        async with AsyncExitStack() as stack:
            unit = PostgresUnit(self._database, stack, tenant, claim)
            with joined(unit):
                yield unit

    async def set_response(self, tenant: TenantId | None, claim: Claim, sealed_response: bytes) -> None:
        own = self._database.own_platform() if tenant is None else self._database.own_tenant(tenant)
        async with own as connection:
            await _set_response(connection, tenant, claim, sealed_response)


async def _stake(connection: Connection, tenant: TenantId | None, claim: Claim) -> None:
    """Raises RequestRepeated and InvalidInput."""
    key = (tenant or "", claim.actor, claim.request_id)
    fingerprint = claim.fingerprint()
    if await connection.fetchval(_SQL["claim"], *key, claim.method, fingerprint) is not None:
        return
    record = await connection.fetchrow(_SQL["get"], *key)
    if record is None or (record["method"], record["fingerprint"]) != (claim.method, fingerprint):
        raise InvalidInput.field(
            "request_id",
            "was used for another request within the last 24 hours; use a new one",
            reason="REQUEST_ID_REUSED",
        )
    raise RequestRepeated(record["sealed_response"])


async def _set_response(
    connection: Connection, tenant: TenantId | None, claim: Claim, sealed_response: bytes
) -> None:
    await connection.execute(
        _SQL["set_response"], tenant or "", claim.actor, claim.request_id, sealed_response
    )
