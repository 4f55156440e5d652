"""AgentService."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deskbell.v1 import agent_pb2
from deskbell.v1 import agent_service_pb2 as pb
from deskbell.v1.agent_service_pb2_grpc import AgentServiceServicer
from deskbell_server.domain.agent import Agent, AgentType
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import AgentId, TenantId, new_slug, split_name
from deskbell_server.ports.stores import AgentStore, Clock
from deskbell_server.rpc import mapping, masks
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.names import required_name, required_text
from deskbell_server.rpc.page_tokens import PageTokens

_VOICE_FIELDS = ("voice", "speaking_rate", "end_of_utterance_silence")
_FIELDS = ("display_name", "type", "system_prompt", "greeting", "voice")
_PATHS = (*_FIELDS, *(f"voice.{field}" for field in _VOICE_FIELDS))


class Agents(AgentServiceServicer):
    """See protos/deskbell/v1/agent_service.proto."""

    def __init__(self, store: AgentStore, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock

    async def CreateAgent(self, request: pb.CreateAgentRequest, context: Context) -> pb.CreateAgentResponse:
        (parent,) = split_name(request.parent)
        tenant = TenantId(parent)
        now = self._clock.now()
        given = request.agent
        agent = Agent(
            tenant=tenant,
            id=AgentId(request.agent_id or new_slug("a")),
            display_name=given.display_name,
            type=mapping.AGENT_TYPES[given.type],
            system_prompt=given.system_prompt,
            greeting=given.greeting,
            voice=mapping.voice_settings(given.voice),
            created_at=now,
            updated_at=now,
        )
        _check(agent)
        return pb.CreateAgentResponse(agent=mapping.agent(await self._store.create(tenant, agent)))

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
        )
        return pb.ListAgentsResponse(agents=map(mapping.agent, found), next_page_token=token)

    async def UpdateAgent(self, request: pb.UpdateAgentRequest, context: Context) -> pb.UpdateAgentResponse:
        names = required_name("agent.name", request.agent.name, "tenants", "agents")
        tenant, agent = TenantId(names[0]), AgentId(names[1])
        current = await self._store.get(tenant, agent)
        changes = _changes(request.agent, masks.paths(request.update_mask, _PATHS), current)
        _check(replace(current, **changes))
        updated = await self._store.update(tenant, agent, changes, request.agent.etag, self._clock.now())
        return pb.UpdateAgentResponse(agent=mapping.agent(updated))

    async def DeleteAgent(self, request: pb.DeleteAgentRequest, context: Context) -> pb.DeleteAgentResponse:
        tenant, agent = split_name(request.name)
        await self._store.delete(TenantId(tenant), AgentId(agent))
        return pb.DeleteAgentResponse()


def _check(agent: Agent) -> None:
    required_text("agent.display_name", agent.display_name)
    if agent.type is AgentType.CUSTOM and not agent.system_prompt.strip():
        raise InvalidInput.field("agent.system_prompt", "an agent of type CUSTOM needs one")


def _changes(given: agent_pb2.Agent, paths: set[str], current: Agent) -> dict[str, Any]:
    changes: dict[str, Any] = {
        field: getattr(given, field)
        for field in ("display_name", "system_prompt", "greeting")
        if field in paths
    }
    if "type" in paths:
        changes["type"] = mapping.AGENT_TYPES[given.type]
    voice = mapping.voice_settings(given.voice)
    if "voice" in paths:
        changes["voice"] = voice
    else:
        single = {field: getattr(voice, field) for field in _VOICE_FIELDS if f"voice.{field}" in paths}
        if single:
            changes["voice"] = replace(current.voice, **single)
    return changes
