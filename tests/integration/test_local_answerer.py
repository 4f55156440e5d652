"""The extractive answerer over real search: right answers, honest refusals, exact citations."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from deskbell_server.adapters.local.answerer import ExtractiveChat
from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.domain.names import TenantId
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.ports.engines import ChatPiece, ChatRequest
from deskbell_server.turn.offers import REFUSAL
from tests.integration.answer_world import ask, index_documents, question_sets
from tests.integration.local_world import embedder
from tests.integration.store_world import Stores

CLINIC, HOTEL = TenantId("demo-clinic"), TenantId("demo-hotel")
SETS = {questions.tenant: questions for questions in question_sets()}


def spoken(pieces: Sequence[ChatPiece]) -> str:
    return "".join(piece.text for piece in pieces)


async def test_questions_are_answered_rightly_or_refused_honestly(stores: Stores) -> None:
    chat, search = ExtractiveChat(embedder()), KnowledgeSearch(stores.knowledge, embedder())
    wrong: list[str] = []
    invented: list[str] = []
    for questions in SETS.values():
        texts = await index_documents(stores, embedder(), questions)
        for question, words in questions.answerable:
            pieces = await ask(chat, search, questions.tenant, question)
            if not all(word.lower() in spoken(pieces).lower() for word in words):
                wrong.append(f"{questions.documents}: {question} -> {spoken(pieces)}")
            for support in (piece.support for piece in pieces if piece.support):
                quote = texts[support.passage.document][support.start : support.end]
                assert quote == quote.strip() != ""
                assert support.passage.passage.start <= support.start
                assert support.end <= support.passage.passage.end
        for question in questions.unanswerable:
            answer = spoken(await ask(chat, search, questions.tenant, question))
            if answer != REFUSAL:
                invented.append(f"{questions.documents}: {question} -> {answer}")
    answerable = sum(len(questions.answerable) for questions in SETS.values())
    unanswerable = sum(len(questions.unanswerable) for questions in SETS.values())
    print(
        f"right {answerable - len(wrong)}/{answerable}, refused {unanswerable - len(invented)}/{unanswerable}"
    )
    assert len(wrong) <= 0.05 * answerable, wrong
    assert len(invented) <= 0.05 * unanswerable, invented


async def test_every_word_of_an_answer_comes_from_its_citation(stores: Stores) -> None:
    texts = await index_documents(stores, embedder(), SETS[CLINIC])
    chat, search = ExtractiveChat(embedder()), KnowledgeSearch(stores.knowledge, embedder())
    [piece, *_] = await ask(chat, search, CLINIC, "What are your opening hours on Saturday?")
    assert piece.text == "On Saturday we are open from 9 a.m. to 1 p.m."
    assert piece.support is not None
    assert texts["opening-hours"][piece.support.start : piece.support.end] == piece.text


async def test_a_follow_up_is_understood_from_the_question_before(stores: Stores) -> None:
    await index_documents(stores, embedder(), SETS[CLINIC])
    chat, search = ExtractiveChat(embedder()), KnowledgeSearch(stores.knowledge, embedder())
    before = (
        HistoryEntry(Speaker.CALLER, "What are your opening hours on Saturday?"),
        HistoryEntry(Speaker.AGENT, "On Saturday we are open from 9 a.m. to 1 p.m."),
    )
    assert spoken(await ask(chat, search, CLINIC, "And on Sunday?", before)) == "On Sunday we are closed."


async def test_opening_hours_of_the_week_are_all_told(stores: Stores) -> None:
    await index_documents(stores, embedder(), SETS[CLINIC])
    chat, search = ExtractiveChat(embedder()), KnowledgeSearch(stores.knowledge, embedder())
    answer = spoken(await ask(chat, search, CLINIC, "What are your opening hours?"))
    places = [answer.find(day) for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")]
    assert -1 not in places
    assert places == sorted(places)


async def test_the_same_request_gets_the_same_answer(stores: Stores) -> None:
    await index_documents(stores, embedder(), SETS[HOTEL])
    search = KnowledgeSearch(stores.knowledge, embedder())
    answers = [
        await ask(ExtractiveChat(embedder()), search, HOTEL, "How much is a double room?") for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert "148 euros" in spoken(answers[0])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is your name?", REFUSAL),
        ("", REFUSAL),
        ("?!", REFUSAL),
        ("Hello!", "Hello, how can I help you?"),
    ],
)
async def test_without_passages_nothing_is_made_up(question: str, answer: str) -> None:
    request = ChatRequest("", (), question, (), temperature=0.7, max_tokens=300)
    pieces = [piece async for piece in ExtractiveChat(embedder()).stream(request)]
    assert spoken(pieces) == answer
    assert all(piece.support is None for piece in pieces)
