"""Groq's chat completion, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from groq import AsyncGroq

from deskbell_server.adapters.groq.errors import provider_errors
from deskbell_server.domain.conversation import Speaker
from deskbell_server.domain.errors import ProviderError
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatUsage

_ROLES = {Speaker.CALLER: "user", Speaker.AGENT: "assistant"}
REASONING_MODELS = ("openai/gpt-oss",)
"""Models that think before they speak: told to think little, and to keep it to themselves."""


class GroqChat:
    """Fulfils ports Chat. Timeouts in seconds: to the first words, and for the whole answer."""

    def __init__(self, client: AsyncGroq, model: str, first_token_timeout: float, timeout: float) -> None:
        self._client = client
        self._model = model
        self._first_token_timeout = first_token_timeout
        self._timeout = timeout

    @property
    def label(self) -> str:
        """`groq/model`."""
        return f"groq/{self._model}"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """As Chat.stream. Closing the iterator closes the connection."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._timeout
        deadline = loop.time() + self._first_token_timeout
        finished = False
        with provider_errors("chat"):
            async with asyncio.timeout_at(deadline):
                stream = await self._client.chat.completions.create(**self._body(request))
            try:
                chunks = aiter(stream)
                while True:
                    async with asyncio.timeout_at(min(deadline, end)):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    piece, stopped = _piece(chunk)
                    finished = finished or stopped
                    if piece.text:
                        deadline = end
                    if piece.text or piece.usage:
                        yield piece
            finally:
                await stream.close()
        if not finished:
            raise ProviderError("chat", "cut_off", "Groq's answer broke off (chat)")

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        messages = [{"role": "system", "content": request.system}]
        messages += [{"role": _ROLES[entry.speaker], "content": entry.text} for entry in request.history]
        messages.append({"role": "user", "content": request.question})
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "temperature": request.temperature,
            "max_completion_tokens": request.max_tokens,
            "stream": True,
        }
        if self._model.startswith(REASONING_MODELS):
            body |= {"reasoning_effort": "low", "include_reasoning": False}
        return body


def _piece(chunk: Any) -> tuple[ChatPiece, bool]:
    """The words in a chunk, and whether it is the last one with words."""
    text, stopped = "", False
    if chunk.choices:
        choice = chunk.choices[0]
        text = choice.delta.content or ""
        stopped = choice.finish_reason is not None
    counted = getattr(chunk.x_groq, "usage", None) or getattr(chunk, "usage", None)
    usage = ChatUsage(counted.prompt_tokens, counted.completion_tokens) if counted else None
    return ChatPiece(text=text, usage=usage), stopped
