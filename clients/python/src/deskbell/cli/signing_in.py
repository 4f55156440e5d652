"""`deskbell login`, `logout`, `whoami` and `password`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from deskbell.cli.durations import for_people
from deskbell.cli.options import Session as At
from deskbell.cli.options import UsageProblem, command
from deskbell.cli.output import console, errors, escape
from deskbell.cli.passwords import FromStdin, ask, password
from deskbell.cli.shared import show
from deskbell.errors import DeskbellError
from deskbell.profile_file import profile_path, read_profile
from deskbell.session import Session, replace_session, stored_session
from deskbell.v1 import auth_service_pb2

_OWN_KEY = re.compile(r"dbk_([a-z][a-z0-9-]*[a-z0-9])_([0-9a-f]{16})_")


def add_commands(app: typer.Typer) -> None:
    """Registers the commands."""
    command(app, "login", anonymous=True)(login)
    command(app, "logout", anonymous=True)(logout)
    command(app, "whoami")(whoami)
    command(app, "password")(change_password)


async def login(
    at: At,
    tenant: Annotated[
        str, typer.Option(help="Your tenant; platform operators have none.", show_default=False)
    ] = "",
    email: Annotated[
        str, typer.Option(help="What you sign in with; asked for otherwise.", show_default=False)
    ] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Sign in. The commands after it act as you, at this server, until `deskbell logout`.

    The tokens are kept in the profile file, which only you can read; they are renewed by themselves for 30 days."""
    email = email or ask("Email")
    response = await at.client.auth.sign_in(tenant, email, password("Password", stdin=password_stdin))
    session = Session.of(at.client.server, response)
    before = await replace_session(profile_path(), session)
    if before is not None and before.server == session.server:
        try:
            await at.client.auth.sign_out(before.tokens.refresh_token)
        except DeskbellError:
            errors.print(f"[dim]the session of {escape(before.user)} before could not be ended[/dim]")
    if at.json:
        typer.echo(json.dumps(_described(session)))
    else:
        console.print(
            escape(
                f"signed in at {session.server} as {session.user}, {_role(session)}, {_days_left(session)}"
            )
        )
    if at.client.profile.origin == "DESKBELL_API_KEY":
        errors.print("[yellow]DESKBELL_API_KEY is set and comes before the session: unset it[/yellow]")


async def logout(at: At) -> None:
    """Sign out: end the session and forget its tokens."""
    path = profile_path()
    session = stored_session(read_profile(path))
    if session is None:
        raise UsageProblem("nobody is signed in")
    if session.server != at.client.server:
        raise UsageProblem(
            f"the session is one at {session.server}: deskbell logout --server {session.server}"
        )
    session = await replace_session(path, None) or session
    try:
        await at.client.auth.sign_out(session.tokens.refresh_token)
    except DeskbellError:
        errors.print("[yellow]the tokens were forgotten here, but the session was not ended there:[/yellow]")
        raise
    show(auth_service_pb2.SignOutResponse(), at.json, f"signed out {session.user}")


async def whoami(at: At) -> None:
    """Tell which credential is used, at which server. Nothing is asked of the server."""
    profile = at.client.profile
    if profile.session is not None:
        told = _described(profile.session)
        line = f"{told['user']}, {_role(profile.session)}, signed in at {profile.server}, {_days_left(profile.session)}"
    else:
        key = _OWN_KEY.match(profile.api_key)
        user = f"tenants/{key[1]}/apiKeys/{key[2]}" if key else ""
        told = {"server": profile.server, "user": user, "origin": profile.origin}
        line = (
            f"{user or 'a key that does not tell whose it is'}, from {profile.origin}, for {profile.server}"
        )
    if at.json:
        typer.echo(json.dumps(told))
    else:
        console.print(escape(line))


async def change_password(
    at: At,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            help="Read the current password and the new one from standard input, a line each.",
        ),
    ] = False,
) -> None:
    """Change your own password (12 characters or more). Your other sessions end."""
    if at.client.profile.session is None:
        raise UsageProblem("only who is signed in has a password: deskbell login")
    current = password("Current password", stdin=password_stdin)
    await at.client.auth.change_password(current, password("New password", stdin=password_stdin, new=True))
    show(auth_service_pb2.ChangePasswordResponse(), at.json, "changed the password")


def _described(session: Session) -> dict[str, str]:
    return {
        "server": session.server,
        "user": session.user,
        "role": session.role,
        "origin": "`deskbell login`",
        "expires": session.tokens.refresh_expires_at.isoformat(),
    }


def _role(session: Session) -> str:
    return session.role.lower().replace("_", " ")


def _days_left(session: Session) -> str:
    left = (session.tokens.refresh_expires_at - datetime.now(UTC)).total_seconds()
    return f"for {for_people(left)} more" if left > 0 else "expired: deskbell login"
