"""`deskbell conversations`."""

from __future__ import annotations

from typing import Annotated

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table
from deskbell.cli.shared import (
    TenantArgument,
    child_name,
    group,
    show,
)
from deskbell.v1 import conversation_pb2

app = group("What was said.")


@command(app, "list")
async def list_conversations(
    at: Session,
    tenant: TenantArgument,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    agent: Annotated[
        str, typer.Option("--agent", help="Only with this TENANT/AGENT.", show_default=False)
    ] = "",
) -> None:
    """List a tenant's conversations."""
    rows = []
    count = 0
    async for c in at.client.conversations.list(tenant, agent=agent):
        count += 1
        if at.json:
            print_json(c)
        else:
            channel = conversation_pb2.Channel.Name(c.channel).removeprefix("CHANNEL_").lower()
            state = c.end_reason or "open"
            began = c.start_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S")
            rows.append((c.name, channel, began, str(c.message_count), state))
        if count == limit:
            break
    if not at.json:
        columns = ("conversation", "channel", "began (UTC)", "messages", "state")
        print_table(columns, rows, "no conversations yet: deskbell call RECORDING")


@command(app, "show")
async def show_conversation(
    at: Session,
    conversation: Annotated[str, typer.Argument(help="Resource name, or TENANT/ID.")],
) -> None:
    """Print a transcript."""
    async for message in at.client.conversations.messages(child_name(conversation, "conversations")):
        who = "you:  " if message.speaker == conversation_pb2.SPEAKER_CALLER else "agent:"
        cut = "" if message.heard_text.strip() == message.text.strip() else f" [heard: {message.heard_text}]"
        show(message, at.json, f"{who} {message.text.strip()}{cut}")
