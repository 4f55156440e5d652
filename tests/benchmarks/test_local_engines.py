"""How fast the local engines are; prints the figures that docs/engines.md quotes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

from deskbell_server.adapters.local.loader import open_local_engines
from deskbell_server.adapters.local.vad import SileroVoiceActivity
from tests.integration.local_world import embedder, say, silence, speech_to_text, text_to_speech

SENTENCE = "We are open from nine in the morning until one in the afternoon on Saturdays."


async def seconds(work: Callable[[], Awaitable[object]], times: int = 9) -> float:
    """The median time of a call."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - began)
    return median(taken)


async def test_start_of_all_engines() -> None:
    async def start() -> None:
        async with open_local_engines(2, None) as engines, asyncio.TaskGroup() as group:
            group.create_task(engines.speech_to_text(10))
            group.create_task(engines.text_to_speech(10))
            group.create_task(engines.embedder())
            group.create_task(engines.voice_activity())

    taken = await seconds(start, times=3)
    print(f"\nall engines open after {taken:.2f} s")
    assert taken < 6


async def test_speech_recognition() -> None:
    clip = await say(SENTENCE)
    taken = await seconds(lambda: speech_to_text().transcribe(clip, language_code="en"))
    print(f"\n{len(clip) / 32_000:.1f} s of speech recognised in {taken * 1e3:.0f} ms")
    assert taken < 2


async def test_speech() -> None:
    async def speak() -> None:
        async for _ in text_to_speech().stream(SENTENCE, voice="", speaking_rate=1.0):
            pass

    taken = await seconds(speak)
    print(f"\n{len(SENTENCE.split())} words spoken in {taken * 1e3:.0f} ms")
    assert taken < 2


async def test_embeddings() -> None:
    passages = [f"{number}. {SENTENCE} {SENTENCE}" for number in range(32)]
    question = await seconds(lambda: embedder().embed_query("What are your opening hours?"))
    document = await seconds(lambda: embedder().embed_passages(passages), times=3)
    print(f"\na question in {question * 1e3:.1f} ms, {len(passages) / document:.0f} passages a second")
    assert question < 0.1


async def test_voice_activity_of_many_callers() -> None:
    second = silence(1.024)
    async with SileroVoiceActivity.load(models_dir=None) as detector:
        for callers in (1, 8, 32):
            streams = [detector.open() for _ in range(callers)]

            async def listen() -> None:
                await asyncio.gather(*(stream.push(second) for stream in streams))  # noqa: B023 - awaited here

            taken = await seconds(listen)
            window = taken / callers / 32
            print(f"\n{callers} callers: {window * 1e6:.0f} us a window, {0.032 / window:.0f} callers a core")
            assert window < 0.002
