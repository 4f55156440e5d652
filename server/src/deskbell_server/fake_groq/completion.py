"""A chat completion's question, as it comes over the wire, and its answer, in one piece or streamed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.fake_groq.passages import passages_in
from deskbell_server.fake_groq.plan import CutOff, Fault, FaultKind
from deskbell_server.fake_groq.refusals import Refused
from deskbell_server.ports.engines import ChatRequest

_SPEAKERS = {"user": Speaker.CALLER, "assistant": Speaker.AGENT}
NONSENSE = b"{nonsense"


def chat_request(body: dict[str, Any]) -> ChatRequest:
    """What a request's messages ask; the passages are found in its system prompt."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(_is_message(message) for message in messages):
        raise Refused(400, "messages must be a list of objects with role and content")
    system = " ".join(message["content"] for message in messages if message["role"] == "system")
    spoken = [message for message in messages if message["role"] in _SPEAKERS]
    if not spoken or spoken[-1]["role"] != "user":
        raise Refused(400, "the last message must be the user's")
    return ChatRequest(
        system=system,
        history=[HistoryEntry(_SPEAKERS[said["role"]], said["content"]) for said in spoken[:-1]],
        question=spoken[-1]["content"],
        passages=passages_in(system),
        temperature=body.get("temperature", 1.0),
        max_tokens=body.get("max_completion_tokens", 1024),
    )


def _is_message(message: object) -> bool:
    return isinstance(message, dict) and all(isinstance(message.get(key), str) for key in ("role", "content"))


def completion(body: dict[str, Any], text: str) -> bytes:
    """The answer in one piece."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    envelope = _envelope("chat.completion", body["model"])
    return json.dumps({**envelope, "choices": [choice], "usage": _usage(body, text)}).encode()


async def completion_events(
    words: AsyncGenerator[str, None], body: dict[str, Any], per_second: float, fault: Fault | None
) -> AsyncIterator[bytes]:
    """The answer streamed, as server-sent events; `per_second` words, or all at once if it is 0."""
    envelope = _envelope("chat.completion.chunk", body["model"])

    def event(delta: dict[str, str], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps({**envelope, 'choices': [choice], **more})}\n\n".encode()

    yield event({"role": "assistant", "content": ""}, x_groq={"id": "req_fake"})
    if fault is not None and fault.kind is FaultKind.GARBAGE:
        yield b"data: " + NONSENSE + b"\n\n"
        return
    text = ""
    async with aclosing(words):
        async for word in words:
            text += word
            yield event({"content": word})
            if fault is not None and fault.kind is FaultKind.CUT:
                raise CutOff
            if per_second:
                await asyncio.sleep(1 / per_second)
    yield event({}, "stop", x_groq={"id": "req_fake", "usage": _usage(body, text)})
    yield b"data: [DONE]\n\n"


async def tool_call_events(body: dict[str, Any], name: str, arguments: str) -> AsyncIterator[bytes]:
    """A call of a tool streamed, its arguments in two pieces."""
    envelope = _envelope("chat.completion.chunk", body["model"])

    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps({**envelope, 'choices': [choice], **more})}\n\n".encode()

    half = len(arguments) // 2
    function = {"name": name, "arguments": arguments[:half]}
    call = {"index": 0, "id": "call_fake", "type": "function", "function": function}
    yield event({"role": "assistant", "content": None, "tool_calls": [call]})
    yield event({"tool_calls": [{"index": 0, "function": {"arguments": arguments[half:]}}]})
    yield event({}, "tool_calls", x_groq={"id": "req_fake", "usage": _usage(body, arguments)})
    yield b"data: [DONE]\n\n"


def _envelope(kind: str, model: str) -> dict[str, Any]:
    return {"id": "chatcmpl-fake", "object": kind, "created": int(time.time()), "model": model}


def _usage(body: dict[str, Any], text: str) -> dict[str, int]:
    """Four characters a token, as English has on average."""
    prompt = sum(len(message["content"]) for message in body["messages"]) // 4
    answer = len(text) // 4
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
