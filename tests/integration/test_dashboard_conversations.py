"""The dashboard's page of conversations on a real database, without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import deskbell_dashboard
from deskbell_dashboard.data import DATABASE_URL
from deskbell_server.adapters.postgres.roles import Role, role_url
from deskbell_server.domain.conversation import Channel, Conversation
from deskbell_server.domain.names import AgentId, TenantId
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL
from tests.integration.store_world import Stores

APP = Path(deskbell_dashboard.__file__).with_name("app.py")
OpenPage = Callable[..., AppTest]


@pytest.fixture
async def open_page(
    database: str, secret_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OpenPage]:
    """Opens the dashboard on the test's database, at an address with the given query parameters."""
    monkeypatch.setenv(DATABASE_URL, role_url(database, Role.DASHBOARD, secret_key))
    monkeypatch.setenv("DESKBELL_ALLOW_REMOTE", "true")  # there is no server and so no address

    def open_it(**query: str) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=30)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    yield open_it
    st.cache_resource.clear()


async def add_call(
    stores: Stores, question: str, answer: str, *, tenant: TenantId = CLINIC, second: int = 0, **options: Any
) -> Conversation:
    """A conversation that begins `second` seconds after the sample's time, with one turn."""
    conversation = await stores.conversations.create(
        tenant, sample.conversation(tenant, second=second, **options), "server-1"
    )
    turn, messages = sample.turn(question, answer)
    await stores.conversations.store_turn(tenant, conversation.id, turn, messages)
    return conversation


def first_words(page: AppTest) -> list[str]:
    return list(page.dataframe[0].value["First words"])


def spoken(page: AppTest) -> list[str]:
    return [text.value for message in page.chat_message for text in message.text]


def choose(page: AppTest, key: str, option: object) -> AppTest:
    return page.selectbox(key=key).set_value(option).run()


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


async def test_lists_the_tenants_conversations_newest_first(stores: Stores, open_page: OpenPage) -> None:
    await add_call(stores, "Are you open?", "Yes.", second=1)
    await add_call(stores, "Where are you?", "In Bristol.", second=2)
    await add_call(stores, "A hotel's guest", "Welcome.", tenant=HOTEL)
    page = open_page(tenant=CLINIC)
    assert not page.exception
    assert first_words(page) == ["Where are you?", "Are you open?"]
    assert page.query_params["tenant"] == CLINIC


async def test_another_tenant_can_be_chosen(stores: Stores, open_page: OpenPage) -> None:
    await add_call(stores, "A hotel's guest", "Welcome.", tenant=HOTEL)
    page = choose(open_page(tenant=CLINIC), "tenant", HOTEL)
    assert first_words(page) == ["A hotel's guest"]
    assert page.query_params["tenant"] == HOTEL


async def test_times_are_in_the_tenants_zone(stores: Stores, open_page: OpenPage) -> None:
    await stores.tenants.update(CLINIC, {"time_zone": "America/New_York"}, "", sample.NOW)
    call = await add_call(stores, "Are you open?", "Yes.")
    began = open_page(tenant=CLINIC).dataframe[0].value["Began"][0]
    assert f"{began:%H:%M}" == "04:30"
    transcript = open_page(tenant=CLINIC, conversation=str(call.id))
    assert transcript.header[0].value == "Sunday 1 March 2026, 04:30"
    assert [caption.value for m in transcript.chat_message for caption in m.caption] == [
        "Caller, 04:30:00",
        "Agent, 05:00:00",
    ]


async def test_pages_through_the_list(stores: Stores, open_page: OpenPage) -> None:
    for number in range(30):
        await add_call(stores, f"Question {number}", "Yes.", second=number)
    page = open_page(tenant=CLINIC)
    newest = [f"Question {number}" for number in range(29, 4, -1)]
    assert first_words(page) == newest
    assert first_words(press(page, "Older")) == [f"Question {number}" for number in range(4, -1, -1)]
    assert first_words(press(page, "Newer")) == newest


async def test_filters_by_channel_and_agent(stores: Stores, open_page: OpenPage) -> None:
    await stores.agents.create(CLINIC, sample.agent(CLINIC, "night-desk"))
    await add_call(stores, "By day", "Yes.", second=1)
    await add_call(stores, "By night", "Yes.", second=2, agent_id="night-desk")
    await add_call(stores, "In writing", "Yes.", second=3, channel=Channel.CHAT)
    page = open_page(tenant=CLINIC)
    assert first_words(choose(page, "channel", "chat")) == ["In writing"]
    assert first_words(choose(page, "channel", "voice")) == ["By night", "By day"]
    assert first_words(choose(page, "agent", "night-desk")) == ["By night"]
    assert "No conversation matches" in choose(page, "channel", "chat").info[0].value


async def test_a_chosen_row_opens_its_transcript(stores: Stores, open_page: OpenPage) -> None:
    await add_call(stores, "Are you open?", "Yes.", second=1)
    older = await add_call(stores, "Where are you?", "In Bristol.")
    page = open_page(tenant=CLINIC)
    chosen = {"rows": [1], "columns": [], "cells": []}
    page.session_state[page.dataframe[0].key or ""] = {"selection": chosen}
    page.run()
    assert page.query_params["conversation"] == str(older.id)
    assert spoken(page)[:2] == ["Where are you?", "In Bristol."]
    assert len(press(page, "All conversations").dataframe) == 1
    assert "conversation" not in page.query_params


async def test_a_transcript_names_its_sources(stores: Stores, open_page: OpenPage) -> None:
    call = await add_call(stores, "Saturday?", "Nine.")
    page = open_page(tenant=CLINIC, conversation=str(call.id))
    assert not page.exception
    assert page.expander[0].label == "Sources (1)"
    assert [text.value for text in page.expander[0].text] == ["1. Opening hours", "Sat: 9"]


async def test_a_transcript_marks_what_was_not_heard(stores: Stores, open_page: OpenPage) -> None:
    call = await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")
    turn, messages = sample.turn("Saturday?", "Nine to noon on Saturday.")
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    await stores.conversations.set_heard(CLINIC, call.id, turn, "Nine to", estimated=True)
    page = open_page(tenant=CLINIC, conversation=str(call.id))
    assert spoken(page)[:2] == ["Saturday?", "Nine to ..."]
    assert any("Cut off here" in markdown.value for markdown in page.chat_message[1].markdown)
    assert [text.value for text in page.expander[0].text] == ["Nine to noon on Saturday."]


async def test_a_long_transcript_has_pages(stores: Stores, open_page: OpenPage) -> None:
    call = await stores.conversations.create(CLINIC, sample.conversation(CLINIC), "server-1")
    for number in range(101):
        turn, messages = sample.turn(f"Question {number}", "Yes.")
        await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    page = open_page(tenant=CLINIC, conversation=str(call.id))
    assert len(page.chat_message) == 200
    page.pagination[0].set_value(2).run()
    assert spoken(page)[0] == "Question 100"


async def test_words_are_never_markdown(stores: Stores, open_page: OpenPage) -> None:
    trap = "![x](http://example.com/x.png) :red[a] $b$ <b>c</b>"
    call = await add_call(stores, trap, trap)
    page = open_page(tenant=CLINIC, conversation=str(call.id))
    assert spoken(page)[:2] == [trap, trap]
    assert not [markdown.value for markdown in page.markdown if "example.com" in markdown.value]


async def test_a_link_to_another_tenants_conversation_shows_nothing(
    stores: Stores, open_page: OpenPage
) -> None:
    foreign = await add_call(stores, "A hotel's guest", "Welcome.", tenant=HOTEL)
    for named in (str(foreign.id), "nonsense"):
        page = open_page(tenant=CLINIC, conversation=named)
        assert page.warning[0].value == "This tenant has no such conversation."
        assert not page.chat_message


async def test_says_what_to_do_when_there_is_nothing(stores: Stores, open_page: OpenPage) -> None:
    page = open_page(tenant=CLINIC)
    assert "No conversation yet" in page.info[0].value
    assert "deskbell call question.wav" in page.code[0].value
    for tenant in (CLINIC, HOTEL):
        await stores.tenants.delete(tenant)
    assert "no tenant yet" in page.run().info[0].value


async def test_keeps_conversations_of_deleted_agents(stores: Stores, open_page: OpenPage) -> None:
    await add_call(stores, "Are you open?", "Yes.")
    await stores.agents.delete(CLINIC, AgentId("front-desk"))
    assert list(open_page(tenant=CLINIC).dataframe[0].value["Agent"]) == ["front-desk"]
