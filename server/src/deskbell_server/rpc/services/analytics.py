"""AnalyticsService."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from deskbell.v1 import analytics_service_pb2 as pb
from deskbell.v1.analytics_service_pb2_grpc import AnalyticsServiceServicer
from deskbell_server.domain.analytics import LONGEST, LONGEST_BY, division_starts
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, TenantId, split_name
from deskbell_server.ports.analytics import FigureStore
from deskbell_server.ports.stores import TenantStore
from deskbell_server.rpc.analytics_mapping import DIVISIONS, METRICS, metrics
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.identity_mapping import moment


class Analytics(AnalyticsServiceServicer):
    """See protos/deskbell/v1/analytics_service.proto."""

    def __init__(self, store: FigureStore, tenants: TenantStore) -> None:
        self._store = store
        self._tenants = tenants

    async def QueryMetrics(
        self, request: pb.QueryMetricsRequest, context: Context
    ) -> pb.QueryMetricsResponse:
        tenant = TenantId(split_name(request.parent)[0])
        division = DIVISIONS.get(request.interval)
        start, end = moment("start_time", request.start_time), moment("end_time", request.end_time)
        longest = LONGEST if division is None else LONGEST_BY.get(division, LONGEST)
        if not timedelta(0) < end - start <= longest:
            raise InvalidInput.field(
                "end_time", f"must be after start_time, by {longest.days} days at most with this interval"
            )
        agent = None
        if request.agent:
            owner, agent_id = split_name(request.agent)
            if owner != tenant:
                raise InvalidInput.field("agent", f"must be an agent of {request.parent}")
            agent = AgentId(agent_id)
        zone = (await self._tenants.get(tenant)).time_zone
        starts = division_starts(start, end, division, ZoneInfo(zone))
        asked = [METRICS[metric] for metric in request.metrics] or list(METRICS.values())
        total, parts = await self._store.figures(tenant, starts, end, agent=agent, metrics=asked)
        return pb.QueryMetricsResponse(
            total=metrics(start, end, total, asked),
            intervals=[
                metrics(begins, ends, part, asked)
                for begins, ends, part in zip(starts, [*starts[1:], end], parts, strict=True)
            ]
            if division is not None
            else [],
            time_zone=zone,
        )
