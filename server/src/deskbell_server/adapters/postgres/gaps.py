"""Knowledge gaps in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.errors import check_etag
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.errors import NotFound
from deskbell_server.domain.gap import GapId, GapStatus, KnowledgeGap, gap_name
from deskbell_server.domain.names import ConversationId, TenantId, time_ordered_uuid
from deskbell_server.ports.aftermath import Alike, Asked, GapPlace, ReportJob

_SQL = load_statements("gaps")
NEAREST = 10
"""How many known questions a new one is compared with, the nearest ones."""


class PostgresGapStore:
    """Fulfils `GapStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant: TenantId, *, status: GapStatus | None, after: GapPlace | None, limit: int
    ) -> list[KnowledgeGap]:
        place = (None, None) if after is None else (after.ask_count, after.gap)
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, *place, status, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_gap(tenant, row) for row in rows]

    async def decide(
        self, tenant: TenantId, gap: GapId, status: GapStatus, etag: str, now: datetime
    ) -> KnowledgeGap:
        async with self._database.tenant(tenant) as connection:
            old = _found(await connection.fetchrow(_SQL["lock"], tenant, gap), tenant, gap)
            check_etag(old.version, etag)
            return _found(await connection.fetchrow(_SQL["decide"], tenant, gap, status, now), tenant, gap)


async def serialise(connection: Connection, tenant: TenantId) -> None:
    """Two conversations that end at the same time would otherwise each find no gap of their question."""
    await connection.execute(_SQL["serialise"], tenant)


async def count_asked(
    connection: Connection, job: ReportJob, asked: Sequence[Asked], alike: Alike, now: datetime
) -> None:
    """Counts a conversation's refused questions, each turn once. The tenant's gaps must be serialised."""
    if not asked:
        return
    rows = await connection.fetch(_SQL["mentioned"], job.tenant, job.conversation)
    counted = {row["turn_id"] for row in rows}
    for one in asked:
        if one.turn in counted:
            continue
        gap = await _known(connection, job.tenant, one, alike)
        if gap is None:
            gap = GapId(time_ordered_uuid(now.timestamp()))
            await connection.execute(
                _SQL["create"],
                job.tenant,
                gap,
                one.question,
                one.key,
                one.embedding,
                one.asked_at,
                job.conversation,
                now,
            )
        else:
            await connection.execute(_SQL["ask_again"], job.tenant, gap, one.asked_at, job.conversation, now)
        await connection.execute(
            _SQL["mention"],
            job.tenant,
            job.conversation,
            one.turn,
            gap,
            one.question,
            one.key,
            one.embedding,
            one.asked_at,
        )


async def forget_mentions(connection: Connection, tenant: TenantId, asked_before: datetime) -> None:
    """Deletes what was asked before a moment, and the gaps of which nothing is left."""
    await serialise(connection, tenant)
    await connection.execute(_SQL["delete_old_mentions"], tenant, asked_before)
    await _settle(connection, tenant)


async def erase_mentions(connection: Connection, tenant: TenantId, caller_id: str) -> str:
    """Deletes what a caller asked, and the gaps of which nothing is left; what others asked too is told in their
    words from then on. Returns the command tag. Comes before the caller's conversations are deleted."""
    await serialise(connection, tenant)
    status: str = await connection.execute(_SQL["erase_mentions"], tenant, caller_id)
    await _settle(connection, tenant)
    return status


async def _settle(connection: Connection, tenant: TenantId) -> None:
    await connection.execute(_SQL["drop_unmentioned"], tenant)
    await connection.execute(_SQL["settle"], tenant)


async def _known(connection: Connection, tenant: TenantId, asked: Asked, alike: Alike) -> GapId | None:
    """The gap that a question belongs to: asked in the same words, else the nearest that asks the same."""
    same = await connection.fetchval(_SQL["of_key"], tenant, asked.key)
    if same is not None:
        return GapId(same)
    for row in await connection.fetch(_SQL["nearest"], tenant, asked.embedding, NEAREST):
        if alike(asked.question, row["question"], row["similarity"]):
            return GapId(row["gap_id"])
    return None


def _found(row: asyncpg.Record | None, tenant: TenantId, gap: GapId) -> KnowledgeGap:
    if row is None:
        raise NotFound("knowledge_gap", gap_name(tenant, gap))
    return _gap(tenant, row)


def _gap(tenant: TenantId, row: asyncpg.Record) -> KnowledgeGap:
    last = row["last_conversation_id"]
    return KnowledgeGap(
        tenant=tenant,
        id=GapId(row["gap_id"]),
        question=row["question"],
        ask_count=row["ask_count"],
        first_asked_at=row["first_asked_at"],
        last_asked_at=row["last_asked_at"],
        last_conversation=None if last is None else ConversationId(last),
        status=GapStatus(row["status"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
