"""The fake as any HTTP client sees it."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import wave
from typing import Any

import httpx
import pytest

from deskbell_server.fake_groq import FakeEngines, Fault, Plan, create_app, parse_fault, serve_fake_groq
from deskbell_server.fake_groq.plan import FaultKind, Route
from tests.integration.groq_world import PCM, QUESTION, WORDS, Answerer, Brain, Ears, Voice, rig

ASKED = [{"role": "system", "content": QUESTION.system}, {"role": "user", "content": "Are you open?"}]
CHAT: dict[str, Any] = {"model": "openai/gpt-oss-20b", "messages": ASKED}
SPEECH: dict[str, Any] = {"model": "canopylabs/orpheus-v1-english", "input": "Hello.", "voice": "troy"}


async def ask(path: str, *, key: str = "Bearer any", **what: Any) -> httpx.Response:
    """One request to a fresh fake, without a socket in between."""
    brain = Brain()
    transport = httpx.ASGITransport(create_app(FakeEngines(Ears(brain), Answerer(brain), Voice()), Plan()))
    async with httpx.AsyncClient(transport=transport, headers={"authorization": key}) as client:
        return await client.request("POST" if what else "GET", f"http://fake/openai/v1/{path}", **what)


def wav(rate: int = 16_000, channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(PCM)
    return buffer.getvalue()


async def transcribe(file: bytes, response_format: str) -> httpx.Response:
    return await ask(
        "audio/transcriptions",
        files={"file": ("a.wav", file)},
        data={"model": "whisper-large-v3-turbo", "response_format": response_format},
    )


async def test_models_are_listed() -> None:
    listed = (await ask("models")).json()
    assert "openai/gpt-oss-20b" in [model["id"] for model in listed["data"]]


@pytest.mark.parametrize("key", ["", "Bearer ", "Basic any"])
@pytest.mark.parametrize(
    ("path", "what"),
    [("models", {}), ("chat/completions", {"json": CHAT}), ("audio/speech", {"json": SPEECH})],
)
async def test_no_answer_without_a_key(path: str, what: dict[str, Any], key: str) -> None:
    answer = await ask(path, key=key, **what)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_transcription_in_every_form() -> None:
    assert (await transcribe(wav(), "json")).json()["text"] == "Hello there."
    assert (await transcribe(wav(), "text")).text == "Hello there."
    told = (await transcribe(wav(), "verbose_json")).json()
    assert told["duration"] == pytest.approx(len(PCM) / 2 / 16_000)
    assert told["segments"][0]["no_speech_prob"] == 0.01
    other_rate = (await transcribe(wav(rate=8_000), "verbose_json")).json()
    assert other_rate["duration"] == pytest.approx(len(PCM) / 2 / 8_000, abs=0.01)


@pytest.mark.parametrize("file", [b"ID3", wav(channels=2)])
async def test_audio_that_cannot_be_read(file: bytes) -> None:
    assert (await transcribe(file, "json")).status_code == 400


async def test_a_completion_in_one_piece() -> None:
    answer = (await ask("chat/completions", json=CHAT)).json()
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": WORDS}
    assert answer["usage"]["completion_tokens"] > 0


async def test_a_completion_streamed() -> None:
    answer = await ask("chat/completions", json=CHAT | {"stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    *events, done, rest = answer.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == WORDS
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[-2:]] == [None, "stop"]
    assert chunks[-1]["x_groq"]["usage"]["total_tokens"] > 0


async def test_the_answerer_gets_what_the_messages_hold() -> None:
    async with rig() as r:
        await r.run(Route.CHAT)
    (request,) = r.brain.asked
    assert (request.question, request.temperature, request.max_tokens) == (QUESTION.question, 0.3, 50)
    assert [entry.text for entry in request.history] == ["hello", "hi"]
    (found,) = request.passages
    assert (found.title, found.passage.heading, found.passage.text) == ("Hours", "Saturday", "Open 9 & 1")


@pytest.mark.parametrize(
    ("path", "what", "status"),
    [
        ("chat/completions", {"content": b"{"}, 400),
        ("chat/completions", {"json": [1]}, 400),
        ("chat/completions", {"json": CHAT | {"model": "whisper-large-v3-turbo"}}, 404),
        ("chat/completions", {"json": CHAT | {"model": 3}}, 404),
        ("chat/completions", {"json": CHAT | {"messages": "hello"}}, 400),
        ("chat/completions", {"json": CHAT | {"messages": [{"role": "user"}]}}, 400),
        ("chat/completions", {"json": CHAT | {"messages": [], "stream": True}}, 400),
        ("audio/speech", {"json": SPEECH | {"model": "playai-tts"}}, 404),
        ("audio/speech", {"json": SPEECH | {"input": "a" * 201}}, 400),
        ("audio/speech", {"json": SPEECH | {"input": ""}}, 400),
        ("audio/speech", {"json": SPEECH | {"input": 5}}, 400),
        ("audio/speech", {"json": SPEECH | {"voice": "tara"}}, 400),
        ("audio/speech", {"json": SPEECH | {"response_format": "mp3"}}, 400),
        ("audio/transcriptions", {"data": {"model": "whisper-large-v3-turbo"}}, 400),
    ],
)
async def test_what_groq_would_refuse_is_refused(path: str, what: dict[str, Any], status: int) -> None:
    answer = await ask(path, **what)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_speech_is_a_wav_that_does_not_know_its_length() -> None:
    answer = await ask("audio/speech", json=SPEECH | {"input": "a" * 200})
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.content[:8] == b"RIFF\xff\xff\xff\xff"
    assert answer.content[44:] == PCM


async def test_delays_are_kept() -> None:
    async with rig() as r:
        for name, route in (
            ("transcription_delay", Route.TRANSCRIPTION),
            ("first_token_delay", Route.CHAT),
            ("speech_delay", Route.SPEECH),
        ):
            setattr(r.plan, name, 0.2)
            began = asyncio.get_running_loop().time()
            await r.run(route)
            assert asyncio.get_running_loop().time() - began >= 0.2


def has_ipv6() -> bool:
    """Whether this machine has the loopback address of IPv6; some containers have not."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
async def test_it_listens_on_ipv6_too() -> None:
    async with rig(host="::1") as r:
        assert await r.run(Route.CHAT) == WORDS


async def test_it_stops_in_the_middle_of_an_answer_and_frees_its_port() -> None:
    plan, brain = Plan(tokens_per_second=1.0), Brain()
    engines = FakeEngines(Ears(brain), Answerer(brain), Voice())
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_fake_groq("127.0.0.1", 0, engines, plan, ready.set_result))
    url = httpx.URL(await ready)
    async with httpx.AsyncClient(headers={"authorization": "Bearer any"}) as client:
        path = f"{url}/openai/v1/chat/completions"
        async with client.stream("POST", path, json=CHAT | {"stream": True}) as answer:
            await anext(answer.aiter_lines())
            serving.cancel()
            async with asyncio.timeout(5):
                with pytest.raises(asyncio.CancelledError):
                    await serving
    assert url.port is not None
    with socket.create_server(("127.0.0.1", url.port)):
        pass


async def test_a_port_that_is_taken_is_an_error() -> None:
    brain = Brain()
    engines = FakeEngines(Ears(brain), Answerer(brain), Voice())
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve_fake_groq("127.0.0.1", taken.getsockname()[1], engines, Plan(), lambda _: None)


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
