"""Whatever is sent, by whomever: a refusal that says why, never a defect, and no secret anywhere it should not be.

Hypothesis makes up metadata, credentials and the messages of every rpc; `derandomize` makes each run the same. What
is planted in them (secrets, a phone number, a caller's words: tests/support/fuzzing.py) is then looked for in all
that the server's process wrote, in statuses, in metrics and in the audit log.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import asyncpg
import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from deskbell.v1 import tenant_service_pb2
from tests.conftest import SECRET_KEY, TEMPLATE, Servers
from tests.support.fuzzing import (
    ACTORS,
    TENANT,
    Outcome,
    Rpc,
    World,
    broken_bytes,
    every_rpc,
    messages,
    open_world,
)

RPCS = {rpc.path: rpc for rpc in every_rpc()}
GET_TENANT = RPCS["/deskbell.v1.TenantService/GetTenant"]
REFRESH_SESSION = RPCS["/deskbell.v1.AuthService/RefreshSession"]
GOOD = tenant_service_pb2.GetTenantRequest(name=f"tenants/{TENANT}").SerializeToString()
CALL_SECONDS = 1.0
"""After which a call that goes on well is given up."""


def fuzzed(examples: int) -> settings:
    """How every test here runs."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.large_base_example,
        ],
    )


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all the tests."""
    name = f"test_{secrets.token_hex(6)}"

    def command(sql: str) -> None:
        async def execute() -> None:
            connection = await asyncpg.connect(servers.database_url, timeout=10)
            try:
                await connection.execute(sql)
            finally:
                await connection.close(timeout=10)

        asyncio.run(execute())

    with Redis.from_url(servers.redis_url) as redis:
        redis.flushdb()
    command(f"create database {name} template {TEMPLATE}")
    url = urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
    try:
        with open_world(url, servers.redis_url, SECRET_KEY, tmp_path_factory.mktemp("fuzz")) as opened:
            yield opened
    finally:
        command(f"drop database {name} with (force)")


@pytest.fixture(autouse=True)
def still_right(world: World) -> Iterator[None]:
    """After each test the server answers as it should, and has written nothing of what was planted."""
    world.restore()
    world.skip_output()
    yield
    world.restore()
    answer = world.send(GET_TENANT, [GOOD], world.metadata("bootstrap"))
    assert answer.ok, answer.details
    world.check_output()


def given_up(outcome: Outcome, rpc: Rpc) -> bool:
    """Whether it was this client that ended a stream which went on well."""
    return rpc.server_streaming and outcome.code is grpc.StatusCode.DEADLINE_EXCEEDED


def run(world: World, rpc: Rpc, actor: str, contents: list[bytes]) -> Outcome:
    """Sends, and looks at what came of it."""
    world.forget_limits()
    timeout = CALL_SECONDS if rpc.client_streaming and rpc.server_streaming else 20.0
    outcome = world.send(rpc, contents, world.metadata(actor), timeout)
    try:
        if not given_up(outcome, rpc):
            world.examine(outcome, rpc)
    except AssertionError:
        world.skip_output()  # the next example is not to be blamed for it
        raise
    finally:
        if rpc.changes and (outcome.ok or outcome.responses):
            world.restore()
            lift_quota(world, rpc)
    return outcome


def lift_quota(world: World, rpc: Rpc) -> None:
    """A tenant whose quota was made small would refuse everything else."""
    if rpc.path.endswith("UpdateQuota"):
        request = tenant_service_pb2.UpdateQuotaRequest()
        request.quota.name = f"tenants/{TENANT}/quota"
        world.call("UpdateQuota", request, tenant_service_pb2.UpdateQuotaResponse)


# ---- messages


@pytest.mark.parametrize("path", RPCS)
def test_any_message(world: World, path: str) -> None:
    rpc = RPCS[path]

    # Mostly those who may: nothing looks at the message of somebody else.
    actors = st.sampled_from((*rpc.admitted * 3, *ACTORS))
    count = st.integers(0, 4) if rpc.client_streaming else st.just(1)

    @fuzzed(40)
    @given(st.data(), actors)
    def fuzz(data: st.DataObject, actor: str) -> None:
        sent = [data.draw(messages(rpc.request)) for _ in range(data.draw(count))]
        run(world, rpc, actor, [message.SerializeToString() for message in sent])

    fuzz()


@fuzzed(200)
@given(st.data(), st.sampled_from(list(RPCS)), st.sampled_from(ACTORS))
def test_any_bytes(world: World, data: st.DataObject, path: str, actor: str) -> None:
    rpc = RPCS[path]
    count = data.draw(st.integers(1, 3)) if rpc.client_streaming else 1
    run(world, rpc, actor, [data.draw(broken_bytes(rpc.request)) for _ in range(count)])
