"""Speech recognition and speech together: what the voice says, the recogniser understands."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing

import numpy as np
import pytest

from deskbell_server.adapters.local.speech_to_text import WhisperSpeechToText
from deskbell_server.adapters.local.text_to_speech import PiperTextToSpeech
from deskbell_server.adapters.workers import Workers
from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.domain.errors import ProviderError
from tests.integration.local_world import (
    noise,
    say,
    silence,
    speech_to_text,
    text_to_speech,
    tone,
)


async def hear(pcm: bytes) -> str:
    return (await speech_to_text().transcribe(pcm, language_code="en-GB")).text


def letters(text: str) -> str:
    """A text without case, signs and spaces, so that "check-up" is "checkup" and "9:30" is "930"."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("What are your opening hours on Saturday?", ["opening hours", "Saturday"]),
        ("Opening hours: Saturday, 9 a.m. to 1 p.m.", ["Saturday", "9", "1"]),
        ("We keep an appointment free at 8:20 a.m.", ["820"]),
        ("Our number is 0117 496 0142.", ["01174960142"]),
        ("A check-up costs £62.", ["check up", "62"]),
        ("The care plan costs £19.50 a month.", ["19.50"]),
        ("Save 25% on the 3rd of May.", ["25", "may"]),
        ("I don't have that information.", ["i don't have that information"]),
    ],
)
async def test_what_is_said_is_understood(written: str, heard: list[str]) -> None:
    text = await hear(await say(written))
    assert all(letters(words) in letters(text) for words in heard), text


async def test_a_transcription_tells_how_sure_it_is() -> None:
    found = await speech_to_text().transcribe(await say("Where can I park my car?"), language_code="en")
    assert found.language_code == "en"
    assert found.confidence is not None
    assert found.no_speech is not None
    assert 0.5 < found.confidence <= 1
    assert found.no_speech < 0.2


@pytest.mark.parametrize(
    "pcm",
    [
        b"",
        silence(0.05),
        silence(3),
        silence(60),
        noise(0.3, 0.01),
        noise(3, 0.001),
        noise(5, 0.1),
        noise(20, 0.02),
        tone(3, 50),
    ],
    ids=["empty", "50 ms", "silence", "60 s of silence", "click", "hiss", "loud noise", "long noise", "hum"],
)
async def test_without_speech_nothing_is_understood(pcm: bytes) -> None:
    found = await speech_to_text().transcribe(pcm, language_code="en")
    assert found.text == ""
    assert found.confidence == 0
    assert found.no_speech is not None
    assert found.no_speech > 0.5


async def test_an_utterance_of_a_minute_is_understood_to_its_end() -> None:
    sentences = [
        "On Monday I called you about the house with the red door.",
        "My name is Peter Robinson and I live next to the railway station.",
        "We have two children and a very old dog.",
        "The garden should be large and face the south.",
        "We can pay five hundred thousand pounds at most.",
        "Please tell me when I can visit the house next week.",
    ]
    pcm = b"".join([await say(sentence) + silence(7.5) for sentence in sentences])
    assert len(pcm) > 59 * ENGINE_RATE * 2
    text = letters(await hear(pcm))
    positions = [
        text.find(letters(words))
        for words in ("red door", "railway station", "old dog", "face the south", "at most", "next week")
    ]
    assert -1 not in positions, text
    assert positions == sorted(positions)


async def test_eight_callers_at_once_each_get_their_own_words() -> None:
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    clips = await asyncio.gather(*(say(f"I would like room number {n}, please.") for n in numbers))
    texts = await asyncio.gather(*(hear(clip) for clip in clips))
    for number, (word, text) in enumerate(zip(numbers, texts, strict=True), start=1):
        assert word in text.lower() or str(number) in text


async def test_a_cancelled_caller_holds_nobody_up() -> None:
    clip = await say("What are your opening hours?")
    cancelled = [asyncio.create_task(hear(clip)) for _ in range(5)]
    await asyncio.sleep(0.02)
    for task in cancelled:
        task.cancel()
    results = await asyncio.gather(*cancelled, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    async with asyncio.timeout(5):
        assert "opening hours" in await hear(clip)


async def test_half_a_sample_is_rejected() -> None:
    with pytest.raises(ProviderError) as rejected:
        await hear(b"\0" * 4001)
    assert (rejected.value.stage, rejected.value.kind) == ("speech_to_text", "rejected")


async def test_deadlines_are_kept() -> None:
    clip = await say("What are your opening hours?")
    async with Workers(1) as hurried:  # of its own: leaving it waits for the jobs that were given up
        recogniser = WhisperSpeechToText.load(hurried, jobs=1, threads=2, models_dir=None, timeout=0.001)
        with pytest.raises(ProviderError) as late:
            await recogniser.transcribe(clip, language_code="en")
        assert (late.value.stage, late.value.kind) == ("speech_to_text", "timeout")
        speaker = PiperTextToSpeech.load(hurried, threads=2, models_dir=None, timeout=0.001)
        with pytest.raises(ProviderError) as mute:
            await anext(speaker.stream("Hello there.", voice="", speaking_rate=1.0))
        assert (mute.value.stage, mute.value.kind) == ("text_to_speech", "timeout")


async def test_the_speaking_rate_changes_the_length() -> None:
    text = "We are open from nine in the morning until one in the afternoon."
    slow, usual, fast = [len(await say(text, rate)) for rate in (0.7, 1.0, 1.5)]
    assert slow > 1.2 * usual
    assert fast < 0.85 * usual


async def test_a_voice_without_noise_always_sounds_the_same() -> None:
    assert await say("How can I help you?") == await say("How can I help you?")


async def test_an_unknown_voice_is_the_default_one() -> None:
    stream = text_to_speech().stream("Hello.", voice="nobody", speaking_rate=1.0)
    chunks = [chunk async for chunk in stream]
    assert [chunk.sample_rate for chunk in chunks] == [22_050]


@pytest.mark.parametrize("text", ["", "   ", "\n", "***", "\u2026"])
async def test_what_cannot_be_pronounced_gives_no_chunk(text: str) -> None:
    assert [c async for c in text_to_speech().stream(text, voice="", speaking_rate=1.0)] == []


async def test_a_long_text_comes_in_chunks_and_can_be_stopped_early() -> None:
    text = ", ".join(["this is one of many clauses"] * 20) + "."
    chunks = 0
    async with aclosing(text_to_speech().stream(text, voice="", speaking_rate=1.0)) as stream:
        async for _ in stream:
            chunks += 1
            if chunks == 2:
                break
    assert chunks == 2
    async with asyncio.timeout(5):
        assert await say("And it still speaks.")


async def test_speech_is_neither_clipped_nor_faint() -> None:
    samples = np.frombuffer(await say("Brightwater Dental Clinic, how can I help you?"), dtype="<i2")
    peak = np.abs(samples.astype(np.int32)).max()
    assert 6000 < peak < 32767
