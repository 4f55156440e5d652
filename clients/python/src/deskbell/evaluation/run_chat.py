"""Scenarios as chats."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

from deskbell.client import Client
from deskbell.evaluation.playing import Line
from deskbell.evaluation.reply import Reply
from deskbell.evaluation.scenario import By


def new_caller() -> str:
    """A caller id of its own for each call: whose bookings a caller may move or cancel goes by it."""
    return f"deskbell-eval-{secrets.token_hex(6)}"


class ChatAgents:
    """Fulfils `playing.Agents` by messages."""

    by = By.CHAT

    def __init__(self, client: Client) -> None:
        self._client = client

    @asynccontextmanager
    async def reach(self, agent: str) -> AsyncGenerator[_Chat, None]:
        """As the protocol says; the conversation begins with the first line."""
        yield _Chat(self._client, agent)


class _Chat:
    def __init__(self, client: Client, agent: str) -> None:
        self._client = client
        self._agent = agent
        self._conversation = ""
        self._caller = new_caller()

    async def say(self, line: Line) -> Reply:
        reply = Reply()
        began = time.monotonic()
        events = self._client.chat.send(
            line.written, agent=self._agent, conversation=self._conversation, caller_id=self._caller
        )
        async with aclosing(events):
            async for event in events:
                self._conversation = event.started.conversation or self._conversation
                reply.take(event)
        reply.seconds = time.monotonic() - began
        return reply
