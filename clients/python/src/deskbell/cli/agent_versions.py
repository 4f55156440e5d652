"""`deskbell agents versions`, `publish`, `roll-back` and `traffic`."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from deskbell.cli.options import Session, UsageProblem, command
from deskbell.cli.output import print_json, print_table, when
from deskbell.cli.shared import AgentArgument, show
from deskbell.v1 import agent_pb2

_SHARE = re.compile(r"(\d{1,9})=(\d{1,3})%?")


def add_commands(app: typer.Typer) -> None:
    """Adds them to the group of agents."""
    command(app, "versions")(_versions)
    command(app, "publish")(_publish)
    command(app, "roll-back")(_roll_back)
    command(app, "traffic")(_traffic)


async def _versions(at: Session, agent: AgentArgument) -> None:
    """List an agent's versions, and how many callers get each."""
    found = [version async for version in at.client.agents.versions(agent)]
    if at.json:
        for version in found:
            print_json(version)
        return
    rows = [
        (str(v.number), f"{v.percent} %" if v.percent else "", when(v.create_time), v.created_by, v.note)
        for v in found
    ]
    print_table(("version", "callers", "made", "by", "note"), rows, "no versions")


async def _publish(
    at: Session,
    agent: AgentArgument,
    version: Annotated[int, typer.Argument(help="Its number.", min=1)],
) -> None:
    """Give a version to all who begin a conversation from now on."""
    _show(at, await at.client.agents.publish(agent, version))


async def _roll_back(
    at: Session,
    agent: AgentArgument,
    to: Annotated[
        int, typer.Option(help="A version that was live; without it, what was live before.", min=0)
    ] = 0,
) -> None:
    """Give callers again what was live before."""
    _show(at, await at.client.agents.roll_back(agent, version=to))


async def _traffic(
    at: Session,
    agent: AgentArgument,
    shares: Annotated[list[str], typer.Argument(help="VERSION=PERCENT, 2 to 5 of them that add up to 100.")],
) -> None:
    """Split those who begin a conversation from now on between versions."""
    wanted: dict[int, int] = {}
    for share in shares:
        match = _SHARE.fullmatch(share)
        if match is None or int(match[1]) in wanted:
            raise UsageProblem(f"{share!r}: write VERSION=PERCENT, each version once, for example 3=90 4=10")
        wanted[int(match[1])] = int(match[2])
    _show(at, await at.client.agents.set_traffic(agent, wanted))


def _show(at: Session, agent: agent_pb2.Agent) -> None:
    show(agent, at.json, f"{agent.name}: {traffic_in_words(agent)}")


def traffic_in_words(agent: agent_pb2.Agent) -> str:
    """`all callers get version 3`, or `callers get 90 % version 3, 10 % version 4`."""
    if len(agent.traffic) == 1:
        return f"all callers get version {agent.traffic[0].version}"
    shares = ", ".join(f"{share.percent} % version {share.version}" for share in agent.traffic)
    return f"callers get {shares}"
