"""`deskbell leads`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from deskbell.cli.durations import duration
from deskbell.cli.options import Session, command
from deskbell.cli.output import console, escape, print_json, print_table, when
from deskbell.cli.shared import TenantArgument, Text, Yes, child_name, confirm, group, need, show
from deskbell.v1 import lead_pb2, lead_service_pb2

app = group("Those who want to hear from the business.")

LeadArgument = Annotated[
    str, typer.Argument(help="TENANT/LEAD, or the full name that `list` shows.", metavar="TENANT/LEAD")
]
Phone = Annotated[
    str | None,
    typer.Option(help="With + and country code, or as dialled in the tenant's country.", show_default=False),
]
Consent = Annotated[
    str | None, typer.Option(help="The sentence that they agreed to; they did so now.", show_default=False)
]
_STATUSES = {
    "new": lead_pb2.LEAD_STATUS_NEW,
    "contacted": lead_pb2.LEAD_STATUS_CONTACTED,
    "closed": lead_pb2.LEAD_STATUS_CLOSED,
}


def _status(text: str) -> lead_pb2.LeadStatus:
    if text not in _STATUSES:
        raise typer.BadParameter(f"--status must be one of {', '.join(_STATUSES)}")
    return _STATUSES[text]


def _status_name(lead: lead_pb2.Lead) -> str:
    return lead_pb2.LeadStatus.Name(lead.status).removeprefix("LEAD_STATUS_").lower()


@command(app, "list")
async def list_leads(
    at: Session,
    tenant: TenantArgument,
    status: Annotated[str, typer.Option(help="Only new, contacted or closed ones.", show_default=False)] = "",
    since: Annotated[
        str, typer.Option(help="Only those first heard of since then: 24h, 7d.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
) -> None:
    """List a tenant's leads."""
    rows = []
    count = 0
    async for lead in at.client.leads.list(
        tenant,
        status=_status(status) if status else lead_pb2.LEAD_STATUS_UNSPECIFIED,
        created_after=datetime.now(UTC) - duration(since) if since else None,
    ):
        count += 1
        if at.json:
            print_json(lead)
        else:
            rows.append(
                (
                    lead.name.removeprefix("tenants/").replace("/leads/", "/"),
                    _status_name(lead),
                    lead.display_name,
                    lead.phone,
                    lead.email,
                    lead.intent,
                    when(lead.create_time),
                )
            )
        if count == limit:
            break
    if not at.json:
        columns = ("lead", "status", "name", "phone", "e-mail", "about", "since (UTC)")
        print_table(columns, rows, f"no leads: deskbell leads add {tenant} --name ... --phone ...")


@command(app, "show")
async def show_lead(
    at: Session,
    lead: LeadArgument,
) -> None:
    """Show a lead."""
    found = await at.client.leads.get(child_name(lead, "leads"))
    if at.json:
        print_json(found)
        return
    lines = {
        "lead": found.name,
        "status": _status_name(found),
        "name": found.display_name,
        "phone": found.phone,
        "e-mail": found.email,
        "about": found.intent,
        "property": found.property_id,
        "agreed to": f"{found.consent_text} ({when(found.consent_time)})" if found.consent_text else "",
        "called as": found.caller_id,
        "conversation": found.conversation,
        "since (UTC)": when(found.create_time),
        "changed (UTC)": when(found.update_time),
        "notes": found.notes,
    }
    for name, value in lines.items():
        if value:
            console.print(f"[bold]{name}[/bold]  {escape(value)}")


@command(app, "add")
async def add_lead(
    at: Session,
    tenant: TenantArgument,
    name: Text = None,
    phone: Phone = None,
    email: Text = None,
    intent: Annotated[str | None, typer.Option(help="What it is about.", show_default=False)] = None,
    property_id: Annotated[str | None, typer.Option("--property", show_default=False)] = None,
    notes: Text = None,
    consent: Consent = None,
) -> None:
    """Add a lead, or what is new of one who is known by the number or the address."""
    given = _given(name, phone, email, intent, property_id, notes, consent)
    made = await at.client.leads.create(tenant, lead_pb2.Lead(**given))
    what = "merged into" if made.merged else "added"
    show(made, at.json, f"{what} {made.lead.name}")


@command(app, "update")
async def update_lead(
    at: Session,
    lead: LeadArgument,
    status: Annotated[str, typer.Option(help="new, contacted or closed.", show_default=False)] = "",
    name: Text = None,
    phone: Phone = None,
    email: Text = None,
    intent: Annotated[str | None, typer.Option(help="What it is about.", show_default=False)] = None,
    property_id: Annotated[str | None, typer.Option("--property", show_default=False)] = None,
    notes: Text = None,
    consent: Consent = None,
) -> None:
    """Change what is given of a lead."""
    changes = _given(name, phone, email, intent, property_id, notes, consent)
    if status:
        changes["status"] = _status(status)
    need(changes, "--status, --name, --phone, --email, --intent, --property, --notes, --consent")
    changed = await at.client.leads.update(lead_pb2.Lead(name=child_name(lead, "leads"), **changes), *changes)
    show(changed, at.json, f"changed {changed.name}")


@command(app, "delete")
async def delete_lead(
    at: Session,
    lead: LeadArgument,
    yes: Yes = False,
) -> None:
    """Delete a lead, for good."""
    name = child_name(lead, "leads")
    confirm(f"Delete {name}?", yes=yes)
    await at.client.leads.delete(name)
    show(lead_service_pb2.DeleteLeadResponse(), at.json, f"deleted {name}")


def _given(
    name: str | None,
    phone: str | None,
    email: str | None,
    intent: str | None,
    property_id: str | None,
    notes: str | None,
    consent: str | None,
) -> dict[str, Any]:
    """The fields that were given."""
    fields = {
        "display_name": name,
        "phone": phone,
        "email": email,
        "intent": intent,
        "property_id": property_id,
        "notes": notes,
        "consent_text": consent,
    }
    return {field: value for field, value in fields.items() if value is not None}
