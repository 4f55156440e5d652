"""Groq's engines: the real SDK against the fake on a socket, with every failure that its protocol has."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

import pytest

from deskbell_server.adapters.groq import GroqChat, GroqSpeechToText, groq_client
from deskbell_server.adapters.groq.text_to_speech import MAX_CHARACTERS
from deskbell_server.domain.errors import ProviderError
from deskbell_server.fake_groq import Fault
from deskbell_server.fake_groq.plan import FaultKind, Route
from tests.integration.groq_world import CANARY, KEY, PCM, QUESTION, WORDS, rig

STAGES = {Route.TRANSCRIPTION: "speech_to_text", Route.CHAT: "chat", Route.SPEECH: "text_to_speech"}


@pytest.mark.parametrize("suffix", ["", "/", "/openai/v1", "/openai/v1/"])
async def test_every_engine_works_whatever_the_form_of_the_url(suffix: str) -> None:
    async with rig(suffix=suffix) as r:
        understood = await r.speech_to_text.transcribe(PCM, language_code="en-GB")
        assert understood.text == "Hello there."
        assert understood.confidence == pytest.approx(0.9)
        assert understood.no_speech == pytest.approx(0.01)
        assert r.brain.heard == [PCM], "the audio arrives to the byte"
        pieces = [piece async for piece in r.chat.stream(QUESTION)]
        assert "".join(piece.text for piece in pieces) == WORDS
        assert pieces[-1].usage is not None
        assert pieces[-1].usage.prompt_tokens > 0
        chunks = [c async for c in r.text_to_speech.stream("Hello.", voice="nobody", speaking_rate=1.0)]
        assert b"".join(chunk.pcm for chunk in chunks) == PCM
        assert {chunk.sample_rate for chunk in chunks} == {24_000}
    asked = dict(r.plan.asked)
    assert asked[Route.TRANSCRIPTION]["language"] == "en"
    assert asked[Route.SPEECH]["voice"] == "hannah"
    assert asked[Route.CHAT]["temperature"] == 0.3
    assert asked[Route.CHAT]["max_completion_tokens"] == 50


@pytest.mark.parametrize(
    ("model", "effort"),
    [("openai/gpt-oss-120b", "low"), ("qwen/qwen3-32b", "none"), ("llama-3.3-70b-versatile", None)],
)
async def test_a_model_that_thinks_is_told_to_think_little(model: str, effort: str | None) -> None:
    async with rig() as r, groq_client(KEY, r.url) as client:
        _ = [piece async for piece in GroqChat(client, model, 5, 5).stream(QUESTION)]
    [(_, asked)] = r.plan.asked
    assert asked.get("reasoning_effort") == effort
    assert asked.get("include_reasoning") == (None if effort is None else False)


@pytest.mark.parametrize(
    ("fault", "kind", "retry_after"),
    [
        (Fault(FaultKind.STATUS, 429, "7"), "rate_limited", 7.0),
        (Fault(FaultKind.STATUS, 429, "Wed, 21 Oct 2015 07:28:00 GMT"), "rate_limited", 0.0),
        (Fault(FaultKind.STATUS, 498), "unavailable", None),
        (Fault(FaultKind.STATUS, 500), "unavailable", None),
        (Fault(FaultKind.STATUS, 503, "2"), "unavailable", 2.0),
        (Fault(FaultKind.STATUS, 400), "rejected", None),
        (Fault(FaultKind.STATUS, 401), "rejected", None),
        (Fault(FaultKind.STATUS, 413), "rejected", None),
        (Fault(FaultKind.CUT), "cut_off", None),
        (Fault(FaultKind.GARBAGE), "unavailable", None),
        (Fault(FaultKind.HANG), "timeout", None),
    ],
    ids=lambda value: value.kind + str(value.status or "") if isinstance(value, Fault) else None,
)
async def test_a_failure_is_told_for_what_it_is(
    fault: Fault, kind: str, retry_after: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rig(timeout=0.5) as r:
        for route, stage in STAGES.items():
            r.plan.fail(route, fault)
            with pytest.raises(ProviderError) as failed:
                await r.run(route)
            error = failed.value
            assert (error.stage, error.kind, error.retry_after) == (stage, kind, retry_after)
            assert error.retry_helps == (kind != "rejected")
            assert CANARY not in str(error) + repr(error.__cause__)
            assert await r.run(route), "the next request is served: nothing was retried by the SDK"
    assert CANARY not in caplog.text


@pytest.mark.parametrize("route", list(Route))
async def test_cancelling_a_request_closes_its_connection(route: Route) -> None:
    async with rig() as r:
        r.plan.fail(route, Fault(FaultKind.HANG))
        request = asyncio.create_task(r.run(route))
        async with asyncio.timeout(5):
            while not r.plan.asked:
                await asyncio.sleep(0.02)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await r.disconnected()


async def test_an_answer_that_is_not_wanted_any_more_closes_the_connection() -> None:
    async with rig() as r:
        r.plan.tokens_per_second = 5
        async with aclosing(r.chat.stream(QUESTION)) as pieces:
            async for _ in pieces:
                break
        await r.disconnected()


async def test_speech_that_is_not_wanted_any_more_closes_the_connection() -> None:
    async with rig() as r:
        r.voice.pause = 0.2
        async with aclosing(r.text_to_speech.stream("Hello.", voice="", speaking_rate=1.0)) as chunks:
            async for _ in chunks:
                break
        await r.disconnected()


async def test_a_slow_answer_ends_at_its_deadline() -> None:
    async with rig(timeout=0.3) as r:
        r.plan.tokens_per_second = 5  # nine words take 1.8 s, the whole may take 0.6
        with pytest.raises(ProviderError) as failed:
            await r.run(Route.CHAT)
    assert failed.value.kind == "timeout"


async def test_an_answer_may_be_taken_slowly() -> None:
    async with rig(timeout=0.3) as r:
        text = ""
        async with aclosing(r.chat.stream(QUESTION)) as pieces:
            async for piece in pieces:
                text += piece.text
                await asyncio.sleep(0.1)  # 1 s in all, and Groq may take 0.6
        assert text == WORDS


async def test_speech_may_be_taken_slowly() -> None:
    async with rig(timeout=0.2) as r:
        speech = b""
        async with aclosing(r.text_to_speech.stream("Hello.", voice="", speaking_rate=1.0)) as chunks:
            async for chunk in chunks:
                if not speech:
                    await asyncio.sleep(0.5)
                speech += chunk.pcm
        assert speech == PCM


async def test_speech_may_last_longer_than_the_wait_for_each_sound() -> None:
    async with rig(timeout=0.4) as r:
        r.voice.pause = 0.15  # six pieces: 0.9 s
        assert await r.run(Route.SPEECH) == PCM


async def test_a_text_without_a_sound_is_spoken_as_silence() -> None:
    async with rig() as r:
        assert not [c async for c in r.text_to_speech.stream("...", voice="", speaking_rate=1.0)]


async def test_long_speech_is_asked_for_in_parts() -> None:
    text = "This is one sentence of a long answer, with a clause in it. " * 8
    async with rig() as r:
        chunks = [c async for c in r.text_to_speech.stream(text, voice="troy", speaking_rate=1.0)]
    parts = [str(asked["input"]) for _, asked in r.plan.asked]
    assert b"".join(chunk.pcm for chunk in chunks) == PCM * len(parts)
    assert " ".join(parts) == text.strip()
    assert all(len(part) <= MAX_CHARACTERS and part.endswith(".") for part in parts)


async def test_many_at_once() -> None:
    async with rig() as r:
        results = await asyncio.gather(*(r.run(route) for route in Route for _ in range(16)))
    assert all(results)


async def test_nobody_listens() -> None:
    async with groq_client(KEY, "http://127.0.0.1:1") as client:
        with pytest.raises(ProviderError) as failed:
            await GroqSpeechToText(client, "whisper-large-v3-turbo", 5).transcribe(PCM, language_code="en")
    assert failed.value.kind == "unavailable"
