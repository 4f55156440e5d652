"""AgentService."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from deskbell.v1 import agent_pb2
from deskbell.v1 import agent_service_pb2 as pb
from deskbell.v1.agent_service_pb2_grpc import AgentServiceServicer
from deskbell_server.domain.agent import Agent, AgentType, VoiceSettings
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, TenantId, new_slug, split_name
from deskbell_server.ports.stores import AgentStore, Clock
from deskbell_server.rpc import agent_mapping as mapping
from deskbell_server.rpc import masks
from deskbell_server.rpc.caller import current_principal
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.names import required_name
from deskbell_server.rpc.page_tokens import PageTokens


class Agents(AgentServiceServicer):
    """See protos/deskbell/v1/agent_service.proto."""

    def __init__(self, store: AgentStore, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock

    async def CreateAgent(self, request: pb.CreateAgentRequest, context: Context) -> pb.CreateAgentResponse:
        (parent,) = split_name(request.parent)
        tenant = TenantId(parent)
        blank = _blank(tenant, AgentId(request.agent_id or new_slug("a")), self._clock.now())
        agent = replace(blank, **mapping.changes(request.agent, mapping.PATHS, blank))
        mapping.check(agent)
        created = await self._store.create(tenant, agent, by=current_principal().actor)
        return pb.CreateAgentResponse(agent=mapping.agent(created))

    async def GetAgent(self, request: pb.GetAgentRequest, context: Context) -> pb.GetAgentResponse:
        tenant, agent = split_name(request.name)
        found = await self._store.get(TenantId(tenant), AgentId(agent))
        return pb.GetAgentResponse(agent=mapping.agent(found))

    async def ListAgents(self, request: pb.ListAgentsRequest, context: Context) -> pb.ListAgentsResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/agents",
            request,
            AgentId,
            lambda after, limit: self._store.page(TenantId(tenant), after=after, limit=limit),
            lambda agent: agent.id,
            weight=lambda agent: mapping.agent(agent).ByteSize(),
        )
        return pb.ListAgentsResponse(agents=map(mapping.agent, found), next_page_token=token)

    async def UpdateAgent(self, request: pb.UpdateAgentRequest, context: Context) -> pb.UpdateAgentResponse:
        names = required_name("agent.name", request.agent.name, "tenants", "agents")
        tenant, agent = TenantId(names[0]), AgentId(names[1])
        current = await self._store.get(tenant, agent)
        changes = mapping.changes(request.agent, masks.paths(request.update_mask, mapping.PATHS), current)
        mapping.check(replace(current, **changes))
        updated = await self._store.update(
            tenant,
            agent,
            changes,
            request.agent.etag,
            self._clock.now(),
            by=current_principal().actor,
            note=request.note,
            draft=request.draft,
        )
        return pb.UpdateAgentResponse(agent=mapping.agent(updated))

    async def DeleteAgent(self, request: pb.DeleteAgentRequest, context: Context) -> pb.DeleteAgentResponse:
        tenant, agent = split_name(request.name)
        await self._store.delete(TenantId(tenant), AgentId(agent))
        return pb.DeleteAgentResponse()

    async def ListAgentVersions(
        self, request: pb.ListAgentVersionsRequest, context: Context
    ) -> pb.ListAgentVersionsResponse:
        tenant, agent = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/versions",
            request,
            int,
            lambda before, limit: self._store.page_versions(
                TenantId(tenant), AgentId(agent), before=before, limit=limit
            ),
            lambda version: version.agent.number,
            weight=lambda version: mapping.agent_version(version).ByteSize(),
        )
        return pb.ListAgentVersionsResponse(versions=map(mapping.agent_version, found), next_page_token=token)

    async def GetAgentVersion(
        self, request: pb.GetAgentVersionRequest, context: Context
    ) -> pb.GetAgentVersionResponse:
        tenant, agent, number = split_name(request.name)
        found = await self._store.version(TenantId(tenant), AgentId(agent), int(number))
        return pb.GetAgentVersionResponse(version=mapping.agent_version(found))

    async def PublishAgentVersion(
        self, request: pb.PublishAgentVersionRequest, context: Context
    ) -> pb.PublishAgentVersionResponse:
        tenant, agent, number = split_name(request.name)
        changed = await self._store.set_traffic(
            TenantId(tenant), AgentId(agent), {int(number): 100}, request.etag, self._clock.now()
        )
        return pb.PublishAgentVersionResponse(agent=mapping.agent(changed))

    async def RollBackAgent(
        self, request: pb.RollBackAgentRequest, context: Context
    ) -> pb.RollBackAgentResponse:
        tenant, agent = split_name(request.name)
        changed = await self._store.roll_back(
            TenantId(tenant), AgentId(agent), request.version or None, request.etag, self._clock.now()
        )
        return pb.RollBackAgentResponse(agent=mapping.agent(changed))

    async def SetAgentTraffic(
        self, request: pb.SetAgentTrafficRequest, context: Context
    ) -> pb.SetAgentTrafficResponse:
        tenant, agent = split_name(request.name)
        changed = await self._store.set_traffic(
            TenantId(tenant), AgentId(agent), _shares(request.traffic), request.etag, self._clock.now()
        )
        return pb.SetAgentTrafficResponse(agent=mapping.agent(changed))


def _blank(tenant: TenantId, agent: AgentId, now: datetime) -> Agent:
    """An agent of which nothing is said yet."""
    return Agent(
        tenant=tenant,
        id=agent,
        display_name="",
        type=AgentType.RECEPTIONIST,
        system_prompt="",
        greeting="",
        voice=VoiceSettings(),
        created_at=now,
        updated_at=now,
    )


def _shares(traffic: Iterable[agent_pb2.TrafficShare]) -> dict[int, int]:
    """Percents by version. Raises InvalidInput for a version that comes twice, and for a wrong sum."""
    shares: dict[int, int] = {}
    for index, share in enumerate(traffic):
        if share.version in shares:
            raise InvalidInput.field(f"traffic[{index}].version", f"names version {share.version} once more")
        shares[share.version] = share.percent
    total = sum(shares.values())
    if total != 100:
        raise InvalidInput.field("traffic", f"the percents add up to {total}; they must to 100")
    return shares
