"""Turns with a language model, over the wire of the fake Groq: tools, degradation in its order, tie-breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from deskbell_server.adapters.groq import GroqChat, groq_client
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.fake_groq.plan import Fault, FaultKind, Route
from tests.integration.groq_world import KEY, Rig, rig
from tests.integration.turn_world import Desk, Said, open_desk

DOWN = Fault(FaultKind.STATUS, 503)


@asynccontextmanager
async def groq_desk(
    pools: Database, redis_url: str, *, smaller: str = "llama-3.1-8b-instant", **options: Any
) -> AsyncIterator[tuple[Desk, Rig]]:
    async with rig() as groq, groq_client(KEY, groq.url) as client:
        chat = GroqChat(client, "openai/gpt-oss-20b", 5.0, 10.0, smaller_model=smaller)
        async with open_desk(pools, redis_url, chat=chat, **options) as desk:
            yield desk, groq


def steps_given_up(said: Said) -> list[str]:
    return [f"{what.step}:{what.action}" for what in said.answer.degraded]


async def test_a_model_may_ask_for_a_booking_and_cannot_make_one(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url) as (desk, groq):
        arguments = '{"service": "Check-up", "when": "Friday at 10", "name": "Invented Person"}'
        groq.plan.tool_calls.append(("book", arguments))
        said = await desk.say("do you have stairs?")
        tools = {tool["function"]["name"] for tool in groq.plan.asked[-1][1]["tools"]}  # type: ignore[index,attr-defined]
        assert {"book", "cancel_booking", "take_details", "hand_over"} <= tools
        assert "What would you like to book" in said.text, "the caller has not said a service"
        assert "Invented" not in said.answer.dialogue
        assert said.records == []
        read_back = await desk.talk("a check-up", "Friday at 10", "Anna Stevens", "0117 496 0123")
        assert "Friday 6 March at 10 a.m." in read_back.text
        assert (await desk.say("yes")).records == ["created reservations"]


async def test_what_a_model_asks_for_and_nobody_offers_is_admitted_not_to_be_known(
    pools: Database, redis_url: str
) -> None:
    async with groq_desk(pools, redis_url) as (desk, groq):
        for call in (("transfer_money", "{}"), ("book", "no json"), ("book", "[1]")):
            groq.plan.tool_calls.append(call)
        said = await desk.say("what is the meaning of this building?")
        assert said.answer.outcome is TurnOutcome.REFUSED
        assert "What would you like to book" in (await desk.say("do you have stairs")).text
        await desk.new_conversation()
        assert "What would you like to book" in (await desk.say("do you have stairs")).text


async def test_a_model_may_hand_over(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url) as (desk, groq):
        groq.plan.tool_calls.append(("hand_over", '{"reason": "wants the owner"}'))
        said = await desk.say("do you have a lift in the building?")
        assert said.handoff == "asked_for_person"


async def test_a_slow_model_gives_way_to_a_smaller_one(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url) as (desk, groq):
        groq.plan.first_token_delay = 0.7  # of a budget of 0.8 s, 60 % is 0.48 s
        said = await desk.say("do you have a lift in the building?")
        assert steps_given_up(said) == ["generate:smaller_model"]
        models = [body["model"] for route, body in groq.plan.asked if route is Route.CHAT]
        assert models == ["openai/gpt-oss-20b", "llama-3.1-8b-instant"]
        assert said.text


async def test_on_a_call_a_filler_is_said_when_the_budget_is_used_up(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url, smaller="") as (desk, groq):
        groq.plan.first_token_delay = 1.2
        await desk.new_conversation(Channel.VOICE)
        said = await desk.say("do you have a lift in the building?")
        assert steps_given_up(said) == ["generate:filler"]
        assert said.text.startswith("One moment, please. ")
        # In writing nobody waits for a voice.
        await desk.new_conversation(Channel.CHAT)
        assert steps_given_up(await desk.say("do you have a lift in the building?")) == []


async def test_a_model_that_fails_is_asked_once_more(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url) as (desk, groq):
        groq.plan.fail(Route.CHAT, DOWN)
        said = await desk.say("do you have a lift in the building?")
        assert steps_given_up(said) == ["generate:retry"]
        assert said.text


async def test_an_answer_to_nearly_the_same_is_better_than_none(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url, documents=True) as (desk, groq):
        groq.brain.says = "A check-up costs 62 pounds, and any small X-rays that are needed are included."
        first = await desk.say("Does a check-up include X-rays?")
        assert first.answer.citations
        groq.plan.fail(Route.CHAT, DOWN, DOWN)
        await desk.new_conversation()
        said = await desk.say("Can a check-up include X-rays?")
        assert steps_given_up(said) == ["generate:retry", "generate:cached_near_answer"]
        assert said.text.startswith("I can't look that up just now.")
        assert "X-rays" in said.text
        [citation] = said.answer.citations
        assert said.text[citation.text_start : citation.text_end] == first.text.strip()


async def test_when_nothing_is_left_to_try_the_turn_says_so(pools: Database, redis_url: str) -> None:
    async with groq_desk(pools, redis_url) as (desk, groq):
        groq.plan.fail(Route.CHAT, DOWN, DOWN)
        with pytest.raises(ProviderError):
            await desk.say("do you have a lift in the building?")
        assert desk.conversation is not None
        assert (
            await desk.stores.conversations.messages(desk.tenant, desk.conversation, after=0, limit=9) == []
        )
