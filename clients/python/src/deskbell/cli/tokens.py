"""`deskbell tokens`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from deskbell.cli.durations import duration
from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table, when
from deskbell.cli.shared import (
    AgentArgument,
    SecretOnly,
    TenantArgument,
    child_name,
    group,
    show,
    show_secret,
)

app = group("Client tokens: short-lived credentials of callers' devices.")


@command(app, "mint")
async def mint_token(
    at: Session,
    agent: AgentArgument,
    ttl: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            help="How long it works, 10s to 15m.  [default: 15m]",
            show_default=False,
        ),
    ] = None,
    caller_id: Annotated[
        str, typer.Option(help="Who the caller is, whatever the device says.", show_default=False)
    ] = "",
    max_calls: Annotated[int, typer.Option(min=1, max=10, help="Calls at once.")] = 1,
    secret_only: SecretOnly = False,
) -> None:
    """Make a token for one caller's device: calls and chats with one agent. It is printed this once."""
    made = await at.client.auth.mint_client_token(
        agent, ttl=ttl, caller_id=caller_id, max_concurrent_calls=max_calls
    )
    line = f"minted {made.client_token.name}, works until {when(made.client_token.expire_time)} UTC"
    show_secret(made, made.secret, at.json, secret_only, line)


@command(app, "list")
async def list_tokens(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """List a tenant's tokens that have not expired, the newest first."""
    found = [token async for token in at.client.auth.list_client_tokens(tenant)]
    if at.json:
        for token in found:
            print_json(token)
        return
    rows = [
        (
            token.name.split("/")[3],
            token.agent.split("/")[-1],
            token.caller_id,
            "revoked" if token.HasField("revoke_time") else "works",
            when(token.expire_time),
        )
        for token in found
    ]
    empty = f"no tokens now: deskbell tokens mint {tenant}/AGENT"
    print_table(("token", "agent", "caller", "state", "expires (UTC)"), rows, empty)


@command(app, "revoke")
async def revoke_token(
    at: Session,
    token: Annotated[str, typer.Argument(help="TENANT/TOKEN", metavar="TENANT/TOKEN")],
) -> None:
    """Make a token useless at once. Its calls end within 15 s."""
    revoked = await at.client.auth.revoke_client_token(child_name(token, "clientTokens"))
    show(revoked, at.json, f"revoked {revoked.name}")
