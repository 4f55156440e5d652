"""Between protos and domain, for figures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from deskbell.v1 import analytics_service_pb2 as pb
from deskbell_server.domain.analytics import Division, Figures, Metric
from deskbell_server.rpc.history_mapping import INTENTS
from deskbell_server.rpc.mapping import duration, timestamp

METRICS = {
    pb.METRIC_CONVERSATIONS: Metric.CONVERSATIONS,
    pb.METRIC_CALLS: Metric.CALLS,
    pb.METRIC_TURNS: Metric.TURNS,
    pb.METRIC_INTENTS: Metric.INTENTS,
    pb.METRIC_CACHE: Metric.CACHE,
    pb.METRIC_TOKENS: Metric.TOKENS,
    pb.METRIC_LATENCY: Metric.LATENCY,
    pb.METRIC_RESERVATIONS: Metric.RESERVATIONS,
    pb.METRIC_LEADS: Metric.LEADS,
}
DIVISIONS = {
    pb.METRIC_INTERVAL_HOUR: Division.HOUR,
    pb.METRIC_INTERVAL_DAY: Division.DAY,
    pb.METRIC_INTERVAL_WEEK: Division.WEEK,
    pb.METRIC_INTERVAL_MONTH: Division.MONTH,
}


def metrics(start: datetime, end: datetime, value: Figures, asked: Collection[Metric]) -> pb.Metrics:
    """The figures that were asked for."""
    result = pb.Metrics(start_time=timestamp(start), end_time=timestamp(end))
    for metric in asked:
        match metric:
            case Metric.CONVERSATIONS:
                result.conversations = value.conversations
            case Metric.CALLS:
                result.calls = value.calls
                result.call_duration.CopyFrom(duration(value.call_seconds))
            case Metric.TURNS:
                result.turns = value.turns
                counts = {str(outcome): count for outcome, count in value.outcomes.items()}
                result.outcomes.CopyFrom(pb.OutcomeCounts(**counts))
            case Metric.INTENTS:
                _add_intents(result, value)
            case Metric.CACHE:
                result.cache_lookups, result.cache_hits = value.cache_lookups, value.cache_hits
                if value.cache_lookups:
                    result.cache_hit_rate = value.cache_hits / value.cache_lookups
            case Metric.TOKENS:
                result.prompt_tokens = value.prompt_tokens
                result.completion_tokens = value.completion_tokens
            case Metric.LATENCY:
                _add_stages(result, value)
            case Metric.RESERVATIONS:
                result.reservations_made = value.reservations_made
                result.reservations_cancelled = value.reservations_cancelled
            case Metric.LEADS:
                result.leads = value.leads
    return result


def _add_intents(result: pb.Metrics, value: Figures) -> None:
    for intent, count in sorted(value.intents.items(), key=lambda pair: (-pair[1], pair[0])):
        result.intents.add(intent=INTENTS[intent], count=count)


def _add_stages(result: pb.Metrics, value: Figures) -> None:
    for stage, figures in sorted(value.stages.items()):
        result.stages.add(
            stage=stage,
            count=figures.count,
            p50=duration(figures.p50 / 1000),
            p95=duration(figures.p95 / 1000),
        )
