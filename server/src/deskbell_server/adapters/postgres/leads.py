"""Leads in Postgres."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints, check_etag
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import affected, load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.lead import Lead, LeadStatus, changed, merged
from deskbell_server.domain.names import AgentId, ConversationId, LeadId, TenantId, lead_name, tenant_name

_SQL = load_statements("leads")
_ERASE = load_statements("housekeeping")["erase_leads"]


class PostgresLeadStore:
    """Fulfils `LeadStore`.

    What adds leads or changes their numbers takes turns within a tenant. Two calls of one person at the same time
    would otherwise each find no lead.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, tenant: TenantId, lead: Lead, key: str) -> Lead:
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["serialise"], tenant)
            known = await connection.fetchval(_SQL["of_key"], tenant, key)
            if known is not None:
                return _found(await connection.fetchrow(_SQL["get"], tenant, known), tenant, known)
            with broken_constraints(
                taken=AlreadyExists("lead", lead_name(tenant, lead.id)),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                recorded = await _merge_or_create(connection, tenant, lead)
                await connection.execute(_SQL["use_key"], tenant, key, recorded.id, lead.updated_at)
        return recorded

    async def get(self, tenant: TenantId, lead: LeadId) -> Lead:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get"], tenant, lead), tenant, lead)

    async def page(
        self,
        tenant: TenantId,
        *,
        status: LeadStatus | None,
        before: LeadId | None,
        limit: int,
        created_since: datetime | None = None,
        created_until: datetime | None = None,
    ) -> list[Lead]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(
                _SQL["page"], tenant, before, status, limit, created_since, created_until
            )
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_lead(row) for row in rows]

    async def update(
        self, tenant: TenantId, lead: LeadId, changes: Mapping[str, Any], etag: str, now: datetime
    ) -> Lead:
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["serialise"], tenant)
            old = _found(await connection.fetchrow(_SQL["lock"], tenant, lead), tenant, lead)
            check_etag(old.version, etag)
            new = changed(old, changes, now)
            # Neither is repeated in the error: it would end up in logs.
            with broken_constraints(
                taken=AlreadyExists("lead", f"{tenant_name(tenant)} with this phone or e-mail address")
            ):
                return _found(await _write(connection, new), tenant, lead)

    async def delete(self, tenant: TenantId, lead: LeadId) -> None:
        async with self._database.tenant(tenant) as connection:
            if await connection.fetchval(_SQL["delete"], tenant, lead) is None:
                raise NotFound("lead", lead_name(tenant, lead))

    async def erase(self, tenant: TenantId, caller: str) -> int:
        async with self._database.tenant(tenant) as connection:
            return affected(await connection.execute(_ERASE, tenant, caller))


async def _merge_or_create(connection: Connection, tenant: TenantId, lead: Lead) -> Lead:
    rows = await connection.fetch(_SQL["alike"], tenant, lead.phone, lead.email.lower())
    if not rows:
        row = await connection.fetchrow(_SQL["create"], tenant, lead.id, *_values(lead), lead.created_at)
        return _found(row, tenant, lead.id)
    oldest, *others = [_lead(row) for row in rows]
    whole = oldest
    for other in others:
        whole = merged(whole, other)
        # First: what it has is unique, and is to be the oldest one's.
        await connection.execute(_SQL["delete"], tenant, other.id)
        await connection.execute(_SQL["move_keys"], tenant, other.id, oldest.id)
    return _found(await _write(connection, merged(whole, lead)), tenant, oldest.id)


async def _write(connection: Connection, lead: Lead) -> asyncpg.Record | None:
    return await connection.fetchrow(_SQL["update"], lead.tenant, lead.id, *_values(lead))


def _values(lead: Lead) -> tuple[object, ...]:
    """What can change of a lead, in the statements' order."""
    return (
        lead.name,
        lead.phone,
        lead.email.lower(),
        lead.intent,
        lead.property_id,
        lead.notes,
        lead.consent_text,
        lead.consented_at,
        lead.status,
        lead.caller_id,
        lead.earlier_caller_ids,
        lead.conversation,
        lead.agent,
        lead.updated_at,
    )


def _found(row: asyncpg.Record | None, tenant: TenantId, lead: LeadId) -> Lead:
    if row is None:
        raise NotFound("lead", lead_name(tenant, lead))
    return _lead(row)


def _lead(row: asyncpg.Record) -> Lead:
    conversation, agent = row["conversation_id"], row["agent_id"]
    return Lead(
        tenant=TenantId(row["tenant_id"]),
        id=LeadId(row["lead_id"]),
        name=row["name"],
        phone=row["phone"],
        email=row["email"],
        intent=row["intent"],
        property_id=row["property_id"],
        notes=row["notes"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        consent_text=row["consent_text"],
        consented_at=row["consented_at"],
        status=LeadStatus(row["status"]),
        caller_id=row["caller_id"],
        earlier_caller_ids=tuple(row["earlier_caller_ids"]),
        conversation=None if conversation is None else ConversationId(conversation),
        agent=None if agent is None else AgentId(agent),
        version=row["version"],
    )
