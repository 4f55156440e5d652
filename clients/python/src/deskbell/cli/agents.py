"""`deskbell agents`."""

from __future__ import annotations

from typing import Annotated

import typer

from deskbell.cli import agent_versions
from deskbell.cli.agent_settings import (
    Examples,
    ExtractionSchema,
    HandoffMessage,
    HandoffTo,
    LeadConsent,
    TurnBudget,
    set_given,
)
from deskbell.cli.agent_versions import traffic_in_words
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
    handoff_to: HandoffTo = None,
    handoff_message: HandoffMessage = None,
    examples: Examples = None,
    extraction_schema: ExtractionSchema = None,
    lead_consent: LeadConsent = None,
    turn_budget: TurnBudget = None,
) -> None:
    """Create an agent."""
    agent = agent_pb2.Agent(
        display_name=name, type=_agent_type(kind), system_prompt=prompt, greeting=greeting
    )
    set_given(
        agent,
        {"lead_consent": lead_consent},
        handoff_to=handoff_to,
        handoff_message=handoff_message,
        examples=examples,
        extraction_schema=extraction_schema,
        turn_budget=turn_budget,
    )
    made = await at.client.agents.create(tenant, agent, agent_id=agent_id)
    show(made, at.json, f"created {made.name}")


@command(app, "get")
async def get_agent(
    at: Session,
    agent: AgentArgument,
) -> None:
    """Show an agent in its newest version."""
    a = await at.client.agents.get(agent)
    lines = (
        f"{a.name}  {a.display_name}",
        f"version {a.version_number}; {traffic_in_words(a)}",
        f"greeting: {a.greeting}",
        f"prompt: {a.system_prompt.strip()}",
        f"hands over to: {a.handoff.destination or 'nobody'}",
        f"intent examples: {len(a.intent_examples)}",
    )
    show(a, at.json, "\n".join(lines))


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
    handoff_to: HandoffTo = None,
    handoff_message: HandoffMessage = None,
    examples: Examples = None,
    extraction_schema: ExtractionSchema = None,
    lead_consent: LeadConsent = None,
    turn_budget: TurnBudget = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Callers keep what is live until it is published.")
    ] = False,
    note: Annotated[str, typer.Option(help="Why, for the list of versions.")] = "",
) -> None:
    """Change what is given of an agent, in a new version."""
    agent_to_be = agent_pb2.Agent(name=agent_name(agent))
    paths = set_given(
        agent_to_be,
        {
            "display_name": name,
            "system_prompt": prompt,
            "greeting": greeting,
            "lead_consent": lead_consent,
        },
        handoff_to=handoff_to,
        handoff_message=handoff_message,
        examples=examples,
        extraction_schema=extraction_schema,
        turn_budget=turn_budget,
    )
    need(
        paths,
        "--name, --prompt, --greeting, --handoff-to, --handoff-message, --examples, --extraction-schema, "
        "--lead-consent, --turn-budget",
    )
    changed = await at.client.agents.update(agent_to_be, *paths, draft=draft, note=note)
    newest = f"changed {changed.name}: version {changed.version_number} is the newest"
    show(changed, at.json, f"{newest}; {traffic_in_words(changed)}")


@command(app, "delete")
async def delete_agent(
    at: Session,
    agent: AgentArgument,
) -> None:
    """Delete an agent; its conversations stay."""
    await at.client.agents.delete(agent)
    show(agent_service_pb2.DeleteAgentResponse(), at.json, f"deleted {agent_name(agent)}")


agent_versions.add_commands(app)
