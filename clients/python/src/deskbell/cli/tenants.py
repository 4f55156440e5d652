"""`deskbell tenants`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli import quotas
from deskbell.cli.options import Session, command
from deskbell.cli.output import console, print_json, print_table, when
from deskbell.cli.shared import (
    Id,
    TenantArgument,
    Text,
    Yes,
    confirm,
    group,
    need,
    show,
)
from deskbell.profile import tenant_name
from deskbell.v1 import tenant_pb2, tenant_service_pb2

app = group("The businesses that a server answers for.")
quotas.add_commands(app)

Handled = Annotated[
    str | None, typer.Option(help="In stored transcripts: keep, mask or drop.", show_default=False)
]
Days = Annotated[
    int | None,
    typer.Option(min=0, max=3650, help="Days after which they are deleted; 0: never.", show_default=False),
]
_HANDLINGS = {
    "keep": tenant_pb2.HANDLING_KEEP,
    "mask": tenant_pb2.HANDLING_MASK,
    "drop": tenant_pb2.HANDLING_DROP,
}


def _handling(text: str) -> tenant_pb2.Handling:
    if text not in _HANDLINGS:
        raise typer.BadParameter(f"{text!r} must be one of {', '.join(_HANDLINGS)}")
    return _HANDLINGS[text]


@command(app, "create")
async def create_tenant(
    at: Session,
    name: Annotated[str, typer.Option(help="As callers hear it.")],
    tenant_id: Id = "",
    industry: str = "",
    language: Annotated[str, typer.Option(help="BCP 47, such as en-GB.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA, such as Europe/London.")] = "",
) -> None:
    """Create a tenant."""
    tenant = tenant_pb2.Tenant(
        display_name=name, industry=industry, language_code=language, time_zone=time_zone
    )
    made = await at.client.tenants.create(tenant, tenant_id=tenant_id)
    show(made, at.json, f"created {made.name}")


@command(app, "get")
async def get_tenant(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """Show a tenant."""
    t = await at.client.tenants.get(tenant)
    show(t, at.json, f"{t.name}  {t.display_name}  {t.industry}  {t.language_code}  {t.time_zone}")


@command(app, "list")
async def list_tenants(
    at: Session,
) -> None:
    """List the tenants."""
    found = [tenant async for tenant in at.client.tenants.list()]
    if at.json:
        for tenant in found:
            print_json(tenant)
        return
    rows = [(t.name.split("/")[1], t.display_name, t.industry, t.language_code, t.time_zone) for t in found]
    columns = ("tenant", "name", "industry", "language", "time zone")
    print_table(columns, rows, "no tenants yet: deskbell tenants create --name ...")


@command(app, "update")
async def update_tenant(
    at: Session,
    tenant: TenantArgument,
    name: Text = None,
    industry: Text = None,
    language: Text = None,
    time_zone: Text = None,
    phone_numbers: Handled = None,
    email_addresses: Handled = None,
    card_numbers: Handled = None,
    national_ids: Handled = None,
    audio_days: Days = None,
    transcript_days: Days = None,
    lead_days: Days = None,
    reservation_days: Days = None,
) -> None:
    """Change what is given of a tenant: how it is spoken to, what becomes of personal data in transcripts, and how
    long they are kept."""
    texts = {"display_name": name, "industry": industry, "language_code": language, "time_zone": time_zone}
    handled = {
        "phone_numbers": phone_numbers,
        "email_addresses": email_addresses,
        "card_numbers": card_numbers,
        "national_ids": national_ids,
    }
    days = {
        "audio_days": audio_days,
        "transcript_days": transcript_days,
        "lead_days": lead_days,
        "reservation_days": reservation_days,
    }
    changes: dict[str, Any] = {field: value for field, value in texts.items() if value is not None}
    redaction = {field: _handling(value) for field, value in handled.items() if value is not None}
    retention = {field: value for field, value in days.items() if value is not None}
    paths = [*changes, *(f"redaction.{field}" for field in redaction), *(f"retention.{f}" for f in retention)]
    need(
        dict.fromkeys(paths), "--name, --industry, --language, --time-zone, --card-numbers, ... (see --help)"
    )
    wanted = tenant_pb2.Tenant(
        name=tenant_name(tenant),
        **changes,
        redaction=tenant_pb2.RedactionPolicy(**redaction),
        retention=tenant_pb2.RetentionPolicy(**retention),
    )
    changed = await at.client.tenants.update(wanted, *paths)
    show(changed, at.json, f"changed {changed.name}")


@command(app, "delete")
async def delete_tenant(
    at: Session,
    tenant: TenantArgument,
    yes: Yes = False,
) -> None:
    """Delete a tenant with its agents, documents and conversations, for good."""
    confirm(f"Delete {tenant} with everything of it?", yes=yes)
    await at.client.tenants.delete(tenant)
    show(tenant_service_pb2.DeleteTenantResponse(), at.json, f"deleted {tenant_name(tenant)}")


@command(app, "erase-caller")
async def erase_caller(
    at: Session,
    tenant: TenantArgument,
    caller_id: Annotated[
        str, typer.Argument(help="The caller's id, as conversations have it.", metavar="CALLER_ID")
    ],
    yes: Yes = False,
) -> None:
    """Remove a caller from everything that is stored, for good, and print the receipt."""
    confirm(f"Erase everything of the caller {caller_id} at {tenant}?", yes=yes)
    receipt = await at.client.tenants.erase_caller(tenant, caller_id)
    if at.json:
        print_json(receipt)
        return
    print_table(("place", "removed"), [(e.table, f"{e.count:,}") for e in receipt.erased], "")
    console.print(f"[dim]erased at {when(receipt.erase_time)} UTC[/dim]")
