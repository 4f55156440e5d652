"""The real server on a real socket, with real stores; the engines are given by the test."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from deskbell.v1 import (
    agent_pb2,
    agent_service_pb2,
    agent_service_pb2_grpc,
    analytics_service_pb2_grpc,
    audit_service_pb2_grpc,
    auth_service_pb2_grpc,
    catalog_service_pb2_grpc,
    chat_service_pb2_grpc,
    conversation_service_pb2_grpc,
    knowledge_service_pb2_grpc,
    lead_service_pb2_grpc,
    operator_service_pb2_grpc,
    reservation_service_pb2_grpc,
    tenant_pb2,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    user_service_pb2_grpc,
    voice_stream_service_pb2_grpc,
)
from deskbell_server.access import passwords
from deskbell_server.app.engines import Engines
from deskbell_server.app.secrets import ServerSecrets
from deskbell_server.app.server import App, StoreUrls, open_services
from deskbell_server.settings import Settings

KEY = "dbk_test-key"


class Stubs:
    """A stub for each service, over one channel, with the key in every call."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.tenants = tenant_service_pb2_grpc.TenantServiceStub(channel)
        self.agents = agent_service_pb2_grpc.AgentServiceStub(channel)
        self.knowledge = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        self.chat = chat_service_pb2_grpc.ChatServiceStub(channel)
        self.conversations = conversation_service_pb2_grpc.ConversationServiceStub(channel)
        self.leads = lead_service_pb2_grpc.LeadServiceStub(channel)
        self.analytics = analytics_service_pb2_grpc.AnalyticsServiceStub(channel)
        self.auth = auth_service_pb2_grpc.AuthServiceStub(channel)
        self.users = user_service_pb2_grpc.UserServiceStub(channel)
        self.operators = operator_service_pb2_grpc.OperatorServiceStub(channel)
        self.audit = audit_service_pb2_grpc.AuditServiceStub(channel)
        self.catalog = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        self.reservations = reservation_service_pb2_grpc.ReservationServiceStub(channel)
        self.voice = voice_stream_service_pb2_grpc.VoiceStreamServiceStub(channel)


@dataclass
class LiveServer:
    """A server that serves."""

    address: str
    app: App
    channel: grpc.aio.Channel
    stubs: Stubs
    metadata: tuple[tuple[str, str], ...] = (("authorization", f"Bearer {KEY}"),)

    async def make_tenant(
        self,
        tenant: str = "clinic",
        *,
        greeting: str = "",
        silence: float = 0.4,
        time_zone: str = "Europe/London",
    ) -> str:
        """A tenant with an agent `desk`; returns the agent's name."""
        await self.stubs.tenants.CreateTenant(
            tenant_service_pb2.CreateTenantRequest(
                tenant_id=tenant,
                tenant=tenant_pb2.Tenant(display_name=tenant.title(), time_zone=time_zone),
            ),
            metadata=self.metadata,
        )
        agent = agent_pb2.Agent(display_name="Desk", greeting=greeting)
        agent.voice.end_of_utterance_silence.FromMilliseconds(int(silence * 1000))
        created = await self.stubs.agents.CreateAgent(
            agent_service_pb2.CreateAgentRequest(parent=f"tenants/{tenant}", agent_id="desk", agent=agent),
            metadata=self.metadata,
        )
        return str(created.agent.name)


@asynccontextmanager
async def live_server(
    database_url: str,
    redis_url: str,
    secret_key: bytes,
    engines: Engines,
    folder: Path,
    *,
    credentials: grpc.ChannelCredentials | None = None,
    **settings: Any,
) -> AsyncGenerator[LiveServer, None]:
    """A server on a free port of the loopback interface; its stubs' channel is plaintext without `credentials`."""
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    configured = Settings(
        _env_file=None, grpc_address="127.0.0.1:0", data_dir=folder, drain_timeout=1.0, **settings
    )
    async with AsyncExitStack() as stack:
        with patch.object(
            passwords, "MEMORY_KIB", 64
        ):  # the same algorithm without the 40 ms that it is meant to take
            app = await stack.enter_async_context(
                open_services(
                    configured, ServerSecrets(secret_key, KEY), StoreUrls(database_url, redis_url), engines
                )
            )
        address = f"127.0.0.1:{app.rpc.port}"
        channel = await stack.enter_async_context(
            grpc.aio.insecure_channel(address, options=options)
            if credentials is None
            else grpc.aio.secure_channel(address, credentials, options=options)
        )
        await app.rpc.serving(yes=True)
        yield LiveServer(address, app, channel, Stubs(channel))


@dataclass(frozen=True)
class Refusal:
    """A status as a test wants to look at it."""

    code: str
    reason: str
    fields: dict[str, str]
    message: str
    metadata: dict[str, str]
    retry_after: float | None


def refusal(error: grpc.aio.AioRpcError) -> Refusal:
    """The status of a refused rpc, with its details; every refusal of ours must have an ErrorInfo."""
    status = rpc_status.from_call(error)
    assert status is not None, f"no details: {error.code()} {error.details()}"
    return refusal_of(status)


async def refused(call: Awaitable[Any]) -> Refusal:
    """The refusal of an rpc that must be refused."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal(caught.value)


def refusal_of(status: Any) -> Refusal:
    """The same of a status that came in-band."""
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    has_retry = False
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
        has_retry = detail.Unpack(retry) or has_retry
    assert info.domain == "deskbell"
    return Refusal(
        code=grpc_code(status.code),
        reason=info.reason,
        fields={violation.field: violation.description for violation in bad.field_violations},
        message=status.message,
        metadata=dict(info.metadata),
        retry_after=retry.retry_delay.ToMicroseconds() / 1e6 if has_retry else None,
    )


def grpc_code(number: int) -> str:
    """The name of a status code."""
    return next(code.name for code in grpc.StatusCode if code.value[0] == number)
