"""Figures from Postgres, over the views of the schema `reporting`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from weakref import WeakValueDictionary

import asyncpg

from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.analytics import Figures, Metric, StageFigures
from deskbell_server.domain.errors import LimitReached
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import AgentId, TenantId
from deskbell_server.domain.turn import TurnOutcome

AT_ONCE = 2
"""Queries at a time: they take longer than others, and calls need connections, too. Of one tenant: one."""
WAIT_SECONDS = 10.0
"""For one's turn: a statement gives up after 5 s."""
_SQL = load_statements("analytics")
_OF_TURNS = {Metric.TURNS, Metric.INTENTS, Metric.CACHE, Metric.TOKENS}


class PostgresFigureStore:
    """Fulfils `FigureStore`. Each statement reads only the span in an index, and gives up after 5 s."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._room = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[TenantId, asyncio.Lock] = WeakValueDictionary()

    async def figures(
        self,
        tenant: TenantId,
        starts: Sequence[datetime],
        end: datetime,
        *,
        agent: AgentId | None,
        metrics: Collection[Metric],
    ) -> tuple[Figures, list[Figures]]:
        asked = set(metrics)
        total, parts = Figures(), [Figures() for _ in starts]
        async with self._turn(tenant), self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["limits"])
            query = _Query(connection, tenant, list(starts), end, agent, total, parts)
            if asked & {Metric.CONVERSATIONS, Metric.CALLS}:
                await query.conversations()
            if asked & _OF_TURNS:
                await query.turns()
            if Metric.LATENCY in asked:
                await query.stages()
            if Metric.RESERVATIONS in asked:
                await query.reservations()
            if Metric.LEADS in asked:
                await query.leads()
        return total, parts

    @asynccontextmanager
    async def _turn(self, tenant: TenantId) -> AsyncIterator[None]:
        """Waits until the tenant's other queries are done, and then for room: one tenant's never hold up all. Raises
        LimitReached when that takes too long."""
        lock = self._turns.setdefault(tenant, asyncio.Lock())
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await stack.enter_async_context(lock)
                    await stack.enter_async_context(self._room)
            except TimeoutError:
                raise LimitReached(
                    f"figures are being counted already, and it was not this query's turn in {WAIT_SECONDS:.0f} s",
                    reason="RATE_LIMITED",
                    metadata={"subject": "tenant"},
                    retry_after=WAIT_SECONDS,
                ) from None
            yield


class _Query:
    """One question, whose answers are added to the total and to the parts."""

    def __init__(
        self,
        connection: Connection,
        tenant: TenantId,
        starts: list[datetime],
        end: datetime,
        agent: AgentId | None,
        total: Figures,
        parts: list[Figures],
    ) -> None:
        self._connection = connection
        self._tenant = tenant
        self._starts = starts
        self._end = end
        self._agent = agent
        self._total = total
        self._parts = parts

    async def conversations(self) -> None:
        for row in await self._fetch("conversations"):
            for figures in self._both(row["bucket"]):
                figures.conversations += row["conversations"]
                figures.calls += row["calls"]
                figures.call_seconds += row["call_seconds"]

    async def turns(self) -> None:
        for row in await self._fetch("turns"):
            for figures in self._both(row["bucket"]):
                figures.turns += row["turns"]
                figures.intents[IntentKind(row["intent"])] += row["turns"]
                for outcome in TurnOutcome:
                    figures.outcomes[outcome] += row[outcome]
                figures.cache_lookups += row["cache_lookups"]
                figures.cache_hits += row["cache_hits"]
                figures.prompt_tokens += row["prompt_tokens"]
                figures.completion_tokens += row["completion_tokens"]

    async def stages(self) -> None:
        """Percentiles of parts do not add up to those of the whole, which are looked for on their own."""
        ends = [*self._starts[1:], self._end]
        await self._stages(self._starts, ends, self._parts)
        if len(self._parts) == 1:
            self._total.stages = self._parts[0].stages
        else:
            await self._stages(self._starts[:1], [self._end], [self._total])

    async def _stages(self, starts: list[datetime], ends: list[datetime], into: list[Figures]) -> None:
        rows = await self._connection.fetch(_SQL["stages"], self._tenant, starts, ends, self._agent)
        for row in rows:
            p50, p95 = row["percentiles"]
            into[row["bucket"] - 1].stages[row["stage"]] = StageFigures(row["count"], p50, p95)

    async def reservations(self) -> None:
        for row in await self._fetch("reservations"):
            for figures in self._both(row["bucket"]):
                figures.reservations_made += row["made"]
                figures.reservations_cancelled += row["cancelled"]

    async def leads(self) -> None:
        for row in await self._fetch("leads"):
            for figures in self._both(row["bucket"]):
                figures.leads += row["leads"]

    async def _fetch(self, name: str) -> Sequence[asyncpg.Record]:
        return await self._connection.fetch(_SQL[name], self._tenant, self._starts, self._end, self._agent)

    def _both(self, bucket: int) -> tuple[Figures, Figures]:
        return self._total, self._parts[bucket - 1]
