"""Groq's endpoints: /openai/v1/audio/transcriptions, /chat/completions, /audio/speech, /models."""

from __future__ import annotations

import asyncio
import io
import json
import math
import struct
import time
import wave
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route as Path

from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.fake_groq.passages import passages_in
from deskbell_server.fake_groq.plan import Fault, FaultKind, Plan, Route
from deskbell_server.ports.engines import Chat, ChatRequest, SpeechToText, TextToSpeech

MODELS = ("openai/gpt-oss-20b", "whisper-large-v3-turbo", "canopylabs/orpheus-v1-english")
VOICES = ("autumn", "diana", "hannah", "austin", "daniel", "troy")
MAX_SPEECH_CHARACTERS = 200
MAX_AUDIO_BYTES = 25 * 1024 * 1024
HANG_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class FakeEngines:
    """Who really answers."""

    speech_to_text: SpeechToText
    chat: Chat
    text_to_speech: TextToSpeech


class _Refused(Exception):
    """An error answer in Groq's form."""

    def __init__(
        self, status: int, message: str, kind: str = "invalid_request_error", retry_after: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.retry_after = status, message, kind, retry_after


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
        exception_handlers={_Refused: _refusal},
    )


async def _refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, _Refused):
        raise error
    body = {"error": {"message": error.message, "type": error.kind}}
    headers = {"retry-after": error.retry_after} if error.retry_after else None
    return JSONResponse(body, status_code=error.status, headers=headers)


class _Fake:
    def __init__(self, engines: FakeEngines, plan: Plan) -> None:
        self._engines = engines
        self._plan = plan

    async def models(self, request: Request) -> Response:
        _check_key(request)
        listed = [{"id": name, "object": "model", "owned_by": "fake"} for name in MODELS]
        return JSONResponse({"object": "list", "data": listed})

    async def transcriptions(self, request: Request) -> Response:
        _check_key(request)
        async with request.form(max_part_size=MAX_AUDIO_BYTES) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            self._plan.asked.append((Route.TRANSCRIPTION, dict(fields)))
            _check_model(fields.get("model", ""), "whisper")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise _Refused(400, "file is required")
            pcm = _pcm(await file.read())
        fault = await self._begin(Route.TRANSCRIPTION, self._plan.transcription_delay)
        understood = await self._engines.speech_to_text.transcribe(
            pcm, language_code=fields.get("language", "en")
        )
        if fields.get("response_format") == "text":
            return PlainTextResponse(understood.text)
        body: dict[str, Any] = {"text": understood.text, "x_groq": {"id": "req_fake"}}
        if fields.get("response_format") == "verbose_json":
            body |= {"task": "transcribe", "language": "English", "duration": len(pcm) / 2 / ENGINE_RATE}
            segment = {
                "id": 0,
                "text": understood.text,
                "start": 0.0,
                "end": body["duration"],
                "avg_logprob": math.log(understood.confidence) if understood.confidence else 0.0,
                "no_speech_prob": understood.no_speech or 0.0,
            }
            body["segments"] = [segment] if understood.text else []
        return _whole(json.dumps(body).encode(), "application/json", fault)

    async def completions(self, request: Request) -> Response:
        _check_key(request)
        body = await request.json()
        self._plan.asked.append((Route.CHAT, body))
        _check_model(body.get("model", ""), "gpt-oss", "llama")
        fault = await self._begin(Route.CHAT, self._plan.first_token_delay)
        answer = self._answer(body)
        if not body.get("stream"):
            text = "".join([word async for word in answer])
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            completion = {
                **_envelope("chat.completion", body["model"]),
                "choices": [choice],
                "usage": _usage(body, text),
            }
            return _whole(json.dumps(completion).encode(), "application/json", fault)
        return StreamingResponse(
            self._watched(_events(answer, body, self._plan.tokens_per_second, fault)),
            media_type="text/event-stream",
        )

    async def speech(self, request: Request) -> Response:
        _check_key(request)
        body = await request.json()
        self._plan.asked.append((Route.SPEECH, body))
        _check_model(body.get("model", ""), "orpheus")
        text = body.get("input", "")
        if not 0 < len(text) <= MAX_SPEECH_CHARACTERS:
            raise _Refused(
                400, f"input must have 1 to {MAX_SPEECH_CHARACTERS} characters, it has {len(text)}"
            )
        if body.get("response_format", "wav") != "wav":
            raise _Refused(400, "response_format must be one of: wav")
        if body.get("voice") not in VOICES:
            raise _Refused(400, f"voice must be one of: {', '.join(VOICES)}")
        fault = await self._begin(Route.SPEECH, self._plan.speech_delay)
        return StreamingResponse(self._watched(self._wav(text, fault)), media_type="audio/wav")

    async def _begin(self, route: Route, delay: float) -> Fault | None:
        """Waits the planned delay; fails as planned, or returns the failure that the body is to show."""
        fault = self._plan.next_fault(route)
        if fault is not None and fault.kind is FaultKind.HANG:
            await asyncio.sleep(HANG_SECONDS)
        await asyncio.sleep(delay)
        if fault is not None and fault.kind is FaultKind.STATUS:
            raise _Refused(fault.status, "planned failure", "server_error", fault.retry_after)
        return fault

    async def _answer(self, body: dict[str, Any]) -> AsyncGenerator[str, None]:
        messages = body.get("messages") or []
        system = " ".join(m["content"] for m in messages if m.get("role") == "system")
        spoken = [m for m in messages if m.get("role") in {"user", "assistant"}]
        if not spoken or spoken[-1]["role"] != "user":
            raise _Refused(400, "the last message must be the user's")
        request = ChatRequest(
            system=system,
            history=[
                HistoryEntry(Speaker.CALLER if m["role"] == "user" else Speaker.AGENT, m["content"])
                for m in spoken[:-1]
            ],
            question=spoken[-1]["content"],
            passages=passages_in(system),
            temperature=0.0,
            max_tokens=300,
        )
        async with aclosing(self._engines.chat.stream(request)) as pieces:
            async for piece in pieces:
                # In words, as a model streams tokens.
                for i, word in enumerate(piece.text.split(" ")):
                    yield word if i == 0 else f" {word}"

    async def _wav(self, text: str, fault: Fault | None) -> AsyncIterator[bytes]:
        header_sent = False
        async with aclosing(self._engines.text_to_speech.stream(text, voice="", speaking_rate=1.0)) as chunks:
            async for chunk in chunks:
                if not header_sent:
                    header_sent = True
                    # Unknown sizes, as of a stream whose end is not known yet.
                    rate = chunk.sample_rate
                    yield b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVE"
                    yield b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
                    yield b"data" + struct.pack("<I", 0xFFFFFFFF)
                    if fault is not None and fault.kind is FaultKind.GARBAGE:
                        raise _CutOff
                if fault is not None and fault.kind is FaultKind.CUT:
                    yield chunk.pcm[: len(chunk.pcm) // 2]
                    raise _CutOff
                yield chunk.pcm

    async def _watched(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Counts the streams that the client closes."""
        try:
            async for data in body:
                yield data
        except (asyncio.CancelledError, GeneratorExit):
            self._plan.disconnects += 1
            raise


class _CutOff(Exception):
    """Ends a body in the middle: the server then closes the connection without the last chunk."""


async def _events(
    words: AsyncGenerator[str, None], body: dict[str, Any], per_second: float, fault: Fault | None
) -> AsyncIterator[bytes]:
    """Server-sent events of a streamed completion."""
    envelope = _envelope("chat.completion.chunk", body["model"])

    def event(delta: dict[str, str], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps({**envelope, 'choices': [choice], **more})}\n\n".encode()

    yield event({"role": "assistant", "content": ""}, x_groq={"id": "req_fake"})
    if fault is not None and fault.kind is FaultKind.GARBAGE:
        yield b"data: {nonsense\n\n"
        return
    text = ""
    async with aclosing(words):
        async for word in words:
            text += word
            yield event({"content": word})
            if fault is not None and fault.kind is FaultKind.CUT:
                raise _CutOff
            if per_second:
                await asyncio.sleep(1 / per_second)
    yield event({}, "stop", x_groq={"id": "req_fake", "usage": _usage(body, text)})
    yield b"data: [DONE]\n\n"


def _whole(body: bytes, media_type: str, fault: Fault | None) -> Response:
    if fault is None:
        return Response(body, media_type=media_type)
    if fault.kind is FaultKind.GARBAGE:
        return Response(b"{nonsense", media_type=media_type)

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        raise _CutOff

    return StreamingResponse(half(), media_type=media_type)


def _envelope(kind: str, model: str) -> dict[str, Any]:
    return {"id": "chatcmpl-fake", "object": kind, "created": int(time.time()), "model": model}


def _usage(body: dict[str, Any], text: str) -> dict[str, int]:
    """Four characters a token, as English has on average."""
    prompt = sum(len(str(m.get("content", ""))) for m in body.get("messages", [])) // 4
    return {
        "prompt_tokens": prompt,
        "completion_tokens": len(text) // 4,
        "total_tokens": prompt + len(text) // 4,
    }


def _check_key(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise _Refused(401, "Invalid API Key")


def _check_model(model: str, *families: str) -> None:
    if not any(family in model for family in families):
        raise _Refused(404, f"The model `{model}` does not exist or you do not have access to it.")


def _pcm(data: bytes) -> bytes:
    """The PCM16 mono of a WAV file, at the engines' rate."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                raise _Refused(400, "the fake takes 16-bit mono WAV only")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            rate = file.getframerate()
    except (wave.Error, EOFError):
        raise _Refused(400, "could not process file - is it a valid media file?") from None
    if rate != ENGINE_RATE:
        samples = soxr.resample(samples, rate, ENGINE_RATE)
    return bytes(samples.astype("<i2").tobytes())
