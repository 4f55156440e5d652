"""How long figures take over 100,000 turns: medians in milliseconds, printed (`pytest -s`), never judged."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from deskbell_server.adapters.postgres.analytics import PostgresFigureStore
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.domain.analytics import Division, Metric, division_starts
from deskbell_server.domain.names import AgentId
from tests.integration.store_samples import CLINIC

RUNS = 5
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)
"""30 days, which the turns fill evenly."""


@pytest.mark.timeout(600)
async def test_figures_of_a_hundred_thousand_turns(database: str, secret_key: bytes) -> None:
    owner = await asyncpg.connect(database)
    await owner.execute(
        """
        insert into tenants (id, display_name, industry, language_code, time_zone, created_at, updated_at)
        values ('clinic', 'Clinic', '', 'en', 'Europe/London', now(), now());
        insert into conversations (
            tenant_id, conversation_id, agent_id, channel, state, caller_id, owner, message_count, started_at, ended_at,
            end_reason
        )
        select
            'clinic', lpad(to_hex(n), 32, '0')::uuid, case n % 3 when 0 then 'desk' else 'night' end,
            case n % 2 when 0 then 'voice' else 'chat' end, 'ended', '', '', 8,
            timestamptz '2026-01-01 UTC' + n * interval '103 seconds',
            timestamptz '2026-01-01 UTC' + n * interval '103 seconds' + interval '2 minutes', ''
        from generate_series(0, 24999) as n;
        insert into turns (
            tenant_id, conversation_id, turn_id, intent, confidence, other_intents, language, outcome, cache,
            handoff_reason, degraded, stages, prompt_tokens, completion_tokens, created_at
        )
        select
            'clinic', lpad(to_hex(n / 4), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid,
            (array['booking', 'faq', 'pricing', 'lead_capture', 'escalation', 'unknown'])[1 + n % 6], 0.9, '{}', 'en',
            (array['answered', 'refused', 'served', 'chatted'])[1 + n / 3 % 4],
            (array['', 'miss', 'exact', 'semantic'])[1 + n % 4], '', '[]',
            (
                select jsonb_agg(jsonb_build_object('stage', stage, 'start', 0, 'duration', random() * 500))
                from unnest(array['recall', 'understand', 'retrieve', 'reply', 'store']) as stage
            ),
            100, 50, timestamptz '2026-01-01 UTC' + n * interval '25.9 seconds'
        from generate_series(0, 99999) as n;
        """
    )
    await owner.execute("vacuum analyze")
    await owner.close()
    zone = ZoneInfo("Europe/London")
    async with open_database(database, secret_key, size=2) as pools:
        store = PostgresFigureStore(pools)
        for division in (None, Division.DAY, Division.HOUR):
            starts = division_starts(START, END, division, zone)
            for agent in (None, AgentId("desk")):
                for metrics in ([Metric.CONVERSATIONS], [Metric.TURNS], [Metric.LATENCY], list(Metric)):
                    times = []
                    for _ in range(RUNS):
                        began = time.perf_counter()
                        total, _ = await store.figures(CLINIC, starts, END, agent=agent, metrics=metrics)
                        times.append(time.perf_counter() - began)
                    name = "all" if len(metrics) > 1 else metrics[0]
                    of = "of one agent" if agent else "of all"
                    print(f"{name} {of}, {division or 'whole'}: {statistics.median(times) * 1000:.0f} ms")
            assert total.turns > 0
