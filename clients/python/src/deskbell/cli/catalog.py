"""`deskbell catalog`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from deskbell.cli.durations import duration
from deskbell.cli.options import Session, UsageProblem, command
from deskbell.cli.output import print_json, print_table
from deskbell.cli.schedules import lines, set_dates, set_days
from deskbell.cli.shared import Id, TenantArgument, Text, Yes, child_name, confirm, group, need, show
from deskbell.profile import tenant_name
from deskbell.v1 import booking_pb2, catalog_service_pb2

app = group("What can be booked, who serves, and when.")
services = group("What can be booked.")
resources = group("Who or what serves callers.")
hours = group("Opening hours, and the rules of booking.")
app.add_typer(services, name="services")
app.add_typer(resources, name="resources")
app.add_typer(hours, name="hours")

ServiceArgument = Annotated[str, typer.Argument(help="TENANT/SERVICE", metavar="TENANT/SERVICE")]
ResourceArgument = Annotated[str, typer.Argument(help="TENANT/RESOURCE", metavar="TENANT/RESOURCE")]
Takes = Annotated[
    timedelta | None,
    typer.Option("--takes", parser=duration, metavar="DURATION", help="For example 45m.", show_default=False),
]
Buffer = Annotated[
    timedelta | None,
    typer.Option(
        parser=duration,
        metavar="DURATION",
        help="For which the resource is held afterwards.",
        show_default=False,
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option("--by", help="Id of a resource that can serve; may be given again.", show_default=False),
]
Days = Annotated[
    list[str] | None,
    typer.Option(
        "--day",
        help="mon=09:00-12:00,13:00-17:00, mon-fri=09:00-17:00 or sun=closed; may be given again.",
        show_default=False,
    ),
]
Dates = Annotated[
    list[str] | None,
    typer.Option(
        "--date",
        help="2026-12-25=closed, or hours; =as-usual takes it out. May be given again.",
        show_default=False,
    ),
]
_KINDS = {"staff": booking_pb2.RESOURCE_KIND_STAFF, "room": booking_pb2.RESOURCE_KIND_ROOM}


def _kind(text: str) -> booking_pb2.ResourceKind:
    if text not in _KINDS:
        raise typer.BadParameter(f"--kind must be one of {', '.join(_KINDS)}")
    return _KINDS[text]


def _resource_names(tenant: str, ids: list[str]) -> list[str]:
    return [f"{tenant_name(tenant)}/resources/{each.rpartition('/')[2]}" for each in ids]


def _minutes(value: Any) -> str:
    return f"{value.ToSeconds() // 60} min"


# ---- services


@command(services, "list")
async def list_services(at: Session, tenant: TenantArgument) -> None:
    """List what can be booked."""
    found = [service async for service in at.client.catalog.list_services(tenant)]
    if at.json:
        for service in found:
            print_json(service)
        return
    rows = [
        (
            s.name.split("/")[3],
            s.display_name,
            _minutes(s.duration),
            _minutes(s.buffer),
            s.price,
            ", ".join(each.split("/")[3] for each in s.resources),
        )
        for s in found
    ]
    empty = f"nothing yet: deskbell catalog services create {tenant} --name ... --takes 30m --by RESOURCE"
    print_table(("service", "name", "takes", "buffer", "price", "by"), rows, empty)


@command(services, "create")
async def create_service(
    at: Session,
    tenant: TenantArgument,
    name: Annotated[str, typer.Option(help="That callers hear.")],
    takes: Annotated[
        timedelta,
        typer.Option(parser=duration, metavar="DURATION", help="For example 45m.", show_default=False),
    ],
    service_id: Id = "",
    buffer: Buffer = None,
    price: Annotated[str, typer.Option(help="To be said: from 40 pounds.", show_default=False)] = "",
    by: By = None,
) -> None:
    """Add something that can be booked."""
    service = booking_pb2.BookableService(
        display_name=name, price=price, resources=_resource_names(tenant, by or [])
    )
    service.duration.FromTimedelta(takes)
    service.buffer.FromTimedelta(buffer or timedelta())
    made = await at.client.catalog.create_service(tenant, service, service_id=service_id)
    show(made, at.json, f"created {made.name}")


@command(services, "update")
async def update_service(
    at: Session,
    service: ServiceArgument,
    name: Text = None,
    takes: Takes = None,
    buffer: Buffer = None,
    price: Text = None,
    by: By = None,
) -> None:
    """Change what is given of a service; what is booked stays as it is."""
    full = child_name(service, "services")
    given = {"display_name": name, "price": price}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if by is not None:
        changes["resources"] = _resource_names(full.split("/")[1], by)
    changed = booking_pb2.BookableService(name=full, **changes)
    paths = list(changes)
    for path, value in (("duration", takes), ("buffer", buffer)):
        if value is not None:
            getattr(changed, path).FromTimedelta(value)
            paths.append(path)
    need(dict.fromkeys(paths), "--name, --takes, --buffer, --price, --by")
    stored = await at.client.catalog.update_service(changed, *paths)
    show(stored, at.json, f"changed {stored.name}")


@command(services, "delete")
async def delete_service(at: Session, service: ServiceArgument, yes: Yes = False) -> None:
    """Delete a service of which nothing was ever booked."""
    name = child_name(service, "services")
    confirm(f"Delete {name}?", yes=yes)
    await at.client.catalog.delete_service(name)
    show(catalog_service_pb2.DeleteBookableServiceResponse(), at.json, f"deleted {name}")


# ---- resources


@command(resources, "list")
async def list_resources(at: Session, tenant: TenantArgument) -> None:
    """List who or what serves callers."""
    found = [resource async for resource in at.client.catalog.list_resources(tenant)]
    if at.json:
        for resource in found:
            print_json(resource)
        return
    kinds = {value: name for name, value in _KINDS.items()}
    rows = [
        (
            r.name.split("/")[3],
            r.display_name,
            kinds.get(r.kind, ""),
            str(r.capacity),
            "; ".join(line for line in lines(r.schedule)[:7] if not line.endswith("closed"))
            if r.HasField("schedule")
            else "as the business",
        )
        for r in found
    ]
    empty = f"nobody yet: deskbell catalog resources create {tenant} --name ..."
    print_table(("resource", "name", "kind", "capacity", "hours"), rows, empty)


@command(resources, "create")
async def create_resource(
    at: Session,
    tenant: TenantArgument,
    name: Annotated[str, typer.Option(help="That callers hear.")],
    resource_id: Id = "",
    kind: Annotated[str, typer.Option(help="staff or room.")] = "staff",
    capacity: Annotated[int, typer.Option(help="Reservations at a time.")] = 1,
    days: Days = None,
    dates: Dates = None,
) -> None:
    """Add somebody or something that serves; without hours of its own it is there when the business is open."""
    resource = booking_pb2.Resource(display_name=name, kind=_kind(kind), capacity=capacity)
    if days or dates:
        resource.schedule.SetInParent()
        set_days(resource.schedule, days or [])
        set_dates(resource.schedule, dates or [])
    made = await at.client.catalog.create_resource(tenant, resource, resource_id=resource_id)
    show(made, at.json, f"created {made.name}")


@command(resources, "update")
async def update_resource(
    at: Session,
    resource: ResourceArgument,
    name: Text = None,
    capacity: Annotated[int | None, typer.Option(help="Reservations at a time.", show_default=False)] = None,
    days: Days = None,
    dates: Dates = None,
    as_business: Annotated[
        bool, typer.Option("--as-business", help="There when the business is open.")
    ] = False,
) -> None:
    """Change what is given of a resource; of its hours only the days that are given."""
    full = child_name(resource, "resources")
    given = {"display_name": name, "capacity": capacity}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if as_business and (days or dates):
        raise UsageProblem("give hours, or --as-business")
    changed = booking_pb2.Resource(name=full, **changes)
    if days or dates:
        stored = await at.client.catalog.get_resource(full)
        changed.etag = stored.etag
        changed.schedule.CopyFrom(stored.schedule)
        set_days(changed.schedule, days or [])
        set_dates(changed.schedule, dates or [])
    if days or dates or as_business:
        changes["schedule"] = None
    need(changes, "--name, --capacity, --day, --date, --as-business")
    updated = await at.client.catalog.update_resource(changed, *changes)
    show(updated, at.json, f"changed {updated.name}")


@command(resources, "delete")
async def delete_resource(at: Session, resource: ResourceArgument, yes: Yes = False) -> None:
    """Delete a resource of which nothing was ever booked."""
    name = child_name(resource, "resources")
    confirm(f"Delete {name}?", yes=yes)
    await at.client.catalog.delete_resource(name)
    show(catalog_service_pb2.DeleteResourceResponse(), at.json, f"deleted {name}")


# ---- opening hours


@command(hours, "show")
async def show_hours(at: Session, tenant: TenantArgument) -> None:
    """Show opening hours and rules."""
    _show_hours(at, await at.client.catalog.hours(tenant))


@command(hours, "set")
async def set_hours(
    at: Session,
    tenant: TenantArgument,
    days: Days = None,
    dates: Dates = None,
    every: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="DURATION", help="From start to start.", show_default=False),
    ] = None,
    lead: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="DURATION", help="Booked ahead at least.", show_default=False),
    ] = None,
    horizon: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="DURATION", help="Booked ahead at most.", show_default=False),
    ] = None,
) -> None:
    """Change what is given of opening hours and rules; days that are not given stay as they are."""
    stored = await at.client.catalog.hours(tenant)
    paths = []
    if days or dates:
        set_days(stored.schedule, days or [])
        set_dates(stored.schedule, dates or [])
        paths.append("schedule")
    for rule, value in (("granularity", every), ("lead", lead), ("horizon", horizon)):
        if value is not None:
            getattr(stored.rules, rule).FromTimedelta(value)
            paths.append(f"rules.{rule}")
    need(dict.fromkeys(paths), "--day, --date, --every, --lead, --horizon")
    _show_hours(at, await at.client.catalog.update_hours(stored, *paths))


def _show_hours(at: Session, stored: booking_pb2.OpeningHours) -> None:
    rules = stored.rules
    told = (
        f"every {_minutes(rules.granularity)}, at least {_minutes(rules.lead)} and at most "
        f"{rules.horizon.ToSeconds() // 86_400} days ahead"
    )
    show(stored, at.json, "\n".join([f"{stored.time_zone}", *lines(stored.schedule), told]))
