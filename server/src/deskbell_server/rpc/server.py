"""The gRPC server: services, limits, health, reflection, and how it starts and stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from deskbell.v1 import (
    agent_service_pb2,
    agent_service_pb2_grpc,
    analytics_service_pb2,
    analytics_service_pb2_grpc,
    audit_service_pb2,
    audit_service_pb2_grpc,
    auth_service_pb2,
    auth_service_pb2_grpc,
    catalog_service_pb2,
    catalog_service_pb2_grpc,
    chat_service_pb2,
    chat_service_pb2_grpc,
    conversation_service_pb2,
    conversation_service_pb2_grpc,
    knowledge_service_pb2,
    knowledge_service_pb2_grpc,
    lead_service_pb2,
    lead_service_pb2_grpc,
    operator_service_pb2,
    operator_service_pb2_grpc,
    reservation_service_pb2,
    reservation_service_pb2_grpc,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    user_service_pb2,
    user_service_pb2_grpc,
    voice_stream_service_pb2,
    voice_stream_service_pb2_grpc,
)
from deskbell_server.rpc.interceptors import CallInterceptor
from deskbell_server.rpc.services.agents import Agents
from deskbell_server.rpc.services.analytics import Analytics
from deskbell_server.rpc.services.audit import Audit
from deskbell_server.rpc.services.auth import Auth
from deskbell_server.rpc.services.catalog import Catalog
from deskbell_server.rpc.services.chat import Chat
from deskbell_server.rpc.services.conversations import Conversations
from deskbell_server.rpc.services.knowledge import Knowledge
from deskbell_server.rpc.services.leads import Leads
from deskbell_server.rpc.services.operators import Operators
from deskbell_server.rpc.services.reservations import Reservations
from deskbell_server.rpc.services.tenants import Tenants
from deskbell_server.rpc.services.users import Users
from deskbell_server.rpc.services.voice import VoiceStreams

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Lets a text that is somewhat too long reach the rule that says how long it may be."""
MAX_METADATA_BYTES = 16 * 1024
MAX_CONCURRENT_RPCS = 4000
"""More are refused with RESOURCE_EXHAUSTED before anything is looked at: each costs memory while it waits."""
OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_metadata_size", MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),
    # Of one connection; a client's further rpcs wait on its own side.
    ("grpc.max_concurrent_streams", 1000),
    # A phone in a tunnel: find out after 20 s, and let clients probe as often.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 3),
    ("grpc.keepalive_permit_without_calls", 1),
    # Two servers on one port would each take half of the calls.
    ("grpc.so_reuseport", 0),
]
SERVICE_NAMES = tuple(
    module.DESCRIPTOR.services_by_name[name].full_name
    for module, name in (
        (tenant_service_pb2, "TenantService"),
        (agent_service_pb2, "AgentService"),
        (knowledge_service_pb2, "KnowledgeService"),
        (chat_service_pb2, "ChatService"),
        (voice_stream_service_pb2, "VoiceStreamService"),
        (conversation_service_pb2, "ConversationService"),
        (lead_service_pb2, "LeadService"),
        (analytics_service_pb2, "AnalyticsService"),
        (auth_service_pb2, "AuthService"),
        (user_service_pb2, "UserService"),
        (audit_service_pb2, "AuditService"),
        (operator_service_pb2, "OperatorService"),
        (catalog_service_pb2, "CatalogService"),
        (reservation_service_pb2, "ReservationService"),
    )
)
HEALTH_NAME = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
STANDARD_NAMES = (HEALTH_NAME, reflection.SERVICE_NAME)
"""Services of gRPC's own, which any credential may call."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is served."""

    tenants: Tenants
    agents: Agents
    knowledge: Knowledge
    chat: Chat
    voice: VoiceStreams
    conversations: Conversations
    leads: Leads
    analytics: Analytics
    auth: Auth
    users: Users
    audit: Audit
    operators: Operators
    catalog: Catalog
    reservations: Reservations


class RpcServer:
    """A running server."""

    def __init__(self, server: grpc.aio.Server, health: HealthServicer, port: int) -> None:
        self._server = server
        self._health = health
        self.port = port

    async def serving(self, *, yes: bool) -> None:
        """Says by the health service whether calls can come in."""
        status = health_pb2.HealthCheckResponse.SERVING if yes else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in ("", *SERVICE_NAMES):
            await self._health.set(name, status)


@asynccontextmanager
async def open_server(
    services: Services,
    interceptor: CallInterceptor,
    address: str,
    stop_timeout: float,
    credentials: grpc.ServerCredentials | None = None,
) -> AsyncIterator[RpcServer]:
    """Serves on `address` (port 0: any free one), in plaintext without `credentials`. On exit rpcs that still go
    on after `stop_timeout` seconds are cancelled. Raises OSError when the address cannot be had."""
    server = grpc.aio.server(
        interceptors=[interceptor], options=OPTIONS, maximum_concurrent_rpcs=MAX_CONCURRENT_RPCS
    )
    tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(services.tenants, server)
    agent_service_pb2_grpc.add_AgentServiceServicer_to_server(services.agents, server)
    knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(services.knowledge, server)
    chat_service_pb2_grpc.add_ChatServiceServicer_to_server(services.chat, server)
    voice_stream_service_pb2_grpc.add_VoiceStreamServiceServicer_to_server(services.voice, server)
    conversation_service_pb2_grpc.add_ConversationServiceServicer_to_server(services.conversations, server)
    lead_service_pb2_grpc.add_LeadServiceServicer_to_server(services.leads, server)
    analytics_service_pb2_grpc.add_AnalyticsServiceServicer_to_server(services.analytics, server)
    auth_service_pb2_grpc.add_AuthServiceServicer_to_server(services.auth, server)
    user_service_pb2_grpc.add_UserServiceServicer_to_server(services.users, server)
    audit_service_pb2_grpc.add_AuditServiceServicer_to_server(services.audit, server)
    operator_service_pb2_grpc.add_OperatorServiceServicer_to_server(services.operators, server)
    catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server(services.catalog, server)
    reservation_service_pb2_grpc.add_ReservationServiceServicer_to_server(services.reservations, server)
    health = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection((*SERVICE_NAMES, *STANDARD_NAMES), server)
    try:
        if credentials is None:
            port = server.add_insecure_port(address)
        else:
            port = server.add_secure_port(address, credentials)
    except RuntimeError:
        raise OSError(f"cannot listen on {address}: is another server using it?") from None
    await server.start()
    try:
        yield RpcServer(server, health, port)
    finally:
        await server.stop(stop_timeout)
