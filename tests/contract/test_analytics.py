"""QueryMetrics by rpc: figures against ones that were computed by hand."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
import grpc
import pytest
from google.protobuf.json_format import MessageToDict

from deskbell.v1 import analytics_service_pb2 as pb
from deskbell_server.adapters.postgres import analytics
from tests.support.live_server import LiveServer, refusal

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
DAY, HOUR = pb.METRIC_INTERVAL_DAY, pb.METRIC_INTERVAL_HOUR
WEEK, MONTH = pb.METRIC_INTERVAL_WEEK, pb.METRIC_INTERVAL_MONTH


@pytest.fixture
async def owner(database: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def named(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


async def conversation(
    owner: Connection, number: int, start: str, end: str = "", *, tenant: str = "clinic", agent: str = "desk"
) -> None:
    """A chat, or a call with an end; "-" for a call that goes on."""
    ended = at(end) if len(end) > 1 else None
    await owner.execute(
        """
        insert into conversations (
            tenant_id, conversation_id, agent_id, channel, state, caller_id, owner, message_count, started_at,
            ended_at, end_reason
        )
        values ($1, $2, $3, $4, $5, '', 'test', 0, $6, $7, '')
        """,
        tenant,
        named(number),
        agent,
        "voice" if end else "chat",
        "ended" if ended else "open",
        at(start),
        ended,
    )


async def turn(
    owner: Connection,
    of: int,
    time: str,
    what: str,
    *,
    tokens: tuple[int, int] = (0, 0),
    tenant: str = "clinic",
    **stages: float,
) -> None:
    """`what` is intent, outcome, and what the cache had; stages are in milliseconds."""
    intent, outcome, *cache = what.split()
    kept = [{"stage": name, "start": 0, "duration": ms} for name, ms in stages.items()]
    await owner.execute(
        """
        insert into turns (
            tenant_id, conversation_id, turn_id, intent, confidence, other_intents, language, outcome, cache,
            handoff_reason, degraded, stages, prompt_tokens, completion_tokens, created_at
        )
        values ($1, $2, gen_random_uuid(), $3, 1, '{}', 'en', $4, $5, '', '[]', $6, $7, $8, $9)
        """,
        tenant,
        named(of),
        intent,
        outcome,
        "".join(cache),
        json.dumps(kept),
        *tokens,
        at(time),
    )


async def reservation(owner: Connection, number: int, made: str, *, cancelled: str = "", of: int = 0) -> None:
    await owner.execute(
        """
        insert into resources values ('clinic', 'room', 'Room', 'room', 500, null, 1, now(), now())
            on conflict do nothing;
        insert into services values ('clinic', 'visit', 'Visit', 30, 0, '', 1, now(), now()) on conflict do nothing
        """
    )
    await owner.execute(
        """
        insert into reservations (
            tenant_id, reservation_id, service_id, resource_id, unit, starts_at, ends_at, held_until, caller_name,
            caller_phone, caller_email, caller_id, notes, state, idempotency_key, conversation_id, created_at,
            updated_at
        )
        values (
            'clinic', $1, 'visit', 'room', $2, '2027-01-01', '2027-01-02', '2027-01-02', '', '', '', '', '',
            'booked', gen_random_uuid()::text, $3, $4, $4
        )
        """,
        named(number),
        number,
        named(of) if of else None,
        at(made),
    )
    if cancelled:
        change = "update reservations set state = 'cancelled', updated_at = $2 where reservation_id = $1"
        await owner.execute(change, named(number), at(cancelled))
        # What is changed later has nothing to do with when it was cancelled.
        later = "update reservations set notes = 'x', updated_at = now() where reservation_id = $1"
        await owner.execute(later, named(number))


async def lead(owner: Connection, number: int, time: str, agent: str | None = "desk") -> None:
    await owner.execute(
        """
        insert into leads (
            tenant_id, lead_id, name, phone, email, intent, property_id, notes, consent_text, status, caller_id,
            agent_id, created_at, updated_at
        )
        values ('clinic', $1, 'Anna', '', '', '', '', '', '', 'new', '', $2, $3, now())
        """,
        named(number),
        agent,
        at(time),
    )


async def query(
    server: LiveServer, start: str, end: str, interval: Any = 0, *, tenant: str = "clinic", **fields: Any
) -> pb.QueryMetricsResponse:
    request = pb.QueryMetricsRequest(
        parent=f"tenants/{tenant}", start_time=at(start), end_time=at(end), interval=interval, **fields
    )
    response: pb.QueryMetricsResponse = await server.stubs.analytics.QueryMetrics(
        request, metadata=server.metadata
    )
    return response


def plain(metrics: pb.Metrics) -> dict[str, Any]:
    """What is set, without what is 0."""
    found = MessageToDict(metrics, preserving_proto_field_name=True)
    found["intents"] = {row["intent"][12:].lower(): int(row["count"]) for row in found.get("intents", [])}
    found["stages"] = {
        row["stage"]: (int(row["count"]), row["p50"], row["p95"]) for row in found.get("stages", [])
    }
    found["outcomes"] = {name: int(count) for name, count in found.get("outcomes", {}).items()}
    found.update(
        {name: int(value) for name, value in found.items() if isinstance(value, str) and value.isdigit()}
    )
    for ignored in ("start_time", "end_time"):
        del found[ignored]
    return {name: value for name, value in found.items() if value not in (0, {}, "0s")}


async def test_days_over_the_change_of_clocks_in_london(server: LiveServer, owner: Connection) -> None:
    # Clocks go forward on 29 March at 01:00 UTC: midnight of the 30th is 23:00 UTC.
    await server.make_tenant()
    await server.make_tenant("hotel")
    await conversation(owner, 1, "2026-03-28T23:30Z", "2026-03-28T23:32Z")
    await conversation(owner, 2, "2026-03-29T00:10Z")
    await conversation(owner, 3, "2026-03-29T22:59:59Z", "2026-03-29T23:01:59.500Z", agent="night")
    await conversation(owner, 4, "2026-03-29T23:00Z", "-")
    await conversation(owner, 5, "2026-03-30T22:59Z", agent="night")
    await conversation(owner, 6, "2026-03-30T23:00Z")  # at the end, which does not count
    await conversation(owner, 7, "2026-03-27T23:59:59Z")
    await conversation(owner, 8, "2026-03-29T12:00Z", "-", tenant="hotel")
    await turn(owner, 1, "2026-03-28T23:31Z", "faq answered miss", tokens=(10, 5), retrieve=10, reply=100)
    await turn(owner, 1, "2026-03-28T23:31:30Z", "pricing answered exact", retrieve=20)
    await turn(owner, 2, "2026-03-29T00:11Z", "booking served", tokens=(7, 0), retrieve=40)
    await turn(
        owner, 3, "2026-03-29T23:00:30Z", "faq refused semantic", tokens=(3, 2), retrieve=80, reply=300
    )
    await turn(owner, 4, "2026-03-30T10:00Z", "escalation handed_over miss", retrieve=5)
    await turn(owner, 5, "2026-03-30T22:59:30Z", "faq failed")
    await turn(owner, 6, "2026-03-30T23:00Z", "unknown chatted", retrieve=999)
    await turn(
        owner, 8, "2026-03-29T12:00Z", "faq answered exact", tokens=(99, 99), tenant="hotel", retrieve=999
    )
    await reservation(owner, 1, "2026-03-28T12:00Z", cancelled="2026-03-29T23:30Z", of=1)
    await reservation(owner, 2, "2026-03-29T22:30Z")
    await lead(owner, 1, "2026-03-28T12:00Z")
    await lead(owner, 2, "2026-03-29T23:30Z", None)
    span = ("2026-03-28T00:00+00:00", "2026-03-31T00:00+01:00")

    found = await query(server, *span, DAY)
    assert found.time_zone == "Europe/London"
    assert [part.start_time.ToJsonString() for part in found.intervals] == [
        "2026-03-28T00:00:00Z",
        "2026-03-29T00:00:00Z",
        "2026-03-29T23:00:00Z",
    ]
    assert [part.end_time for part in found.intervals] == [
        *(part.start_time for part in found.intervals[1:]),
        found.total.end_time,
    ]
    days = [plain(part) for part in found.intervals]
    assert days == [
        {
            "conversations": 1,
            "calls": 1,
            "call_duration": "120s",
            "turns": 2,
            "outcomes": {"answered": 2},
            "intents": {"faq": 1, "pricing": 1},
            "cache_lookups": 2,
            "cache_hits": 1,
            "cache_hit_rate": 0.5,
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "stages": {"reply": (1, "0.100s", "0.100s"), "retrieve": (2, "0.015s", "0.019500s")},
            "reservations_made": 1,
            "leads": 1,
        },
        {
            "conversations": 2,
            "calls": 1,
            "call_duration": "120.500s",
            "turns": 1,
            "outcomes": {"served": 1},
            "intents": {"booking": 1},
            "prompt_tokens": 7,
            "stages": {"retrieve": (1, "0.040s", "0.040s")},
            "reservations_made": 1,
        },
        {
            "conversations": 2,
            "calls": 1,
            "turns": 3,
            "outcomes": {"refused": 1, "handed_over": 1, "failed": 1},
            "intents": {"faq": 2, "escalation": 1},
            "cache_lookups": 2,
            "cache_hits": 1,
            "cache_hit_rate": 0.5,
            "prompt_tokens": 3,
            "completion_tokens": 2,
            "stages": {"reply": (1, "0.300s", "0.300s"), "retrieve": (2, "0.042500s", "0.076250s")},
            "reservations_cancelled": 1,
            "leads": 1,
        },
    ]
    total = {
        "conversations": 5,
        "calls": 3,
        "call_duration": "240.500s",
        "turns": 6,
        "outcomes": {"answered": 2, "refused": 1, "served": 1, "handed_over": 1, "failed": 1},
        "intents": {"faq": 3, "booking": 1, "escalation": 1, "pricing": 1},
        "cache_lookups": 4,
        "cache_hits": 2,
        "cache_hit_rate": 0.5,
        "prompt_tokens": 20,
        "completion_tokens": 7,
        # 5, 10, 20, 40, 80: the middle one; and four fifths of the way from 40 to 80.
        "stages": {"reply": (2, "0.200s", "0.290s"), "retrieve": (5, "0.020s", "0.072s")},
        "reservations_made": 2,
        "reservations_cancelled": 1,
        "leads": 2,
    }
    assert plain(found.total) == total
    whole = await query(server, *span)
    assert (plain(whole.total), len(whole.intervals)) == (total, 0)

    desk = plain((await query(server, *span, DAY, agent="tenants/clinic/agents/desk")).total)
    assert desk == {
        "conversations": 3,
        "calls": 2,
        "call_duration": "120s",
        "turns": 4,
        "outcomes": {"answered": 2, "served": 1, "handed_over": 1},
        "intents": {"booking": 1, "escalation": 1, "faq": 1, "pricing": 1},
        "cache_lookups": 3,
        "cache_hits": 1,
        "cache_hit_rate": 1 / 3,
        "prompt_tokens": 17,
        "completion_tokens": 5,
        "stages": {"reply": (1, "0.100s", "0.100s"), "retrieve": (4, "0.015s", "0.037s")},
        "reservations_made": 1,
        "reservations_cancelled": 1,
        "leads": 1,
    }
    some = await query(server, *span, metrics=[pb.METRIC_CALLS, pb.METRIC_CACHE])
    assert {each.name for each, _ in some.total.ListFields()} == {
        *("start_time", "end_time", "calls", "call_duration", "cache_lookups", "cache_hits", "cache_hit_rate")
    }
    await owner.execute("delete from conversations where conversation_id = $1", named(1))
    erased = plain((await query(server, *span)).total)
    assert (erased["conversations"], erased["turns"], erased["stages"]["retrieve"][0]) == (4, 4, 3)


async def test_an_hour_that_comes_twice_in_london(server: LiveServer, owner: Connection) -> None:
    await server.make_tenant()
    await conversation(owner, 1, "2026-10-25T00:30Z")  # 01:30 in summer time
    await conversation(owner, 2, "2026-10-25T01:30Z")  # 01:30 in winter time
    await conversation(owner, 3, "2026-10-25T01:59:59.999999Z")
    await conversation(owner, 4, "2026-10-25T02:00Z")
    found = await query(
        server, "2026-10-24T23:30Z", "2026-10-25T03:00Z", HOUR, metrics=[pb.METRIC_CONVERSATIONS]
    )
    assert [part.conversations for part in found.intervals] == [0, 1, 2, 1]
    assert found.intervals[1].start_time.ToJsonString() == "2026-10-25T00:00:00Z"
    day = await query(server, "2026-10-24T23:00Z", "2026-10-26T00:00Z", DAY)
    assert [part.conversations for part in day.intervals] == [4]
    assert day.intervals[0].end_time.seconds - day.intervals[0].start_time.seconds == 25 * 3600


async def test_days_weeks_and_months_in_new_york(server: LiveServer, owner: Connection) -> None:
    # Clocks go forward on Sunday, 8 March at 07:00 UTC, and back on Sunday, 1 November at 06:00 UTC.
    await server.make_tenant(time_zone="America/New_York")
    for number, start in enumerate(
        (
            "2026-03-01T04:59:59Z",  # Saturday, 28 February
            "2026-03-08T04:59:59Z",  # Saturday
            "2026-03-08T05:00:00Z",  # Sunday, 00:00
            "2026-03-09T03:59:59Z",  # Sunday, 23:59:59, an hour earlier than in winter
            "2026-03-09T04:00:00Z",  # Monday, 00:00
            "2026-04-01T03:59:59Z",  # the last of March
            "2026-04-01T04:00:00Z",  # the first of April
        ),
        1,
    ):
        await conversation(owner, number, start)
    days = await query(server, "2026-03-07T00:00-05:00", "2026-03-10T00:00-04:00", DAY)
    assert [part.conversations for part in days.intervals] == [1, 2, 1]
    weeks = await query(server, "2026-03-02T00:00-05:00", "2026-03-16T00:00-04:00", WEEK)
    assert [part.conversations for part in weeks.intervals] == [3, 1]
    months = await query(server, "2026-02-01T00:00-05:00", "2026-05-01T00:00-04:00", MONTH)
    assert [part.conversations for part in months.intervals] == [1, 5, 1]
    assert months.total.conversations == 7
    await conversation(owner, 11, "2026-11-01T05:30Z", "2026-11-01T06:30Z")  # 01:30 to 01:30
    hours = await query(server, "2026-11-01T05:00Z", "2026-11-01T08:00Z", HOUR)
    assert [part.calls for part in hours.intervals] == [1, 0, 0]
    assert hours.total.call_duration.seconds == 3600


async def test_what_cannot_be_asked(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.make_tenant()
    for start, end, interval, fields, field in (
        ("2026-03-02T00:00Z", "2026-03-01T00:00Z", DAY, {}, "end_time"),
        ("2026-03-01T00:00Z", "2026-03-01T00:00Z", DAY, {}, "end_time"),
        ("2026-03-01T00:00Z", "2026-04-01T00:01Z", HOUR, {}, "end_time"),
        ("2026-03-01T00:00Z", "2027-03-02T00:01Z", DAY, {}, "end_time"),
        ("2020-03-01T00:00Z", "2026-03-01T00:00Z", MONTH, {}, "end_time"),
        ("2020-03-01T00:00Z", "2026-03-01T00:00Z", 0, {}, "end_time"),
        ("2026-03-01T00:00Z", "2026-03-02T00:00Z", 9, {}, "interval"),
        ("2026-03-01T00:00Z", "2026-03-02T00:00Z", DAY, {"agent": "tenants/hotel/agents/desk"}, "agent"),
        ("2026-03-01T00:00Z", "2026-03-02T00:00Z", DAY, {"metrics": [1, 1]}, "metrics"),
        ("2026-03-01T00:00Z", "2026-03-02T00:00Z", DAY, {"metrics": [0]}, "metrics[0]"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await query(server, start, end, interval, **fields)
        wrong = refusal(caught.value)
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
        assert list(wrong.fields) == [field]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await query(server, "2026-03-01T00:00Z", "2026-03-02T00:00Z", tenant="nobody")
    assert refusal(caught.value).reason == "TENANT_NOT_FOUND"
    assert len((await query(server, "2026-03-01T00:00Z", "2026-04-01T00:00Z", HOUR)).intervals) == 744
    slow = dict(analytics._SQL)
    slow["limits"] = slow["limits"].replace("5s", "50ms")
    slow["leads"] = (
        "select pg_sleep(9)::text as leads, $1::text, $2::timestamptz[], $3::timestamptz, $4::text"
    )
    monkeypatch.setattr(analytics, "_SQL", slow)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await query(server, "2026-03-01T00:00Z", "2026-03-02T00:00Z")
    assert refusal(caught.value).reason == "STORE_UNAVAILABLE"


async def test_one_tenant_does_not_hold_up_another(
    server: LiveServer, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analytics, "WAIT_SECONDS", 0.3)
    for tenant in ("clinic", "hotel"):
        await server.make_tenant(tenant)
    span = ("2026-03-01T00:00+00:00", "2026-03-02T00:00+00:00")
    async with owner.transaction():
        await owner.execute("lock table turns in access exclusive mode")
        first = asyncio.ensure_future(query(server, *span, metrics=[pb.METRIC_TURNS]))
        while not await owner.fetchval("select exists (select from pg_locks where not granted)"):
            await asyncio.sleep(0.02)
        others = [query(server, *span, metrics=[pb.METRIC_LEADS]) for _ in range(4)]
        refused = await asyncio.gather(*others, return_exceptions=True)
        for error in refused:
            assert isinstance(error, grpc.aio.AioRpcError)
            found = refusal(error)
            assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
        assert (
            plain((await query(server, *span, tenant="hotel", metrics=[pb.METRIC_LEADS])).total) is not None
        )
    assert (await first).total is not None
    await query(server, *span, metrics=[pb.METRIC_LEADS])
