"""Many scenarios: some at once, some again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from deskbell.evaluation.fresh import draw
from deskbell.evaluation.playing import Agents, Played, play
from deskbell.evaluation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played how."""

    scenarios: Sequence[Scenario]
    repeat: int = 1
    fail_fast: bool = False
    seed: int = 0
    """The same one draws the same names, numbers and, on one day, days."""
    tenants: dict[str, str] = field(default_factory=dict)
    """Other tenants to play the scenarios of these with."""

    def runs(self, agents: Agents) -> list[tuple[Scenario, int]]:
        """Each scenario that can be played this way, with the number of the attempt."""
        wanted = [scenario for scenario in self.scenarios if agents.by in scenario.by]
        return [(scenario, attempt) for attempt in range(1, self.repeat + 1) for scenario in wanted]

    def agent(self, scenario: Scenario) -> str:
        """The agent to play it with."""
        parts = scenario.agent.split("/")
        at = 1 if parts[0] == "tenants" else 0
        parts[at] = self.tenants.get(parts[at], parts[at])
        return "/".join(parts)


class Show:
    """What is told while it runs; does nothing by itself."""

    def began(self, scenario: Scenario) -> None:
        """A scenario is being played."""

    def ended(self, played: Played) -> None:
        """It is over."""


async def run(plan: Plan, agents: Agents, jobs: int, show: Show, keep: Callable[[Played], None]) -> None:
    """Plays everything, `jobs` scenarios at a time, and gives `keep` each as it ends. Stops early at a failure if the
    plan wants it. Raises ServerUnreachable and Unauthenticated; cancelling leaves what was kept."""
    waiting = iter(plan.runs(agents))
    stopped = False

    async def work() -> None:
        nonlocal stopped
        for scenario, attempt in waiting:
            if stopped:
                return
            show.began(scenario)
            dice = random.Random(f"{plan.seed}/{scenario.name}/{agents.by}/{attempt}")  # noqa: S311 - no secret
            fresh = draw(dice, scenario.country, scenario.choose, date.today())  # noqa: DTZ011 - the caller's
            played = await play(scenario, agents, plan.agent(scenario), fresh, attempt)
            keep(played)
            show.ended(played)
            stopped = stopped or (plan.fail_fast and not played.passed)

    async with asyncio.TaskGroup() as group:
        for _ in range(jobs):
            group.create_task(work())
