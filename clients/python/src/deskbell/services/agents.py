"""AgentService."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.profile import agent_name, tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import agent_pb2, agent_service_pb2, agent_service_pb2_grpc


class Agents:
    """AgentService. Agents are named `tenants/a/agents/b` or `a/b`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = agent_service_pb2_grpc.AgentServiceStub(channel)

    async def create(
        self, tenant: str, agent: agent_pb2.Agent, *, agent_id: str = "", request_id: str = ""
    ) -> agent_pb2.Agent:
        """Creates an agent; without an id the server makes one."""
        request = agent_service_pb2.CreateAgentRequest(
            parent=tenant_name(tenant), agent_id=agent_id, agent=agent
        )
        return (await self._rpcs.change(self._stub.CreateAgent, request, request_id)).agent

    async def get(self, name: str) -> agent_pb2.Agent:
        """One agent."""
        request = agent_service_pb2.GetAgentRequest(name=agent_name(name))
        return (await self._rpcs.read(self._stub.GetAgent, request)).agent

    def list(self, tenant: str) -> AsyncIterator[agent_pb2.Agent]:
        """All agents of a tenant, by id."""
        request = agent_service_pb2.ListAgentsRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListAgents, request, "agents")

    async def update(self, agent: agent_pb2.Agent, *paths: str, request_id: str = "") -> agent_pb2.Agent:
        """Changes the fields named by the paths, all without any. An agent with an `etag` is changed only if nobody
        else did since it was read: Conflict otherwise."""
        request = agent_service_pb2.UpdateAgentRequest(agent=agent, update_mask=FieldMask(paths=paths))
        return (await self._rpcs.change(self._stub.UpdateAgent, request, request_id)).agent

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes an agent; its conversations stay."""
        request = agent_service_pb2.DeleteAgentRequest(name=agent_name(name))
        await self._rpcs.change(self._stub.DeleteAgent, request, request_id)
