"""`deskbell conversations`."""

from __future__ import annotations

import sys
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from google.protobuf.json_format import MessageToDict

from deskbell.cli.options import Session, UsageProblem, command
from deskbell.cli.output import console, escape, print_json, print_table
from deskbell.cli.shared import (
    TenantArgument,
    child_name,
    group,
    show,
)
from deskbell.v1 import conversation_pb2

app = group("What was said.")

ConversationArgument = Annotated[str, typer.Argument(help="Resource name, or TENANT/ID.")]


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
    conversation: ConversationArgument,
) -> None:
    """Print a transcript, and what was made of it once it was over."""
    name = child_name(conversation, "conversations")
    async for message in at.client.conversations.messages(name):
        show(message, at.json, _line(message))
    found = await at.client.conversations.get(name)
    if at.json:
        print_json(found)
    elif found.HasField("report"):
        _print_report(found.report)


def _print_report(report: conversation_pb2.ConversationReport) -> None:
    state = conversation_pb2.ReportState.Name(report.state).removeprefix("REPORT_STATE_").lower()
    console.print()
    if report.state == conversation_pb2.REPORT_STATE_FAILED:
        console.print(f"[red]report {state}:[/red] {escape(report.failure)}")
        return
    if not report.message_count:
        console.print(f"[dim]report {state}[/dim]")
        return
    outcome = conversation_pb2.ConversationOutcome.Name(report.outcome).removeprefix("CONVERSATION_OUTCOME_")
    feeling = conversation_pb2.SentimentLabel.Name(report.sentiment.label).removeprefix("SENTIMENT_LABEL_")
    score = f"{report.sentiment.score:+.2f}" if report.sentiment.measured else "not measured"
    console.print(f"[bold]summary:[/bold]   {escape(report.summary)}")
    console.print(f"[bold]outcome:[/bold]   {outcome.lower().replace('_', ' ')}")
    console.print(f"[bold]sentiment:[/bold] {feeling.lower()} ({score})")
    for name, value in MessageToDict(report.extraction).items():
        shown = "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        console.print(f"[bold]{escape(name)}:[/bold] {escape(shown)}")
    if report.extraction_problem:
        console.print(f"[yellow]{escape(report.extraction_problem)}[/yellow]")
    more = "" if report.state == conversation_pb2.REPORT_STATE_READY else f"; {state}"
    console.print(f"[dim]by {escape(report.engine)}, of {report.message_count} messages{more}[/dim]")


@command(app, "watch")
async def watch_conversation(
    at: Session,
    conversation: ConversationArgument,
    after: Annotated[
        int, typer.Option(min=0, help="Only what changed after this `sequence` (see --json).")
    ] = 0,
) -> None:
    """Follow a call or a chat as it goes on, until it ends (Ctrl-C stops)."""
    name = child_name(conversation, "conversations")
    async with aclosing(at.client.conversations.watch(name, after=after)) as events:
        async for event in events:
            if at.json:
                print_json(event)
                continue
            match event.WhichOneof("event"):
                case "message":
                    console.print(escape(_line(event.message)))
                case "ended":
                    console.print(f"[dim]ended ({escape(event.ended.end_reason)})[/dim]")


@command(app, "export")
async def export_conversation(
    at: Session,
    conversation: ConversationArgument,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write it to this file, not to stdout.", show_default=False),
    ] = None,
) -> None:
    """Write all that is stored of a conversation as JSON Lines: messages, citations, turns."""
    name = child_name(conversation, "conversations")
    if output is None:
        await _export(at, name, sys.stdout.buffer)
        return
    try:
        with output.open("xb") as file:
            await _export(at, name, file)
    except OSError as error:
        raise UsageProblem(f"cannot write {output}: {error.strerror}") from None


async def _export(at: Session, name: str, file: BinaryIO) -> None:
    async with aclosing(at.client.conversations.export(name)) as pieces:
        async for piece in pieces:
            file.write(piece)
    file.flush()


def _line(message: conversation_pb2.Message) -> str:
    who = "you:  " if message.speaker == conversation_pb2.SPEAKER_CALLER else "agent:"
    cut = "" if message.heard_text.strip() == message.text.strip() else f" [heard: {message.heard_text}]"
    return f"{who} {message.text.strip()}{cut}"
