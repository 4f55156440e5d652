"""AgentStore on Postgres."""

from __future__ import annotations

import pytest

from deskbell_server.adapters.postgres.errors import StatementFailed
from deskbell_server.domain.agent import AgentType, VoiceSettings
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.names import AgentId, TenantId
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOBODY
from tests.integration.store_world import Stores

DESK = AgentId("front-desk")


async def test_gives_back_what_was_created(stores: Stores) -> None:
    created = await stores.agents.create(CLINIC, sample.agent(CLINIC, "night-desk"))
    assert created == sample.agent(CLINIC, "night-desk")
    assert await stores.agents.get(CLINIC, AgentId("night-desk")) == created


async def test_refuses_a_taken_id_and_a_tenant_that_is_not_there(stores: Stores) -> None:
    with pytest.raises(AlreadyExists, match="tenants/clinic/agents/front-desk"):
        await stores.agents.create(CLINIC, sample.agent(CLINIC, DESK))
    with pytest.raises(NotFound, match="tenants/nobody"):
        await stores.agents.create(NOBODY, sample.agent(NOBODY, DESK))


@pytest.mark.parametrize("tenant", ["x'; drop table agents; --", "", "Clinic", "clinic "])
async def test_what_can_be_no_id_is_no_tenant(stores: Stores, tenant: str) -> None:
    with pytest.raises(NotFound) as caught:
        await stores.agents.get(TenantId(tenant), DESK)
    assert caught.value.reason == "TENANT_NOT_FOUND"
    assert await stores.agents.get(CLINIC, DESK)


async def test_pages_by_id(stores: Stores) -> None:
    for agent in ("a-desk", "z-desk", "a0-desk"):
        await stores.agents.create(CLINIC, sample.agent(CLINIC, agent))
    first = await stores.agents.page(CLINIC, after=None, limit=3)
    second = await stores.agents.page(CLINIC, after=first[-1].id, limit=3)
    # By their bytes, whatever the database's locale would say of the hyphen.
    assert [agent.id for agent in first + second] == ["a-desk", "a0-desk", "front-desk", "z-desk"]


async def test_an_empty_page_tells_no_agents_from_no_tenant(stores: Stores) -> None:
    await stores.agents.delete(CLINIC, DESK)
    assert await stores.agents.page(CLINIC, after=None, limit=5) == []
    with pytest.raises(NotFound, match="tenants/nobody"):
        await stores.agents.page(NOBODY, after=None, limit=5)


async def test_changes_only_the_named_attributes(stores: Stores) -> None:
    voice = VoiceSettings(voice="", speaking_rate=0.5, end_of_utterance_silence=3.0)
    new = await stores.agents.update(CLINIC, DESK, {"voice": voice, "type": AgentType.CUSTOM}, "", LATER)
    assert (new.voice, new.type, new.updated_at) == (voice, AgentType.CUSTOM, LATER)
    assert new.greeting == "Hello!"
    assert await stores.agents.get(CLINIC, DESK) == new


async def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    ghost = AgentId("ghost")
    with pytest.raises(NotFound, match="tenants/clinic/agents/ghost"):
        await stores.agents.get(CLINIC, ghost)
    with pytest.raises(NotFound):
        await stores.agents.update(CLINIC, ghost, {"greeting": ""}, "", LATER)
    with pytest.raises(NotFound):
        await stores.agents.delete(CLINIC, ghost)


async def test_another_tenant_sees_and_changes_nothing(stores: Stores) -> None:
    await stores.agents.create(CLINIC, sample.agent(CLINIC, "only-here"))
    only = AgentId("only-here")
    with pytest.raises(NotFound):
        await stores.agents.get(HOTEL, only)
    with pytest.raises(NotFound):
        await stores.agents.update(HOTEL, only, {"greeting": "Ha!"}, "", LATER)
    with pytest.raises(NotFound):
        await stores.agents.delete(HOTEL, only)
    assert [agent.id for agent in await stores.agents.page(HOTEL, after=None, limit=9)] == [DESK]
    await stores.agents.delete(HOTEL, DESK)
    assert await stores.agents.get(CLINIC, only) == sample.agent(CLINIC, "only-here")
    assert await stores.agents.get(CLINIC, DESK)


async def test_a_defect_of_ours_is_told_without_the_values(stores: Stores) -> None:
    with pytest.raises(StatementFailed, match="agent_versions_greeting_check") as caught:
        await stores.agents.update(CLINIC, DESK, {"greeting": "private words " * 100}, "", LATER)
    assert "private" not in str(caught.value)
    assert caught.value.__suppress_context__
