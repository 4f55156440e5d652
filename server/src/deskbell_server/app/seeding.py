"""Puts the demo tenants in place; what is already there is left as it is."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from deskbell_server.app.reporting import Report
from deskbell_server.demo import DemoTenant
from deskbell_server.domain.agent import Agent, VoiceSettings
from deskbell_server.domain.booking import BookableService, Resource
from deskbell_server.domain.errors import AlreadyExists, Conflict
from deskbell_server.domain.knowledge import MediaType
from deskbell_server.domain.names import etag
from deskbell_server.domain.tenant import Tenant
from deskbell_server.knowledge.documents import Documents
from deskbell_server.ports.booking import CatalogueStore
from deskbell_server.ports.stores import AgentStore, Clock, TenantStore

INDEX_SECONDS = 120.0
"""A page takes well under a second to index; a machine that is busy may need longer."""


class Seeder:
    """Writes demo tenants into the stores."""

    def __init__(
        self,
        tenants: TenantStore,
        agents: AgentStore,
        documents: Documents,
        clock: Clock,
        catalogue: CatalogueStore,
    ) -> None:
        self._tenants = tenants
        self._agents = agents
        self._documents = documents
        self._clock = clock
        self._catalogue = catalogue

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
                        handoff=agent.handoff,
                        created_at=now,
                        updated_at=now,
                    ),
                )
        await self._seed_booking(demo, now)
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

    async def _seed_booking(self, demo: DemoTenant, now: datetime) -> None:
        """Makes what is missing of what can be booked; also of a tenant that an earlier version made without it."""
        booking = demo.booking
        for resource in booking.resources:
            with suppress(AlreadyExists):
                await self._catalogue.create_resource(
                    demo.id,
                    Resource(
                        tenant=demo.id,
                        id=resource.id,
                        display_name=resource.display_name,
                        kind=resource.kind,
                        capacity=resource.capacity,
                        created_at=now,
                        updated_at=now,
                        hours=resource.hours,
                    ),
                )
        for service in booking.services:
            with suppress(AlreadyExists):
                await self._catalogue.create_service(
                    demo.id,
                    BookableService(
                        tenant=demo.id,
                        id=service.id,
                        display_name=service.display_name,
                        duration=service.duration,
                        buffer=service.buffer,
                        price=service.price,
                        resources=service.resources,
                        created_at=now,
                        updated_at=now,
                    ),
                )
        hours, rules = booking.hours, booking.rules
        changes = {
            "weekly": hours.weekly,
            "exceptions": hours.exceptions,
            "granularity": rules.granularity,
            "lead": rules.lead,
            "horizon": rules.horizon,
        }
        # Only where none were ever set.
        with suppress(Conflict):
            await self._catalogue.update_hours(demo.id, changes, etag(0), now)
