"""Answers that Groq's engines get byte for byte: what they read in them, and what they refuse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from groq import AsyncGroq

from deskbell_server.adapters.groq import GroqChat, GroqSpeechToText, groq_client
from deskbell_server.domain.audio import Transcription
from deskbell_server.domain.errors import ProviderError
from deskbell_server.ports.engines import ChatPiece
from tests.integration.groq_world import CANARY, KEY, PCM, QUESTION


@asynccontextmanager
async def answering(body: bytes, media_type: str) -> AsyncIterator[AsyncGroq]:
    """A client of a server that answers everything with `body`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        ).encode()
        writer.write(head + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, groq_client(KEY, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        yield client


async def transcription(body: bytes, media_type: str = "application/json") -> Transcription:
    async with answering(body, media_type) as client:
        return await GroqSpeechToText(client, "whisper-large-v3-turbo", 5).transcribe(PCM, language_code="en")


async def pieces(*events: object) -> list[ChatPiece]:
    body = b"".join(
        b"data: " + (event if isinstance(event, bytes) else json.dumps(event).encode()) + b"\n\n"
        for event in events
    )
    async with answering(body, "text/event-stream") as client:
        return [piece async for piece in GroqChat(client, "openai/gpt-oss-20b", 5, 5).stream(QUESTION)]


def chunk(content: str | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}], **more}


async def test_words_that_whisper_makes_of_silence_are_dropped() -> None:
    spoken = {"text": " Hello.", "avg_logprob": -0.2, "no_speech_prob": 0.1}
    made_up = {"text": " Thank you for watching.", "avg_logprob": -1.4, "no_speech_prob": 0.8}
    both = await transcription(json.dumps({"text": "", "segments": [spoken, made_up]}).encode())
    assert both.text == "Hello."
    assert both.confidence == pytest.approx(0.8187, abs=1e-4)
    assert both.no_speech == 0.8
    silence = await transcription(json.dumps({"text": "", "segments": [made_up]}).encode())
    assert (silence.text, silence.confidence) == ("", None)


async def test_a_transcription_without_figures_is_one_all_the_same() -> None:
    bare = Transcription("Hello.", "en")
    assert await transcription(b'{"text": " Hello."}') == bare
    assert await transcription(b'{"text": "", "segments": [{"text": "Hello.", "avg_logprob": null}]}') == bare


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"text": null}', b'{"text": "a", "segments": ["a"]}', b"\xff"]
)
async def test_a_transcription_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(ProviderError) as failed:
        await transcription(body)
    assert failed.value.kind == "unavailable"


async def test_a_page_in_place_of_a_transcription_is_refused() -> None:
    with pytest.raises(ProviderError):
        await transcription(b"<html>Sign in to the network</html>", "text/html")


async def test_reasoning_is_not_part_of_the_answer() -> None:
    thought: dict[str, Any] = {"choices": [{"delta": {"reasoning": "hmm"}, "finish_reason": None}]}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    got = await pieces(
        chunk(""), thought, chunk("Yes."), chunk(None, "stop", x_groq={"usage": usage}), b"[DONE]"
    )
    assert "".join(piece.text for piece in got) == "Yes."
    assert got[-1].usage is not None
    assert (got[-1].usage.prompt_tokens, got[-1].usage.completion_tokens) == (5, 7)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ([], "unavailable"),
        (3, "unavailable"),
        ({"choices": [3]}, "unavailable"),
        ({"choices": [{"delta": {"content": 5}}]}, "unavailable"),
        (b"\xff", "unavailable"),
        ({"error": {"message": f"you said {CANARY}"}}, "unavailable"),
        ({}, "cut_off"),
        ({"choices": [{"delta": None}]}, "cut_off"),
        (chunk("so"), "cut_off"),
        (chunk("so", "stop", x_groq={"error": f"{CANARY} over capacity"}), "cut_off"),
    ],
)
async def test_a_stream_that_is_no_whole_answer_is_refused(event: object, kind: str) -> None:
    with pytest.raises(ProviderError) as failed:
        await pieces(chunk("Well,"), event)
    assert failed.value.kind == kind
    assert CANARY not in str(failed.value)
