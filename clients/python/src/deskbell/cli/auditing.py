"""`deskbell audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table, when


def add_commands(app: typer.Typer) -> None:
    """Registers the command."""
    command(app, "audit")(audit)


async def audit(
    at: Session,
    tenant: Annotated[
        str, typer.Argument(help="TENANT; without one, what operators did for all.", metavar="[TENANT]")
    ] = "",
    actor: Annotated[
        str,
        typer.Option(
            help="Only what they did: tenants/T/users/U, tenants/T/apiKeys/K, bootstrap-key, ...",
            show_default=False,
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
) -> None:
    """Show who changed what, and who read what callers said."""
    rows = []
    count = 0
    async for entry in at.client.audit.list(tenant, actor=actor):
        count += 1
        if at.json:
            print_json(entry)
        else:
            did = entry.method.rpartition("/")[2]
            rows.append(
                (when(entry.event_time), entry.actor, did, entry.resource, entry.outcome, entry.address)
            )
        if count == limit:
            break
    if not at.json:
        columns = ("when (UTC)", "who", "did", "on", "outcome", "from")
        print_table(columns, rows, "nothing yet")
