"""Versions of agents on Postgres: none is lost, none is left out, and callers get what is live."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from deskbell_server.domain.agent import Agent, NeverLive, TooManyVersions, TrafficShare
from deskbell_server.domain.errors import Conflict, NotFound
from deskbell_server.domain.names import AgentId, etag
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOW
from tests.integration.store_world import Connection, Stores

DESK, GHOST = AgentId("front-desk"), AgentId("ghost")


async def change(stores: Stores, greeting: str, *, draft: bool = False, given: str = "") -> Agent:
    return await stores.agents.update(CLINIC, DESK, {"greeting": greeting}, given, LATER, draft=draft)


async def live(stores: Stores) -> dict[int, int]:
    return {share.number: share.percent for share in (await stores.agents.get(CLINIC, DESK)).traffic}


async def greetings(stores: Stores, callers: int) -> Counter[str]:
    """What so many callers are greeted with."""
    conversation = sample.conversation(CLINIC).id
    return Counter(
        [
            (await stores.agents.for_caller(CLINIC, DESK, f"caller-{number}", conversation)).greeting
            for number in range(callers)
        ]
    )


async def test_each_change_makes_a_version_and_keeps_those_before(stores: Stores) -> None:
    first = await stores.agents.get(CLINIC, DESK)
    second = await stores.agents.update(
        CLINIC, DESK, {"greeting": "Hi!"}, "", LATER, by="users/ann", note="shorter"
    )
    assert (first.number, second.number, second.greeting) == (1, 2, "Hi!")
    assert second.traffic == (TrafficShare(2, 100),)
    assert second.revision != first.revision
    kept = await stores.agents.version(CLINIC, DESK, 1)
    assert kept.agent == replace(first, updated_at=LATER, version=second.version, traffic=second.traffic)
    assert (kept.created_at, kept.created_by, kept.note) == (NOW, "", "")
    made = await stores.agents.version(CLINIC, DESK, 2)
    assert (made.agent, made.created_at, made.created_by, made.note) == (
        second,
        LATER,
        "users/ann",
        "shorter",
    )
    pages = [
        [v.agent.number for v in await stores.agents.page_versions(CLINIC, DESK, before=before, limit=1)]
        for before in (None, 2, 1)
    ]
    assert pages == [[2], [1], []]


async def test_what_changes_nothing_makes_no_version(stores: Stores) -> None:
    before = await stores.agents.get(CLINIC, DESK)
    same = {"greeting": before.greeting, "intent_examples": before.intent_examples, "voice": before.voice}
    assert await stores.agents.update(CLINIC, DESK, same, "", LATER) == before
    assert await stores.agents.update(CLINIC, DESK, same, "", LATER, draft=True) == before
    assert await stores.agents.set_traffic(CLINIC, DESK, {1: 100}, "", LATER) == before


async def test_callers_keep_what_is_live_while_there_is_a_draft(stores: Stores) -> None:
    draft = await change(stores, "Draft", draft=True)
    assert (draft.number, draft.greeting) == (2, "Draft")
    assert await greetings(stores, 20) == {"Hello!": 20}
    # A draft is what is edited next, so its changes go along.
    third = await stores.agents.update(CLINIC, DESK, {"lead_consent": "May we?"}, "", LATER)
    assert (third.number, third.greeting) == (3, "Draft")
    assert await greetings(stores, 20) == {"Draft": 20}


async def test_a_caller_gets_the_version_with_its_own_number(stores: Stores) -> None:
    await change(stores, "Hi!")
    await stores.agents.set_traffic(CLINIC, DESK, {1: 50, 2: 50}, "", LATER)
    conversation = sample.conversation(CLINIC).id
    for caller in range(30):
        agent = await stores.agents.for_caller(CLINIC, DESK, f"caller-{caller}", conversation)
        assert agent.greeting == {1: "Hello!", 2: "Hi!"}[agent.number]
        assert agent.revision.startswith(f"{agent.number}-")


async def test_going_back_again_and_again(stores: Stores) -> None:
    await change(stores, "two")
    await stores.agents.set_traffic(CLINIC, DESK, {1: 70, 2: 30}, "", LATER)
    split = await greetings(stores, 50)
    await change(stores, "three")
    assert await live(stores) == {3: 100}
    for expected in ({1: 70, 2: 30}, {2: 100}, {1: 100}):
        await stores.agents.roll_back(CLINIC, DESK, None, "", LATER)
        assert await live(stores) == expected
        if 1 in expected and 2 in expected:
            assert await greetings(stores, 50) == split, "the same callers as before"
    with pytest.raises(NeverLive) as nothing:
        await stores.agents.roll_back(CLINIC, DESK, None, "", LATER)
    assert (nothing.value.code, nothing.value.reason) == ("NOT_FOUND", "AGENT_VERSION_NOT_FOUND")
    # What was rolled back is there, and is numbered past.
    assert (await stores.agents.get(CLINIC, DESK)).number == 3
    assert (await change(stores, "four")).number == 4
    await stores.agents.roll_back(CLINIC, DESK, None, "", LATER)
    assert await live(stores) == {1: 100}


async def test_going_back_to_a_version_that_is_named(stores: Stores) -> None:
    for greeting in ("two", "three", "four"):
        await change(stores, greeting)
    await change(stores, "five", draft=True)
    for never in (4, 5, 6):  # live now, a draft, and none
        with pytest.raises(NeverLive):
            await stores.agents.roll_back(CLINIC, DESK, never, "", LATER)
    await stores.agents.roll_back(CLINIC, DESK, 2, "", LATER)
    assert await live(stores) == {2: 100}
    await stores.agents.roll_back(CLINIC, DESK, None, "", LATER)
    assert await live(stores) == {1: 100}


async def test_going_back_to_one_of_a_split_gives_it_everybody(stores: Stores) -> None:
    await change(stores, "two", draft=True)
    await stores.agents.set_traffic(CLINIC, DESK, {1: 90, 2: 10}, "", LATER)
    await change(stores, "three")
    await stores.agents.roll_back(CLINIC, DESK, 2, "", LATER)
    assert await live(stores) == {2: 100}
    await stores.agents.roll_back(CLINIC, DESK, None, "", LATER)
    assert await live(stores) == {1: 100}


async def test_traffic_goes_to_versions_that_are_there(stores: Stores) -> None:
    await change(stores, "two")
    before = await stores.agents.get(CLINIC, DESK)
    with pytest.raises(NotFound, match="tenants/clinic/agents/front-desk/versions/3") as caught:
        await stores.agents.set_traffic(CLINIC, DESK, {1: 50, 3: 50}, "", LATER)
    assert caught.value.reason == "AGENT_VERSION_NOT_FOUND"
    assert await stores.agents.get(CLINIC, DESK) == before


async def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    conversation = sample.conversation(CLINIC)
    for missing in (
        stores.agents.for_caller(CLINIC, GHOST, "ann", conversation.id),
        stores.agents.of_conversation(CLINIC, replace(conversation, agent=GHOST)),
        stores.agents.version(CLINIC, GHOST, 1),
        stores.agents.page_versions(CLINIC, GHOST, before=None, limit=5),
        stores.agents.set_traffic(CLINIC, GHOST, {1: 100}, "", LATER),
        stores.agents.roll_back(CLINIC, GHOST, None, "", LATER),
    ):
        with pytest.raises(NotFound) as caught:
            await missing
        assert caught.value.reason == "AGENT_NOT_FOUND"
    with pytest.raises(NotFound) as caught:
        await stores.agents.version(CLINIC, DESK, 2)
    assert caught.value.reason == "AGENT_VERSION_NOT_FOUND"


async def test_another_tenants_agent_of_that_name_is_another_one(stores: Stores) -> None:
    await change(stores, "two")
    with pytest.raises(NotFound):
        await stores.agents.version(HOTEL, DESK, 2)
    with pytest.raises(NotFound):
        await stores.agents.set_traffic(HOTEL, DESK, {2: 100}, "", LATER)
    with pytest.raises(NeverLive):
        await stores.agents.roll_back(HOTEL, DESK, None, "", LATER)
    assert len(await stores.agents.page_versions(HOTEL, DESK, before=None, limit=5)) == 1
    assert await live(stores) == {2: 100}


async def test_every_change_needs_the_current_etag(stores: Stores) -> None:
    await change(stores, "two")
    old = etag((await stores.agents.get(CLINIC, DESK)).version)
    await stores.agents.set_traffic(CLINIC, DESK, {1: 100}, old, LATER)
    for late in (
        stores.agents.set_traffic(CLINIC, DESK, {2: 100}, old, LATER),
        stores.agents.roll_back(CLINIC, DESK, None, old, LATER),
        change(stores, "three", given=old),
    ):
        with pytest.raises(Conflict):
            await late
    assert await live(stores) == {1: 100}


async def test_changes_at_once_make_one_version_each(stores: Stores) -> None:
    """With etags: each adds its number to the prompt that it read, and tries again when somebody was faster."""
    writers, conflicts = 40, 0

    async def add(number: int) -> None:
        nonlocal conflicts
        while True:
            seen = await stores.agents.get(CLINIC, DESK)
            prompt = f"{seen.system_prompt} {number};"
            try:
                await stores.agents.update(CLINIC, DESK, {"system_prompt": prompt}, etag(seen.version), LATER)
                return
            except Conflict:
                conflicts += 1

    await asyncio.gather(*(add(number) for number in range(writers)))
    assert conflicts, "nothing was contended"
    versions = await stores.agents.page_versions(CLINIC, DESK, before=None, limit=100)
    assert [version.agent.number for version in versions] == list(range(writers + 1, 0, -1))
    for newer, older in itertools.pairwise(versions):
        assert newer.agent.system_prompt.startswith(older.agent.system_prompt)
    said = versions[0].agent.system_prompt.removeprefix("Be kind. ").split()
    assert sorted(said) == sorted(f"{number};" for number in range(writers))
    assert await live(stores) == {writers + 1: 100}


async def test_changes_at_once_without_etags_are_all_kept(stores: Stores, owner: Connection) -> None:
    async def one(number: int) -> None:
        match number % 3:
            case 0:
                await change(stores, f"greeting {number}")
            case 1:
                await change(stores, f"draft {number}", draft=True)
            case _:
                await stores.agents.set_traffic(CLINIC, DESK, {1: 100 - number, 2: number}, "", LATER)

    await change(stores, "two")
    await asyncio.gather(*(one(number) for number in range(1, 31)))
    versions = await stores.agents.page_versions(CLINIC, DESK, before=None, limit=100)
    assert [version.agent.number for version in versions] == list(range(22, 0, -1))
    dealt = await owner.fetch(
        """
        select release, array_agg(bucket order by bucket) as buckets
        from agent_traffic, unnest(buckets) as bucket
        where tenant_id = 'clinic'
        group by release
        order by release
        """
    )
    assert [row["release"] for row in dealt] == list(range(1, 23))
    assert all(row["buckets"] == list(range(100)) for row in dealt)


async def test_a_conversation_goes_on_with_its_version(stores: Stores) -> None:
    begun = replace(sample.conversation(CLINIC), started_at=LATER)
    begun = await stores.conversations.create(CLINIC, begun, "server-1")
    assert (await stores.conversations.get(CLINIC, begun.id)).agent_version == 1
    await change(stores, "two")
    assert (await stores.agents.of_conversation(CLINIC, begun)).greeting == "Hello!"
    # From before there were versions: as whoever calls now.
    old = await stores.conversations.create(
        CLINIC, replace(sample.conversation(CLINIC, second=1), agent_version=0), "server-1"
    )
    assert (await stores.conversations.get(CLINIC, old.id)).agent_version == 0
    assert (await stores.agents.of_conversation(CLINIC, old)).greeting == "two"


async def test_an_agent_that_was_made_again_is_another_one(stores: Stores) -> None:
    begun = await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")
    first = await stores.agents.get(CLINIC, DESK)
    await change(stores, "two")
    await stores.agents.delete(CLINIC, DESK)
    with pytest.raises(NotFound, match="there is no agent"):
        await stores.agents.of_conversation(CLINIC, begun)
    later = LATER + timedelta(microseconds=1)
    again = replace(sample.agent(CLINIC, DESK), greeting="Anew", created_at=later, updated_at=later)
    made = await stores.agents.create(CLINIC, again)
    assert (made.number, made.traffic) == (1, (TrafficShare(1, 100),))
    assert made.revision != first.revision
    assert (await stores.agents.of_conversation(CLINIC, begun)).greeting == "Anew"
    assert len(await stores.agents.page_versions(CLINIC, DESK, before=None, limit=5)) == 1


async def test_an_agent_has_so_many_versions_and_no_more(stores: Stores, owner: Connection) -> None:
    await owner.execute(
        "create temp table one as select * from agent_versions"
        " where tenant_id = 'clinic' and agent_id = 'front-desk' and number = 1"
    )
    await owner.execute("update one set number = 999")
    await owner.execute("insert into agent_versions select * from one")
    await owner.execute("drop table one")
    await owner.execute(
        "update agents set newest = 999 where tenant_id = 'clinic' and agent_id = 'front-desk'"
    )
    last = await change(stores, "The last one")
    assert last.number == 1000
    with pytest.raises(TooManyVersions, match="agents/front-desk has 1,000 versions"):
        await change(stores, "One more")
    assert await change(stores, "The last one") == last
    assert await live(stores) == {1000: 100}
