"""Asks an agent two questions in one conversation.

    python examples/chat.py "What are your opening hours on Saturday?" "And where can I park?"

Server, agent and key come from the environment, or from the profile that `make up` writes.
"""

from __future__ import annotations

import asyncio
import sys

import deskbell


async def main(questions: list[str]) -> None:
    conversation = ""
    async with deskbell.Client() as client:
        for question in questions:
            print("you:  ", question)
            print("agent: ", end="")
            async for event in client.chat.send(question, conversation=conversation):
                conversation = event.started.conversation or conversation
                print(event.response_text.text, end="", flush=True)
                if event.HasField("citation"):
                    print(f" [{event.citation.source.title}]", end="")
            print()
    print(conversation)


asyncio.run(main(sys.argv[1:] or ["When are you open on Saturday?", "And where can I park?"]))
