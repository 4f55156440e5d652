"""ConversationStore on Postgres."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import replace

import pytest

from deskbell_server.domain.conversation import (
    Channel,
    Conversation,
    ConversationState,
    HistoryEntry,
    Message,
    Speaker,
)
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.names import AgentId, ConversationId, DocumentId, TenantId, TurnId
from deskbell_server.domain.turn import (
    CacheResult,
    Degradation,
    StageTime,
    TurnFacts,
    TurnMemory,
    TurnOutcome,
)
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOBODY
from tests.integration.store_world import Connection, Stores

DESK = AgentId("front-desk")
GHOST = ConversationId(uuid.UUID(int=0))


@pytest.fixture
async def call(stores: Stores) -> Conversation:
    """An open call of the clinic."""
    return await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")


async def all_messages(stores: Stores, call: Conversation) -> list[Message]:
    return await stores.conversations.messages(call.tenant, call.id, after=0, limit=1000)


async def history(
    stores: Stores, tenant: TenantId, call: Conversation, limit: int
) -> tuple[HistoryEntry, ...]:
    return (await stores.conversations.context(tenant, call.id, limit)).history


async def test_gives_back_what_was_created(stores: Stores) -> None:
    conversation = sample.conversation(CLINIC)
    assert await stores.conversations.create(CLINIC, conversation, "server-1") == conversation
    assert await stores.conversations.get(CLINIC, conversation.id) == conversation


async def test_needs_an_agent_of_the_tenant(stores: Stores) -> None:
    await stores.agents.create(CLINIC, sample.agent(CLINIC, "only-here"))
    with pytest.raises(NotFound, match="tenants/hotel/agents/only-here"):
        await stores.conversations.create(HOTEL, sample.conversation(HOTEL, agent_id="only-here"), "s")
    with pytest.raises(NotFound):
        await stores.conversations.create(NOBODY, sample.conversation(NOBODY), "s")


async def test_refuses_a_taken_id(stores: Stores, call: Conversation) -> None:
    with pytest.raises(AlreadyExists):
        await stores.conversations.create(CLINIC, call, "server-2")


async def test_outlives_its_agent(stores: Stores, call: Conversation) -> None:
    await stores.agents.delete(CLINIC, DESK)
    assert await stores.conversations.get(CLINIC, call.id) == call


async def test_pages_the_newest_first_of_all_agents_or_one(stores: Stores) -> None:
    await stores.agents.create(CLINIC, sample.agent(CLINIC, "night-desk"))
    made = []
    for second in range(6):
        agent = "night-desk" if second % 2 else "front-desk"
        conversation = sample.conversation(CLINIC, agent_id=agent, second=second)
        made.append(await stores.conversations.create(CLINIC, conversation, "s"))
    page = stores.conversations.page
    newer = await page(CLINIC, agent=None, before=None, limit=4)
    older = await page(CLINIC, agent=None, before=newer[-1].id, limit=4)
    assert newer + older == made[::-1]
    of_night = await page(CLINIC, agent=AgentId("night-desk"), before=made[5].id, limit=4)
    assert of_night == [made[3], made[1]]
    assert await page(HOTEL, agent=None, before=None, limit=4) == []
    with pytest.raises(NotFound, match="tenants/nobody"):
        await page(NOBODY, agent=None, before=None, limit=4)


async def test_a_turn_comes_back_as_it_was_stored(stores: Stores, call: Conversation) -> None:
    turn, messages = sample.turn("When on Saturday?", "Nine to noon.")
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    stored = await all_messages(stores, call)
    assert stored == [replace(messages[0], index=1), replace(messages[1], index=2)]
    assert (await stores.conversations.get(CLINIC, call.id)).message_count == 2


async def test_storing_a_turn_again_changes_nothing(stores: Stores, call: Conversation) -> None:
    turn, messages = sample.turn("When?", "Nine.")
    await asyncio.gather(
        *(stores.conversations.store_turn(CLINIC, call.id, turn, messages) for _ in range(10))
    )
    await stores.conversations.store_turn(CLINIC, call.id, turn, sample.turn("Other?", "Other.")[1])
    assert [message.text for message in await all_messages(stores, call)] == ["When?", "Nine."]
    assert (await stores.conversations.get(CLINIC, call.id)).message_count == 2


async def test_turns_at_once_leave_no_gap(stores: Stores, call: Conversation) -> None:
    turns = [sample.turn(f"question {number}", f"answer {number}") for number in range(200)]
    await asyncio.gather(
        *(stores.conversations.store_turn(CLINIC, call.id, turn, messages) for turn, messages in turns)
    )
    stored = await all_messages(stores, call)
    assert [message.index for message in stored] == list(range(1, 401))
    assert (await stores.conversations.get(CLINIC, call.id)).message_count == 400
    for question, answer in zip(stored[::2], stored[1::2], strict=True):
        assert question.turn == answer.turn
        assert (question.speaker, answer.speaker) == (Speaker.CALLER, Speaker.AGENT)


async def test_messages_go_on_after_an_index(stores: Stores, call: Conversation) -> None:
    for number in range(3):
        await stores.conversations.store_turn(CLINIC, call.id, *sample.turn(f"q{number}", f"a{number}"))
    page = await stores.conversations.messages(CLINIC, call.id, after=2, limit=3)
    assert [(message.index, message.text) for message in page] == [(3, "q1"), (4, "a1"), (5, "q2")]
    assert await stores.conversations.messages(CLINIC, call.id, after=6, limit=3) == []


async def test_history_is_the_end_of_what_was_heard(stores: Stores, call: Conversation) -> None:
    for number in range(3):
        turn, messages = sample.turn(f"q{number}", f"answer {number}")
        await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    await stores.conversations.set_heard(CLINIC, call.id, turn, "answ", estimated=True)
    assert await history(stores, CLINIC, call, 3) == (
        HistoryEntry(Speaker.AGENT, "answer 1"),
        HistoryEntry(Speaker.CALLER, "q2"),
        HistoryEntry(Speaker.AGENT, "answ"),
    )
    await stores.conversations.set_heard(CLINIC, call.id, turn, "", estimated=False)
    assert await history(stores, CLINIC, call, 1) == (HistoryEntry(Speaker.CALLER, "q2"),)
    assert await history(stores, CLINIC, call, 0) == ()


async def test_a_turn_is_kept_once_with_what_it_was_about(
    stores: Stores, call: Conversation, owner: Connection
) -> None:
    facts = TurnFacts(
        (ScoredIntent(IntentKind.PRICING, 0.75), ScoredIntent(IntentKind.BOOKING, 0.6)),
        "de",
        TurnOutcome.SERVED,
        CacheResult.MISS,
        degraded=(Degradation("generate", "filler", "budget"),),
        stages=(StageTime("recall", 0.0, 0.0015),),
        prompt_tokens=3,
        completion_tokens=4,
    )
    turn, messages = sample.turn("Was kostet das?", "Neun.")
    memory = TurnMemory(facts, '{"task": "book"}')
    assert await stores.conversations.store_turn(CLINIC, call.id, turn, messages, memory)
    again = TurnMemory(replace(facts, language="fr"), "")
    assert not await stores.conversations.store_turn(CLINIC, call.id, turn, messages, again)
    context = await stores.conversations.context(CLINIC, call.id, 5)
    assert (context.dialogue, context.language) == ('{"task": "book"}', "de")
    [row] = await owner.fetch("select * from turns")
    assert (row["intent"], row["other_intents"], row["outcome"]) == ("pricing", ["booking"], "served")
    assert (row["cache"], row["prompt_tokens"], row["completion_tokens"]) == ("miss", 3, 4)
    assert json.loads(row["degraded"]) == [{"step": "generate", "action": "filler", "reason": "budget"}]
    assert json.loads(row["stages"]) == [{"stage": "recall", "start": 0.0, "duration": 1.5}]


async def test_a_change_of_the_documents_makes_another_version_of_the_knowledge(
    stores: Stores, call: Conversation
) -> None:
    async def version() -> str:
        return (await stores.conversations.context(CLINIC, call.id, 0)).knowledge_version

    versions = [await version()]
    assert versions == [""]
    for name in ("prices", "hours"):
        await stores.knowledge.create(CLINIC, sample.document(CLINIC, name), "text")
        assert await version() == versions[-1], "what is not indexed answers nothing"
        job = await stores.queue.claim(60)
        assert job is not None
        await stores.queue.begin(job, 0)
        await stores.queue.finish(job)
        versions.append(await version())
    await stores.knowledge.delete(CLINIC, DocumentId("hours"))
    versions.append(await version())
    assert len(set(versions)) == 4


async def test_what_was_heard_is_corrected_of_the_agent_only(stores: Stores, call: Conversation) -> None:
    turn, messages = sample.turn("When?", "Nine to noon.")
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    await stores.conversations.set_heard(CLINIC, call.id, turn, "Nine", estimated=True)
    caller, agent = await all_messages(stores, call)
    assert (caller.heard_text, caller.heard_estimated) == ("When?", False)
    assert (agent.text, agent.heard_text, agent.heard_estimated) == ("Nine to noon.", "Nine", True)
    await stores.conversations.set_heard(CLINIC, call.id, TurnId(uuid.uuid4()), "Nothing", estimated=True)


async def test_ends_once(stores: Stores, call: Conversation) -> None:
    await stores.conversations.end(CLINIC, call.id, LATER, "caller_ended")
    ended = await stores.conversations.get(CLINIC, call.id)
    assert (ended.state, ended.ended_at, ended.end_reason) == (ConversationState.ENDED, LATER, "caller_ended")
    await stores.conversations.end(CLINIC, call.id, sample.NOW, "again")
    assert await stores.conversations.get(CLINIC, call.id) == ended


async def test_open_calls_of_a_server_that_is_gone_are_lost(stores: Stores, call: Conversation) -> None:
    create = stores.conversations.create
    of_hotel = await create(HOTEL, sample.conversation(HOTEL, second=1), "server-1")
    of_other = await create(HOTEL, sample.conversation(HOTEL, second=2), "server-2")
    chat = await create(CLINIC, sample.conversation(CLINIC, channel=Channel.CHAT, second=3), "server-1")
    ended = await create(CLINIC, sample.conversation(CLINIC, second=4), "server-3")
    await stores.conversations.end(CLINIC, ended.id, LATER, "caller_ended")
    assert await stores.conversations.owners_of_open_calls() == ["server-1", "server-2"]

    assert await stores.conversations.mark_lost("server-1", LATER) == 2
    assert await stores.conversations.mark_lost("server-1", LATER) == 0
    assert await stores.conversations.owners_of_open_calls() == ["server-2"]
    for lost in (call, of_hotel):
        now = await stores.conversations.get(lost.tenant, lost.id)
        assert (now.state, now.ended_at) == (ConversationState.LOST, LATER)
    for untouched in (of_other, chat):
        assert await stores.conversations.get(untouched.tenant, untouched.id) == untouched


async def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound, match="tenants/clinic/conversations/00000000-"):
        await stores.conversations.get(CLINIC, GHOST)
    with pytest.raises(NotFound):
        await stores.conversations.messages(CLINIC, GHOST, after=0, limit=5)
    with pytest.raises(NotFound):
        await stores.conversations.store_turn(CLINIC, GHOST, *sample.turn("q", "a"))


async def test_another_tenant_sees_and_changes_nothing(stores: Stores, call: Conversation) -> None:
    turn, messages = sample.turn("When?", "Nine.")
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    before = await stores.conversations.get(CLINIC, call.id), await all_messages(stores, call)
    with pytest.raises(NotFound):
        await stores.conversations.get(HOTEL, call.id)
    with pytest.raises(NotFound):
        await stores.conversations.messages(HOTEL, call.id, after=0, limit=5)
    with pytest.raises(NotFound):
        await stores.conversations.store_turn(HOTEL, call.id, *sample.turn("q", "a"))
    with pytest.raises(NotFound):
        await stores.conversations.context(HOTEL, call.id, 5)
    await stores.conversations.set_heard(HOTEL, call.id, turn, "Ha!", estimated=True)
    await stores.conversations.end(HOTEL, call.id, LATER, "hijacked")
    assert (await stores.conversations.get(CLINIC, call.id), await all_messages(stores, call)) == before
    # The same id may be used by another tenant without either noticing.
    await stores.conversations.create(HOTEL, replace(call, tenant=HOTEL), "server-9")
    assert (await stores.conversations.get(HOTEL, call.id)).message_count == 0
