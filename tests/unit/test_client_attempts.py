"""Which rpcs the client repeats, how often, and that a repeat can be told from another request."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

import deskbell
from deskbell import rpcs
from deskbell.v1 import (
    agent_pb2,
    agent_service_pb2,
    agent_service_pb2_grpc,
    auth_service_pb2,
    auth_service_pb2_grpc,
    chat_service_pb2,
    chat_service_pb2_grpc,
    identity_pb2,
    knowledge_service_pb2,
    knowledge_service_pb2_grpc,
    tenant_pb2,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    user_service_pb2,
    user_service_pb2_grpc,
)
from tests.support.relay import open_relay

Refusal = tuple[grpc.StatusCode, str, float | None]
UNAVAILABLE: Refusal = (grpc.StatusCode.UNAVAILABLE, "DRAINING", None)


async def refuse(context: Any, refusal: Refusal) -> None:
    """Ends the rpc as the server does."""
    code, reason, retry_after = refusal
    details = [error_details_pb2.ErrorInfo(reason=reason, domain="deskbell")]
    if retry_after is not None:
        delay = duration_pb2.Duration(nanos=round(retry_after % 1 * 1e9), seconds=int(retry_after))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    packed = []
    for detail in details:
        packed.append(any_pb2.Any())
        packed[-1].Pack(detail)
    status = status_pb2.Status(code=code.value[0], message="no", details=packed)
    await context.abort_with_status(rpc_status.to_status(status))


class Server:
    """Refuses as often as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.credentials: list[str] = []
        self.refusals: list[Refusal] = []
        self.before: Callable[[], None] = lambda: None
        self.address = ""

    @property
    def ids(self) -> list[str]:
        """The ids of the requests, in order."""
        return [request.request_id for request in self.seen]

    def answering(self, response: Any) -> Any:
        """A method that takes one request and gives one response."""

        async def method(request: Any, context: Any) -> Any:
            await self._take(request, context)
            return response

        return method

    def _uploads(self) -> Any:
        async def method(requests: Any, context: Any) -> Any:
            received = [request async for request in requests]
            assert b"".join(request.chunk for request in received[1:]) == b"words"
            await self._take(received[0].header, context)
            return knowledge_service_pb2.UploadDocumentResponse()

        return method

    def _chats(self) -> Any:
        async def method(request: Any, context: Any) -> Any:
            if request.text != "break off":
                await self._take(request, context)
            yield chat_service_pb2.SendMessageResponse(event_seq=1)
            if request.text == "break off":
                await self._take(request, context)
            yield chat_service_pb2.SendMessageResponse(event_seq=2)

        return method

    async def _take(self, request: Any, context: Any) -> None:
        self.seen.append(request)
        self.credentials.append(dict(context.invocation_metadata()).get("authorization", ""))
        self.before()
        if self.refusals:
            await refuse(context, self.refusals.pop(0))

    def add_to(self, server: grpc.aio.Server) -> None:
        """Registers the services that the tests use."""
        tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(
            servicer(
                tenant_service_pb2_grpc.TenantServiceServicer,
                GetTenant=self.answering(tenant_service_pb2.GetTenantResponse()),
                CreateTenant=self.answering(tenant_service_pb2.CreateTenantResponse()),
                UpdateTenant=self.answering(tenant_service_pb2.UpdateTenantResponse()),
                DeleteTenant=self.answering(tenant_service_pb2.DeleteTenantResponse()),
                UpdateQuota=self.answering(tenant_service_pb2.UpdateQuotaResponse()),
                EraseCaller=self.answering(tenant_service_pb2.EraseCallerResponse()),
            ),
            server,
        )
        agent_service_pb2_grpc.add_AgentServiceServicer_to_server(
            servicer(
                agent_service_pb2_grpc.AgentServiceServicer,
                CreateAgent=self.answering(agent_service_pb2.CreateAgentResponse()),
                UpdateAgent=self.answering(agent_service_pb2.UpdateAgentResponse()),
                DeleteAgent=self.answering(agent_service_pb2.DeleteAgentResponse()),
            ),
            server,
        )
        knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(
            servicer(
                knowledge_service_pb2_grpc.KnowledgeServiceServicer,
                UploadDocument=self._uploads(),
                IngestText=self.answering(knowledge_service_pb2.IngestTextResponse()),
                DeleteDocument=self.answering(knowledge_service_pb2.DeleteDocumentResponse()),
            ),
            server,
        )
        user_service_pb2_grpc.add_UserServiceServicer_to_server(
            servicer(
                user_service_pb2_grpc.UserServiceServicer,
                CreateUser=self.answering(user_service_pb2.CreateUserResponse()),
                UpdateUser=self.answering(user_service_pb2.UpdateUserResponse()),
                ResetPassword=self.answering(user_service_pb2.ResetPasswordResponse()),
                DeleteUser=self.answering(user_service_pb2.DeleteUserResponse()),
            ),
            server,
        )
        auth_service_pb2_grpc.add_AuthServiceServicer_to_server(
            servicer(
                auth_service_pb2_grpc.AuthServiceServicer,
                SignIn=self.answering(auth_service_pb2.SignInResponse()),
                SignOut=self.answering(auth_service_pb2.SignOutResponse()),
                RefreshSession=self.answering(auth_service_pb2.RefreshSessionResponse()),
                ChangePassword=self.answering(auth_service_pb2.ChangePasswordResponse()),
                CreateApiKey=self.answering(auth_service_pb2.CreateApiKeyResponse()),
                RotateApiKey=self.answering(auth_service_pb2.RotateApiKeyResponse()),
                RevokeApiKey=self.answering(auth_service_pb2.RevokeApiKeyResponse()),
                MintClientToken=self.answering(auth_service_pb2.MintClientTokenResponse()),
                RevokeClientToken=self.answering(auth_service_pb2.RevokeClientTokenResponse()),
            ),
            server,
        )
        chat_service_pb2_grpc.add_ChatServiceServicer_to_server(
            servicer(
                chat_service_pb2_grpc.ChatServiceServicer,
                SendMessage=self._chats(),
            ),
            server,
        )


def servicer(kind: Any, **methods: Any) -> Any:
    """One with these methods; the others are unimplemented."""
    made = kind()
    for name, method in methods.items():
        setattr(made, name, method)
    return made


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Server]:
    """On a port of its own; the machine's profile is not seen."""
    for name in ("DESKBELL_SERVER", "DESKBELL_AGENT", "DESKBELL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DESKBELL_PROFILE", str(tmp_path / "profile.json"))
    monkeypatch.setattr(rpcs, "FIRST_WAIT", 0.02)
    scripted, listening = Server(), grpc.aio.server()
    scripted.add_to(listening)
    scripted.address = f"127.0.0.1:{listening.add_insecure_port('127.0.0.1:0')}"
    await listening.start()
    yield scripted
    await listening.stop(None)


@pytest.fixture
async def client(server: Server) -> AsyncIterator[deskbell.Client]:
    async with deskbell.Client(server.address, "key", agent="a/desk") as client:
        yield client


USER = identity_pb2.User(email="ann@example.com")
KEY = identity_pb2.ApiKey(display_name="for tests")
CHANGES: dict[str, Callable[[deskbell.Client, str], Any]] = {
    "create tenant": lambda c, i: c.tenants.create(tenant_pb2.Tenant(), request_id=i),
    "update tenant": lambda c, i: c.tenants.update(tenant_pb2.Tenant(), "industry", request_id=i),
    "delete tenant": lambda c, i: c.tenants.delete("a", request_id=i),
    "update quota": lambda c, i: c.tenants.update_quota(tenant_pb2.Quota(), request_id=i),
    "erase caller": lambda c, i: c.tenants.erase_caller("a", "ann", request_id=i),
    "create agent": lambda c, i: c.agents.create("a", agent_pb2.Agent(), request_id=i),
    "update agent": lambda c, i: c.agents.update(agent_pb2.Agent(), request_id=i),
    "delete agent": lambda c, i: c.agents.delete("a/desk", request_id=i),
    "ingest": lambda c, i: c.knowledge.ingest_text("a", "title", "text", request_id=i),
    "delete document": lambda c, i: c.knowledge.delete("tenants/a/documents/b", request_id=i),
    "create user": lambda c, i: c.users.create("a", USER, "a long password", request_id=i),
    "update user": lambda c, i: c.users.update(USER, request_id=i),
    "reset password": lambda c, i: c.users.reset_password("x", "a long password", request_id=i),
    "delete user": lambda c, i: c.users.delete("x", request_id=i),
    "create key": lambda c, i: c.auth.create_api_key("a", KEY, request_id=i),
    "rotate key": lambda c, i: c.auth.rotate_api_key("x", request_id=i),
    "revoke key": lambda c, i: c.auth.revoke_api_key("x", request_id=i),
    "mint token": lambda c, i: c.auth.mint_client_token("a/desk", request_id=i),
    "revoke token": lambda c, i: c.auth.revoke_client_token("x", request_id=i),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_every_change_is_repeated_with_its_id(
    server: Server, client: deskbell.Client, name: str
) -> None:
    server.refusals = [UNAVAILABLE, UNAVAILABLE]
    await CHANGES[name](client, "")
    assert len(server.seen) == 3
    assert len(set(server.ids)) == 1
    uuid.UUID(server.ids[0])
    given = str(uuid.uuid4())
    await CHANGES[name](client, given)
    assert server.ids[3:] == [given]
    await CHANGES[name](client, "")
    assert server.ids[4] not in server.ids[:4]


async def test_an_upload_is_sent_again_from_its_start(
    server: Server, client: deskbell.Client, tmp_path: Path
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("words")
    server.refusals = [UNAVAILABLE]
    await client.knowledge.upload("a", page)
    assert len(server.seen) == 2
    assert len(set(server.ids)) == 1
    assert server.ids[0]


async def test_a_chat_is_repeated_until_something_came(server: Server, client: deskbell.Client) -> None:
    server.refusals = [UNAVAILABLE, UNAVAILABLE]
    assert [event.event_seq async for event in client.chat.send("hello")] == [1, 2]
    assert len(server.seen) == 3
    assert len(set(server.ids)) == 1
    server.refusals = [UNAVAILABLE]
    came = []
    with pytest.raises(deskbell.Unavailable):
        async for event in client.chat.send("break off"):
            came.append(event.event_seq)
    assert came == [1]
    assert len(server.seen) == 4


async def test_the_attempts_are_counted(server: Server, client: deskbell.Client) -> None:
    server.refusals = [UNAVAILABLE] * 10
    with pytest.raises(deskbell.Unavailable) as refused:
        await client.tenants.get("a")
    assert refused.value.reason == "DRAINING"
    assert len(server.seen) == 1 + rpcs.REPEATS


@pytest.mark.parametrize(
    ("refusal", "attempts"),
    [
        ((grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", 0.05), 1 + rpcs.RATE_LIMITED_REPEATS),
        ((grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", 2.5), 1),
        ((grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", None), 1),
        ((grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED", 0.05), 1),
        ((grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS", 0.05), 1),
        ((grpc.StatusCode.UNAVAILABLE, "PROVIDER_UNAVAILABLE", 60.0), 1),
        ((grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID", None), 1),
        ((grpc.StatusCode.ABORTED, "ETAG_MISMATCH", None), 1),
        ((grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED", None), 1),
        ((grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID", None), 1),
        ((grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_EXPIRED", None), 1),  # a key cannot be renewed
        ((grpc.StatusCode.DEADLINE_EXCEEDED, "RPC_TOO_LONG", None), 1),
        ((grpc.StatusCode.INTERNAL, "INTERNAL", None), 1),
    ],
)
async def test_what_is_repeated(
    server: Server, client: deskbell.Client, refusal: Refusal, attempts: int
) -> None:
    server.refusals = [refusal] * 10
    began = asyncio.get_running_loop().time()
    with pytest.raises(deskbell.DeskbellError) as refused:
        await client.tenants.delete("a")
    assert refused.value.reason == refusal[1]
    assert len(server.seen) == attempts
    if refusal[2] is not None:  # no sooner than the server wants
        assert asyncio.get_running_loop().time() - began >= (attempts - 1) * refusal[2]


async def test_what_spends_a_credential_is_not_repeated(server: Server, client: deskbell.Client) -> None:
    for spends in (
        lambda: client.auth.sign_in("a", "ann@example.com", "wrong"),
        lambda: client.auth.refresh("token"),
        lambda: client.auth.change_password("old", "new"),
    ):
        server.refusals = [UNAVAILABLE] * 4
        server.seen.clear()
        with pytest.raises(deskbell.Unavailable):
            await spends()
        assert len(server.seen) == 1
    server.refusals = [UNAVAILABLE]
    server.seen.clear()
    await client.auth.sign_out("token")
    assert len(server.seen) == 2


async def test_signing_in_and_out_sends_no_credential(server: Server, client: deskbell.Client) -> None:
    await client.auth.sign_in("a", "ann@example.com", "right")
    await client.auth.refresh("token")
    await client.auth.sign_out("token")
    await client.tenants.get("a")
    assert server.credentials == ["", "", "", "Bearer key"]


async def test_a_connection_that_is_lost_in_the_middle(server: Server) -> None:
    async with open_relay(f"tcp://{server.address}") as relay:

        def lose() -> None:
            server.before = lambda: None
            relay.mend()

        server.before = lose
        async with deskbell.Client(relay.url.removeprefix("tcp://"), "key") as client:
            await client.tenants.delete("a")
        assert relay.connections == 2
    assert len(server.seen) == 2
    assert len(set(server.ids)) == 1


async def test_repeats_end_with_the_time_of_the_rpc(
    server: Server, client: deskbell.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpcs, "FIRST_WAIT", 60.0)
    server.refusals = [UNAVAILABLE] * 4
    with pytest.raises(deskbell.Unavailable):
        await client.tenants.get("a")
    assert len(server.seen) == 1


async def test_what_to_do_is_said(server: Server, client: deskbell.Client) -> None:
    for code, reason, kind in (
        (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_EXPIRED", deskbell.Unauthenticated),
        (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED", deskbell.PermissionDenied),
        (grpc.StatusCode.ABORTED, "ETAG_MISMATCH", deskbell.Conflict),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED", deskbell.LimitReached),
        (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED", deskbell.InvalidRequest),
    ):
        server.refusals = [(code, reason, None)]
        with pytest.raises(kind) as refused:
            await client.tenants.get("a")
        assert refused.value.advice
