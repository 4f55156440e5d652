"""Deletes what is too old, and everything of a caller, in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deskbell_server.adapters.postgres.gaps import erase_mentions, forget_mentions
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import affected, load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.names import TenantId

_SQL = load_statements("housekeeping")
_REQUESTS = load_statements("requests")
_LEADS = load_statements("leads")
_AUDIT = load_statements("audit")


class PostgresHousekeeping:
    """Fulfils `Housekeeping` and `CallerEraser`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_old_requests(self) -> int:
        async with self._database.platform() as connection:
            return affected(await connection.execute(_REQUESTS["delete_old"]))

    async def delete_old_audit_entries(self, before: datetime) -> int:
        async with self._database.platform() as connection:
            return affected(await connection.execute(_AUDIT["delete_old"], before))

    async def delete_old_operator_sessions(self, before: datetime) -> int:
        async with self._database.platform() as connection:
            return affected(await connection.execute(_SQL["delete_operator_sessions"], before))

    async def delete_old_transcripts(self, tenant: TenantId, said_before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            await forget_mentions(connection, tenant, said_before)
            await connection.execute(_SQL["delete_reports"], tenant, said_before)
            messages = affected(await connection.execute(_SQL["delete_transcripts"], tenant, said_before))
            await connection.execute(_SQL["forget_callers"], tenant, said_before)
            return messages

    async def delete_old_credentials(self, tenant: TenantId, before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            tokens = affected(await connection.execute(_SQL["delete_client_tokens"], tenant, before))
            return tokens + affected(await connection.execute(_SQL["delete_sessions"], tenant, before))

    async def delete_old_leads(self, tenant: TenantId, changed_before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            return affected(await connection.execute(_LEADS["delete_old"], tenant, changed_before))

    async def delete_old_reservations(self, tenant: TenantId, over_before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            return affected(await connection.execute(_SQL["delete_reservations"], tenant, over_before))

    async def delete_old_lead_keys(self, tenant: TenantId, used_before: datetime) -> int:
        async with self._database.tenant(tenant) as connection:
            return affected(await connection.execute(_LEADS["forget_keys"], tenant, used_before))

    async def erase(self, tenant: TenantId, caller_id: str) -> Sequence[tuple[str, int]]:
        async with self._database.tenant(tenant) as connection:
            await check_tenant_exists(connection, tenant)
            mentions = await erase_mentions(connection, tenant, caller_id)
            return [
                ("knowledge_gap_mentions", affected(mentions)),
                *[
                    (table, affected(await connection.execute(_SQL[f"erase_{table}"], tenant, caller_id)))
                    # Conversations late: they tell what else is the caller's.
                    for table in (
                        "conversation_reports",
                        "reservations",
                        "leads",
                        "messages",
                        "conversations",
                        "client_tokens",
                    )
                ],
            ]
