"""What is sent twice is done once; what was changed meanwhile is not overwritten."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import asyncpg
import grpc
import pytest

from deskbell.v1 import (
    access_pb2,
    agent_pb2,
    chat_service_pb2,
    identity_pb2,
    knowledge_pb2,
    tenant_pb2,
    tenant_service_pb2,
)
from deskbell.v1 import agent_service_pb2 as ag
from deskbell.v1 import auth_service_pb2 as auth
from deskbell.v1 import user_service_pb2 as us
from tests.support.aftermath import a_gap
from tests.support.booking import book, make_catalogue
from tests.support.live_server import LiveServer, refusal
from tests.support.people import make_people, request_id
from tests.support.requests import access_of, every_method, right_request, send, short

REPEATABLE = [
    method for method in every_method() if access_of(method).idempotency == access_pb2.IDEMPOTENCY_REQUEST_ID
]

CREATE_RESERVATION = next(method for method in every_method() if method.name == "CreateReservation")


def holder_of_id(request: Any) -> Any:
    return request if "request_id" in request.DESCRIPTOR.fields_by_name else request.header


async def prepared(server: LiveServer, method: Any) -> Any:
    """A request that succeeds, about something that is there."""
    people = await make_people(server)
    name = short(method)
    request = right_request(method, "clinic")
    if name in {
        "AgentService/PublishAgentVersion",
        "AgentService/RollBackAgent",
        "AgentService/SetAgentTraffic",
    }:
        # A second version, which is live.
        agent = agent_pb2.Agent(name="tenants/clinic/agents/desk", display_name="Second")
        await server.stubs.agents.UpdateAgent(ag.UpdateAgentRequest(agent=agent), metadata=server.metadata)
    if name == "TenantService/DeleteTenant":
        return request
    if name in {"UserService/UpdateUser", "UserService/ResetPassword", "UserService/DeleteUser"}:
        user = people.names["analyst"]
        if name.endswith("UpdateUser"):
            request.user.name = user
        else:
            request.name = user
    elif name in {"AuthService/RotateApiKey", "AuthService/RevokeApiKey"}:
        request.name = people.names["all scopes"]
    elif name == "AuthService/RevokeClientToken":
        request.name = people.names["client token"]
    elif name == "AgentService/UpdateAgent":
        request.agent.name = "tenants/clinic/agents/desk"
    elif name in {"AgentService/DeleteAgent", "AgentService/RollBackAgent", "AgentService/SetAgentTraffic"}:
        request.name = "tenants/clinic/agents/desk"
    elif name in {"LeadService/UpdateLead", "LeadService/DeleteLead"}:
        create = next(m for m in every_method() if m.name == "CreateLead")
        (made,) = await send(server.channel, create, right_request(create, "clinic"), server.metadata)
        if name.endswith("UpdateLead"):
            request.lead.name = made.lead.name  # type: ignore[attr-defined]
        else:
            request.name = made.lead.name  # type: ignore[attr-defined]
    elif name == "OperatorService/DeleteOperator":
        create = next(m for m in every_method() if m.name == "CreateOperator")
        (made,) = await send(server.channel, create, right_request(create, ""), server.metadata)
        request.name = made.operator.name  # type: ignore[attr-defined]
    elif name.startswith(("CatalogService/Update", "CatalogService/Delete")) and "Hours" not in name:
        kind, field = (
            ("services", "bookable_service") if "Service" in method.name else ("resources", "resource")
        )
        await make_catalogue(server)
        if name.startswith("CatalogService/Delete"):
            request.name = f"tenants/clinic/{kind}/made"
        else:
            getattr(request, field).name = f"tenants/clinic/{kind}/made"
    elif name.startswith("ReservationService/"):
        await make_catalogue(server)
        if not name.endswith("/CreateReservation"):
            made = await book(server, right_request(CREATE_RESERVATION, "clinic").reservation.start_time)  # type: ignore[attr-defined]
            if name.endswith("UpdateReservation"):
                request.reservation.name = made.name
            else:
                request.name = made.name
    elif name == "KnowledgeService/DeleteDocument":
        ingest = next(m for m in every_method() if m.name == "IngestText")
        (made,) = await send(server.channel, ingest, right_request(ingest, "clinic"), server.metadata)
        request.name = made.document.name  # type: ignore[attr-defined]
    return request


def changed(request: Any) -> Any:
    """The same request with other content."""
    other = type(request)()
    other.CopyFrom(request)
    for field, value in (
        ("text", "Other words."),
        ("caller_id", "somebody else"),
        ("password", "another password that is long"),
        ("max_concurrent_calls", 2),
        ("version", 1),
    ):
        if field in other.DESCRIPTOR.fields_by_name:
            setattr(other, field, value)
            return other
    for resource, field in (
        ("tenant", "industry"),
        ("agent", "greeting"),
        ("user", "display_name"),
        ("bookable_service", "price"),
        ("reservation", "notes"),
        ("opening_hours", "etag"),
        ("lead", "notes"),
    ):
        if (
            resource in other.DESCRIPTOR.fields_by_name
            and other.DESCRIPTOR.fields_by_name[resource].message_type
        ):
            setattr(getattr(other, resource), field, "other")
            return other
    if "knowledge_gap" in other.DESCRIPTOR.fields_by_name:
        other.knowledge_gap.status = knowledge_pb2.KNOWLEDGE_GAP_STATUS_DISMISSED
    elif "traffic" in other.DESCRIPTOR.fields_by_name:
        other.traffic[0].percent, other.traffic[1].percent = 60, 40
    elif "/versions/" in getattr(other, "name", ""):
        other.name = other.name[:-1] + "2"
    elif "quota" in other.DESCRIPTOR.fields_by_name:
        other.quota.concurrent_calls = 9
    elif "api_key" in other.DESCRIPTOR.fields_by_name:
        other.api_key.display_name = "Other"
    elif "resource" in other.DESCRIPTOR.fields_by_name:
        other.resource.display_name = "Other"
    elif "operator" in other.DESCRIPTOR.fields_by_name:
        other.operator.email = "other@example.com"
    elif "overlap" in other.DESCRIPTOR.fields_by_name:
        other.overlap.seconds = 60
    elif "header" in other.DESCRIPTOR.fields_by_name:
        other.header.title = "Other"
    else:
        other.name = other.name[:-1] + ("0" if other.name[-1] != "0" else "1")
    return other


@pytest.mark.parametrize("method", REPEATABLE, ids=short)
async def test_every_mutation_is_done_once_and_answered_alike(
    server: LiveServer, database: str, method: Any
) -> None:
    request = await prepared(server, method)
    if short(method) == "KnowledgeService/UpdateKnowledgeGap":
        request.knowledge_gap.name = await a_gap(database, "clinic")
    holder_of_id(request).request_id = request_id()
    first = await send(server.channel, method, request, server.metadata)
    again = await send(server.channel, method, request, server.metadata)
    if method.server_streaming:
        assert [r.started for r in first[:1]] == [r.started for r in again[:1]]  # type: ignore[attr-defined]
        text = [r.response_text.text for r in again if r.HasField("response_text")]  # type: ignore[attr-defined]
        assert "".join(text) == "".join(
            r.response_text.text
            for r in first
            if r.HasField("response_text")  # type: ignore[attr-defined]
        )
    else:
        assert first == again
    owner = await asyncpg.connect(database)
    try:
        path = f"/{method.containing_service.full_name}/{method.name}"
        entries = await owner.fetch(
            "select resource from audit_entries where method = $1 and request_id = $2",
            path,
            holder_of_id(request).request_id,
        )
        assert len(entries) == 1
    finally:
        await owner.close()
    if short(method) == "TenantService/DeleteTenant":
        return  # another name is another tenant's request, for which the id is free
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await send(server.channel, method, changed(request), server.metadata)
    assert refusal(refused.value).reason == "REQUEST_ID_REUSED", refusal(refused.value)
    assert "request_id" in refusal(refused.value).fields


async def test_a_request_that_failed_may_be_sent_again(server: LiveServer) -> None:
    request = ag.CreateAgentRequest(
        parent="tenants/clinic",
        agent_id="second",
        agent=agent_pb2.Agent(display_name="Second"),
        request_id=request_id(),
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await server.stubs.agents.CreateAgent(request, metadata=server.metadata)
    assert refusal(refused.value).reason == "TENANT_NOT_FOUND"
    await server.make_tenant("clinic")
    created = await server.stubs.agents.CreateAgent(request, metadata=server.metadata)
    assert created.agent.name == "tenants/clinic/agents/second"


async def test_an_id_belongs_to_whoever_used_it(server: LiveServer) -> None:
    people = await make_people(server)
    used = request_id()

    def mint() -> auth.MintClientTokenRequest:
        return auth.MintClientTokenRequest(agent="tenants/clinic/agents/desk", request_id=used)

    by_owner = await server.stubs.auth.MintClientToken(mint(), metadata=people.metadata("owner"))
    by_manager = await server.stubs.auth.MintClientToken(mint(), metadata=people.metadata("manager"))
    assert by_owner.secret != by_manager.secret
    again = await server.stubs.auth.MintClientToken(mint(), metadata=people.metadata("owner"))
    assert again.secret == by_owner.secret


async def test_what_a_repeat_is_told_cannot_be_read_in_the_database(
    server: LiveServer, database: str
) -> None:
    people = await make_people(server)
    made = await server.stubs.auth.CreateApiKey(
        auth.CreateApiKeyRequest(
            parent="tenants/clinic",
            api_key=identity_pb2.ApiKey(display_name="Back end", scopes=[access_pb2.SCOPE_CHAT]),
            request_id=request_id(),
        ),
        metadata=people.metadata("owner"),
    )
    secret = made.secret[-43:].encode()  # which may hold "_" itself
    owner = await asyncpg.connect(database)
    try:
        for table in await owner.fetch(
            "select oid::regclass::text as name from pg_class where relkind = 'r'"
        ):
            if table["name"].startswith(("pg_", "information_schema")):
                continue
            for row in await owner.fetch(f"select * from {table['name']}"):
                assert all(secret not in bytes(str(value), "utf8") for value in row.values()), table["name"]
                assert all(secret not in value for value in row.values() if isinstance(value, bytes))
    finally:
        await owner.close()


async def test_a_thousand_repeats_at_once_make_one_tenant(server: LiveServer) -> None:
    request = tenant_service_pb2.CreateTenantRequest(
        tenant=tenant_pb2.Tenant(display_name="Clinic"), request_id=request_id()
    )

    async def create() -> tenant_service_pb2.CreateTenantResponse:
        """As clients do: again, if the server is too busy for now."""
        for _ in range(5):
            try:
                return await server.stubs.tenants.CreateTenant(request, metadata=server.metadata)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
        return await server.stubs.tenants.CreateTenant(request, metadata=server.metadata)

    answers = await asyncio.gather(*(create() for _ in range(1000)))
    assert len({answer.SerializeToString() for answer in answers}) == 1
    listed = await server.stubs.tenants.ListTenants(
        tenant_service_pb2.ListTenantsRequest(), metadata=server.metadata
    )
    assert [tenant.name for tenant in listed.tenants] == [answers[0].tenant.name]


async def test_two_hundred_updates_at_once_with_etags_lose_none(server: LiveServer) -> None:
    name = await server.make_tenant("clinic")
    stub, dice = server.stubs.agents, random.Random(1)
    conflicts = 0

    async def add(number: int) -> None:
        nonlocal conflicts
        while True:
            got = await stub.GetAgent(ag.GetAgentRequest(name=name), metadata=server.metadata)
            got.agent.system_prompt += f" {number};"
            try:
                await stub.UpdateAgent(ag.UpdateAgentRequest(agent=got.agent), metadata=server.metadata)
                return
            except grpc.aio.AioRpcError as error:
                if refusal(error).reason != "ETAG_MISMATCH" or error.code() is not grpc.StatusCode.ABORTED:
                    raise
                conflicts += 1
                await asyncio.sleep(dice.random() * 2)

    await asyncio.gather(*(add(number) for number in range(200)))
    got = await stub.GetAgent(ag.GetAgentRequest(name=name), metadata=server.metadata)
    assert sorted(got.agent.system_prompt.split()) == sorted(f"{number};" for number in range(200))
    assert conflicts, "nothing was contended"


async def test_every_update_refuses_an_old_etag(server: LiveServer) -> None:
    people = await make_people(server)
    md = server.metadata
    tenant = (
        await server.stubs.tenants.GetTenant(
            tenant_service_pb2.GetTenantRequest(name="tenants/clinic"), metadata=md
        )
    ).tenant
    user = (
        await server.stubs.users.GetUser(us.GetUserRequest(name=people.names["analyst"]), metadata=md)
    ).user
    quota = (
        await server.stubs.tenants.GetUsage(
            tenant_service_pb2.GetUsageRequest(name="tenants/clinic"), metadata=md
        )
    ).quota
    for call, request in (
        (server.stubs.tenants.UpdateTenant, tenant_service_pb2.UpdateTenantRequest(tenant=tenant)),
        (server.stubs.users.UpdateUser, us.UpdateUserRequest(user=user)),
        (server.stubs.tenants.UpdateQuota, tenant_service_pb2.UpdateQuotaRequest(quota=quota)),
    ):
        await call(request, metadata=md)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(request, metadata=md)
        assert refusal(refused.value).reason == "ETAG_MISMATCH"


async def test_a_chat_that_broke_off_is_gone_on_with_under_its_id(server: LiveServer) -> None:
    name = await server.make_tenant("clinic")
    request = chat_service_pb2.SendMessageRequest(
        agent=name, text="When are you open?", request_id=request_id()
    )
    stream = server.stubs.chat.SendMessage(request, metadata=server.metadata)
    started = await stream.read()
    stream.cancel()
    events = [event async for event in server.stubs.chat.SendMessage(request, metadata=server.metadata)]
    assert events[0].started == started.started
    assert events[0].turn_id == started.turn_id
    assert any(event.HasField("response_done") for event in events)
    method = next(m for m in every_method() if m.name == "ListMessages")
    listing = right_request(method, "clinic")
    listing.parent = started.started.conversation  # type: ignore[attr-defined]
    (messages,) = await send(server.channel, method, listing, server.metadata)
    assert [m.speaker for m in messages.messages] == [1, 2]  # type: ignore[attr-defined]
