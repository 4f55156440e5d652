"""`deskbell tenants`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli import options
from deskbell.cli.output import print_json, print_table
from deskbell.cli.shared import (
    Id,
    TenantArgument,
    Text,
    group,
    need,
    show,
)
from deskbell.client import Client
from deskbell.profile import tenant_name
from deskbell.v1 import tenant_pb2, tenant_service_pb2

app = group("The businesses that a server answers for.")


@app.command("create")
def create_tenant(
    name: Annotated[str, typer.Option(help="As callers hear it.")],
    tenant_id: Id = "",
    industry: str = "",
    language: Annotated[str, typer.Option(help="BCP 47, such as en-GB.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA, such as Europe/London.")] = "",
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Create a tenant."""

    async def body(client: Client) -> None:
        tenant = tenant_pb2.Tenant(
            display_name=name, industry=industry, language_code=language, time_zone=time_zone
        )
        made = await client.tenants.create(tenant, tenant_id=tenant_id)
        show(made, json, f"created {made.name}")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("get")
def get_tenant(
    tenant: TenantArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Show a tenant."""

    async def body(client: Client) -> None:
        t = await client.tenants.get(tenant)
        show(t, json, f"{t.name}  {t.display_name}  {t.industry}  {t.language_code}  {t.time_zone}")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("list")
def list_tenants(
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """List the tenants."""

    async def body(client: Client) -> None:
        found = [tenant async for tenant in client.tenants.list()]
        if json:
            for tenant in found:
                print_json(tenant)
            return
        rows = [
            (t.name.split("/")[1], t.display_name, t.industry, t.language_code, t.time_zone) for t in found
        ]
        columns = ("tenant", "name", "industry", "language", "time zone")
        print_table(columns, rows, "no tenants yet: deskbell tenants create --name ...")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("update")
def update_tenant(
    tenant: TenantArgument,
    name: Text = None,
    industry: Text = None,
    language: Text = None,
    time_zone: Text = None,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Change what is given of a tenant."""
    given = {"display_name": name, "industry": industry, "language_code": language, "time_zone": time_zone}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}

    async def body(client: Client) -> None:
        need(changes, "--name, --industry, --language, --time-zone")
        changed = await client.tenants.update(
            tenant_pb2.Tenant(name=tenant_name(tenant), **changes), *changes
        )
        show(changed, json, f"changed {changed.name}")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("delete")
def delete_tenant(
    tenant: TenantArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Delete a tenant with its agents, documents and conversations, for good."""
    if not yes:
        typer.confirm(f"Delete {tenant} with everything of it?", abort=True)

    async def body(client: Client) -> None:
        await client.tenants.delete(tenant)
        show(tenant_service_pb2.DeleteTenantResponse(), json, f"deleted {tenant_name(tenant)}")

    options.run(body, server=server, key=key, insecure=insecure)
