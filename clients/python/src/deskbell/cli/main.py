"""The `deskbell` command: calls, chats, and everything that a server keeps."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from deskbell.cli import (
    agents,
    auditing,
    catalog,
    conversations,
    evaluating,
    figures,
    keys,
    knowledge,
    leads,
    operators,
    options,
    reservations,
    signing_in,
    tenants,
    tokens,
    users,
)
from deskbell.cli.options import Session, UsageProblem, command

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Talks to a Deskbell server: calls, chats, tenants, agents, documents, transcripts, people, keys.",
    epilog="Server, agent and key: options, else DESKBELL_SERVER, DESKBELL_AGENT, DESKBELL_API_KEY, "
    "else the session of `deskbell login`, else the profile that `make up` writes.",
)
app.add_typer(tenants.app, name="tenants")
app.add_typer(agents.app, name="agents")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(conversations.app, name="conversations")
app.add_typer(catalog.app, name="catalog")
app.add_typer(reservations.app, name="reservations")
app.add_typer(leads.app, name="leads")
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(tokens.app, name="tokens")
app.add_typer(operators.app, name="operators")


def main() -> None:
    """Entry point."""
    app()


def _version(value: bool) -> None:
    if value:
        typer.echo(f"deskbell {version('deskbell')}")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command."""


@command(app, "call")
async def call(
    at: Session,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Recordings; each is a turn of the one call.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Save the agent's voice as WAV.", show_default=False)
    ] = None,
    mic: Annotated[bool, typer.Option("--mic", help="Use the microphone and the loudspeaker.")] = False,
    output_rate: Annotated[
        int, typer.Option(help="Samples a second of the answer.", min=8000, max=48000)
    ] = 16000,
    skip_greeting: Annotated[
        bool, typer.Option("--skip-greeting", help="Do not let the agent greet.")
    ] = False,
    agent: options.Agent = None,
) -> None:
    """Call an agent with recordings, streamed in real time, or with the microphone."""
    from deskbell.audio import AudioUnusable, read_recording
    from deskbell.cli.calling import call_with_recordings
    from deskbell.cli.microphone import NoMicrophone, call_with_microphone

    paths = files or []
    if mic == bool(paths):
        raise typer.BadParameter("give recordings, or --mic")
    try:
        if mic:
            await call_with_microphone(at.client, agent=agent, skip_greeting=skip_greeting, json=at.json)
            return
        first = read_recording(paths[0])
        recordings = [(str(paths[0]), first)]
        recordings += [(str(path), read_recording(path, first.sample_rate)) for path in paths[1:]]
        await call_with_recordings(
            at.client,
            recordings,
            agent=agent,
            output=output,
            output_rate=output_rate,
            skip_greeting=skip_greeting,
            json=at.json,
        )
    except (AudioUnusable, NoMicrophone) as error:
        raise UsageProblem(str(error)) from None


@command(app, "chat")
async def chat(
    at: Session,
    message: Annotated[
        list[str] | None,
        typer.Option(
            "-m", "--message", help="Say this; may be given again. Without it: type.", show_default=False
        ),
    ] = None,
    conversation: Annotated[
        str, typer.Option(help="Go on with this conversation (its resource name).", show_default=False)
    ] = "",
    agent: options.Agent = None,
) -> None:
    """Chat with an agent in text, in one conversation."""
    from deskbell.cli.chatting import chat_in_turns

    await chat_in_turns(at.client, message, agent=agent, conversation=conversation, json=at.json)


signing_in.add_commands(app)
auditing.add_commands(app)
evaluating.add_commands(app)
figures.add_commands(app)

if __name__ == "__main__":
    main()
