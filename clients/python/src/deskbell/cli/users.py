"""`deskbell users`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table, when
from deskbell.cli.passwords import FromStdin, password
from deskbell.cli.shared import TenantArgument, Text, Yes, child_name, confirm, group, need, show
from deskbell.session import role_name
from deskbell.v1 import access_pb2, identity_pb2, user_service_pb2

app = group("A tenant's people.")

UserArgument = Annotated[
    str, typer.Argument(help="TENANT/USER, the user's id as `list` shows it.", metavar="TENANT/USER")
]
_ROLES = {
    "owner": access_pb2.ROLE_OWNER,
    "manager": access_pb2.ROLE_MANAGER,
    "analyst": access_pb2.ROLE_ANALYST,
}


def _role(text: str) -> access_pb2.Role:
    if text not in _ROLES:
        raise typer.BadParameter(f"--role must be one of {', '.join(_ROLES)}")
    return _ROLES[text]


@command(app, "list")
async def list_users(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """List a tenant's people."""
    found = [user async for user in at.client.users.list(tenant)]
    if at.json:
        for user in found:
            print_json(user)
        return
    rows = [
        (
            user.name.split("/")[3],
            user.email,
            user.display_name,
            role_name(user.role).lower(),
            "disabled" if user.disabled else "",
            when(user.last_sign_in_time, "never"),
        )
        for user in found
    ]
    empty = f"nobody yet: deskbell users create {tenant} --email ... --role owner"
    print_table(("user", "e-mail", "name", "role", "state", "last sign-in (UTC)"), rows, empty)


@command(app, "create")
async def create_user(
    at: Session,
    tenant: TenantArgument,
    email: Annotated[str, typer.Option(help="What they sign in with; cannot be changed.")],
    role: Annotated[
        str,
        typer.Option(
            help="owner (people, keys, the audit log), manager (agents, knowledge, calls) or analyst (reads).",
            show_default=False,
        ),
    ],
    name: Annotated[str, typer.Option(help="For people.", show_default=False)] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Create a user. Their password (12 characters or more) is asked for; they can change it with
    `deskbell password`."""
    user = identity_pb2.User(email=email, display_name=name, role=_role(role))
    made = await at.client.users.create(
        tenant, user, password("Password of the user", stdin=password_stdin, new=True)
    )
    show(made, at.json, f"created {made.name}")


@command(app, "get")
async def get_user(
    at: Session,
    user: UserArgument,
) -> None:
    """Show a user."""
    u = await at.client.users.get(child_name(user, "users"))
    state = "  disabled" if u.disabled else ""
    show(u, at.json, f"{u.name}  {u.email}  {u.display_name}  {role_name(u.role).lower()}{state}")


@command(app, "update")
async def update_user(
    at: Session,
    user: UserArgument,
    name: Text = None,
    role: Annotated[str | None, typer.Option(help="owner, manager or analyst.", show_default=False)] = None,
    disabled: Annotated[
        bool | None,
        typer.Option("--disable/--enable", help="Whether they are kept from signing in.", show_default=False),
    ] = None,
) -> None:
    """Change what is given of a user. Another role, or being disabled, signs them out."""
    given = {"display_name": name, "role": None if role is None else _role(role), "disabled": disabled}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    need(changes, "--name, --role, --disable, --enable")
    changed = await at.client.users.update(
        identity_pb2.User(name=child_name(user, "users"), **changes), *changes
    )
    show(changed, at.json, f"changed {changed.name}")


@command(app, "reset-password")
async def reset_password(
    at: Session,
    user: UserArgument,
    password_stdin: FromStdin = False,
) -> None:
    """Give a user another password (12 characters or more), and sign them out."""
    name = child_name(user, "users")
    await at.client.users.reset_password(
        name, password("New password of the user", stdin=password_stdin, new=True)
    )
    show(user_service_pb2.ResetPasswordResponse(), at.json, f"changed the password of {name}")


@command(app, "delete")
async def delete_user(
    at: Session,
    user: UserArgument,
    yes: Yes = False,
) -> None:
    """Delete a user, and sign them out."""
    name = child_name(user, "users")
    confirm(f"Delete {name}?", yes=yes)
    await at.client.users.delete(name)
    show(user_service_pb2.DeleteUserResponse(), at.json, f"deleted {name}")
