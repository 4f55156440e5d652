"""Opening the local engines."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from deskbell_server.adapters.local.loader import open_local_engines
from deskbell_server.adapters.local.weights import WeightsError
from deskbell_server.domain.errors import ProviderError


async def test_all_engines_open_side_by_side_without_holding_the_loop_up() -> None:
    lags: list[float] = []
    async with open_local_engines(2, None) as engines, asyncio.TaskGroup() as group:
        loads: list[asyncio.Task[Any]] = [
            group.create_task(engines.speech_to_text(10)),
            group.create_task(engines.text_to_speech(10)),
            group.create_task(engines.embedder()),
            group.create_task(engines.voice_activity()),
        ]
        loop = asyncio.get_running_loop()
        while not all(load.done() for load in loads):
            before = loop.time()
            await asyncio.sleep(0.01)
            lags.append(loop.time() - before - 0.01)
    assert [load.result().label for load in loads[:3]] == [
        "local/whisper-tiny.en-int8",
        "local/piper-en_US-joe-medium",
        "local/all-MiniLM-L6-v2-int8",
    ]
    # Building the pronouncing dictionary holds the interpreter's lock; the switch interval keeps others going.
    assert sorted(lags)[len(lags) // 2] < 0.1


@pytest.mark.parametrize("threads", [1, 3])
async def test_any_number_of_threads_works(threads: int) -> None:
    async with open_local_engines(threads, None) as engines:
        embedder = await engines.embedder()
        found = await asyncio.gather(*(embedder.embed_query(f"question {n}") for n in range(8)))
        assert len(found) == 8


async def test_after_closing_engines_fail_and_do_not_hang() -> None:
    async with open_local_engines(2, None) as engines:
        embedder = await engines.embedder()
        stream = (await engines.voice_activity()).open()
    with pytest.raises(ProviderError):
        await embedder.embed_query("Hello")
    with pytest.raises(ProviderError):
        await stream.push(bytes(2048))


async def test_an_incomplete_folder_of_own_weights_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "minilm").mkdir()
    async with open_local_engines(2, tmp_path) as engines:
        with pytest.raises(WeightsError, match=r"model\.onnx is missing"):
            await engines.embedder()
