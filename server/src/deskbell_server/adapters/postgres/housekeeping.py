"""Deletes what is too old, and everything of a caller, in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.names import TenantId

_SQL = load_statements("housekeeping")
_REQUESTS = load_statements("requests")
_AUDIT = load_statements("audit")


class PostgresHousekeeping:
    """Fulfils `Housekeeping` and `CallerEraser`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_old_requests(self) -> int:
        async with self._database.platform() as connection:
            return _count(await connection.execute(_REQUESTS["delete_old"]))

    async def delete_old_audit_entries(self, before: datetime) -> int:
        async with self._database.platform() as connection:
            return _count(await connection.execute(_AUDIT["delete_old"], before))

    async def delete_old_operator_sessions(self, before: datetime) -> int:
        async with self._database.platform() as connection:
            return _count(await connection.execute(_SQL["delete_operator_sessions"], before))

    async def delete_old_transcripts(self, tenant: TenantId, said_before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            messages = _count(await connection.execute(_SQL["delete_transcripts"], tenant, said_before))
            await connection.execute(_SQL["forget_callers"], tenant, said_before)
            return messages

    async def delete_old_credentials(self, tenant: TenantId, before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            tokens = _count(await connection.execute(_SQL["delete_client_tokens"], tenant, before))
            return tokens + _count(await connection.execute(_SQL["delete_sessions"], tenant, before))

    async def erase(self, tenant: TenantId, caller_id: str) -> Sequence[tuple[str, int]]:
        async with self._database.tenant(tenant) as connection:
            await check_tenant_exists(connection, tenant)
            return [
                (table, _count(await connection.execute(_SQL[f"erase_{table}"], tenant, caller_id)))
                for table in ("messages", "conversations", "client_tokens")
            ]


def _count(status: str) -> int:
    """The number in a command tag such as `DELETE 3`."""
    return int(status.rpartition(" ")[2])
