"""`deskbell agents`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskbell.cli import options
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
from deskbell.client import Client
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


@app.command("create")
def create_agent(
    tenant: TenantArgument,
    name: Annotated[str, typer.Option(help="For people.")],
    agent_id: Id = "",
    kind: Annotated[
        str, typer.Option("--type", help="receptionist, real_estate or custom.")
    ] = "receptionist",
    prompt: Annotated[str, typer.Option(help="How to behave.")] = "",
    greeting: Annotated[str, typer.Option(help="Said when a call begins.")] = "",
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Create an agent."""
    agent = agent_pb2.Agent(
        display_name=name, type=_agent_type(kind), system_prompt=prompt, greeting=greeting
    )

    async def body(client: Client) -> None:
        made = await client.agents.create(tenant, agent, agent_id=agent_id)
        show(made, json, f"created {made.name}")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("get")
def get_agent(
    agent: AgentArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Show an agent."""

    async def body(client: Client) -> None:
        a = await client.agents.get(agent)
        show(
            a, json, f"{a.name}  {a.display_name}\ngreeting: {a.greeting}\nprompt: {a.system_prompt.strip()}"
        )

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("list")
def list_agents(
    tenant: TenantArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """List a tenant's agents."""

    async def body(client: Client) -> None:
        found = [agent async for agent in client.agents.list(tenant)]
        if json:
            for agent in found:
                print_json(agent)
            return
        kinds = {value: name for name, value in _TYPES.items()}
        rows = [(a.name.split("/")[3], a.display_name, kinds.get(a.type, ""), a.greeting) for a in found]
        empty = f"no agents yet: deskbell agents create {tenant} --name ..."
        print_table(("agent", "name", "type", "greeting"), rows, empty)

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("update")
def update_agent(
    agent: AgentArgument,
    name: Text = None,
    prompt: Text = None,
    greeting: Text = None,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Change what is given of an agent."""
    given = {"display_name": name, "system_prompt": prompt, "greeting": greeting}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}

    async def body(client: Client) -> None:
        need(changes, "--name, --prompt, --greeting")
        changed = await client.agents.update(agent_pb2.Agent(name=agent_name(agent), **changes), *changes)
        show(changed, json, f"changed {changed.name}")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("delete")
def delete_agent(
    agent: AgentArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Delete an agent; its conversations stay."""

    async def body(client: Client) -> None:
        await client.agents.delete(agent)
        show(agent_service_pb2.DeleteAgentResponse(), json, f"deleted {agent_name(agent)}")

    options.run(body, server=server, key=key, insecure=insecure)
