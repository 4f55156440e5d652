"""`deskbell tenants`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table
from deskbell.cli.shared import (
    Id,
    TenantArgument,
    Text,
    group,
    need,
    show,
)
from deskbell.profile import tenant_name
from deskbell.v1 import tenant_pb2, tenant_service_pb2

app = group("The businesses that a server answers for.")


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
) -> None:
    """Change what is given of a tenant."""
    given = {"display_name": name, "industry": industry, "language_code": language, "time_zone": time_zone}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}

    need(changes, "--name, --industry, --language, --time-zone")
    changed = await at.client.tenants.update(tenant_pb2.Tenant(name=tenant_name(tenant), **changes), *changes)
    show(changed, at.json, f"changed {changed.name}")


@command(app, "delete")
async def delete_tenant(
    at: Session,
    tenant: TenantArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a tenant with its agents, documents and conversations, for good."""
    if not yes:
        typer.confirm(f"Delete {tenant} with everything of it?", abort=True)

    await at.client.tenants.delete(tenant)
    show(tenant_service_pb2.DeleteTenantResponse(), at.json, f"deleted {tenant_name(tenant)}")
