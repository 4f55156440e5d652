"""Groq's endpoints: /openai/v1/audio/transcriptions, /chat/completions, /audio/speech, /models."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route as Path

from deskbell_server.domain.audio import ENGINE_RATE, Transcription
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.fake_groq.audio import pcm_of, wav_header
from deskbell_server.fake_groq.completion import (
    NONSENSE,
    chat_request,
    completion,
    completion_events,
    tool_call_events,
)
from deskbell_server.fake_groq.plan import CutOff, Fault, FaultKind, Plan, Route
from deskbell_server.fake_groq.refusals import (
    Refused,
    check_key,
    check_model,
    engine_failure,
    json_object,
    refusal,
)
from deskbell_server.ports.engines import Chat, ChatRequest, SpeechToText, TextToSpeech

MODELS = (
    "openai/gpt-oss-20b",
    "llama-3.1-8b-instant",
    "whisper-large-v3-turbo",
    "canopylabs/orpheus-v1-english",
)
VOICES = ("autumn", "diana", "hannah", "austin", "daniel", "troy")
SPEECH_RATE = 24_000
"""Of a speech without any sound; else the voice's own."""
MAX_SPEECH_CHARACTERS = 200
MAX_AUDIO_BYTES = 25 * 1024 * 1024
CLIENT_CLOSED = 499


@dataclass(frozen=True, slots=True)
class FakeEngines:
    """Who really answers."""

    speech_to_text: SpeechToText
    chat: Chat
    text_to_speech: TextToSpeech


def create_app(engines: FakeEngines, plan: Plan) -> Starlette:
    """The application; `plan` may be changed while it runs."""
    fake = _Fake(engines, plan)
    base = "/openai/v1"
    return Starlette(
        routes=[
            Path(f"{base}/audio/transcriptions", fake.transcriptions, methods=["POST"]),
            Path(f"{base}/chat/completions", fake.completions, methods=["POST"]),
            Path(f"{base}/audio/speech", fake.speech, methods=["POST"]),
            Path(f"{base}/models", fake.models),
        ],
        exception_handlers={Refused: refusal, DeskbellError: engine_failure},
    )


class _Fake:
    def __init__(self, engines: FakeEngines, plan: Plan) -> None:
        self._engines = engines
        self._plan = plan

    async def models(self, request: Request) -> Response:
        check_key(request)
        listed = [{"id": name, "object": "model", "owned_by": "fake"} for name in MODELS]
        return JSONResponse({"object": "list", "data": listed})

    async def transcriptions(self, request: Request) -> Response:
        check_key(request)
        async with request.form(max_part_size=MAX_AUDIO_BYTES) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            self._plan.asked.append((Route.TRANSCRIPTION, dict(fields)))
            check_model(fields.get("model"), "whisper")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Refused(400, "file is required")
            pcm = pcm_of(await file.read())
        fault = await self._begin(request, Route.TRANSCRIPTION, self._plan.transcription_delay)
        understood = await self._engines.speech_to_text.transcribe(
            pcm, language_code=fields.get("language", "en")
        )
        if fields.get("response_format") == "text":
            return PlainTextResponse(understood.text)
        body: dict[str, Any] = {"text": understood.text, "x_groq": {"id": "req_fake"}}
        if fields.get("response_format") == "verbose_json":
            body |= _verbose(understood, len(pcm) / 2 / ENGINE_RATE)
        return _whole(json.dumps(body).encode(), fault)

    async def completions(self, request: Request) -> Response:
        check_key(request)
        body = await json_object(request)
        self._plan.asked.append((Route.CHAT, body))
        check_model(body.get("model"), "gpt-oss", "llama", "qwen")
        question = chat_request(body)
        fault = await self._begin(request, Route.CHAT, self._plan.first_token_delay)
        if body.get("tools") and body.get("stream") and self._plan.tool_calls:
            called = tool_call_events(body, *self._plan.tool_calls.popleft())
            return StreamingResponse(self._watched(called), media_type="text/event-stream")
        words = self._words(question)
        if not body.get("stream"):
            return _whole(completion(body, "".join([word async for word in words])), fault)
        events = completion_events(words, body, self._plan.tokens_per_second, fault)
        return StreamingResponse(self._watched(events), media_type="text/event-stream")

    async def speech(self, request: Request) -> Response:
        check_key(request)
        body = await json_object(request)
        self._plan.asked.append((Route.SPEECH, body))
        check_model(body.get("model"), "orpheus")
        text = body.get("input")
        if not isinstance(text, str) or not 0 < len(text) <= MAX_SPEECH_CHARACTERS:
            raise Refused(400, f"input must have 1 to {MAX_SPEECH_CHARACTERS} characters")
        if body.get("response_format", "wav") != "wav":
            raise Refused(400, "response_format must be one of: wav")
        if body.get("voice") not in VOICES:
            raise Refused(400, f"voice must be one of: {', '.join(VOICES)}")
        fault = await self._begin(request, Route.SPEECH, self._plan.speech_delay)
        return StreamingResponse(self._watched(self._wav(text, fault)), media_type="audio/wav")

    async def _begin(self, request: Request, route: Route, delay: float) -> Fault | None:
        """Waits the planned delay; fails as planned, or returns the failure that the body is to show."""
        fault = self._plan.next_fault(route)
        if fault is not None and fault.kind is FaultKind.HANG:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            self._plan.disconnects += 1
            raise Refused(CLIENT_CLOSED, "the client went away")
        await asyncio.sleep(delay)
        if fault is not None and fault.kind is FaultKind.STATUS:
            raise Refused(fault.status, "planned failure", "server_error", fault.retry_after)
        return fault

    async def _words(self, question: ChatRequest) -> AsyncGenerator[str, None]:
        """The answer in words, as a model streams tokens."""
        async with aclosing(self._engines.chat.stream(question)) as pieces:
            async for piece in pieces:
                for i, word in enumerate(piece.text.split(" ")):
                    yield word if i == 0 else f" {word}"

    async def _wav(self, text: str, fault: Fault | None) -> AsyncIterator[bytes]:
        if fault is not None and fault.kind is FaultKind.GARBAGE:
            yield NONSENSE
            return
        header_sent = False
        async with aclosing(self._engines.text_to_speech.stream(text, voice="", speaking_rate=1.0)) as chunks:
            async for chunk in chunks:
                if not header_sent:
                    header_sent = True
                    yield wav_header(chunk.sample_rate)
                if fault is not None and fault.kind is FaultKind.CUT:
                    yield chunk.pcm[: len(chunk.pcm) // 2]
                    raise CutOff
                yield chunk.pcm
        if not header_sent:
            yield wav_header(SPEECH_RATE)

    async def _watched(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Counts the streams that the client closes."""
        try:
            async for data in body:
                yield data
        except (asyncio.CancelledError, GeneratorExit):
            self._plan.disconnects += 1
            raise


def _verbose(understood: Transcription, duration: float) -> dict[str, Any]:
    """What the form `verbose_json` adds: one segment, of everything that was said."""
    segment = {
        "id": 0,
        "text": understood.text,
        "start": 0.0,
        "end": duration,
        "avg_logprob": math.log(understood.confidence) if understood.confidence else 0.0,
        "no_speech_prob": understood.no_speech or 0.0,
    }
    return {
        "task": "transcribe",
        "language": "English",
        "duration": duration,
        "segments": [segment] if understood.text else [],
    }


def _whole(body: bytes, fault: Fault | None) -> Response:
    """A JSON body in one piece, or what the fault makes of it."""
    media_type = "application/json"
    if fault is None:
        return Response(body, media_type=media_type)
    if fault.kind is FaultKind.GARBAGE:
        return Response(NONSENSE, media_type=media_type)

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        raise CutOff

    return StreamingResponse(half(), media_type=media_type)
