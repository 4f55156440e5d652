"""What the command prints: a view for people, or every message of the server's as JSON, one a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich import markup
from rich.console import Console
from rich.table import Table

from deskbell.cli.durations import for_people
from deskbell.errors import DeskbellError, from_status
from deskbell.v1 import turn_events_pb2
from deskbell.v1 import voice_stream_service_pb2 as voice

errors = Console(stderr=True, soft_wrap=True)
console = Console(soft_wrap=True, highlight=False)
MAX_TABLE_WIDTH = 10_000
_CONTROLS = {
    code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}


def escape(text: str) -> str:
    """Text of somebody else's as it is: neither markup of ours nor orders to the terminal."""
    return markup.escape(text.translate(_CONTROLS))


def print_json(message: Message) -> None:
    """A message as proto3 JSON on one line."""
    sys.stdout.write(MessageToJson(message, indent=None) + "\n")
    sys.stdout.flush()


def when(time: Timestamp, never: str = "") -> str:
    """A time as UTC; `never` if there is none."""
    return time.ToDatetime(UTC).strftime("%Y-%m-%d %H:%M:%S") if time.ByteSize() else never


def print_error(error: DeskbellError) -> None:
    """A refusal, with each bad field."""
    message = f"[red]{escape(error.message)}[/red]"
    errors.print(f"{message} [dim]({error.reason or error.code})[/dim]" if error.code else message)
    for field, description in error.fields.items():
        errors.print(f"  {escape(field)}: {escape(description)}")
    if error.retry_after is not None:
        errors.print(f"  try again in {for_people(error.retry_after)}")
    if error.advice:
        errors.print(f"  {escape(error.advice)}")


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]], empty: str) -> None:
    """A table, or what to do when there is nothing to show."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    if table.row_count:
        # Names are there to be copied: better a long line than a cut one.
        needed = console.measure(table, options=console.options.update(width=MAX_TABLE_WIDTH)).maximum
        Console(width=max(needed, console.width), soft_wrap=True, highlight=False).print(table)
    else:
        console.print(f"[dim]{escape(empty)}[/dim]")


class CallView:
    """Prints a call as it goes."""

    def show(self, event: voice.VoiceStreamResponse) -> None:
        """Prints an event, if it is one for people."""
        match event.WhichOneof("event"):
            case "started":
                engines = ", ".join(
                    f"{role.replace('_', ' ')} {name}" for role, name in event.started.engines.items()
                )
                console.print(f"[dim]call {event.started.conversation}\n{escape(engines)}[/dim]")
            case "speech" if event.speech.state == voice.Speech.STATE_BEGAN:
                console.print("[dim]... you speak[/dim]")
            case "transcript" if event.transcript.final:
                said = event.transcript.text or "(nothing that could be understood)"
                console.print(f"[cyan]you:[/cyan]   {escape(said)}")
            case "response_text":
                console.print(f"[green]agent:[/green] {escape(event.response_text.text.strip())}")
            case "citation":
                show_citation(event.citation)
            case "response_done" if (
                event.response_done.outcome == turn_events_pb2.RESPONSE_OUTCOME_INTERRUPTED
            ):
                heard = event.response_done.heard_text or "nothing of it"
                console.print(f"[dim]       interrupted; you heard: {escape(heard)}[/dim]")
            case "metrics":
                show_metrics(event.metrics)
            case "error":
                print_error(from_status(event.error.status))
            case "credential_expiring":
                console.print("[dim]the credential expires soon[/dim]")
            case "go_away":
                console.print("[yellow]the server is going away[/yellow]")
            case "ended":
                reason = voice.CallEnded.Reason.Name(event.ended.reason).removeprefix("REASON_").lower()
                seconds = event.ended.duration.ToMicroseconds() / 1e6
                console.print(
                    f"[dim]ended ({reason}) after {seconds:.1f} s, {event.ended.turn_count} turns[/dim]"
                )


def show_citation(citation: turn_events_pb2.Citation) -> None:
    """Where an answer comes from."""
    console.print(f"[dim]       from {escape(citation.source.title)}: {escape(citation.quote.strip())}[/dim]")


def show_metrics(metrics: turn_events_pb2.TurnMetrics) -> None:
    """How long a turn took."""
    stages = ", ".join(f"{s.stage} {s.duration.ToMicroseconds() / 1000:.0f}" for s in metrics.stages)
    answered = metrics.voice_to_voice.ToMicroseconds() / 1000
    first = f"first sound after {answered:.0f} ms; " if answered else ""
    console.print(f"[dim]       {first}ms by stage: {stages}[/dim]")
