"""The `deskbell-server` command: `--help` lists what it can do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from deskbell_server.settings import LogFormat, Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Runs Deskbell, an AI voice receptionist. Settings: the environment (DESKBELL_...) and .env.",
)


def main() -> None:
    """Entry point."""
    # gRPC's core otherwise reports each child process that is started beside it.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    # numpy is used inside the engines' own threads, whose number is a setting. Read when numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()


@app.command()
def up() -> None:
    """Run the whole product: stores, demo tenants, server, dashboard. Ctrl-C stops everything."""
    from deskbell_server.cli.serving import serve

    _run(serve, _settings(), demo=True, dashboard=True, report=_say)


@app.command()
def run() -> None:
    """Run the server alone, without demo tenants and dashboard."""
    from deskbell_server.cli.serving import serve

    _run(serve, _settings(), demo=False, dashboard=False, report=_say)


@app.command()
def migrate() -> None:
    """Bring the database up to date, then stop."""
    from deskbell_server.cli.tasks import migrate_database

    _run(migrate_database, _settings(), _say)


@app.command()
def dashboard() -> None:
    """Run the dashboard alone, on the database of DESKBELL_DATABASE_URL."""
    from deskbell_server.cli.tasks import run_dashboard

    _run(run_dashboard, _settings(), _say)


@app.command("learn-intents")
def learn_intents() -> None:
    """Learn to tell what callers want, if that is not done: once after an installation, and after a change of the
    utterances."""
    from deskbell_server.cli.learning import learn_intents as learn

    _run(learn, _settings(), _say)


@app.command()
def health() -> None:
    """Ask a running server whether it takes calls; the exit code says so too."""
    from deskbell_server.cli.tasks import check_health

    _run(check_health, _settings(), _say)


@app.command("fake-groq")
def fake_groq(
    address: Annotated[str, typer.Option(help="host:port; port 0 takes any free one.")] = "127.0.0.1:8601",
    transcription_delay: Annotated[float, typer.Option(help="Seconds before a transcription.")] = 0.0,
    first_token_delay: Annotated[float, typer.Option(help="Seconds before the first token.")] = 0.0,
    tokens_per_second: Annotated[float, typer.Option(help="Pace of the tokens; 0: all at once.")] = 0.0,
    speech_delay: Annotated[float, typer.Option(help="Seconds before the first byte of speech.")] = 0.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="A fault to play, such as chat=429:3 (three times); may be given again."),
    ] = None,
) -> None:
    """Run a server that speaks Groq's protocol with the local engines, to develop against without a key."""
    from deskbell_server.cli.tasks import run_fake_groq

    _run(
        run_fake_groq,
        _settings(),
        address,
        _say,
        transcription_delay=transcription_delay,
        first_token_delay=first_token_delay,
        tokens_per_second=tokens_per_second,
        speech_delay=speech_delay,
        faults=fault or [],
    )


@app.command()
def say(
    text: Annotated[str | None, typer.Argument(help="What to say.", show_default=False)] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The WAV file to write.", show_default=False)
    ] = None,
    lines: Annotated[
        Path | None,
        typer.Option(
            help="Say each line of standard input into a file of this folder, and print its path.",
            show_default=False,
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Let the local voice read a text into a WAV file."""
    from deskbell_server.cli.saying import say_lines, say_text

    if lines is not None and text is None and output is None:
        _run(say_lines, _settings(), lines)
    if text is None or output is None or lines is not None:
        raise typer.BadParameter("give TEXT and -o FILE, or --lines FOLDER")
    _run(say_text, _settings(), text, output, _say)


def _settings() -> Settings:
    from deskbell_server.observability.logs import configure_logging
    from deskbell_server.privacy.scrubbing import scrub

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            where = ".".join(str(part) for part in problem["loc"])
            name = where if where.isupper() else f"DESKBELL_{where.upper()}" if where else "settings"
            typer.echo(f"{name}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None
    configure_logging(json=settings.log_format is LogFormat.JSON, debug=settings.debug, scrub=scrub)
    return settings


def _say(line: str) -> None:
    typer.echo(f"==> {line}")
    sys.stdout.flush()


def _say_error(line: str) -> None:
    typer.echo(f"deskbell-server: {line}", err=True)


def _run(command: Callable[..., Coroutine[Any, Any, int]], /, *args: Any, **options: Any) -> None:
    """Runs a command to its end and exits with its code; what a person can mend is told in one line."""
    from deskbell_server.cli.signals import run_until_signal
    from deskbell_server.cli.tasks import explained

    with explained(_say_error):
        raise typer.Exit(run_until_signal(partial(command, *args, **options)))


if __name__ == "__main__":
    main()
