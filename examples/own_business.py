"""Sets up a business with an agent and a document, searches it, and takes it away again.

    python examples/own_business.py

Server and key come from the environment, or from the profile that `make up` writes.
"""

from __future__ import annotations

import asyncio

import deskbell
from deskbell.v1 import agent_pb2, tenant_pb2

HOURS = "The shop is open from nine to five on weekdays. On Saturday it closes at noon."


async def main() -> None:
    async with deskbell.Client() as client:
        tenant = await client.tenants.create(
            tenant_pb2.Tenant(display_name="Bicycle shop", time_zone="Europe/London")
        )
        try:
            agent = await client.agents.create(tenant.name, agent_pb2.Agent(display_name="Front desk"))
            await client.knowledge.ingest_text(tenant.name, "Opening hours", HOURS)
            print("made", agent.name)
            for hit in await client.knowledge.search(tenant.name, "When does the shop close on Saturday?"):
                print(f"found ({hit.similarity:.2f}):", hit.text)
        finally:
            await client.tenants.delete(tenant.name)
        try:
            await client.tenants.get(tenant.name)
        except deskbell.NotFound as error:
            print("gone:", error.reason)


asyncio.run(main())
