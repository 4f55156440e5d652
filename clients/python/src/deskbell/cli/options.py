"""Options and running that all commands share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import grpc
import typer

from deskbell.cli.output import errors, escape, print_error
from deskbell.client import Client
from deskbell.errors import DeskbellError
from deskbell.profile import ProfileError

Server = Annotated[
    str | None, typer.Option("--server", help="HOST:PORT (DESKBELL_SERVER).", show_default=False)
]
Key = Annotated[str | None, typer.Option("--key", help="API key (DESKBELL_API_KEY).", show_default=False)]
Agent = Annotated[
    str | None, typer.Option("--agent", help="TENANT/AGENT (DESKBELL_AGENT).", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print every message of the server as JSON, one a line.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Plaintext to an address other than loopback.")]

FAILED, USAGE = 1, 2


def run(
    body: Callable[[Client], Awaitable[None]],
    *,
    server: str | None = None,
    key: str | None = None,
    agent: str | None = None,
    insecure: bool = False,
) -> None:
    """Connects, runs `body` and turns what goes wrong into a message and an exit code: 1 for what the server
    refused or could not do, 2 for what was asked wrongly."""

    async def connected() -> None:
        async with Client(server, key, agent=agent, insecure=insecure) as client:
            await body(client)

    try:
        asyncio.run(connected())
    except DeskbellError as error:
        print_error(error)
        raise typer.Exit(FAILED) from None
    except (ProfileError, UsageProblem) as error:
        errors.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(USAGE) from None
    except grpc.aio.UsageError as error:
        errors.print(f"[red]{error}[/red]")
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        errors.print("[dim]stopped[/dim]")
        raise typer.Exit(130) from None


class UsageProblem(Exception):
    """Something was asked that cannot be; the message says what can."""
