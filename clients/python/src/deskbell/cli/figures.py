"""`deskbell analytics`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from deskbell.cli.durations import duration
from deskbell.cli.options import Session, UsageProblem, command
from deskbell.cli.output import console, escape, print_json, print_table
from deskbell.cli.shared import TenantArgument
from deskbell.errors import PermissionDenied
from deskbell.v1 import analytics_service_pb2 as pb
from deskbell.v1 import turn_events_pb2

_INTERVALS = {
    "none": pb.METRIC_INTERVAL_UNSPECIFIED,
    "hour": pb.METRIC_INTERVAL_HOUR,
    "day": pb.METRIC_INTERVAL_DAY,
    "week": pb.METRIC_INTERVAL_WEEK,
    "month": pb.METRIC_INTERVAL_MONTH,
}
_METRICS: dict[str, Any] = {
    name.removeprefix("METRIC_").lower(): number for name, number in pb.Metric.items() if number
}
Choice = TypeVar("Choice", bound=int)
_COLUMNS: dict[str, tuple[pb.Metric, Callable[[pb.Metrics], str]]] = {
    "conversations": (pb.METRIC_CONVERSATIONS, lambda m: f"{m.conversations:,}"),
    "calls": (pb.METRIC_CALLS, lambda m: f"{m.calls:,}"),
    "call minutes": (pb.METRIC_CALLS, lambda m: f"{m.call_duration.ToMicroseconds() / 6e7:,.1f}"),
    "turns": (pb.METRIC_TURNS, lambda m: f"{m.turns:,}"),
    "answered": (pb.METRIC_TURNS, lambda m: f"{m.outcomes.answered:,}"),
    "refused": (pb.METRIC_TURNS, lambda m: f"{m.outcomes.refused:,}"),
    "handed over": (pb.METRIC_TURNS, lambda m: f"{m.outcomes.handed_over:,}"),
    "failed": (pb.METRIC_TURNS, lambda m: f"{m.outcomes.failed:,}"),
    "booked": (pb.METRIC_RESERVATIONS, lambda m: f"{m.reservations_made:,}"),
    "cancelled": (pb.METRIC_RESERVATIONS, lambda m: f"{m.reservations_cancelled:,}"),
    "leads": (pb.METRIC_LEADS, lambda m: f"{m.leads:,}"),
    "cache hits": (
        pb.METRIC_CACHE,
        lambda m: f"{m.cache_hit_rate:.0%}" if m.HasField("cache_hit_rate") else "-",
    ),
    "tokens": (pb.METRIC_TOKENS, lambda m: f"{m.prompt_tokens + m.completion_tokens:,}"),
}


def add_commands(app: typer.Typer) -> None:
    """Registers the command."""
    command(app, "analytics")(analytics)


async def analytics(
    at: Session,
    tenant: TenantArgument,
    last: Annotated[str, typer.Option(help="The time up to now: 24h, 7d, 90d.")] = "7d",
    since: Annotated[
        str,
        typer.Option(
            "--from",
            help="From this day or time: 2026-03-01, 2026-03-01T09:30 in the tenant's time zone.",
            show_default=False,
        ),
    ] = "",
    until: Annotated[str, typer.Option("--to", help="Until then, not now.", show_default=False)] = "",
    interval: Annotated[str, typer.Option(help="none, hour, day, week or month.")] = "day",
    agent: Annotated[str, typer.Option("--agent", help="Only this TENANT/AGENT.", show_default=False)] = "",
    metric: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this, may be given again: {', '.join(_METRICS)}.", show_default=False),
    ] = None,
) -> None:
    """Show a tenant's figures by interval, in the tenant's time zone."""
    division = _chosen("--interval", interval, _INTERVALS)
    metrics = [_chosen("--metric", name, _METRICS) for name in metric or ()]
    zone = await _zone(at, tenant) if since or until else UTC
    end = _moment(until, zone) if until else datetime.now(UTC)
    start = _moment(since, zone) if since else end - duration(last)
    found = await at.client.analytics.query(
        tenant,
        start,
        end,
        interval=division,
        agent=agent,
        metrics=metrics,
    )
    if at.json:
        print_json(found)
        return
    asked = set(metrics or _METRICS.values())
    columns = {name: cell for name, (group, cell) in _COLUMNS.items() if group in asked}
    if columns:
        local = ZoneInfo(found.time_zone)
        rows = [
            (_when(part, local, interval), *(cell(part) for cell in columns.values()))
            for part in found.intervals
        ]
        rows.append(("total", *(cell(found.total) for cell in columns.values())))
        print_table((f"from ({found.time_zone})", *columns), rows, "")
    _print_intents(found.total)
    _print_stages(found.total)


def _chosen(option: str, text: str, known: Mapping[str, Choice]) -> Choice:
    if text not in known:
        raise typer.BadParameter(f"{option} must be one of {', '.join(known)}")
    return known[text]


def _print_intents(total: pb.Metrics) -> None:
    if total.intents:
        named = (
            (turn_events_pb2.IntentKind.Name(each.intent).removeprefix("INTENT_KIND_").lower(), each.count)
            for each in total.intents
        )
        line = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in named)
        console.print(f"[bold]intents[/bold]  {escape(line)}")


def _print_stages(total: pb.Metrics) -> None:
    if total.stages:
        rows = [
            (
                stage.stage,
                f"{stage.count:,}",
                f"{stage.p50.ToMicroseconds() / 1000:,.0f}",
                f"{stage.p95.ToMicroseconds() / 1000:,.0f}",
            )
            for stage in total.stages
        ]
        print_table(("stage", "measured", "p50 (ms)", "p95 (ms)"), rows, "")


def _when(part: pb.Metrics, zone: ZoneInfo, interval: str) -> str:
    begins = part.start_time.ToDatetime(UTC).astimezone(zone)
    # With the offset: when clocks go back an hour comes twice.
    return f"{begins:%Y-%m-%d %H:%M %z}" if interval == "hour" else f"{begins:%Y-%m-%d %H:%M}"


async def _zone(at: Session, tenant: str) -> tzinfo | None:
    """The tenant's time zone, None for somebody who may not know it."""
    try:
        return ZoneInfo((await at.client.tenants.get(tenant)).time_zone)
    except PermissionDenied:
        return None


def _moment(text: str, zone: tzinfo | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no day or time: write 2026-03-01 or 2026-03-01T09:30"
        ) from None
    if moment.tzinfo is None and zone is None:
        raise UsageProblem(
            f"{text!r} needs an offset, as in 2026-03-01T00:00+01:00: "
            "this credential may not read the tenant's time zone"
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
