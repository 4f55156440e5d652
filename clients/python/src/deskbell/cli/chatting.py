"""`deskbell chat`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence

from deskbell.cli.output import console, escape, print_json, show_citation
from deskbell.client import Client


async def chat_in_turns(
    client: Client, messages: Sequence[str] | None, *, agent: str | None, conversation: str, json: bool
) -> None:
    """Says the messages, or what is typed, one after the other. Raises DeskbellError."""
    async for text in _given(messages) if messages else _typed():
        if messages and not json:
            console.print(f"[cyan]you:[/cyan]   {escape(text)}")
        citations = []
        async for event in client.chat.send(text, agent=agent, conversation=conversation):
            conversation = event.started.conversation or conversation
            if json:
                print_json(event)
                continue
            match event.WhichOneof("event"):
                case "response_started":
                    console.print("[green]agent:[/green] ", end="")
                case "response_text":
                    console.print(escape(event.response_text.text), end="")
                case "citation":
                    citations.append(event.citation)
                case "response_done":
                    console.print()
        for citation in citations:
            show_citation(citation)


async def _given(messages: Sequence[str]) -> AsyncIterator[str]:
    for message in messages:
        yield message


async def _typed() -> AsyncIterator[str]:
    """Lines from the terminal, until its end or an empty one."""
    while True:
        if sys.stdin.isatty():
            console.print("[cyan]you:[/cyan]   ", end="")
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line.strip():
            return
        yield line.strip()
