"""Answers from the documents, and from the cache that must not lie."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.redis import RedisAnswerCache, open_redis
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import DocumentId
from deskbell_server.domain.privacy import RedactionPolicy
from deskbell_server.domain.turn import CacheResult, TurnOutcome
from deskbell_server.ports.engines import Embedding
from deskbell_server.turn.events import Answer
from deskbell_server.turn.state import Budget, TurnState
from deskbell_server.turn.steps.caching import Keep, scope_of
from deskbell_server.turn.timing import Stopwatch
from tests.integration.store_world import Connection
from tests.integration.turn_world import CLINIC, Desk, open_desk


@pytest.fixture
async def desk(pools: Database, redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(pools, redis_url, documents=True) as opened:
        yield opened


async def test_a_question_is_answered_with_what_supports_it(desk: Desk, owner: Connection) -> None:
    said = await desk.say("What are your opening hours on Saturday?")
    assert "9 a.m. to 1 p.m." in said.text
    [citation] = said.answer.citations
    assert citation.document == "opening-hours"
    assert (said.answer.outcome, said.answer.cache) == (TurnOutcome.ANSWERED, CacheResult.MISS)
    [row] = await owner.fetch("select * from turns")
    assert (row["intent"], row["outcome"], row["cache"], row["language"]) == ("faq", "answered", "miss", "en")
    stages = row["stages"]
    for stage in ("recall", "understand", "cache", "retrieve", "generate"):
        assert f'"{stage}"' in stages


async def test_what_the_documents_do_not_say_is_refused_and_noted(desk: Desk, owner: Connection) -> None:
    said = await desk.say("Do you sell concert tickets?")
    assert said.answer.outcome is TurnOutcome.REFUSED
    assert said.answer.citations == []
    assert await owner.fetchval("select outcome from turns") == "refused"


async def test_the_same_question_is_answered_once(desk: Desk) -> None:
    first = await desk.say("What are your opening hours on Saturday?")
    await desk.new_conversation()
    again = await desk.say("what are your opening hours on saturday please")
    assert again.answer.cache is CacheResult.EXACT
    assert (again.text, again.answer.citations) == (first.text, first.answer.citations)
    await desk.new_conversation()
    alike = await desk.say("When are you open on Saturdays?")
    assert alike.answer.cache in {CacheResult.SEMANTIC, CacheResult.MISS}
    assert "9 a.m. to 1 p.m." in alike.text


async def test_a_question_that_only_looks_alike_is_answered_by_itself(desk: Desk) -> None:
    await desk.say("What are your opening hours on Saturday?")
    other = await desk.say("What are your opening hours on Sunday?")
    assert other.answer.cache is CacheResult.MISS
    assert "closed" in other.text


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("What are your opening hours on Saturday?", True),
        ("What are your opening hours on Saturday, +44 20 7946 0018?", False),
        ("What are your opening hours on Saturday (anna@example.com asks)?", False),
    ],
)
async def test_what_holds_personal_data_is_not_kept_whatever_transcripts_keep(
    desk: Desk, redis_url: str, question: str, kept: bool
) -> None:
    asked = await desk.question(question)
    assert asked.tenant.redaction == RedactionPolicy()  # which keeps numbers and addresses in transcripts
    answer = Answer(
        text="From 9 a.m.",
        citations=[Citation(0, 11, DocumentId("opening-hours"), "Hours", 0, 0, 4, "Sat: 9")],
        intents=(ScoredIntent(IntentKind.FAQ, 0.9),),
        language="en",
        cache=CacheResult.MISS,
    )
    watch, budget = Stopwatch(desk.clock), Budget.of(desk.clock, 1.0)
    state = TurnState(asked, answer, watch, budget, knowledge_version="1", asked=question)
    state.embedding = np.ones(384, np.float32) / 384**0.5
    state.scope = scope_of(state)
    assert state.scope is not None
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis)
        await Keep(cache, leans_on_history=False).run(state)
        assert (await cache.exact(state.scope, question) is not None) == kept


async def test_any_change_of_the_documents_invalidates_at_once(desk: Desk) -> None:
    question = "What are your opening hours on Saturday?"
    await desk.say(question)
    assert (await desk.say(question)).answer.cache is CacheResult.EXACT
    await desk.stores.knowledge.delete(CLINIC, DocumentId("opening-hours"))
    said = await desk.say(question)
    assert said.answer.cache is CacheResult.MISS
    assert "9 a.m. to 1 p.m." not in said.text


async def test_another_version_of_the_agent_has_answers_of_its_own(desk: Desk) -> None:
    question = "What are your opening hours on Saturday?"
    await desk.say(question)
    agents = desk.stores.agents
    [agent] = await agents.page(CLINIC, after=None, limit=1)
    await agents.update(CLINIC, agent.id, {"system_prompt": "Be brief."}, "", desk.clock.now())
    await desk.new_conversation()
    assert (await desk.say(question)).answer.cache is CacheResult.MISS


@pytest.mark.parametrize(
    "question",
    ["When is my appointment?", "Are you open today?", "Can I book a check-up?", "Did you get my form?"],
)
async def test_what_is_personal_or_of_today_is_never_looked_up(desk: Desk, question: str) -> None:
    for _ in range(2):
        await desk.new_conversation()
        assert (await desk.say(question)).answer.cache is CacheResult.NOT_ASKED


class Broken:
    """An embedder that fails, or is too slow."""

    label = "broken"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def embed_query(self, text: str) -> Embedding:
        await asyncio.sleep(self._seconds)
        raise ProviderError("embeddings", "unavailable", "it is gone")

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        raise ProviderError("embeddings", "unavailable", "it is gone")


@pytest.mark.parametrize(("seconds", "reason"), [(0.0, "provider_unavailable"), (9.0, "budget")])
async def test_without_embeddings_words_have_to_do(
    pools: Database, redis_url: str, seconds: float, reason: str
) -> None:
    async with open_desk(pools, redis_url, documents=True, embedder=Broken(seconds)) as desk:
        said = await desk.say("What are your opening hours on Saturday?")
        told = [(what.step, what.action, what.reason) for what in said.answer.degraded]
        assert told[0] == ("understand", "words_only", reason)
        assert ("retrieve", "keyword_only", "no_embedding") in told
        assert "9 a.m. to 1 p.m." in said.text
        # An answer that was got with less than everything is not given to others.
        assert (await desk.say("What are your opening hours on Saturday?")).answer.cache is CacheResult.MISS


async def test_when_half_of_the_budget_is_gone_the_order_of_the_search_has_to_do(desk: Desk) -> None:
    [agent] = await desk.stores.agents.page(CLINIC, after=None, limit=1)
    await desk.stores.agents.update(CLINIC, agent.id, {"turn_budget": 0.2}, "", desk.clock.now())
    slow = desk.turns._retrieve._search
    search = slow.search

    async def late(*args: Any, **options: Any) -> Any:
        await asyncio.sleep(0.15)
        return await search(*args, **options)

    with patch.object(slow, "search", late):
        said = await desk.say("What are your opening hours on Saturday?")
    assert [what.action for what in said.answer.degraded] == ["skipped"]
    assert "9 a.m. to 1 p.m." in said.text


async def test_a_follow_up_is_understood_from_what_was_said(desk: Desk) -> None:
    await desk.say("When are you open on Saturday?")
    assert "closed" in (await desk.say("and on Sundays?")).text
    friday = await desk.say("What about Friday?")  # by itself it might be a wish to come on a Friday
    assert "4 p.m." in friday.text


async def test_when_somebody_works_is_a_question_and_no_booking(desk: Desk) -> None:
    said = await desk.say("When is Dr Okafor in?")
    assert "Tuesday, Wednesday and Friday" in said.text


async def test_a_question_and_a_booking_in_one_breath(desk: Desk) -> None:
    said = await desk.say("How much is a filling, and can I book a check-up for Friday at 10?")
    assert "120" in said.text
    assert said.text.endswith("Friday 6 March at 10 a.m. is free. What name is it for, please?")


async def test_leads_are_taken_down_read_back_and_kept_with_consent(desk: Desk) -> None:
    await desk.say("Could somebody call me back please?")
    await desk.say("Anna Stephens")
    await desk.say("no, Stevens with a v")
    await desk.say("0117 496 0123")
    read_back = await desk.say("it's about a bridge")
    for part in ("Stevens", "0 1 1 7"):
        assert part in read_back.text
    asks = await desk.say("yes")
    assert "keep these details" in asks.text
    assert await desk.stores.leads.page(CLINIC, status=None, before=None, limit=5) == []
    assert (await desk.say("yes")).records == ["created leads"]
    [lead] = await desk.stores.leads.page(CLINIC, status=None, before=None, limit=5)
    assert (lead.name, lead.phone, lead.notes) == ("Anna Stevens", "+441174960123", "it's about a bridge")
    assert lead.consent_text
    assert lead.intent == "Could somebody call me back please?"
    # The same caller another day: one lead.
    await desk.new_conversation()
    lines = ("please call me back", "Anna Stevens", "0117 496 0123", "no", "yes", "yes")
    assert (await desk.talk(*lines)).records == ["updated leads"]


async def test_nothing_is_kept_without_consent(desk: Desk) -> None:
    said = await desk.talk(
        "please call me back", "Tom Baker", "0117 496 0123", "no", "yes", "no, please don't"
    )
    assert said.records == []
    assert await desk.stores.leads.page(CLINIC, status=None, before=None, limit=5) == []


async def test_the_offer_after_a_refusal_may_be_accepted(desk: Desk) -> None:
    await desk.say("Do you sell concert tickets?")
    assert "name" in (await desk.say("yes please")).text


async def test_who_asks_for_a_person_is_handed_over_and_may_leave_a_number(
    desk: Desk, owner: Connection
) -> None:
    said = await desk.say("I want to speak to a human being")
    assert said.handoff == "asked_for_person"
    assert "name" in said.text
    assert await owner.fetchval("select outcome from turns") == "handed_over"
    done = await desk.talk("Tom Baker", "0117 496 0123", "no", "yes", "yes")
    assert done.records == ["created leads"]
