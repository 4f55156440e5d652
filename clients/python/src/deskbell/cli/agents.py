"""`deskbell agents`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli.options import Session, command
from deskbell.cli.output import print_json, print_table
from deskbell.cli.shared import (
    AgentArgument,
    Id,
    TenantArgument,
    Text,
    group,
    need,
    show,
)
from deskbell.profile import agent_name
from deskbell.v1 import agent_pb2, agent_service_pb2

app = group("A tenant's agents.")


_TYPES = {
    "receptionist": agent_pb2.AGENT_TYPE_RECEPTIONIST,
    "real_estate": agent_pb2.AGENT_TYPE_REAL_ESTATE,
    "custom": agent_pb2.AGENT_TYPE_CUSTOM,
}


def _agent_type(name: str) -> agent_pb2.AgentType:
    if name not in _TYPES:
        raise typer.BadParameter(f"--type must be one of {', '.join(_TYPES)}")
    return _TYPES[name]


@command(app, "create")
async def create_agent(
    at: Session,
    tenant: TenantArgument,
    name: Annotated[str, typer.Option(help="For people.")],
    agent_id: Id = "",
    kind: Annotated[
        str, typer.Option("--type", help="receptionist, real_estate or custom.")
    ] = "receptionist",
    prompt: Annotated[str, typer.Option(help="How to behave.")] = "",
    greeting: Annotated[str, typer.Option(help="Said when a call begins.")] = "",
) -> None:
    """Create an agent."""
    agent = agent_pb2.Agent(
        display_name=name, type=_agent_type(kind), system_prompt=prompt, greeting=greeting
    )

    made = await at.client.agents.create(tenant, agent, agent_id=agent_id)
    show(made, at.json, f"created {made.name}")


@command(app, "get")
async def get_agent(
    at: Session,
    agent: AgentArgument,
) -> None:
    """Show an agent."""
    a = await at.client.agents.get(agent)
    show(a, at.json, f"{a.name}  {a.display_name}\ngreeting: {a.greeting}\nprompt: {a.system_prompt.strip()}")


@command(app, "list")
async def list_agents(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """List a tenant's agents."""
    found = [agent async for agent in at.client.agents.list(tenant)]
    if at.json:
        for agent in found:
            print_json(agent)
        return
    kinds = {value: name for name, value in _TYPES.items()}
    rows = [(a.name.split("/")[3], a.display_name, kinds.get(a.type, ""), a.greeting) for a in found]
    empty = f"no agents yet: deskbell agents create {tenant} --name ..."
    print_table(("agent", "name", "type", "greeting"), rows, empty)


@command(app, "update")
async def update_agent(
    at: Session,
    agent: AgentArgument,
    name: Text = None,
    prompt: Text = None,
    greeting: Text = None,
) -> None:
    """Change what is given of an agent."""
    given = {"display_name": name, "system_prompt": prompt, "greeting": greeting}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}

    need(changes, "--name, --prompt, --greeting")
    changed = await at.client.agents.update(agent_pb2.Agent(name=agent_name(agent), **changes), *changes)
    show(changed, at.json, f"changed {changed.name}")


@command(app, "delete")
async def delete_agent(
    at: Session,
    agent: AgentArgument,
) -> None:
    """Delete an agent; its conversations stay."""
    await at.client.agents.delete(agent)
    show(agent_service_pb2.DeleteAgentResponse(), at.json, f"deleted {agent_name(agent)}")
