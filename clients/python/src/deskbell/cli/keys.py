"""`deskbell keys`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from deskbell.cli.durations import duration
from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table, when
from deskbell.cli.shared import SecretOnly, TenantArgument, Yes, child_name, confirm, group, show, show_secret
from deskbell.v1 import access_pb2, identity_pb2

app = group("API keys: the credentials of services.")

KeyArgument = Annotated[
    str, typer.Argument(help="TENANT/KEY, the key's id as `list` shows it.", metavar="TENANT/KEY")
]
_SCOPES = {
    number: name.removeprefix("SCOPE_").lower().replace("_", "-")
    for name, number in access_pb2.Scope.items()
    if number != access_pb2.SCOPE_UNSPECIFIED
}
_NAMES = ", ".join(_SCOPES.values())


def _scope(text: str) -> str:
    """The name in the contract."""
    if text not in _SCOPES.values():
        raise typer.BadParameter(f"{text!r} is no scope: {_NAMES}")
    return f"SCOPE_{text.upper().replace('-', '_')}"


@command(app, "list")
async def list_keys(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """List a tenant's keys, also those that do not work any more."""
    found = [key async for key in at.client.auth.list_api_keys(tenant)]
    if at.json:
        for key in found:
            print_json(key)
        return
    rows = [
        (
            key.name.split("/")[3],
            key.display_name,
            _state(key),
            when(key.last_used_time, "never"),
            " ".join(_SCOPES.get(scope, str(scope)) for scope in key.scopes),
        )
        for key in found
    ]
    empty = f"no keys yet: deskbell keys create {tenant} --name ... --scope ..."
    print_table(("key", "name", "state", "last used (UTC)", "scopes"), rows, empty)


def _state(key: identity_pb2.ApiKey) -> str:
    if key.HasField("revoke_time"):
        return "revoked"
    if not key.HasField("expire_time"):
        return "works"
    if key.expire_time.ToDatetime(UTC) <= datetime.now(UTC):
        return "expired"
    return f"works until {when(key.expire_time)}"


@command(app, "create")
async def create_key(
    at: Session,
    tenant: TenantArgument,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help=f"What it may do; may be given again: {_NAMES}.",
            metavar="SCOPE",
            show_default=False,
        ),
    ],
    expires_in: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            help="How long it works, such as 90d; without it until it is revoked.",
            show_default=False,
        ),
    ] = None,
    requests_per_second: Annotated[
        int, typer.Option(min=0, max=10_000, help="Of this key alone; 0: only the tenant's limit.")
    ] = 0,
    burst: Annotated[
        int, typer.Option(min=0, max=100_000, help="Requests at once above that pace; 0: twice the pace.")
    ] = 0,
    max_calls: Annotated[
        int, typer.Option(min=0, max=100_000, help="At once, of this key alone; 0: only the tenant's limit.")
    ] = 0,
    monthly_minutes: Annotated[
        int, typer.Option(min=0, help="Of calls, of this key alone; 0: only the tenant's limit.")
    ] = 0,
    monthly_tokens: Annotated[
        int, typer.Option(min=0, help="Of the chat model, of this key alone; 0: only the tenant's limit.")
    ] = 0,
    secret_only: SecretOnly = False,
) -> None:
    """Make a key. It is printed this once and stored nowhere.

    For a script: KEY=$(deskbell keys create TENANT --name ... --scope chat --secret-only)"""
    key = identity_pb2.ApiKey(
        display_name=name,
        scopes=[_scope(text) for text in scope],
        requests_per_second=requests_per_second,
        request_burst=burst,
        max_concurrent_calls=max_calls,
        monthly_call_minutes=monthly_minutes,
        monthly_tokens=monthly_tokens,
    )
    if expires_in is not None:
        key.expire_time.FromDatetime(datetime.now(UTC) + expires_in)
    made = await at.client.auth.create_api_key(tenant, key)
    show_secret(made, made.secret, at.json, secret_only, f"created {made.api_key.name}")


@command(app, "rotate")
async def rotate_key(
    at: Session,
    api_key: KeyArgument,
    overlap: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            help="How long the old secret still works, up to 7d; without it not at all.",
            show_default=False,
        ),
    ] = None,
    secret_only: SecretOnly = False,
) -> None:
    """Give a key a new secret, printed this once."""
    made = await at.client.auth.rotate_api_key(child_name(api_key, "apiKeys"), overlap=overlap)
    line = f"rotated {made.api_key.name}"
    if made.api_key.HasField("previous_secret_expire_time"):
        line += f"; the old secret works until {when(made.api_key.previous_secret_expire_time)} UTC"
    show_secret(made, made.secret, at.json, secret_only, line)


@command(app, "revoke")
async def revoke_key(
    at: Session,
    api_key: KeyArgument,
    yes: Yes = False,
) -> None:
    """Make a key useless at once, for good. Its calls end within 15 s."""
    name = child_name(api_key, "apiKeys")
    confirm(f"Revoke {name}? Whoever uses it stops working.", yes=yes)
    revoked = await at.client.auth.revoke_api_key(name)
    show(revoked, at.json, f"revoked {revoked.name}")
