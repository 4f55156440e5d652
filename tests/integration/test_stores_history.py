"""ConversationHistory and ConversationChanges on Postgres: no change is missed, and each is told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from deskbell_server.adapters.postgres import changes as changes_module
from deskbell_server.adapters.postgres.changes import PostgresConversationChanges
from deskbell_server.adapters.postgres.conversations import PostgresConversationStore
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.domain.conversation import Conversation, ConversationState
from deskbell_server.domain.errors import NotFound
from deskbell_server.domain.history import Changed
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.turn import (
    CacheResult,
    Degradation,
    StageTime,
    TurnFacts,
    TurnMemory,
    TurnOutcome,
)
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER
from tests.integration.store_world import Connection, Stores


@pytest.fixture
async def call(stores: Stores) -> Conversation:
    """An open call of the clinic."""
    return await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")


@pytest.fixture
def history(pools: Database) -> PostgresConversationStore:
    return PostgresConversationStore(pools)


@pytest.fixture
async def changes(
    database: str, secret_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PostgresConversationChanges]:
    """Listening."""
    monkeypatch.setattr(changes_module, "RECONNECT_SECONDS", 0.05)
    listening = PostgresConversationChanges(database, secret_key)
    task = asyncio.create_task(listening.run())
    yield listening
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_each_change_has_a_number(
    stores: Stores, history: PostgresConversationStore, call: Conversation
) -> None:
    turn, messages = sample.turn("When?", "Nine to noon.")
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)  # again changes nothing
    other, more = sample.turn("And on Sunday?", "No.")
    await stores.conversations.store_turn(CLINIC, call.id, other, more)
    first = await history.news(CLINIC, call.id, after=0, limit=99)
    assert [(each.sequence, each.message.index) for each in first.changed] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    await stores.conversations.set_heard(CLINIC, call.id, turn, "Nine", estimated=True)
    await stores.conversations.set_heard(CLINIC, call.id, turn, "Nine", estimated=True)  # says the same
    [changed] = (await history.news(CLINIC, call.id, after=4, limit=99)).changed
    assert (changed.sequence, changed.message.index, changed.message.heard_text) == (5, 2, "Nine")
    assert (await history.news(CLINIC, call.id, after=5, limit=99)).changed == ()
    some = (await history.news(CLINIC, call.id, after=0, limit=2)).changed
    assert [each.sequence for each in some] == [1, 3]
    with pytest.raises(NotFound):
        await history.news(HOTEL, call.id, after=0, limit=9)


async def test_whoever_follows_misses_nothing_of_what_many_write(
    stores: Stores, history: PostgresConversationStore, call: Conversation
) -> None:
    turns = [sample.turn(f"question {number}", f"answer {number}") for number in range(60)]

    async def write(number: int) -> None:
        turn, messages = turns[number]
        await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
        for word in ("one", "two"):
            await stores.conversations.set_heard(CLINIC, call.id, turn, f"{word} {number}", estimated=True)

    seen: dict[int, Changed] = {}

    async def follow() -> int:
        after = 0
        while True:
            news = await history.news(CLINIC, call.id, after=after, limit=7)
            for change in news.changed:
                assert change.sequence > after
                after = change.sequence
                seen[change.message.index] = change
            if news.conversation.state is ConversationState.ENDED and len(news.changed) < 7:
                return after

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(number) for number in range(60)))
    await stores.conversations.end(CLINIC, call.id, LATER, "done")
    assert await following == 60 * 2 + 60 * 2
    stored = await stores.conversations.messages(CLINIC, call.id, after=0, limit=1000)
    assert [seen[message.index].message for message in stored] == stored


async def test_changes_are_told_of_also_after_the_connection_was_lost(
    stores: Stores, changes: PostgresConversationChanges, call: Conversation, owner: Connection
) -> None:
    other = await stores.conversations.create(CLINIC, sample.conversation(CLINIC, second=1), "server-1")
    turn, messages = sample.turn("When?", "Nine to noon.")
    with changes.watching(CLINIC, call.id) as changed, changes.watching(CLINIC, other.id) as elsewhere:
        await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
        await asyncio.wait_for(changed.wait(), 10)  # by now it listens
        await asyncio.sleep(0.2)  # it may have begun to listen, or have been told, only just now
        changed.clear()
        elsewhere.clear()
        await stores.conversations.set_heard(CLINIC, call.id, turn, "Nine", estimated=True)
        await asyncio.wait_for(changed.wait(), 10)
        assert not elsewhere.is_set()
        changed.clear()
        lost = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deskbell-listen'"
        await owner.execute(f"{lost} and datname = current_database()")
        await asyncio.wait_for(changed.wait(), 10)  # who knows what happened meanwhile
        changed.clear()
        await stores.conversations.mark_lost("server-1", LATER)
        await asyncio.wait_for(changed.wait(), 10)
        await asyncio.wait_for(elsewhere.wait(), 10)
    assert not changes._watched


async def test_turns_are_read_back(
    stores: Stores, history: PostgresConversationStore, call: Conversation, owner: Connection
) -> None:
    turn, messages = sample.turn("When?", "Nine to noon.")
    facts = TurnFacts(
        (ScoredIntent(IntentKind.FAQ, 0.9), ScoredIntent(IntentKind.PRICING, 0.6)),
        "en",
        TurnOutcome.ANSWERED,
        CacheResult.MISS,
        degraded=(Degradation("retrieve", "keyword_only", "budget"),),
        stages=(StageTime("retrieve", 0.0015, 0.01225),),
    )
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages, TurnMemory(facts, ""))
    [stored] = await history.turns(CLINIC, call.id, after=None, limit=9)
    assert stored.id == turn
    assert [intent.kind for intent in stored.facts.intents] == [IntentKind.FAQ, IntentKind.PRICING]
    assert (stored.facts.outcome, stored.facts.cache) == (TurnOutcome.ANSWERED, CacheResult.MISS)
    assert stored.facts.degraded == (Degradation("retrieve", "keyword_only", "budget"),)
    assert stored.facts.stages == (StageTime("retrieve", 0.0015, 0.01225),)
    assert await history.turns(CLINIC, call.id, after=turn, limit=9) == []
    kept = "select stage, milliseconds, agent_id from turn_stages"
    assert [tuple(row) for row in await owner.fetch(kept)] == [("retrieve", 12.25, "front-desk")]
    await owner.execute("delete from turns")
    assert await owner.fetch(kept) == []
