"""Groq's engines: the real SDK against the fake on a socket, with every failure that its protocol has."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from deskbell_server.adapters.groq import GroqChat, GroqSpeechToText, GroqTextToSpeech, groq_client
from deskbell_server.adapters.groq.text_to_speech import MAX_CHARACTERS
from deskbell_server.domain.audio import SpeechChunk, Transcription
from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.domain.errors import ProviderError
from deskbell_server.fake_groq import FakeEngines, Fault, Plan, parse_fault, serve_fake_groq
from deskbell_server.fake_groq.plan import FaultKind, Route
from deskbell_server.ports.engines import ChatPiece, ChatRequest

KEY = "gsk_planted-canary-key"
WORDS = "On Saturday we are open from nine to one."
PCM = bytes(range(256)) * 200
QUESTION = ChatRequest(
    system=(
        'You are kind.\n<passages>\n<passage id="1" title="Hours > Saturday">\n'
        "Open 9 &amp; 1\n</passage>\n</passages>"
    ),
    history=[HistoryEntry(Speaker.CALLER, "hello"), HistoryEntry(Speaker.AGENT, "hi")],
    question="a planted-canary question",
    passages=[],
    temperature=0.3,
    max_tokens=50,
)


@dataclass
class Brain:
    """Scripted engines behind the fake."""

    label: str = "scripted"
    heard: list[bytes] = field(default_factory=list)
    asked: list[ChatRequest] = field(default_factory=list)

    async def transcribe(self, pcm: bytes, *, language_code: str) -> Transcription:
        self.heard.append(pcm)
        return Transcription("Hello there.", "en", 0.9, 0.01)


@dataclass
class Voice:
    label: str = "scripted"

    async def stream(
        self, text: str, *, voice: str, speaking_rate: float
    ) -> AsyncGenerator[SpeechChunk, None]:
        for first in range(0, len(PCM), 9_999):  # odd pieces cut samples in two
            yield SpeechChunk(PCM[first : first + 9_999], 24_000)


@dataclass
class Answerer:
    brain: Brain
    label: str = "scripted"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        self.brain.asked.append(request)
        yield ChatPiece(text=WORDS)


@dataclass
class Rig:
    plan: Plan
    brain: Brain
    speech_to_text: GroqSpeechToText
    chat: GroqChat
    text_to_speech: GroqTextToSpeech

    async def run(self, route: Route) -> object:
        """One request of a route, to its end."""
        if route is Route.TRANSCRIPTION:
            return await self.speech_to_text.transcribe(PCM, language_code="en-GB")
        if route is Route.CHAT:
            return "".join([piece.text async for piece in self.chat.stream(QUESTION)])
        return b"".join(
            [c.pcm async for c in self.text_to_speech.stream("Hello.", voice="", speaking_rate=1.0)]
        )


@asynccontextmanager
async def rig(timeout: float = 5.0, suffix: str = "") -> AsyncIterator[Rig]:
    plan, brain = Plan(), Brain()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(
            serve_fake_groq(
                "127.0.0.1", 0, FakeEngines(brain, Answerer(brain), Voice()), plan, url.set_result
            )
        )
        async with groq_client(KEY, await url + suffix) as client:
            yield Rig(
                plan,
                brain,
                GroqSpeechToText(client, "whisper-large-v3-turbo", timeout),
                GroqChat(client, "openai/gpt-oss-20b", timeout, 2 * timeout),
                GroqTextToSpeech(client, "canopylabs/orpheus-v1-english", "hannah", timeout),
            )
        serving.cancel()


@pytest.mark.parametrize("suffix", ["", "/", "/openai/v1"])
async def test_every_engine_works_whatever_the_form_of_the_url(suffix: str) -> None:
    async with rig(suffix=suffix) as r:
        understood = await r.speech_to_text.transcribe(PCM, language_code="en-GB")
        assert understood.text == "Hello there."
        assert understood.confidence == pytest.approx(0.9)
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
    assert asked[Route.CHAT]["reasoning_effort"] == "low"


async def test_the_fake_finds_the_passages_in_the_prompt() -> None:
    async with rig() as r:
        await r.run(Route.CHAT)
    (request,) = r.brain.asked
    assert request.question == QUESTION.question
    assert [entry.text for entry in request.history] == ["hello", "hi"]
    (found,) = request.passages
    assert (found.title, found.passage.heading, found.passage.text) == ("Hours", "Saturday", "Open 9 & 1")


@pytest.mark.parametrize("route", list(Route))
@pytest.mark.parametrize(
    ("fault", "kind", "retry_after"),
    [
        (Fault(FaultKind.STATUS, 429, "7"), "rate_limited", 7.0),
        (Fault(FaultKind.STATUS, 429, "Wed, 21 Oct 2015 07:28:00 GMT"), "rate_limited", 0.0),
        (Fault(FaultKind.STATUS, 498), "unavailable", None),
        (Fault(FaultKind.STATUS, 500), "unavailable", None),
        (Fault(FaultKind.STATUS, 503, "2"), "unavailable", 2.0),
        (Fault(FaultKind.STATUS, 400), "rejected", None),
        (Fault(FaultKind.STATUS, 413), "rejected", None),
        (Fault(FaultKind.CUT), "cut_off", None),
        (Fault(FaultKind.HANG), "timeout", None),
    ],
    ids=lambda value: value.kind + str(value.status or "") if isinstance(value, Fault) else None,
)
async def test_a_failure_is_told_for_what_it_is(
    route: Route, fault: Fault, kind: str, retry_after: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rig(timeout=0.5) as r:
        r.plan.fail(route, fault)
        with pytest.raises(ProviderError) as failed:
            await r.run(route)
        error = failed.value
        assert (error.kind, error.retry_after) == (kind, retry_after)
        assert error.retry_helps == (kind != "rejected")
        assert "canary" not in str(error) + repr(error.__cause__)
        assert await r.run(route), "the next request is served: nothing was retried by the SDK"
    assert KEY not in caplog.text


@pytest.mark.parametrize("route", [Route.TRANSCRIPTION, Route.CHAT])
async def test_nonsense_is_no_answer(route: Route) -> None:
    async with rig() as r:
        r.plan.fail(route, Fault(FaultKind.GARBAGE))
        with pytest.raises(ProviderError):
            await r.run(route)


async def test_an_answer_that_is_not_wanted_any_more_closes_the_connection() -> None:
    async with rig() as r:
        r.plan.tokens_per_second = 5
        async with aclosing(r.chat.stream(QUESTION)) as pieces:
            async for _ in pieces:
                break
        async with asyncio.timeout(5):
            while not r.plan.disconnects:
                await asyncio.sleep(0.02)


async def test_a_slow_answer_ends_at_its_deadline() -> None:
    async with rig(timeout=0.3) as r:
        r.plan.tokens_per_second = 5  # nine words take 1.8 s, the whole may take 0.6
        with pytest.raises(ProviderError) as failed:
            await r.run(Route.CHAT)
    assert failed.value.kind == "timeout"


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
        results = await asyncio.gather(*(r.run(route) for route in Route for _ in range(8)))
    assert all(results)


async def test_nobody_listens() -> None:
    async with groq_client(KEY, "http://127.0.0.1:1") as client:
        with pytest.raises(ProviderError) as failed:
            await GroqSpeechToText(client, "whisper-large-v3-turbo", 5).transcribe(PCM, language_code="en")
    assert failed.value.kind == "unavailable"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nothing", "ROUTE=WHAT"),
        ("video=429", "no route"),
        ("chat=200", "no status"),
        ("chat=explode", "neither"),
    ],
)
def test_a_fault_that_cannot_be_planned(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_fault(text)


def test_a_fault_in_writing() -> None:
    assert parse_fault("chat=429@2:3") == (Route.CHAT, [Fault(FaultKind.STATUS, 429, "2")] * 3)
    assert parse_fault("speech=cut") == (Route.SPEECH, [Fault(FaultKind.CUT)])
