"""`deskbell tenants usage` and `deskbell tenants quota`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_table
from deskbell.cli.shared import TenantArgument, show
from deskbell.profile import tenant_name
from deskbell.v1 import tenant_pb2


def add_commands(app: typer.Typer) -> None:
    """Registers the commands."""
    command(app, "usage")(usage)
    command(app, "quota")(quota)


async def usage(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """Show what a tenant has used this month, and what it may use."""
    found = await at.client.tenants.usage(tenant)
    if at.json:
        show(found, json=True, line="")
        return
    used, limits = found.usage, found.quota
    rows = [
        (
            f"minutes of calls in {used.month}",
            f"{used.call_minutes:,.1f}",
            f"{limits.monthly_call_minutes:,}",
        ),
        (f"tokens in {used.month}", f"{used.tokens:,}", f"{limits.monthly_tokens:,}"),
        ("bytes of documents", f"{used.knowledge_bytes:,}", f"{limits.knowledge_bytes:,}"),
    ]
    print_table(("what", "used", "quota"), rows, "")


def _limit(help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(min=0, help=help_text, show_default=False)
    return option


async def quota(
    at: Session,
    tenant: TenantArgument,
    requests_per_second: Annotated[int | None, _limit("Over all credentials.")] = None,
    request_burst: Annotated[int | None, _limit("Requests at once, above that pace.")] = None,
    model_requests_per_second: Annotated[
        int | None, _limit("Chats, searches, documents, starts of calls.")
    ] = None,
    concurrent_calls: Annotated[int | None, _limit("Calls at once.")] = None,
    monthly_call_minutes: Annotated[int | None, _limit("Minutes of calls in a month.")] = None,
    monthly_tokens: Annotated[int | None, _limit("Tokens of the chat model in a month.")] = None,
    knowledge_bytes: Annotated[int | None, _limit("Bytes of all documents together.")] = None,
) -> None:
    """Show a tenant's limits, or change those that are given (platform operators); 0 is the server's default."""
    given = {
        "requests_per_second": requests_per_second,
        "request_burst": request_burst,
        "model_requests_per_second": model_requests_per_second,
        "concurrent_calls": concurrent_calls,
        "monthly_call_minutes": monthly_call_minutes,
        "monthly_tokens": monthly_tokens,
        "knowledge_bytes": knowledge_bytes,
    }
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if changes:
        wanted = tenant_pb2.Quota(name=f"{tenant_name(tenant)}/quota", **changes)
        limits = await at.client.tenants.update_quota(wanted, *changes)
    else:
        limits = (await at.client.tenants.usage(tenant)).quota
    if at.json:
        show(limits, json=True, line="")
        return
    rows = [(field.replace("_", " "), f"{getattr(limits, field):,}") for field in given]
    print_table(("limit", "quota"), rows, "")
