"""How much a tenant may use, over all servers."""

from __future__ import annotations

import asyncio
import contextlib
import math
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from deskbell.v1 import agent_service_pb2, agent_service_pb2_grpc, chat_service_pb2, tenant_pb2
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell.v1 import tenant_service_pb2 as ts
from deskbell.v1 import voice_stream_service_pb2 as vs
from deskbell_server.voice import metering
from tests.contract.test_credentials import DESK, Line
from tests.support.live_server import LiveServer, refusal, refused
from tests.support.people import People, bearer, make_people

RATE, BURST, SECONDS = 100, 50, 3.0


@pytest.fixture
async def people(server: LiveServer) -> People:
    return await make_people(server)


async def limit(server: LiveServer, **fields: int) -> tenant_pb2.Quota:
    request = ts.UpdateQuotaRequest(
        quota=tenant_pb2.Quota(name="tenants/clinic/quota", **fields), update_mask={"paths": list(fields)}
    )
    changed = await server.stubs.tenants.UpdateQuota(request, metadata=server.metadata)
    return changed.quota


async def usage(server: LiveServer) -> tenant_pb2.Usage:
    got = await server.stubs.tenants.GetUsage(
        ts.GetUsageRequest(name="tenants/clinic"), metadata=server.metadata
    )
    return got.usage


async def say(server: LiveServer, token: str) -> None:
    request = chat_service_pb2.SendMessageRequest(agent=DESK, text="When?")
    async for _ in server.stubs.chat.SendMessage(request, metadata=bearer(token)):
        pass


@asynccontextmanager
async def processes(
    count: int, database: str, redis_url: str, secret: bytes, folder: Path
) -> AsyncIterator[list[str]]:
    """Addresses of servers that are processes of their own."""
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.serve_scripted",
            database,
            redis_url,
            secret.decode(),
            str(folder / str(number)),
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        for number in range(count)
    ]
    try:
        addresses = []
        for process in started:
            assert process.stdout is not None
            async with asyncio.timeout(60):
                while not (line := (await process.stdout.readline()).decode().strip()).startswith("127."):
                    assert line or process.returncode is None
            addresses.append(line)
        yield addresses
    finally:
        for process in started:
            assert process.stdin is not None
            process.stdin.close()
        for process in started:
            async with asyncio.timeout(30):
                await process.communicate()


@dataclass
class Hammered:
    """How many requests were admitted; when the first refusal came, when the last one that was refused was sent, and
    when all was over, in seconds from the start."""

    admitted: int = 0
    first_refused: float = math.inf
    last_refused: float = 0.0
    over: float = 0.0


async def hammer(addresses: list[str], token: str) -> Hammered:
    """Sends what it can for SECONDS, more than is allowed."""
    told = Hammered()
    begun = time.monotonic()

    async def worker(stub: Any) -> None:
        request = agent_service_pb2.ListAgentsRequest(parent="tenants/clinic")
        while (sent := time.monotonic() - begun) < SECONDS:
            try:
                await stub.ListAgents(request, metadata=bearer(token), timeout=10)
                told.admitted += 1
            except grpc.aio.AioRpcError as error:
                if refusal(error).reason != "RATE_LIMITED":
                    raise
                told.first_refused = min(told.first_refused, time.monotonic() - begun)
                told.last_refused = max(told.last_refused, sent)

    async with contextlib.AsyncExitStack() as stack:
        stubs = []
        for address in addresses:
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
            stubs.append(agent_service_pb2_grpc.AgentServiceStub(channel))
        await asyncio.gather(*(worker(stub) for stub in stubs for _ in range(8 // len(stubs))))
    told.over = time.monotonic() - begun
    return told


async def test_two_server_processes_admit_what_one_would(
    server: LiveServer, people: People, database: str, redis_url: str, secret_key: bytes, tmp_path: Path
) -> None:
    await limit(server, requests_per_second=RATE, request_burst=BURST)
    token = people.credentials["owner"]
    async with processes(2, database, redis_url, secret_key, tmp_path) as addresses:
        alone = await hammer(addresses[:1], token)
        await asyncio.sleep(BURST / RATE + 0.2)  # the bucket is full again
        together = await hammer(addresses, token)
    for told in (alone, together):
        print(told)
        assert told.last_refused > 0
        # One bucket gives no more than this, however many share it; and when it refused, all it had was spent, however
        # slow the machine. Only before the first refusal it may have been full, and have lost what came in.
        assert told.admitted <= 1.05 * (BURST + RATE * told.over)
        assert told.admitted >= 0.95 * (BURST + RATE * (told.last_refused - told.first_refused))


async def test_over_the_limit_it_is_said_when_to_come_again(server: LiveServer, people: People) -> None:
    await limit(server, requests_per_second=2, request_burst=4)
    request = agent_service_pb2.ListAgentsRequest(parent="tenants/clinic")

    def ask() -> Any:
        return server.stubs.agents.ListAgents(request, metadata=people.metadata("owner"))

    for _ in range(4):
        await ask()
    found = await refused(ask())
    assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
    assert found.metadata["subject"] == "tenant"
    assert found.retry_after is not None
    await asyncio.sleep(found.retry_after + 0.05)
    await ask()
    # Another tenant is not touched by it, nor is an operator who looks after this one.
    await make_people(server, "hotel")
    await server.stubs.agents.ListAgents(request, metadata=server.metadata)


async def test_calls_at_once_of_a_tenant(server: LiveServer, people: People) -> None:
    await limit(server, concurrent_calls=2)
    token = people.credentials["all scopes"]
    lines = [Line(server, token) for _ in range(2)]
    for line in lines:
        await line.begin()
    found = await refused(Line(server, token).begin())
    assert (found.reason, found.metadata["subject"], found.metadata["limit"]) == (
        "TOO_MANY_CALLS",
        "tenant",
        "2",
    )
    for line in lines:
        await line.end()


async def test_tokens_of_the_month(server: LiveServer, people: People) -> None:
    await say(server, people.credentials["owner"])
    used = (await usage(server)).tokens
    assert used > 0
    await limit(server, monthly_tokens=used)
    found = await refused(say(server, people.credentials["owner"]))
    assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
    assert found.metadata["quota"] == "monthly_tokens"
    assert found.retry_after is not None
    assert 1 <= found.retry_after <= 31 * 86_400
    assert (await refused(Line(server, people.credentials["all scopes"]).begin())).reason == "QUOTA_EXCEEDED"


async def test_minutes_of_the_month_end_a_call_that_goes_on(
    server: LiveServer, people: People, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncpg

    monkeypatch.setattr(metering, "COUNT_SECONDS", 0.2)
    await limit(server, monthly_call_minutes=1)
    owner = await asyncpg.connect(database)
    try:
        await owner.execute(
            "insert into tenant_usage values ('clinic', date_trunc('month', now() at time zone 'utc'), 59, 0)"
        )
    finally:
        await owner.close()
    line = Line(server, people.credentials["all scopes"])
    await line.begin()
    ended = (await line.until("ended")).ended
    assert ended.reason == vs.CallEnded.REASON_QUOTA_EXCEEDED
    assert (await usage(server)).call_minutes >= 1
    found = await refused(Line(server, people.credentials["all scopes"]).begin())
    assert found.metadata["quota"] == "monthly_call_minutes"
    await say(server, people.credentials["owner"])  # writing is no calling


async def test_a_call_is_counted(server: LiveServer, people: People) -> None:
    line = Line(server, people.credentials["all scopes"])
    await line.begin()
    await asyncio.sleep(0.3)
    await line.end()
    await asyncio.sleep(0.1)
    assert 0.004 <= (await usage(server)).call_minutes <= 0.1


async def test_bytes_of_knowledge(server: LiveServer, people: People) -> None:
    await limit(server, knowledge_bytes=100)

    def ingest(text: str) -> Any:
        return server.stubs.knowledge.IngestText(
            kn.IngestTextRequest(parent="tenants/clinic", title="Hours", text=text),
            metadata=people.metadata("owner"),
        )

    made = await ingest("We are open. " * 5)
    found = await refused(ingest("We are open. " * 5))
    assert (found.reason, found.metadata["quota"]) == ("QUOTA_EXCEEDED", "knowledge_bytes")
    assert "35 left" in found.message
    answers = await asyncio.gather(*(ingest("x" * 30) for _ in range(5)), return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    await server.stubs.knowledge.DeleteDocument(
        kn.DeleteDocumentRequest(name=made.document.name), metadata=people.metadata("owner")
    )
    await ingest("We are open. " * 5)
    assert (await usage(server)).knowledge_bytes == 95


async def test_what_is_not_set_is_the_server_s_default(server: LiveServer, people: People) -> None:
    changed = await limit(server, monthly_tokens=7)
    assert changed.monthly_tokens == 7
    assert changed.requests_per_second == 200
    assert changed.concurrent_calls == 50
    assert (await limit(server, monthly_tokens=0)).monthly_tokens == 200_000_000


async def test_a_key_has_a_month_of_its_own(server: LiveServer, people: People) -> None:
    _, few = await people.add_key("chat", "calls", monthly_tokens=10, monthly_call_minutes=5)
    await say(server, few)
    found = await refused(say(server, few))
    assert (found.reason, found.metadata["quota"]) == ("QUOTA_EXCEEDED", "monthly_tokens")
    assert found.metadata["subject"] == "API key"
    await say(server, people.credentials["key:chat"])  # the tenant has tokens left


async def test_a_key_s_minutes_end_its_call(
    server: LiveServer, people: People, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncpg

    monkeypatch.setattr(metering, "COUNT_SECONDS", 0.2)
    name, key = await people.add_key("calls", monthly_call_minutes=1)
    owner = await asyncpg.connect(database)
    try:
        await owner.execute(
            "insert into api_key_usage values ('clinic', $1, date_trunc('month', now() at time zone 'utc'), 59.5, 0)",
            name.rpartition("/")[2],
        )
    finally:
        await owner.close()
    line = Line(server, key)
    await line.begin()
    assert (await line.until("ended")).ended.reason == vs.CallEnded.REASON_QUOTA_EXCEEDED
    assert (await refused(Line(server, key).begin())).metadata["subject"] == "API key"
    other = Line(server, people.credentials["all scopes"])
    await other.begin()
    await other.end()


async def test_a_key_has_a_burst_of_its_own(server: LiveServer, people: People) -> None:
    _, key = await people.add_key("agents_read", requests_per_second=1, request_burst=7)
    request = agent_service_pb2.ListAgentsRequest(parent="tenants/clinic")
    answers = await asyncio.gather(
        *(server.stubs.agents.ListAgents(request, metadata=bearer(key)) for _ in range(12)),
        return_exceptions=True,
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) in {7, 8}
