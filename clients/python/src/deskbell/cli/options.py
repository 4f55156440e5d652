"""What all commands share: the options of the connection, and how they are run."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import grpc
import typer

from deskbell.cli.output import errors, escape, print_error
from deskbell.client import Client
from deskbell.errors import DeskbellError
from deskbell.profile import ProfileError

Server = Annotated[
    str | None, typer.Option("--server", help="HOST:PORT (DESKBELL_SERVER).", show_default=False)
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", help="API key (DESKBELL_API_KEY); comes before `deskbell login`.", show_default=False
    ),
]
Agent = Annotated[
    str | None, typer.Option("--agent", help="TENANT/AGENT (DESKBELL_AGENT).", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print every message of the server as JSON, one a line.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Plaintext to an address other than loopback.")]
TlsCa = Annotated[
    Path | None,
    typer.Option(
        "--tls-ca", help="PEM of who signs the server's certificate (DESKBELL_SERVER_CA).", show_default=False
    ),
]
TlsCertificate = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert", help="PEM of your own certificate (DESKBELL_CLIENT_CERTIFICATE).", show_default=False
    ),
]
TlsKey = Annotated[
    Path | None, typer.Option("--tls-key", help="PEM of its key (DESKBELL_CLIENT_KEY).", show_default=False)
]

FAILED, USAGE = 1, 2
Command = TypeVar("Command", bound=Callable[..., Coroutine[Any, Any, None]])


class UsageProblem(Exception):
    """Something was asked that cannot be; the message says what can."""


@dataclass(frozen=True)
class Session:
    """What every command has: a client, and whether it was asked for JSON."""

    client: Client
    json: bool


def _connection(
    *,
    server: Server = None,
    key: Key = None,
    insecure: Insecure = False,
    tls_ca: TlsCa = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    json: Json = False,
) -> None:
    """The options that `command` adds, as typer reads them."""


def command(
    app: typer.Typer, name: str, *, anonymous: bool = False, json: bool = True
) -> Callable[[Command], Command]:
    """Registers `async def command(at: Session, ...)` under a name: its own arguments and options, and those of the
    connection; an anonymous one needs no credential and has no option for one. One that prints no messages of the
    server's has no `json`, or an option of its own by that name. It runs in a client's scope, and what goes wrong
    becomes a message and an exit code."""
    left_out = {*(("key",) if anonymous else ()), *(() if json else ("json",))}
    prints_json = json

    def register(function: Command) -> Command:
        _, *own = inspect.signature(function, eval_str=True).parameters.values()
        common = inspect.signature(_connection, eval_str=True).parameters.values()
        parameters = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for p in (*own, *common)
            if p in own or p.name not in left_out
        ]

        def invoke(
            *,
            server: str | None,
            key: str | None = None,
            insecure: bool,
            tls_ca: Path | None,
            tls_certificate: Path | None,
            tls_key: Path | None,
            **given: Any,
        ) -> None:
            as_json = bool(given.pop("json")) if prints_json else False

            async def connected() -> None:
                async with Client(
                    server,
                    key,
                    anonymous=anonymous,
                    insecure=insecure,
                    tls_ca=tls_ca,
                    tls_certificate=tls_certificate,
                    tls_key=tls_key,
                ) as client:
                    await function(Session(client, as_json), **given)

            _run(connected)

        invoke.__doc__ = function.__doc__
        invoke.__annotations__ = {p.name: p.annotation for p in parameters}
        invoke.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        app.command(name)(invoke)
        return function

    return register


def _run(body: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs a command. Exit code 1 is for what the server refused or could not do, 2 for what was asked wrongly."""
    try:
        asyncio.run(body())
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
