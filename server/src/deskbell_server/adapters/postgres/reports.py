"""Reports of conversations in Postgres, and the queue of those that are due: the conversations' own rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from deskbell_server.adapters.postgres.conversations import conversation_of, message_of
from deskbell_server.adapters.postgres.gaps import count_asked, serialise
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import ConversationId, TenantId, TurnId
from deskbell_server.domain.report import (
    MOST_PROBLEM,
    MOST_SUMMARY,
    ConversationOutcome,
    Report,
    ReportState,
    ReportStatus,
    Sentiment,
    SentimentLabel,
)
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.ports.aftermath import Alike, Asked, BookedRow, LeadRow, Material, ReportJob, TurnRow

_SQL = load_statements("reports")
MOST_MESSAGES = 1000
"""A report is made of the last ones; nobody reads a longer conversation."""


class PostgresReports:
    """Fulfils `ReportQueue` and `ReportStore`. Leases are kept by the database's clock, which all servers share.

    Claims are the platform's, which sees no words; everything else is done as the conversation's tenant.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, lease_seconds: float) -> ReportJob | None:
        async with self._database.platform() as connection:
            row = await connection.fetchrow(_SQL["claim"], lease_seconds)
        if row is None:
            return None
        return ReportJob(
            TenantId(row["tenant_id"]),
            ConversationId(row["conversation_id"]),
            row["message_count"],
            row["report_attempts"],
        )

    async def material(self, job: ReportJob) -> Material | None:
        key = (job.tenant, job.conversation)
        async with self._database.tenant(job.tenant) as connection:
            found = await connection.fetchrow(_SQL["conversation"], *key)
            if found is None:
                return None
            messages = await connection.fetch(_SQL["messages"], *key, job.message_count, MOST_MESSAGES)
            turns = await connection.fetch(_SQL["turns"], *key)
            booked = await connection.fetch(_SQL["reservations"], *key)
            leads = await connection.fetch(_SQL["leads"], *key)
        return Material(
            conversation=conversation_of(found),
            messages=tuple(message_of(row) for row in reversed(messages)),
            turns=tuple(
                TurnRow(
                    TurnId(row["turn_id"]),
                    IntentKind(row["intent"]),
                    row["language"],
                    TurnOutcome(row["outcome"]),
                    row["handoff_reason"],
                )
                for row in turns
            ),
            booked=tuple(BookedRow(*row) for row in booked),
            leads=tuple(LeadRow(*row) for row in leads),
            form_left_open=found["form_left_open"],
        )

    async def complete(
        self, job: ReportJob, report: Report | None, asked: Sequence[Asked], alike: Alike, now: datetime
    ) -> bool:
        async with self._database.tenant(job.tenant) as connection:
            if asked:
                # Before the conversation's row, as erasing a caller does.
                await serialise(connection, job.tenant)
            if not await _is_due(connection, job):
                return False
            if report is not None:
                await connection.execute(_SQL["keep"], *_ready(job, report))
            await count_asked(connection, job, asked, alike, now)
            await connection.execute(_SQL["done"], job.tenant, job.conversation, job.message_count)
            return True

    async def retry(self, job: ReportJob, after_seconds: float) -> None:
        async with self._database.tenant(job.tenant) as connection:
            await connection.execute(_SQL["retry"], job.tenant, job.conversation, job.attempt, after_seconds)

    async def give_up(self, job: ReportJob, failure: str, now: datetime) -> bool:
        async with self._database.tenant(job.tenant) as connection:
            if not await _is_due(connection, job):
                return False
            await connection.execute(_SQL["keep"], *_failed(job, failure, now))
            await connection.execute(_SQL["done"], job.tenant, job.conversation, job.message_count)
            return True

    async def end_idle_chats(self, idle_seconds: float, now: datetime) -> int:
        async with self._database.platform() as connection:
            return len(await connection.fetch(_SQL["end_idle_chats"], now, idle_seconds))

    async def find(
        self, tenant: TenantId, conversations: Sequence[ConversationId]
    ) -> Mapping[ConversationId, ReportStatus]:
        if not conversations:
            return {}
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["find"], tenant, list(conversations))
        found = [_status(row) for row in rows if row["due"] or row["state"] is not None]
        return {status.conversation: status for status in found}


async def _is_due(connection: Connection, job: ReportJob) -> bool:
    """Whether nobody has reported on as many messages. Locks the conversation until the transaction ends."""
    covered = await connection.fetchval(_SQL["lock"], job.tenant, job.conversation)
    return covered is not None and covered < job.message_count


def _ready(job: ReportJob, report: Report) -> tuple[object, ...]:
    return (
        job.tenant,
        job.conversation,
        ReportState.READY,
        job.message_count,
        report.summary[:MOST_SUMMARY],
        report.sentiment.score,
        report.sentiment.label,
        report.sentiment.measured,
        report.outcome,
        json.dumps(dict(report.extraction)),
        report.extraction_problem[:MOST_PROBLEM],
        report.engine[:200],
        "",
        job.attempt,
        report.said_from,
        report.created_at,
    )


def _failed(job: ReportJob, failure: str, now: datetime) -> tuple[object, ...]:
    return (
        job.tenant,
        job.conversation,
        ReportState.FAILED,
        job.message_count,
        "",
        0.0,
        SentimentLabel.NEUTRAL,
        False,
        None,
        "{}",
        "",
        "",
        failure[:MOST_PROBLEM],
        job.attempt,
        now,
        now,
    )


def _status(row: asyncpg.Record) -> ReportStatus:
    conversation = ConversationId(row["conversation_id"])
    report = None
    if row["state"] == ReportState.READY:
        report = Report(
            summary=row["summary"],
            sentiment=Sentiment(
                row["sentiment"], SentimentLabel(row["sentiment_label"]), row["sentiment_measured"]
            ),
            outcome=ConversationOutcome(row["outcome"]),
            message_count=row["message_count"],
            engine=row["engine"],
            said_from=row["said_from"],
            created_at=row["created_at"],
            extraction=json.loads(row["extraction"]),
            extraction_problem=row["extraction_problem"],
        )
    if row["due"]:
        return ReportStatus(conversation, ReportState.PENDING, report)
    return ReportStatus(conversation, ReportState(row["state"]), report, row["failure"])
