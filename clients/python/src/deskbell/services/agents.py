"""AgentService."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.profile import agent_name, agent_version_name, tenant_name
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
        """One agent in its newest version, live or not."""
        request = agent_service_pb2.GetAgentRequest(name=agent_name(name))
        return (await self._rpcs.read(self._stub.GetAgent, request)).agent

    def list(self, tenant: str) -> AsyncIterator[agent_pb2.Agent]:
        """All agents of a tenant, by id."""
        request = agent_service_pb2.ListAgentsRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListAgents, request, "agents")

    async def update(
        self,
        agent: agent_pb2.Agent,
        *paths: str,
        draft: bool = False,
        note: str = "",
        request_id: str = "",
    ) -> agent_pb2.Agent:
        """Changes the fields named by the paths, all without any, in a new version, which all callers get at once
        unless it is a draft. An agent with an `etag` is changed only if nobody else did since it was read: Conflict
        otherwise."""
        request = agent_service_pb2.UpdateAgentRequest(
            agent=agent, update_mask=FieldMask(paths=paths), draft=draft, note=note
        )
        return (await self._rpcs.change(self._stub.UpdateAgent, request, request_id)).agent

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes an agent; its conversations stay."""
        request = agent_service_pb2.DeleteAgentRequest(name=agent_name(name))
        await self._rpcs.change(self._stub.DeleteAgent, request, request_id)

    def versions(self, name: str) -> AsyncIterator[agent_pb2.AgentVersion]:
        """All versions of an agent, the newest first."""
        request = agent_service_pb2.ListAgentVersionsRequest(parent=agent_name(name))
        return self._rpcs.pages(self._stub.ListAgentVersions, request, "versions")

    async def version(self, name: str, number: int) -> agent_pb2.AgentVersion:
        """One version of an agent."""
        request = agent_service_pb2.GetAgentVersionRequest(name=agent_version_name(name, number))
        return (await self._rpcs.read(self._stub.GetAgentVersion, request)).version

    async def publish(
        self, name: str, number: int, *, etag: str = "", request_id: str = ""
    ) -> agent_pb2.Agent:
        """Gives a version to all who begin a conversation from now on."""
        request = agent_service_pb2.PublishAgentVersionRequest(
            name=agent_version_name(name, number), etag=etag
        )
        return (await self._rpcs.change(self._stub.PublishAgentVersion, request, request_id)).agent

    async def roll_back(
        self, name: str, *, version: int = 0, etag: str = "", request_id: str = ""
    ) -> agent_pb2.Agent:
        """Gives callers what was live before, or all of them a version that was."""
        request = agent_service_pb2.RollBackAgentRequest(name=agent_name(name), version=version, etag=etag)
        return (await self._rpcs.change(self._stub.RollBackAgent, request, request_id)).agent

    async def set_traffic(
        self, name: str, shares: Mapping[int, int], *, etag: str = "", request_id: str = ""
    ) -> agent_pb2.Agent:
        """Splits those who begin a conversation from now on: percents by version, 2 to 5, which add up to 100."""
        request = agent_service_pb2.SetAgentTrafficRequest(
            name=agent_name(name),
            traffic=[agent_pb2.TrafficShare(version=v, percent=p) for v, p in shares.items()],
            etag=etag,
        )
        return (await self._rpcs.change(self._stub.SetAgentTraffic, request, request_id)).agent
