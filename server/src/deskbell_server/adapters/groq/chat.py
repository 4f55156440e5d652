"""Groq's chat completion, streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

from groq import AsyncGroq
from pydantic import BaseModel, ConfigDict

from deskbell_server.adapters.groq.errors import cut_off, provider_errors
from deskbell_server.adapters.groq.patience import Patience
from deskbell_server.domain.conversation import Speaker
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatUsage, ModelSize, ToolCall

MAX_ARGUMENTS = 8000
"""Characters of a tool's arguments."""
_ROLES = {Speaker.CALLER: "user", Speaker.AGENT: "assistant"}
REASONING_EFFORTS = {"openai/gpt-oss": "low", "qwen/qwen3": "none"}
"""Models that think before they speak, by the beginning of their name, and the least effort that the SDK's
`reasoning_effort` says they take. They are told to keep their thoughts to themselves."""


class GroqChat:
    """Fulfils ports Chat. Timeouts in seconds of waiting for Groq: to the first words, and for the whole answer."""

    cites = False
    calls_tools = True

    def __init__(
        self,
        client: AsyncGroq,
        model: str,
        first_token_timeout: float,
        timeout: float,
        *,
        smaller_model: str = "",
    ) -> None:
        self._client = client
        self._model = model
        self._smaller_model = smaller_model
        self._first_token_timeout = first_token_timeout
        self._timeout = timeout

    @property
    def label(self) -> str:
        """`groq/model`."""
        return f"groq/{self._model}"

    @property
    def has_smaller(self) -> bool:
        """Where one is configured."""
        return bool(self._smaller_model)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """As Chat.stream. Closing the iterator closes the connection."""
        patience = Patience(min(self._first_token_timeout, self._timeout))
        finished = words = False
        called = _Calls()
        with provider_errors("chat"):
            async with patience.waiting():
                stream = await self._client.chat.completions.create(**self._body(request))
            try:
                chunks = aiter(stream)
                while True:
                    async with patience.waiting():
                        raw = await anext(chunks, None)
                    if raw is None:
                        break
                    chunk = _Chunk.model_validate(raw)
                    if chunk.x_groq and chunk.x_groq.error:
                        raise cut_off("chat")
                    finished = finished or chunk.finished
                    if chunk.text and not words:
                        words = True
                        patience.extend(max(self._timeout - self._first_token_timeout, 0.0))
                    called.add(chunk.calls)
                    if chunk.text or chunk.counted:
                        yield ChatPiece(text=chunk.text, usage=chunk.counted)
                    if chunk.finished and (call := called.first()) is not None:
                        yield ChatPiece(call=call)
            finally:
                await stream.close()
        if not finished:
            raise cut_off("chat")

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        messages = [{"role": "system", "content": request.system}]
        messages += [{"role": _ROLES[entry.speaker], "content": entry.text} for entry in request.history]
        messages.append({"role": "user", "content": request.question})
        model = self._model if request.size is ModelSize.FULL else self._smaller_model or self._model
        body: dict[str, Any] = {
            "model": model,
            "messages": messages,
            "temperature": request.temperature,
            "max_completion_tokens": request.max_tokens,
            "stream": True,
        }
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": dict(tool.parameters),
                    },
                }
                for tool in request.tools
            ]
        for family, effort in REASONING_EFFORTS.items():
            if model.startswith(family):
                body |= {"reasoning_effort": effort, "include_reasoning": False}
        return body


class _Part(BaseModel):
    """The SDK builds its objects from whatever came, unchecked; what we use of them is checked here."""

    model_config = ConfigDict(from_attributes=True)


class _Function(_Part):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(_Part):
    index: int = 0
    function: _Function | None = None


class _Delta(_Part):
    content: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(_Part):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(_Part):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _XGroq(_Part):
    usage: _Usage | None = None
    error: str | None = None
    """Why Groq stopped the stream early."""


class _Chunk(_Part):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    x_groq: _XGroq | None = None

    @property
    def text(self) -> str:
        """The words; reasoning is not among them."""
        delta = self.choices[0].delta if self.choices else None
        return (delta.content or "") if delta else ""

    @property
    def calls(self) -> list[_ToolCall]:
        """Parts of calls of tools."""
        delta = self.choices[0].delta if self.choices else None
        return (delta.tool_calls or []) if delta else []

    @property
    def finished(self) -> bool:
        """Whether it is the last one with words."""
        return bool(self.choices and self.choices[0].finish_reason)

    @property
    def counted(self) -> ChatUsage | None:
        """Tokens, which the last chunk tells."""
        usage = (self.x_groq.usage if self.x_groq else None) or self.usage
        return ChatUsage(usage.prompt_tokens or 0, usage.completion_tokens or 0) if usage else None


class _Calls:
    """Calls of tools as they are streamed: a name, then its arguments in pieces of JSON."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._arguments: dict[int, str] = {}

    def add(self, parts: list[_ToolCall]) -> None:
        """Takes what a chunk has of them."""
        for part in parts:
            if part.function is None:
                continue
            if part.function.name:
                self._names[part.index] = part.function.name
            piece = part.function.arguments or ""
            self._arguments[part.index] = (self._arguments.get(part.index, "") + piece)[:MAX_ARGUMENTS]

    def first(self) -> ToolCall | None:
        """The first one. Arguments that are no JSON object count as none: the model makes mistakes."""
        if not self._names:
            return None
        index = min(self._names)
        try:
            arguments = json.loads(self._arguments.get(index) or "{}")
        except ValueError:
            arguments = {}
        return ToolCall(self._names[index], arguments if isinstance(arguments, dict) else {})
