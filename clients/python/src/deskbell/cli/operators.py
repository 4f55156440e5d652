"""`deskbell operators`."""

from __future__ import annotations

from typing import Annotated

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table, when
from deskbell.cli.passwords import FromStdin, password
from deskbell.cli.shared import Yes, confirm, group, show
from deskbell.v1 import operator_service_pb2

app = group("Those who run the server.")

OperatorArgument = Annotated[str, typer.Argument(help="The id as `list` shows it.", metavar="OPERATOR")]


@command(app, "list")
async def list_operators(at: Session) -> None:
    """List the operators."""
    found = [operator async for operator in at.client.operators.list()]
    if at.json:
        for operator in found:
            print_json(operator)
        return
    rows = [
        (operator.name.split("/")[1], operator.email, when(operator.last_sign_in_time, "never"))
        for operator in found
    ]
    empty = "nobody yet but the bootstrap key: deskbell operators create --email ..."
    print_table(("operator", "e-mail", "last sign-in (UTC)"), rows, empty)


@command(app, "create")
async def create_operator(
    at: Session,
    email: Annotated[str, typer.Option(help="What they sign in with; cannot be changed.")],
    password_stdin: FromStdin = False,
) -> None:
    """Create an operator. Their password (12 characters or more) is asked for; they sign in with
    `deskbell login --email ...`."""
    chosen = password("Password of the operator", stdin=password_stdin, new=True)
    made = await at.client.operators.create(email, chosen)
    show(made, at.json, f"created {made.name}")


@command(app, "delete")
async def delete_operator(at: Session, operator: OperatorArgument, yes: Yes = False) -> None:
    """Delete an operator, and sign them out."""
    name = operator if operator.startswith("operators/") else f"operators/{operator}"
    confirm(f"Delete {name}?", yes=yes)
    await at.client.operators.delete(name)
    show(operator_service_pb2.DeleteOperatorResponse(), at.json, f"deleted {name}")


@command(app, "rotate-signing-key")
async def rotate_signing_key(
    at: Session,
    forget_others: Annotated[
        bool, typer.Option("--forget-others", help="Refuse every token that an older key has signed.")
    ] = False,
) -> None:
    """Sign tokens with a new key from now on. It happens by itself every 30 days."""
    key_id = await at.client.operators.rotate_signing_key(forget_others=forget_others)
    response = operator_service_pb2.RotateSigningKeyResponse(key_id=key_id)
    show(response, at.json, f"tokens are signed with key {key_id} from now on")
