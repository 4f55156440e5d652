"""What it costs an rpc to be let in: against the health service, which looks nothing up but the credential."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deskbell.v1 import agent_service_pb2 as ag
from tests.support.live_server import LiveServer, live_server
from tests.support.people import make_people, request_id
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines

ROUNDS = 300
DESK = "tenants/clinic/agents/desk"


@pytest.fixture
async def server(
    database: str, redis_url: str, secret_key: bytes, tmp_path: Path
) -> AsyncGenerator[LiveServer, None]:
    script = Script()
    engines = scripted_engines(script)
    async with live_server(
        database,
        redis_url,
        secret_key,
        engines,
        tmp_path,
        quota_requests_per_second=100_000,
        quota_request_burst=100_000,
    ) as live:
        yield live


async def median(call: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds, one at a time."""
    for _ in range(20):
        await call()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


async def test_what_it_costs_to_be_let_in(server: LiveServer) -> None:
    people = await make_people(server)
    health = health_pb2_grpc.HealthStub(server.channel)
    get, update = server.stubs.agents.GetAgent, server.stubs.agents.UpdateAgent
    agent = (await get(ag.GetAgentRequest(name=DESK), metadata=server.metadata)).agent
    agent.etag = ""

    def read(metadata: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: get(ag.GetAgentRequest(name=DESK), metadata=metadata)

    def change(with_id: bool) -> Callable[[], Awaitable[Any]]:
        return lambda: update(
            ag.UpdateAgentRequest(agent=agent, request_id=request_id() if with_id else ""),
            metadata=people.metadata("owner"),
        )

    floor = await median(lambda: health.Check(health_pb2.HealthCheckRequest(), metadata=server.metadata))
    for name, call in (
        ("read with the bootstrap key", read(server.metadata)),
        ("read with an access token", read(people.metadata("owner"))),
        ("read with an API key", read(people.metadata("key:agents_read"))),
        ("change, audited", change(with_id=False)),
        ("change, audited, with a request id", change(with_id=True)),
    ):
        took = await median(call)
        print(f"{name}: {took:.2f} ms, {took / floor:.1f} times a health check ({floor:.2f} ms)")
