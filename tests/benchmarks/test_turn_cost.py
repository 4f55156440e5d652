"""What a turn costs us: a cache miss with all its steps, and a hit; the chat engine answers at once."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from deskbell_server.adapters.local.embedder import MiniLmEmbedder
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.domain.turn import CacheResult
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatSupport, Embedding
from deskbell_server.turn.events import Text
from tests.integration.local_world import embedder
from tests.integration.turn_world import Desk, open_desk

TURNS = 60
TOPICS = ("parking", "the team", "fillings", "x-rays", "opening hours", "emergencies", "payment", "children")


@dataclass
class Instant:
    """Answers at once, from the first passage."""

    label: str = "instant"
    cites: bool = True
    calls_tools: bool = False
    has_smaller: bool = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        found = request.passages[0]
        yield ChatPiece(text=found.passage.text[:80])
        yield ChatPiece(support=ChatSupport(found, found.passage.start, found.passage.start + 80))


async def first_word(desk: Desk, question: str) -> tuple[float, float, dict[str, float], CacheResult]:
    """Seconds to the first word and to the end, and of each stage."""
    from deskbell_server.turn.events import Answer

    answer = Answer()
    asked = await desk.question(question)
    began = time.perf_counter()
    first = 0.0
    async for event in desk.turns.engine.answer(asked, answer):
        if isinstance(event, Text) and not first:
            first = time.perf_counter() - began
    return (
        first,
        time.perf_counter() - began,
        {stage.stage: stage.duration for stage in answer.stages},
        answer.cache,
    )


def median_ms(values: list[float]) -> float:
    return statistics.median(values) * 1000


async def test_a_turn_of_a_call(
    database: str, secret_key: bytes, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedder is an engine, too: what is left without it is our own time."""
    embedding: list[float] = []
    embed = type(embedder()).embed_query

    async def timed(self: MiniLmEmbedder, text: str) -> Embedding:
        began = time.perf_counter()
        try:
            return await embed(self, text)
        finally:
            embedding.append(time.perf_counter() - began)

    monkeypatch.setattr(type(embedder()), "embed_query", timed)
    async with (
        open_database(database, secret_key, size=4) as pools,
        open_desk(pools, redis_url, chat=Instant(), documents=True) as desk,
    ):
        for number in range(TURNS):
            await embedder().embed_query(f"What do you say about {TOPICS[number % 8]} number {number}?")
        floor = median_ms(embedding)
        embedding.clear()
        misses, hits = [], []
        for number in range(TURNS):
            await desk.new_conversation()
            miss = await first_word(desk, f"What do you say about {TOPICS[number % 8]} in case {number}?")
            assert miss[3] is CacheResult.MISS
            misses.append(miss)
            await desk.new_conversation()
            hit = await first_word(desk, f"what do you say about {TOPICS[number % 8]} in case {number}")
            assert hit[3] is CacheResult.EXACT
            hits.append(hit)
        within = median_ms(embedding)
        print(f"\nembedding a question alone (the floor): {floor:.1f} ms; within a turn {within:.1f} ms")
        for name, turns in (("miss", misses), ("exact hit", hits)):
            first, whole = median_ms([turn[0] for turn in turns]), median_ms([turn[1] for turn in turns])
            print(
                f"{name}: first word {first:.1f} ms, whole turn {whole:.1f} ms ({whole / floor:.1f} x the floor), "
                f"without the embedder {whole - within:.1f} ms"
            )
            for stage in turns[0][2]:
                print(f"    {stage:15} {median_ms([turn[2][stage] for turn in turns]):6.2f} ms")
