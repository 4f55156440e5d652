"""Puts the demo tenants in place; what is already there is left as it is."""

from __future__ import annotations

from contextlib import suppress

from deskbell_server.app.reporting import Report
from deskbell_server.demo import DemoTenant
from deskbell_server.domain.agent import Agent, VoiceSettings
from deskbell_server.domain.errors import AlreadyExists
from deskbell_server.domain.knowledge import MediaType
from deskbell_server.domain.tenant import Tenant
from deskbell_server.knowledge.documents import Documents
from deskbell_server.ports.stores import AgentStore, Clock, TenantStore

INDEX_SECONDS = 120.0
"""A page takes well under a second to index; a machine that is busy may need longer."""


class Seeder:
    """Writes demo tenants into the stores."""

    def __init__(self, tenants: TenantStore, agents: AgentStore, documents: Documents, clock: Clock) -> None:
        self._tenants = tenants
        self._agents = agents
        self._documents = documents
        self._clock = clock

    async def seed(self, demo: DemoTenant, report: Report) -> None:
        """Makes what is missing of a demo tenant and waits until its documents can be searched.
        Cancelling it leaves what was made; the next run makes the rest."""
        now = self._clock.now()
        try:
            await self._tenants.create(
                Tenant(
                    id=demo.id,
                    display_name=demo.display_name,
                    industry=demo.industry,
                    language_code=demo.language_code,
                    time_zone=demo.time_zone,
                    created_at=now,
                    updated_at=now,
                )
            )
            report(f"adding the demo tenant {demo.display_name} ({len(demo.documents)} documents)")
        except AlreadyExists:
            pass
        for agent in demo.agents:
            with suppress(AlreadyExists):
                await self._agents.create(
                    demo.id,
                    Agent(
                        tenant=demo.id,
                        id=agent.id,
                        display_name=agent.display_name,
                        type=agent.type,
                        system_prompt=agent.system_prompt,
                        greeting=agent.greeting,
                        voice=VoiceSettings(),
                        created_at=now,
                        updated_at=now,
                    ),
                )
        for document in demo.documents:
            with suppress(AlreadyExists):
                await self._documents.add(
                    demo.id,
                    document.id,
                    title=document.title,
                    text=document.text,
                    media_type=MediaType.MARKDOWN,
                    field="text",
                )
                await self._documents.indexed(demo.id, document.id, INDEX_SECONDS)
