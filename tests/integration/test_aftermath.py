"""The work after a conversation, on the real stores and the real embedder: exactly once, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from deskbell_server.access.quotas import Quotas
from deskbell_server.adapters.postgres.pool import Database, open_database
from deskbell_server.adapters.postgres.quotas import PostgresQuotaStore
from deskbell_server.adapters.postgres.reports import PostgresReports
from deskbell_server.adapters.postgres.tenants import PostgresTenantStore
from deskbell_server.aftermath import runner
from deskbell_server.aftermath.runner import Aftermath, no_schema
from deskbell_server.app.clock import SystemClock
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.names import ConversationId
from deskbell_server.domain.quota import Quota
from deskbell_server.domain.report import ConversationOutcome, ReportState, ReportStatus
from deskbell_server.ports.engines import Chat
from tests.integration import local_world
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOW
from tests.integration.store_world import Connection, Stores
from tests.support.aftermath import keep_outcomes

QUOTA = Quota(
    requests_per_second=100,
    request_burst=100,
    model_requests_per_second=100,
    concurrent_calls=10,
    monthly_call_minutes=1000,
    monthly_tokens=100_000,
    knowledge_bytes=1_000_000,
)


def aftermath(database: Database, writer: Chat | None = None, **given: Any) -> Aftermath:
    clock = SystemClock()
    return Aftermath(
        given.pop("queue", None) or PostgresReports(database),
        PostgresTenantStore(database),
        given.pop("embedder", None) or local_world.embedder(),
        writer,
        Quotas(PostgresQuotaStore(database), QUOTA, clock),
        clock,
        chat_idle_seconds=1800,
        **given,
    )


async def talk(
    stores: Stores, owner: Connection, *turns: tuple[str, str, str], second: int = 0, tenant: Any = CLINIC
) -> ConversationId:
    """A call that is over, of turns (caller's words, agent's words, outcome)."""
    begun = await stores.conversations.create(tenant, sample.conversation(tenant, second=second), "server-1")
    for asked, answered, _ in turns:
        turn, messages = sample.turn(asked, answered)
        await stores.conversations.store_turn(tenant, begun.id, turn, messages)
    await keep_outcomes(owner, begun.id, *(outcome for _, _, outcome in turns))
    await stores.conversations.end(tenant, begun.id, LATER, "caller_ended")
    return begun.id


DOGS = ("Do you take dogs?", "I don't have that information.", "refused")
HOURS = ("When are you open on Saturday?", "Nine to noon.", "answered")


async def status(stores: Stores, conversation: ConversationId, tenant: Any = CLINIC) -> ReportStatus:
    return (await stores.reports.find(tenant, [conversation]))[conversation]


async def counts(stores: Stores, tenant: Any = CLINIC) -> dict[str, int]:
    found = await stores.gaps.page(tenant, status=None, after=None, limit=50)
    return {gap.question: gap.ask_count for gap in found}


async def leases_pass(owner: Connection) -> None:
    await owner.execute("update conversations set report_claimed_until = now() - interval '1 second'")


async def test_a_conversation_is_reported_on_and_its_gaps_are_kept(
    stores: Stores, owner: Connection, pools: Database
) -> None:
    conversation = await talk(stores, owner, HOURS, DOGS)
    await talk(stores, owner, ("Hi, do you take dogs please?", "I don't know.", "refused"), second=1)
    await talk(stores, owner, ("Are dogs allowed?", "I don't know.", "refused"), second=2)
    await talk(stores, owner, ("Are cats allowed?", "I don't know.", "refused"), second=3)
    await talk(stores, owner, DOGS, tenant=HOTEL)
    assert await aftermath(pools).work_off() == 5
    made = await status(stores, conversation)
    assert made.state is ReportState.READY
    assert made.report is not None
    assert made.report.outcome is ConversationOutcome.ANSWERED
    assert made.report.engine == "rules"
    assert made.report.said_from == NOW
    assert 'left unanswered: "Do you take dogs?"' in made.report.summary
    found = await counts(stores)
    assert found["Do you take dogs?"] >= 2
    assert sum(found.values()) == 4
    assert found["Are cats allowed?"] == 1
    assert await counts(stores, HOTEL) == {"Do you take dogs?": 1}
    assert await aftermath(pools).work_off() == 0


# ---- runners that die


@dataclass
class Stopped:
    """Stops at a step for good, as a process does that is killed there."""

    step: str
    inner: Any
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name != self.step:
            return found

        async def stop(*given: Any) -> Any:
            if name in {"claim", "material"}:
                await found(*given)
            self.reached.set()
            await asyncio.Event().wait()

        return stop


async def killed(work: Aftermath, reached: Callable[[], Awaitable[object]]) -> None:
    """Runs until a point, and is cut off there."""
    task = asyncio.create_task(work.run())
    try:
        async with asyncio.timeout(10):
            await reached()
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@dataclass
class Broken:
    """A queue of which a step fails once, with an error that is no fate of ours."""

    step: str
    inner: Any
    failed: bool = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name != self.step or self.failed:
            return found

        async def fail(*_: Any) -> Any:
            self.failed = True
            raise RuntimeError("the statement failed")

        return fail


async def test_a_runner_whose_queue_breaks_goes_on(
    stores: Stores, owner: Connection, pools: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(runner, "IDLE_SWEEP_SECONDS", 0.05)
    for step in ("claim", "end_idle_chats"):
        conversation = await talk(stores, owner, HOURS, DOGS)
        queue = Broken(step, PostgresReports(pools))

        async def made(queue: Broken = queue, conversation: Any = conversation) -> None:
            while not queue.failed or (await status(stores, conversation)).state is not ReportState.READY:
                await asyncio.sleep(0.05)

        await killed(aftermath(pools, queue=queue), made)


async def test_a_runner_that_is_killed_at_any_step_has_done_nothing(
    stores: Stores, owner: Connection, pools: Database
) -> None:
    conversation = await talk(stores, owner, HOURS, DOGS)
    for step in ("claim", "material", "complete"):
        queue = Stopped(step, PostgresReports(pools))
        await killed(aftermath(pools, queue=queue), queue.reached.wait)
        await nothing_was_kept(stores, owner, conversation)
    embedder = Stopped("embed_passages", local_world.embedder())
    await killed(aftermath(pools, embedder=embedder), embedder.reached.wait)
    await nothing_was_kept(stores, owner, conversation)
    assert await aftermath(pools).work_off() == 1
    assert (await status(stores, conversation)).state is ReportState.READY
    assert await owner.fetchval("select attempts from conversation_reports") == 5
    assert await counts(stores) == {"Do you take dogs?": 1}


async def nothing_was_kept(stores: Stores, owner: Connection, conversation: ConversationId) -> None:
    assert (await status(stores, conversation)).state is ReportState.PENDING
    for table in ("conversation_reports", "knowledge_gaps", "knowledge_gap_mentions"):
        assert await owner.fetchval(f"select count(*) from {table}") == 0
    assert await stores.reports.claim(60) is None  # its lease goes on
    await leases_pass(owner)


@pytest.mark.parametrize("how", ["cancelled", "connection lost"])
async def test_a_runner_that_is_killed_in_the_middle_of_its_transaction_has_done_nothing(
    stores: Stores, owner: Connection, pools: Database, how: str
) -> None:
    conversation = await talk(stores, owner, DOGS)
    blocked = (
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )

    async def halfway() -> None:
        # The report is written, and the gap waits for the table.
        while not (pid := await owner.fetchval(blocked)):
            await asyncio.sleep(0.02)
        if how == "connection lost":
            await owner.execute("select pg_terminate_backend($1)", pid)

    lock = owner.transaction()
    await lock.start()
    await owner.execute("lock table knowledge_gaps in access exclusive mode")
    await killed(aftermath(pools), halfway)
    await lock.rollback()
    assert await owner.fetchval("select count(*) from conversation_reports") == 0
    await leases_pass(owner)
    assert await aftermath(pools).work_off() == 1
    assert (await status(stores, conversation)).state is ReportState.READY
    assert await counts(stores) == {"Do you take dogs?": 1}


async def until_done(owner: Connection) -> None:
    due = "select count(*) from conversations where state <> 'open' and message_count > reported_count"
    while await owner.fetchval(due):
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("lease", "count"), [(runner.LEASE_SECONDS, 12), (0.0, 3)], ids=["leases hold", "leases pass at once"]
)
async def test_two_servers_at_once_report_once(
    stores: Stores,
    owner: Connection,
    pools: Database,
    database: str,
    secret_key: bytes,
    monkeypatch: pytest.MonkeyPatch,
    lease: float,
    count: int,
) -> None:
    """Also when both work on the same: with leases that pass at once, each takes what the other has begun."""
    monkeypatch.setattr(runner, "LEASE_SECONDS", lease)
    monkeypatch.setattr(runner, "MOST_ATTEMPTS", 1000)
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    calls = [await talk(stores, owner, HOURS, DOGS, second=second) for second in range(count)]
    begun: list[ConversationId] = []

    async def schema_of(conversation: Conversation) -> str:
        begun.append(conversation.id)
        await asyncio.sleep(0.05)
        return ""

    async with open_database(database, secret_key, size=5) as others, asyncio.TaskGroup() as group:
        runs = [aftermath(pool, schema_of=schema_of).run() for pool in (pools, others)]
        tasks = [group.create_task(run) for run in runs]
        async with asyncio.timeout(30):
            await until_done(owner)
        for task in tasks:
            task.cancel()
    found = await stores.reports.find(CLINIC, calls)
    assert {one.state for one in found.values()} == {ReportState.READY}
    assert await owner.fetchval("select count(*) from conversation_reports") == count
    assert await counts(stores) == {"Do you take dogs?": count}
    if lease:
        assert len(begun) == count
    else:
        assert len(begun) > count, "nothing was contended"


# ---- jobs that fail


async def test_a_conversation_that_cannot_be_read_is_given_up_and_holds_nobody_up(
    stores: Stores, owner: Connection, pools: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "BACK_OFF_SECONDS", 0.0)
    poison = await talk(stores, owner, HOURS)
    good = [await talk(stores, owner, HOURS, second=second) for second in range(1, 4)]
    begun: list[ConversationId] = []

    async def schema_of(conversation: Conversation) -> str:
        begun.append(conversation.id)
        if conversation.id == poison:
            raise ValueError("what callers say must not get into errors")
        return ""

    assert await aftermath(pools, schema_of=schema_of).work_off() == len(good) + runner.MOST_ATTEMPTS
    given_up = await status(stores, poison)
    assert (given_up.state, given_up.failure) == (
        ReportState.FAILED,
        "given up at attempt 5: INTERNAL (ValueError)",
    )
    assert {(await status(stores, one)).state for one in good} == {ReportState.READY}
    assert begun[:4] == [poison, *good]


async def test_what_kills_its_runner_each_time_is_given_up_too(
    stores: Stores, owner: Connection, pools: Database
) -> None:
    conversation = await talk(stores, owner, HOURS)
    for _ in range(runner.MOST_ATTEMPTS):
        assert await stores.reports.claim(0.0) is not None
    assert await aftermath(pools).work_off() == 1
    found = await status(stores, conversation)
    assert (found.state, found.failure) == (
        ReportState.FAILED,
        "given up at attempt 6: its maker was cut off at every attempt",
    )


async def test_one_that_takes_too_long_is_tried_again_later(
    stores: Stores, owner: Connection, pools: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DEADLINE_SECONDS", 0.05)
    conversation = await talk(stores, owner, HOURS)

    async def schema_of(_: Conversation) -> str:
        await asyncio.sleep(60)
        return ""

    assert await aftermath(pools, schema_of=schema_of).work_off() == 1
    wait = await owner.fetchval("select extract(epoch from report_claimed_until - now()) from conversations")
    assert 0 < wait <= runner.BACK_OFF_SECONDS
    assert (await status(stores, conversation)).state is ReportState.PENDING


async def test_the_wait_between_attempts_grows(stores: Stores, owner: Connection, pools: Database) -> None:
    await talk(stores, owner, HOURS)

    async def schema_of(_: Conversation) -> str:
        raise ValueError

    waits = []
    for _ in range(3):
        await aftermath(pools, schema_of=schema_of).work_off()
        seconds = "select extract(epoch from report_claimed_until - now())::float from conversations"
        waits.append(await owner.fetchval(seconds))
        await leases_pass(owner)
    for attempt, wait in enumerate(waits):
        longest = runner.BACK_OFF_SECONDS * 2**attempt
        assert longest / 2 < wait <= longest


async def test_of_words_that_are_no_longer_kept_nothing_is_made(
    stores: Stores, owner: Connection, pools: Database
) -> None:
    conversation = await talk(stores, owner, HOURS)
    await owner.execute("delete from messages")
    assert await aftermath(pools).work_off() == 1
    assert await stores.reports.find(CLINIC, [conversation]) == {}
    assert await aftermath(pools).work_off() == 0


async def test_a_runner_ends_quiet_chats(
    stores: Stores, owner: Connection, pools: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)
    conversation = await talk(stores, owner, HOURS)
    await owner.execute(
        "update conversations set channel = 'chat', state = 'open', ended_at = null, end_reason = ''"
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(aftermath(pools).run())
        async with asyncio.timeout(10):
            while not await owner.fetchval("select count(*) from conversation_reports"):
                await asyncio.sleep(0.05)
        task.cancel()
    assert (await stores.conversations.get(CLINIC, conversation)).end_reason == "idle"
    assert await no_schema(await stores.conversations.get(CLINIC, conversation)) == ""
