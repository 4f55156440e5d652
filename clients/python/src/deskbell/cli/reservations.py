"""`deskbell reservations`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from deskbell.cli.catalog import ServiceArgument
from deskbell.cli.moments import day, midnight, moment, shown
from deskbell.cli.options import Session, UsageProblem, command
from deskbell.cli.output import console, escape, print_json, print_table
from deskbell.cli.shared import TenantArgument, Yes, child_name, confirm, group, show
from deskbell.services.reservations import timestamp
from deskbell.v1 import booking_pb2

app = group("What is free, and what is booked.")

ReservationArgument = Annotated[
    str, typer.Argument(help="Resource name, or TENANT/ID.", metavar="TENANT/RESERVATION")
]
At = Annotated[
    str,
    typer.Option(
        "--at", help="2026-05-02T10:00 on the business's clock, or with an offset.", show_default=False
    ),
]
With = Annotated[str, typer.Option("--with", help="Id of the resource that is to serve.", show_default=False)]


async def _zone(at: Session, tenant: str) -> str:
    """The tenant's time zone."""
    return (await at.client.catalog.hours(tenant)).time_zone


def _tenant(name: str) -> str:
    return name.split("/")[1]


def _resource(tenant: str, text: str) -> str:
    return f"tenants/{tenant}/resources/{text.rpartition('/')[2]}" if text else ""


def _line(reservation: booking_pb2.Reservation, done: str) -> str:
    start = shown(reservation.start_time, reservation.time_zone)
    what, who = reservation.service.split("/")[3], reservation.resource.split("/")[3]
    return f"{done} {reservation.name}\n{what} with {who}, {start} ({reservation.time_zone})"


@command(app, "check")
async def check(
    at: Session,
    service: ServiceArgument,
    start: At = "",
    first: Annotated[str, typer.Option("--day", help="2026-05-02: its free times.", show_default=False)] = "",
    last: Annotated[str, typer.Option("--to", help="The last of several days.", show_default=False)] = "",
    resource: With = "",
) -> None:
    """Say what is free on some days, or whether a time is and, if not, what is instead."""
    name = child_name(service, "services")
    tenant = _tenant(name)
    if bool(start) == bool(first) or (last and not first):
        raise UsageProblem("give --at, or --day and perhaps --to")
    reservations, wanted = at.client.reservations, _resource(tenant, resource)
    if first:
        found = await reservations.available(name, day(first), day(last) if last else None, resource=wanted)
    else:
        found = await reservations.check(name, moment(start, await _zone(at, tenant)), resource=wanted)
    if at.json:
        print_json(found)
        return
    if found.not_free:
        why = booking_pb2.NotFreeReason.Name(found.not_free).removeprefix("NOT_FREE_REASON_").lower()
        console.print(f"not free ({escape(why.replace('_', ' '))}); instead:")
    rows = [
        (
            shown(slot.start_time, found.time_zone),
            shown(slot.end_time, found.time_zone)[-5:],
            ", ".join(each.split("/")[3] for each in slot.resources),
        )
        for slot in (*found.slots, *found.alternatives)
    ]
    print_table((f"free ({found.time_zone})", "until", "with"), rows, "nothing is free")
    if found.more:
        console.print("[dim]and more: ask about fewer days[/dim]")


@command(app, "create")
async def create(
    at: Session,
    service: ServiceArgument,
    start: At,
    name: Annotated[str, typer.Option(help="Of the caller.", show_default=False)] = "",
    phone: Annotated[str, typer.Option(help="+44 117 496 0142", show_default=False)] = "",
    email: Annotated[str, typer.Option(show_default=False)] = "",
    notes: Annotated[str, typer.Option(show_default=False)] = "",
    resource: With = "",
) -> None:
    """Book."""
    full = child_name(service, "services")
    tenant = _tenant(full)
    reservation = booking_pb2.Reservation(
        service=full,
        start_time=timestamp(moment(start, await _zone(at, tenant))),
        resource=_resource(tenant, resource),
        caller=booking_pb2.ReservationCaller(name=name, phone=phone, email=email),
        notes=notes,
    )
    made = await at.client.reservations.create(tenant, reservation)
    show(made, at.json, _line(made, "booked"))


@command(app, "list")
async def list_reservations(
    at: Session,
    tenant: TenantArgument,
    first: Annotated[
        str, typer.Option("--from", help="2026-05-02; now without it.", show_default=False)
    ] = "",
    before: Annotated[
        str, typer.Option("--before", help="2026-05-03: the first day left out.", show_default=False)
    ] = "",
    resource: With = "",
    cancelled: Annotated[bool, typer.Option("--cancelled", help="Also those.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """List reservations by start."""
    zone = await _zone(at, tenant) if first or before else ""

    def beginning(text: str) -> datetime | None:
        return midnight(text, zone) if text else None

    listed = at.client.reservations.list(
        tenant,
        start_from=beginning(first),
        start_before=beginning(before),
        resource=_resource(tenant.rpartition("/")[2], resource),
        show_cancelled=cancelled,
    )
    rows = []
    count = 0
    async for r in listed:
        count += 1
        zone = r.time_zone
        if at.json:
            print_json(r)
        else:
            state = booking_pb2.ReservationState.Name(r.state).removeprefix("RESERVATION_STATE_").lower()
            who = r.caller.name or r.caller.phone or r.caller.email
            what, by = r.service.split("/")[3], r.resource.split("/")[3]
            rows.append((r.name, shown(r.start_time, zone), what, by, who, r.caller.phone, state))
        if count == limit:
            break
    if not at.json:
        columns = ("reservation", f"begins ({zone})", "service", "with", "for", "phone", "state")
        print_table(columns, rows, "nothing is booked")


@command(app, "move")
async def move(at: Session, reservation: ReservationArgument, start: At, resource: With = "") -> None:
    """Move a reservation; if the new time is not free it stays where it was."""
    name = child_name(reservation, "reservations")
    tenant = _tenant(name)
    changed = booking_pb2.Reservation(
        name=name,
        start_time=timestamp(moment(start, await _zone(at, tenant))),
        resource=_resource(tenant, resource),
    )
    paths = ("start_time", "resource") if resource else ("start_time",)
    moved = await at.client.reservations.update(changed, *paths)
    show(moved, at.json, _line(moved, "moved"))


@command(app, "cancel")
async def cancel(at: Session, reservation: ReservationArgument, yes: Yes = False) -> None:
    """Cancel a reservation; its time is free again."""
    name = child_name(reservation, "reservations")
    confirm(f"Cancel {name}?", yes=yes)
    cancelled = await at.client.reservations.cancel(name)
    show(cancelled, at.json, _line(cancelled, "cancelled"))
