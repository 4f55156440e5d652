"""Groq's chat completion, streamed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from groq import AsyncGroq
from pydantic import BaseModel, ConfigDict

from deskbell_server.adapters.groq.errors import cut_off, provider_errors
from deskbell_server.adapters.groq.patience import Patience
from deskbell_server.domain.conversation import Speaker
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatUsage

_ROLES = {Speaker.CALLER: "user", Speaker.AGENT: "assistant"}
REASONING_EFFORTS = {"openai/gpt-oss": "low", "qwen/qwen3": "none"}
"""Models that think before they speak, by the beginning of their name, and the least effort that the SDK's
`reasoning_effort` says they take. They are told to keep their thoughts to themselves."""


class GroqChat:
    """Fulfils ports Chat. Timeouts in seconds of waiting for Groq: to the first words, and for the whole answer."""

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
        patience = Patience(min(self._first_token_timeout, self._timeout))
        finished = words = False
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
                    if chunk.text or chunk.counted:
                        yield ChatPiece(text=chunk.text, usage=chunk.counted)
            finally:
                await stream.close()
        if not finished:
            raise cut_off("chat")

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
        for family, effort in REASONING_EFFORTS.items():
            if self._model.startswith(family):
                body |= {"reasoning_effort": effort, "include_reasoning": False}
        return body


class _Part(BaseModel):
    """The SDK builds its objects from whatever came, unchecked; what we use of them is checked here."""

    model_config = ConfigDict(from_attributes=True)


class _Delta(_Part):
    content: str | None = None


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
    def finished(self) -> bool:
        """Whether it is the last one with words."""
        return bool(self.choices and self.choices[0].finish_reason)

    @property
    def counted(self) -> ChatUsage | None:
        """Tokens, which the last chunk tells."""
        usage = (self.x_groq.usage if self.x_groq else None) or self.usage
        return ChatUsage(usage.prompt_tokens or 0, usage.completion_tokens or 0) if usage else None
