"""Voice activity of the real model, alone and in company."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import chain

import numpy as np
import pytest

from deskbell_server.adapters.local.vad import WINDOW, SileroVoiceActivity
from deskbell_server.domain.errors import ProviderError
from tests.integration.local_world import noise, say, silence, tone


@pytest.fixture
async def detector() -> AsyncIterator[SileroVoiceActivity]:
    async with SileroVoiceActivity.load(models_dir=None) as loaded:
        yield loaded


async def listen(detector: SileroVoiceActivity, pcm: bytes, step: int = 640) -> list[float]:
    """All probabilities, the samples pushed `step` bytes at a time."""
    stream = detector.open()
    found: list[float] = []
    for at in range(0, len(pcm), step):
        found += await stream.push(pcm[at : at + step])
    return found


async def test_speech_is_told_from_silence_noise_and_tones(detector: SileroVoiceActivity) -> None:
    speech = await listen(detector, await say("What are your opening hours on Saturday?"))
    assert np.mean(np.array(speech) > 0.5) > 0.7
    for other in (silence(2), noise(2, 0.01), noise(2, 0.1), tone(2, 440)):
        assert np.mean(np.array(await listen(detector, other)) > 0.5) < 0.05


async def test_a_window_is_reported_as_soon_as_it_is_complete(detector: SileroVoiceActivity) -> None:
    stream = detector.open()
    assert await stream.push(b"") == []
    assert await stream.push(bytes(2 * WINDOW - 2)) == []
    assert len(await stream.push(bytes(2))) == 1
    assert len(await stream.push(bytes(2 * WINDOW * 3 + 10))) == 3


async def test_how_the_samples_are_cut_makes_no_difference(detector: SileroVoiceActivity) -> None:
    pcm = (await say("How much does a check-up cost?"))[: 2 * WINDOW * 40]
    whole = await listen(detector, pcm, step=len(pcm))
    for step in (322, 1024, 2560):
        assert await listen(detector, pcm, step) == pytest.approx(whole, abs=1e-6)


async def test_company_makes_no_difference(detector: SileroVoiceActivity) -> None:
    sentences = ["Hello.", "Where can I park?", "How much is it?", "Thank you, and goodbye to you all."]
    clips = [await say(sentence) for sentence in sentences] + [silence(1), noise(1, 0.05), tone(1, 300)]
    alone = [await listen(detector, clip) for clip in clips]
    together = await asyncio.gather(*(listen(detector, clip) for clip in clips * 12))
    for number, found in enumerate(together):
        assert found == pytest.approx(alone[number % len(clips)], abs=1e-5)


async def test_a_cancelled_push_loses_no_samples(detector: SileroVoiceActivity) -> None:
    pcm = (await say("Can I bring my dog to the hotel?"))[: 2 * WINDOW * 60]
    half = 2 * WINDOW * 20
    whole = await listen(detector, pcm, step=len(pcm))
    stream = detector.open()
    task = asyncio.create_task(stream.push(pcm[:half]))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rest = await stream.push(pcm[half:])
    assert rest == pytest.approx(whole[-len(rest) :], abs=1e-5)


async def test_pushes_at_the_same_time_are_taken_in_order(detector: SileroVoiceActivity) -> None:
    pcm = await say("Good morning.")
    pieces = [pcm[at : at + 1000] for at in range(0, len(pcm), 1000)]
    stream = detector.open()
    found = await asyncio.gather(*(stream.push(piece) for piece in pieces))
    assert list(chain.from_iterable(found)) == pytest.approx(await listen(detector, pcm), abs=1e-5)


async def test_half_a_sample_is_rejected(detector: SileroVoiceActivity) -> None:
    with pytest.raises(ProviderError) as rejected:
        await detector.open().push(b"\0\0\0")
    assert rejected.value.kind == "rejected"


async def test_after_closing_there_is_an_error_and_no_hanging() -> None:
    async with SileroVoiceActivity.load(models_dir=None) as detector:
        stream = detector.open()
        await stream.push(silence(0.1))
    with pytest.raises(ProviderError) as closed:
        await stream.push(silence(0.1))
    assert closed.value.kind == "unavailable"


async def test_a_minute_at_once_is_listened_to_while_others_go_on(detector: SileroVoiceActivity) -> None:
    minute = asyncio.create_task(detector.open().push(silence(60)))
    await asyncio.sleep(0)
    others = await asyncio.gather(*(detector.open().push(silence(0.064)) for _ in range(8)))
    assert not minute.done()
    assert [len(found) for found in others] == [2] * 8
    assert len(await minute) == 60 * 16_000 // WINDOW
