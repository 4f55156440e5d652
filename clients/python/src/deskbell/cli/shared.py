"""What the commands for resources share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer
from google.protobuf.message import Message

from deskbell.cli.options import UsageProblem
from deskbell.cli.output import console, errors, escape, print_json

TenantArgument = Annotated[str, typer.Argument(help="TENANT", metavar="TENANT")]
AgentArgument = Annotated[str, typer.Argument(help="TENANT/AGENT", metavar="TENANT/AGENT")]
DocumentArgument = Annotated[str, typer.Argument(help="TENANT/DOCUMENT", metavar="TENANT/DOCUMENT")]
Id = Annotated[str, typer.Option("--id", help="Its id; the server makes one otherwise.", show_default=False)]
Text = Annotated[str | None, typer.Option(show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
SecretOnly = Annotated[
    bool, typer.Option("--secret-only", help="Print the secret and nothing else, for scripts.")
]


def group(help_text: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(no_args_is_help=True, help=help_text)


def show(message: Message, json: bool, line: str) -> None:
    """Prints a message as JSON, or a line for people."""
    if json:
        print_json(message)
    else:
        console.print(escape(line))


def child_name(text: str, collection: str) -> str:
    """`tenants/a/documents/b` from that or from `a/b`. Raises UsageProblem."""
    parts = text.split("/")
    if len(parts) == 2 and all(parts):
        return f"tenants/{parts[0]}/{collection}/{parts[1]}"
    if len(parts) == 4 and parts[0] == "tenants" and parts[2] == collection:
        return text
    raise UsageProblem(f"{text!r} is no name of {collection}: write TENANT/ID or the full resource name")


def need(changes: Collection[str], choices: str) -> None:
    """Raises UsageProblem when there is nothing to change."""
    if not changes:
        raise UsageProblem(f"nothing to change: give one of {choices}")


def confirm(question: str, *, yes: bool) -> None:
    """Asks before what cannot be undone; ends the command on a no."""
    if not yes:
        typer.confirm(question, abort=True, err=True)


def show_secret(made: Message, secret: str, json: bool, secret_only: bool, line: str) -> None:
    """Prints what was made, and once the secret, on a line of its own."""
    if secret_only:
        typer.echo(secret)
    elif json:
        print_json(made)
    else:
        console.print(escape(line))
        typer.echo(secret)
        errors.print("[dim]It is shown this once: keep it now.[/dim]")
