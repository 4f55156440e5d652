"""Where figures come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from deskbell_server.domain.analytics import Figures, Metric
from deskbell_server.domain.names import AgentId, TenantId


class FigureStore(Protocol):
    """A tenant's figures."""

    async def figures(
        self,
        tenant: TenantId,
        starts: Sequence[datetime],
        end: datetime,
        *,
        agent: AgentId | None,
        metrics: Collection[Metric],
    ) -> tuple[Figures, list[Figures]]:
        """Those of the whole span from the first of `starts` to `end`, and of each part. What is not among the metrics
        may be left at nothing. Raises StoreUnavailable, also when it takes too long."""
        ...
