"""The client: one channel, one small object for each service."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.call import Call
from deskbell.errors import from_rpc_error
from deskbell.profile import agent_name, load_profile, tenant_name
from deskbell.v1 import (
    agent_pb2,
    agent_service_pb2,
    agent_service_pb2_grpc,
    chat_service_pb2,
    chat_service_pb2_grpc,
    conversation_pb2,
    conversation_service_pb2,
    conversation_service_pb2_grpc,
    knowledge_pb2,
    knowledge_service_pb2,
    knowledge_service_pb2_grpc,
    tenant_pb2,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    voice_stream_service_pb2,
    voice_stream_service_pb2_grpc,
)

RPC_TIMEOUT = 30.0
"""Seconds an ordinary rpc may take."""
UPLOAD_TIMEOUT = 120.0
UPLOAD_CHUNK = 256 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
]


T = TypeVar("T")


class Client:
    """A connection to a server; use it as an asynchronous context manager.

    What is not given is taken from the environment and the profile of `make up` (see deskbell.profile). The
    channel is plaintext to loopback addresses and TLS elsewhere, unless `insecure` is set. Every method raises a
    DeskbellError when the server refuses; cancelling one cancels its rpc.
    """

    def __init__(
        self,
        server: str | None = None,
        api_key: str | None = None,
        *,
        agent: str | None = None,
        insecure: bool = False,
    ) -> None:
        profile = load_profile(server, agent, api_key)
        self.server = profile.server
        self.default_agent = profile.agent
        self._metadata = (("authorization", f"Bearer {profile.api_key}"),)
        self._insecure = insecure or _is_loopback(profile.server)
        self._channel: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        self._channel = (
            grpc.aio.insecure_channel(self.server, options=OPTIONS)
            if self._insecure
            else grpc.aio.secure_channel(self.server, grpc.ssl_channel_credentials(), options=OPTIONS)
        )
        self.tenants = Tenants(self, tenant_service_pb2_grpc.TenantServiceStub(self._channel))
        self.agents = Agents(self, agent_service_pb2_grpc.AgentServiceStub(self._channel))
        self.knowledge = Knowledge(self, knowledge_service_pb2_grpc.KnowledgeServiceStub(self._channel))
        self.chat = Chat(self, chat_service_pb2_grpc.ChatServiceStub(self._channel))
        self.conversations = Conversations(
            self, conversation_service_pb2_grpc.ConversationServiceStub(self._channel)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    @asynccontextmanager
    async def call(
        self,
        agent: str | None = None,
        *,
        input_rate: int = 16_000,
        output_rate: int = 16_000,
        caller_id: str = "",
        push_to_talk: bool = False,
        skip_greeting: bool = False,
    ) -> AsyncGenerator[Call, None]:
        """A voice call with an agent; rates in samples a second, 8,000 to 48,000. Leaving the scope before the
        call has ended hangs up."""
        stub = voice_stream_service_pb2_grpc.VoiceStreamServiceStub(self._open_channel)
        stream = stub.VoiceStream(metadata=self._metadata)
        start = voice_stream_service_pb2.CallStart(
            agent=self._agent(agent),
            input_audio=voice_stream_service_pb2.AudioFormat(sample_rate_hz=input_rate),
            output_audio=voice_stream_service_pb2.AudioFormat(sample_rate_hz=output_rate),
            caller_id=caller_id,
            push_to_talk=push_to_talk,
            skip_greeting=skip_greeting,
        )
        async with Call(stream, self._translated).opened(start) as call:
            yield call

    @property
    def _open_channel(self) -> grpc.aio.Channel:
        if self._channel is None:
            raise RuntimeError("use the client as an asynchronous context manager")
        return self._channel

    def _agent(self, agent: str | None) -> str:
        return agent_name(agent or self.default_agent)

    async def _unary(
        self, method: Callable[..., Awaitable[T]], request: object, timeout: float = RPC_TIMEOUT
    ) -> T:
        with self._translated():
            return await method(request, metadata=self._metadata, timeout=timeout)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, self.server) from None

    async def _pages(
        self, method: Callable[..., Awaitable[Any]], request: Any, field: str
    ) -> AsyncIterator[Any]:
        """Every item of a list, page by page."""
        while True:
            response = await self._unary(method, request)
            for item in getattr(response, field):
                yield item
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token


class Tenants:
    """TenantService. Tenants are named `tenants/a` or `a`."""

    def __init__(self, client: Client, stub: tenant_service_pb2_grpc.TenantServiceStub) -> None:
        self._client = client
        self._stub = stub

    async def create(self, tenant: tenant_pb2.Tenant, *, tenant_id: str = "") -> tenant_pb2.Tenant:
        """Creates a tenant; without an id the server makes one."""
        request = tenant_service_pb2.CreateTenantRequest(tenant_id=tenant_id, tenant=tenant)
        return (await self._client._unary(self._stub.CreateTenant, request)).tenant

    async def get(self, name: str) -> tenant_pb2.Tenant:
        """One tenant."""
        request = tenant_service_pb2.GetTenantRequest(name=tenant_name(name))
        return (await self._client._unary(self._stub.GetTenant, request)).tenant

    def list(self) -> AsyncIterator[tenant_pb2.Tenant]:
        """All tenants, by id."""
        request = tenant_service_pb2.ListTenantsRequest()
        return self._client._pages(self._stub.ListTenants, request, "tenants")

    async def update(self, tenant: tenant_pb2.Tenant, *paths: str) -> tenant_pb2.Tenant:
        """Changes the fields named by the paths, all without any."""
        request = tenant_service_pb2.UpdateTenantRequest(tenant=tenant, update_mask=FieldMask(paths=paths))
        return (await self._client._unary(self._stub.UpdateTenant, request)).tenant

    async def delete(self, name: str) -> None:
        """Deletes a tenant with everything of it, for good."""
        request = tenant_service_pb2.DeleteTenantRequest(name=tenant_name(name))
        await self._client._unary(self._stub.DeleteTenant, request)


class Agents:
    """AgentService. Agents are named `tenants/a/agents/b` or `a/b`."""

    def __init__(self, client: Client, stub: agent_service_pb2_grpc.AgentServiceStub) -> None:
        self._client = client
        self._stub = stub

    async def create(self, tenant: str, agent: agent_pb2.Agent, *, agent_id: str = "") -> agent_pb2.Agent:
        """Creates an agent; without an id the server makes one."""
        request = agent_service_pb2.CreateAgentRequest(
            parent=tenant_name(tenant), agent_id=agent_id, agent=agent
        )
        return (await self._client._unary(self._stub.CreateAgent, request)).agent

    async def get(self, name: str) -> agent_pb2.Agent:
        """One agent."""
        request = agent_service_pb2.GetAgentRequest(name=agent_name(name))
        return (await self._client._unary(self._stub.GetAgent, request)).agent

    def list(self, tenant: str) -> AsyncIterator[agent_pb2.Agent]:
        """All agents of a tenant, by id."""
        request = agent_service_pb2.ListAgentsRequest(parent=tenant_name(tenant))
        return self._client._pages(self._stub.ListAgents, request, "agents")

    async def update(self, agent: agent_pb2.Agent, *paths: str) -> agent_pb2.Agent:
        """Changes the fields named by the paths, all without any."""
        request = agent_service_pb2.UpdateAgentRequest(agent=agent, update_mask=FieldMask(paths=paths))
        return (await self._client._unary(self._stub.UpdateAgent, request)).agent

    async def delete(self, name: str) -> None:
        """Deletes an agent; its conversations stay."""
        request = agent_service_pb2.DeleteAgentRequest(name=agent_name(name))
        await self._client._unary(self._stub.DeleteAgent, request)


class Knowledge:
    """KnowledgeService. Documents are named `tenants/a/documents/b`."""

    def __init__(self, client: Client, stub: knowledge_service_pb2_grpc.KnowledgeServiceStub) -> None:
        self._client = client
        self._stub = stub

    async def ingest_text(
        self, tenant: str, title: str, text: str, *, document_id: str = "", media_type: str = ""
    ) -> knowledge_pb2.Document:
        """Stores and indexes a text. A long one is returned while it is still being processed."""
        request = knowledge_service_pb2.IngestTextRequest(
            parent=tenant_name(tenant),
            document_id=document_id,
            title=title,
            text=text,
            media_type=media_type,
        )
        return (await self._client._unary(self._stub.IngestText, request)).document

    async def upload(
        self,
        tenant: str,
        path: Path,
        *,
        title: str = "",
        document_id: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> knowledge_pb2.Document:
        """Stores and indexes a file, which is read as it is sent. `progress` is told the bytes sent and their
        total. Raises OSError when the file cannot be read."""
        size = path.stat().st_size  # noqa: ASYNC240 - a look at a local file
        header = knowledge_service_pb2.UploadHeader(
            parent=tenant_name(tenant),
            document_id=document_id,
            file_name=path.name,
            title=title,
            size_bytes=size,
        )

        async def requests() -> AsyncIterator[knowledge_service_pb2.UploadDocumentRequest]:
            yield knowledge_service_pb2.UploadDocumentRequest(header=header)
            sent = 0
            with path.open("rb") as file:
                while chunk := file.read(UPLOAD_CHUNK):
                    yield knowledge_service_pb2.UploadDocumentRequest(chunk=chunk)
                    sent += len(chunk)
                    if progress is not None:
                        progress(sent, size)

        response = await self._client._unary(self._stub.UploadDocument, requests(), UPLOAD_TIMEOUT)
        return response.document

    async def get(self, name: str) -> knowledge_service_pb2.GetDocumentResponse:
        """One document with its text."""
        request = knowledge_service_pb2.GetDocumentRequest(name=name)
        return await self._client._unary(self._stub.GetDocument, request)

    def list(self, tenant: str) -> AsyncIterator[knowledge_pb2.Document]:
        """All documents of a tenant, by id."""
        request = knowledge_service_pb2.ListDocumentsRequest(parent=tenant_name(tenant))
        return self._client._pages(self._stub.ListDocuments, request, "documents")

    async def delete(self, name: str) -> None:
        """Deletes a document."""
        request = knowledge_service_pb2.DeleteDocumentRequest(name=name)
        await self._client._unary(self._stub.DeleteDocument, request)

    async def search(
        self, tenant: str, query: str, *, top_k: int = 0
    ) -> Sequence[knowledge_service_pb2.SearchHit]:
        """The passages nearest to a question, best first."""
        request = knowledge_service_pb2.SearchKnowledgeRequest(
            parent=tenant_name(tenant), query=query, top_k=top_k
        )
        return (await self._client._unary(self._stub.SearchKnowledge, request)).hits


class Chat:
    """ChatService."""

    def __init__(self, client: Client, stub: chat_service_pb2_grpc.ChatServiceStub) -> None:
        self._client = client
        self._stub = stub

    async def send(
        self, text: str, *, agent: str | None = None, conversation: str = "", caller_id: str = ""
    ) -> AsyncGenerator[chat_service_pb2.SendMessageResponse, None]:
        """Says something and yields the events of the answer. Give the conversation of the first event
        (`started`) to go on with it. Closing the iterator stops the answer."""
        request = chat_service_pb2.SendMessageRequest(
            agent=self._client._agent(agent), conversation=conversation, text=text, caller_id=caller_id
        )
        stream = self._stub.SendMessage(request, metadata=self._client._metadata)
        try:
            with self._client._translated():
                async for event in stream:
                    yield event
        finally:
            stream.cancel()


class Conversations:
    """ConversationService. Conversations are named `tenants/a/conversations/b`."""

    def __init__(self, client: Client, stub: conversation_service_pb2_grpc.ConversationServiceStub) -> None:
        self._client = client
        self._stub = stub

    async def get(self, name: str) -> conversation_pb2.Conversation:
        """One conversation."""
        request = conversation_service_pb2.GetConversationRequest(name=name)
        return (await self._client._unary(self._stub.GetConversation, request)).conversation

    def list(self, tenant: str, *, agent: str = "") -> AsyncIterator[conversation_pb2.Conversation]:
        """A tenant's conversations, the newest first."""
        request = conversation_service_pb2.ListConversationsRequest(
            parent=tenant_name(tenant), agent=agent_name(agent) if agent else ""
        )
        return self._client._pages(self._stub.ListConversations, request, "conversations")

    def messages(self, name: str) -> AsyncIterator[conversation_pb2.Message]:
        """What was said, in order."""
        request = conversation_service_pb2.ListMessagesRequest(parent=name)
        return self._client._pages(self._stub.ListMessages, request, "messages")


def _is_loopback(server: str) -> bool:
    host = server.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or server.startswith("unix:")
