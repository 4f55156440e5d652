"""AnalyticsService."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import grpc

from deskbell.profile import agent_name, tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import analytics_service_pb2 as pb
from deskbell.v1 import analytics_service_pb2_grpc


class Analytics:
    """AnalyticsService: figures."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = analytics_service_pb2_grpc.AnalyticsServiceStub(channel)

    async def query(
        self,
        tenant: str,
        start: datetime,
        end: datetime,
        *,
        interval: pb.MetricInterval = pb.METRIC_INTERVAL_UNSPECIFIED,
        agent: str = "",
        metrics: Iterable[pb.Metric] = (),
    ) -> pb.QueryMetricsResponse:
        """Figures from `start` up to `end`, as a whole and by interval; all of them unless some are named. Times
        without a zone are UTC."""
        request = pb.QueryMetricsRequest(
            parent=tenant_name(tenant),
            interval=interval,
            agent=agent_name(agent) if agent else "",
            metrics=metrics,
        )
        request.start_time.FromDatetime(start)
        request.end_time.FromDatetime(end)
        return await self._rpcs.read(self._stub.QueryMetrics, request)
