"""From a question on a call to the first audio of its answer, when answer and speech were given before."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path

import deskbell
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell_server.adapters.local.answerer import ExtractiveChat
from deskbell_server.adapters.local.vad import SileroVoiceActivity
from deskbell_server.app.engines import Engines
from tests.integration.local_world import embedder, speech_to_text, text_to_speech
from tests.integration.turn_world import classifier
from tests.support.live_server import KEY, live_server

TIMES = 20
QUESTION = "What are your opening hours on Saturday?"


async def test_first_audio_of_a_hit(database: str, redis_url: str, secret_key: bytes, tmp_path: Path) -> None:
    async with SileroVoiceActivity.load(models_dir=None) as vad, AsyncExitStack() as stack:
        engines = Engines(
            speech_to_text(), ExtractiveChat(embedder()), text_to_speech(), embedder(), classifier(), vad
        )
        server = await stack.enter_async_context(
            live_server(database, redis_url, secret_key, engines, tmp_path)
        )
        agent = await server.make_tenant()
        text = "On Saturday we are open from 9 a.m. to 1 p.m."
        request = kn.IngestTextRequest(parent="tenants/clinic", document_id="hours", title="Hours", text=text)
        await server.stubs.knowledge.IngestText(request, metadata=server.metadata)
        async with deskbell.Client(server.address, api_key=KEY) as client:
            while not (await client.knowledge.get("tenants/clinic/documents/hours")).document.passage_count:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)  # until it is READY
            taken = [await ask(client, agent) for _ in range(TIMES + 1)]
    print(
        f"\nfirst audio of a miss {taken[0] * 1000:.0f} ms, of a hit {statistics.median(taken[1:]) * 1000:.1f} ms"
    )


async def ask(client: deskbell.Client, agent: str) -> float:
    """Seconds from the written question to the first audio."""
    async with client.call(agent, skip_greeting=True) as call:
        began = 0.0
        async for event in call:
            if event.WhichOneof("event") == "started":
                began = time.perf_counter()
                await call.send_text(QUESTION)
            elif event.HasField("response_audio"):
                return time.perf_counter() - began
    raise AssertionError("no audio came")
