"""What went wrong, or could be made to go wrong, with access, over the wire."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import generate_latest

from deskbell.v1 import (
    access_pb2,
    agent_pb2,
    audit_service_pb2,
    chat_service_pb2,
    identity_pb2,
    operator_service_pb2,
    tenant_service_pb2,
)
from deskbell.v1 import agent_service_pb2 as ag
from deskbell.v1 import auth_service_pb2 as auth
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell.v1 import voice_stream_service_pb2 as vs
from deskbell_server.adapters.postgres.migrations import migrate
from deskbell_server.adapters.postgres.roles import Role as DatabaseRole
from deskbell_server.adapters.postgres.roles import role_url
from deskbell_server.rpc import interceptors
from deskbell_server.voice import session
from tests.contract.test_credentials import DESK, Line
from tests.contract.test_limits import usage
from tests.contract.test_personal_data import entries
from tests.contract.test_sessions import refresh
from tests.support.live_server import LiveServer, live_server, refused
from tests.support.people import PASSWORD, People, bearer, make_people, request_id
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines


@pytest.fixture
async def people(server: LiveServer) -> People:
    return await make_people(server)


async def test_a_refused_rpc_is_counted_by_its_code(server: LiveServer) -> None:
    await refused(
        server.stubs.agents.GetAgent(
            ag.GetAgentRequest(name="tenants/clinic/agents/none"), metadata=server.metadata
        )
    )
    counted = generate_latest(server.app.metrics.registry).decode()
    assert 'code="NOT_FOUND",method="/deskbell.v1.AgentService/GetAgent"} 1.0' in counted


async def test_a_tenant_does_not_see_the_log_of_one_that_had_its_id(
    server: LiveServer, people: People
) -> None:
    assert await entries(server, people)
    await server.stubs.tenants.DeleteTenant(
        tenant_service_pb2.DeleteTenantRequest(name="tenants/clinic"), metadata=server.metadata
    )
    gone = await server.stubs.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(parent="tenants/clinic"), metadata=server.metadata
    )
    assert gone.entries[0].method.endswith("DeleteTenant")  # an operator can still look
    again = await make_people(server)
    seen = await entries(server, again)
    assert people.names["owner"] not in {entry.actor for entry in seen}
    assert not any(entry.method.endswith("DeleteTenant") for entry in seen)


async def test_erasing_a_caller_ends_the_caller_s_call(
    server: LiveServer, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "RECORD_SECONDS", 0.2)
    line = Line(server, people.credentials["all scopes"], caller_id="anne")
    await line.begin()
    await server.stubs.tenants.EraseCaller(
        tenant_service_pb2.EraseCallerRequest(parent="tenants/clinic", caller_id="anne"),
        metadata=people.metadata("owner"),
    )
    assert (await line.until("ended")).ended.reason == vs.CallEnded.REASON_OPERATOR_ENDED


async def test_what_spends_or_makes_a_credential_is_written_down(
    server: LiveServer, people: People, database: str
) -> None:
    async def since() -> list[tuple[str, str]]:
        found = reversed(await entries(server, people, people.names["owner"]))
        return [(entry.method.rpartition("/")[2], entry.outcome) for entry in found][before:]

    before = len(await entries(server, people, people.names["owner"]))
    tokens = (await people.sign_in("owner@clinic.example")).tokens
    newer = (await refresh(server, tokens.refresh_token)).tokens
    change = auth.ChangePasswordRequest(current_password="wrong", new_password="a new one that is long")
    await refused(server.stubs.auth.ChangePassword(change, metadata=bearer(newer.access_token)))
    change.current_password = PASSWORD
    await server.stubs.auth.ChangePassword(change, metadata=bearer(newer.access_token))
    await refused(refresh(server, tokens.refresh_token))
    for _ in range(3):  # the session is over: there is nothing to end any more
        await server.stubs.auth.SignOut(auth.SignOutRequest(refresh_token=newer.refresh_token))
    again = await people.sign_in("owner@clinic.example", "a new one that is long")
    await server.stubs.auth.SignOut(auth.SignOutRequest(refresh_token=again.tokens.refresh_token))
    people.credentials["owner"] = dict(server.metadata)["authorization"].removeprefix("Bearer ")
    assert await since() == [
        ("SignIn", "OK"),
        ("RefreshSession", "OK"),
        ("ChangePassword", "UNAUTHENTICATED"),
        ("ChangePassword", "OK"),
        ("RefreshSession", "UNAUTHENTICATED"),
        ("SignIn", "OK"),
        ("SignOut", "OK"),
    ]


async def test_cancelling_does_not_keep_a_change_out_of_the_log(server: LiveServer, database: str) -> None:
    owner = await asyncpg.connect(database)
    try:
        before = await owner.fetchval("select count(*) from signing_keys")
        for number in range(12):
            call = server.stubs.operators.RotateSigningKey(
                operator_service_pb2.RotateSigningKeyRequest(), metadata=server.metadata
            )
            await asyncio.sleep(number * 0.001)
            call.cancel()
        await asyncio.sleep(0.5)
        made = await owner.fetchval("select count(*) from signing_keys") - before
        noted = await owner.fetchval(
            "select count(*) from audit_entries where method like '%RotateSigningKey'"
        )
        assert made >= 1, "every one was cancelled before it did anything"
        assert made == noted
    finally:
        await owner.close()


async def test_operators_are_named_in_the_log(server: LiveServer, database: str) -> None:
    made = await server.stubs.operators.CreateOperator(
        operator_service_pb2.CreateOperatorRequest(
            operator=operator_service_pb2.Operator(email="root@example.com"), password=PASSWORD
        ),
        metadata=server.metadata,
    )
    await server.stubs.operators.DeleteOperator(
        operator_service_pb2.DeleteOperatorRequest(name=made.operator.name), metadata=server.metadata
    )
    owner = await asyncpg.connect(database)
    try:
        rows = await owner.fetch("select resource from audit_entries where tenant_id = ''")
    finally:
        await owner.close()
    assert [row["resource"] for row in rows] == [made.operator.name] * 2


@pytest.mark.parametrize(
    "moment", [(253402300800, 0), (10**18, 0), (-(10**18), 0), (10**10, -5), (10**10, 2 * 10**9)]
)
async def test_a_moment_that_no_calendar_has_is_refused(
    server: LiveServer, people: People, moment: tuple[int, int]
) -> None:
    key = identity_pb2.ApiKey(display_name="x", scopes=[access_pb2.SCOPE_CHAT])
    key.expire_time.CopyFrom(Timestamp(seconds=moment[0], nanos=moment[1]))
    found = await refused(
        server.stubs.auth.CreateApiKey(
            auth.CreateApiKeyRequest(parent="tenants/clinic", api_key=key), metadata=people.metadata("owner")
        )
    )
    assert (found.code, list(found.fields)) == ("INVALID_ARGUMENT", ["api_key.expire_time"])


async def test_a_long_path_in_a_mask_is_told_in_short(server: LiveServer, people: People) -> None:
    request = ag.UpdateAgentRequest(
        agent=agent_pb2.Agent(name=DESK, display_name="x"), update_mask={"paths": ["x" * 200_000]}
    )
    found = await refused(server.stubs.agents.UpdateAgent(request, metadata=people.metadata("owner")))
    assert (found.code, list(found.fields)) == ("INVALID_ARGUMENT", ["update_mask"])


async def test_a_file_is_the_same_however_it_is_cut(server: LiveServer, people: People) -> None:
    content, chosen = b"We are open on Saturday. " * 40, request_id()

    async def upload(size: int, data: bytes = content) -> Any:
        async def parts() -> Any:
            header = kn.UploadHeader(parent="tenants/clinic", file_name="hours.txt", request_id=chosen)
            yield kn.UploadDocumentRequest(header=header)
            for start in range(0, len(data), size):
                yield kn.UploadDocumentRequest(chunk=data[start : start + size])

        return await server.stubs.knowledge.UploadDocument(parts(), metadata=people.metadata("owner"))

    first = await upload(100)
    assert await upload(333) == first
    assert (await refused(upload(100, content + b"!"))).reason == "REQUEST_ID_REUSED"


async def test_a_chat_that_was_broken_off_has_cost_tokens(
    server: LiveServer, people: People, script: Script
) -> None:
    script.answer = "We are open on Saturday. " * 50
    stream = server.stubs.chat.SendMessage(
        chat_service_pb2.SendMessageRequest(agent=DESK, text="When?"), metadata=people.metadata("owner")
    )
    while not (await stream.read()).HasField("response_text"):
        pass
    stream.cancel()
    await asyncio.sleep(0.5)
    assert (await usage(server)).tokens > 0


async def test_a_phone_cannot_use_up_what_its_tenant_has(server: LiveServer, people: People) -> None:
    _, token = await people.add_token()

    async def forbidden() -> str:
        request = ag.GetAgentRequest(name=DESK)
        return (await refused(server.stubs.agents.GetAgent(request, metadata=bearer(token)))).reason

    # At once: what comes slowly is let in.
    reasons = await asyncio.gather(*(forbidden() for _ in range(400)))
    assert reasons.count("PERMISSION_DENIED") >= 200
    assert reasons.count("RATE_LIMITED") >= 100  # also for what it may not do
    await server.stubs.agents.GetAgent(ag.GetAgentRequest(name=DESK), metadata=people.metadata("owner"))


async def test_renewing_over_and_over_is_refused_in_band(server: LiveServer, people: People) -> None:
    key = people.credentials["all scopes"]
    line = Line(server, key)
    await line.begin()
    for _ in range(10):
        await line.send(renew=vs.RenewCredential(credential=key))
        await line.until("credential_renewed")
    await line.send(renew=vs.RenewCredential(credential=key))
    fault = (await line.until("error")).error
    assert fault.recoverable
    assert grpc.StatusCode.RESOURCE_EXHAUSTED.value[0] == fault.status.code
    await line.end()


async def test_whoever_never_sends_a_request_needs_a_credential_to_keep_a_place(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interceptors, "FIRST_MESSAGE_SECONDS", 0.5)
    path = "/deskbell.v1.AgentService/ListAgents"

    async def open_and_wait(metadata: Any) -> grpc.StatusCode:
        # On the wire a request of one message is a stream of one.
        call = server.channel.stream_unary(path)(metadata=metadata, timeout=10)
        async with asyncio.timeout(8):
            return await call.code()  # type: ignore[no-any-return]

    assert await open_and_wait(()) is grpc.StatusCode.UNAUTHENTICATED
    assert await open_and_wait(server.metadata) is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_what_operators_do_for_all_can_be_listed_by_them(server: LiveServer, people: People) -> None:
    await server.stubs.operators.RotateSigningKey(
        operator_service_pb2.RotateSigningKeyRequest(), metadata=server.metadata
    )
    request = audit_service_pb2.ListAuditEntriesRequest()
    listed = await server.stubs.audit.ListAuditEntries(request, metadata=server.metadata)
    assert [entry.method.rpartition("/")[2] for entry in listed.entries] == [
        "RotateSigningKey",
        "CreateTenant",
    ]
    for kind in ("owner", "all scopes"):
        found = await refused(server.stubs.audit.ListAuditEntries(request, metadata=people.metadata(kind)))
        assert found.code == "PERMISSION_DENIED"


async def test_a_chat_repeated_while_it_is_answered_gets_that_answer(
    server: LiveServer, people: People, script: Script
) -> None:
    script.first_token_seconds = 0.5
    request = chat_service_pb2.SendMessageRequest(agent=DESK, text="When?", request_id=request_id())

    async def say() -> tuple[str, str]:
        stream = server.stubs.chat.SendMessage(request, metadata=people.metadata("owner"))
        events = [event async for event in stream]
        return events[0].turn_id, "".join(event.response_text.text for event in events)

    answers = await asyncio.gather(*(say() for _ in range(5)))
    assert len(set(answers)) == 1
    assert len(script.asked) == 1


async def test_erasing_a_caller_in_mid_turn_breaks_nothing(
    server: LiveServer, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "RECORD_SECONDS", 2.0)
    line = Line(server, people.credentials["all scopes"], caller_id="anne")
    await line.begin()
    await server.stubs.tenants.EraseCaller(
        tenant_service_pb2.EraseCallerRequest(parent="tenants/clinic", caller_id="anne"),
        metadata=people.metadata("owner"),
    )
    await line.send(text=vs.TextInput(text="When?"))
    await line.until("response_done")
    assert (await line.until("ended")).ended.reason == vs.CallEnded.REASON_OPERATOR_ENDED


async def test_health_is_open_to_a_look_only(
    database: str, redis_url: str, secret_key: bytes, script: Script, tmp_path: Path
) -> None:
    engines = scripted_engines(script)
    async with live_server(
        database, redis_url, secret_key, engines, tmp_path, open_health=True
    ) as open_server:
        health = health_pb2_grpc.HealthStub(open_server.channel)
        assert (await health.Check(health_pb2.HealthCheckRequest())).status == 1
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await health.Watch(health_pb2.HealthCheckRequest()).read()
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_the_server_makes_no_tables_of_its_own(servers: Any, secret_key: bytes) -> None:
    # Of a database that was migrated itself: one made from a template does not have the template's rights.
    name = "migrated_itself"
    owner = await asyncpg.connect(servers.database_url)
    try:
        await owner.execute(f"create database {name}")
        url = urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
        await migrate(url, secret_key)
        role = await asyncpg.connect(role_url(url, DatabaseRole.SERVER, secret_key))
        try:
            for statement in ("create temp table users (id int)", "create table mine (id int)"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await role.execute(statement)
        finally:
            await role.close()
    finally:
        await owner.execute(f"drop database if exists {name} with (force)")
        await owner.close()
