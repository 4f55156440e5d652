"""`deskbell eval`."""

from __future__ import annotations

import random
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deskbell.cli.groups import first_error
from deskbell.cli.options import FAILED, Session, UsageProblem, command
from deskbell.cli.output import console, errors, escape, print_error
from deskbell.errors import ServerUnreachable
from deskbell.evaluation.nodes import BadScenario
from deskbell.evaluation.playing import Agents, Played
from deskbell.evaluation.reading import read_scenarios, shipped_scenarios
from deskbell.evaluation.report import as_json, as_junit, dialogue, summary, table
from deskbell.evaluation.run_chat import ChatAgents
from deskbell.evaluation.run_voice import VoiceAgents
from deskbell.evaluation.running import Plan, Show, run
from deskbell.evaluation.scenario import By, Scenario
from deskbell.evaluation.voices import NoVoice, open_voice

UNREACHABLE = 3
CHATS_AT_ONCE, CALLS_AT_ONCE = 2, 1


class Ways(StrEnum):
    """How the caller gets through."""

    CHAT = "chat"
    VOICE = "voice"
    BOTH = "both"


def add_commands(app: typer.Typer) -> None:
    """Registers the command."""
    command(app, "eval", json=False)(evaluate)


async def evaluate(
    at: Session,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Scenario files, or folders of them; without any, those of the demo tenants.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[Ways, typer.Option(help="Play them as chats, as calls, or as both.")] = Ways.CHAT,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Only scenarios of this name, pattern or tag; may be given again.", show_default=False
        ),
    ] = None,
    tenant_map: Annotated[
        list[str] | None,
        typer.Option(
            help="FROM=TO: play the scenarios of tenant FROM with tenant TO; may be given again.",
            show_default=False,
        ),
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Play each so many times; all have to pass.")] = 1,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=f"So many at once; without it {CHATS_AT_ONCE} chats or {CALLS_AT_ONCE} call.",
            show_default=False,
        ),
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first that fails.")] = False,
    seed: Annotated[
        int | None,
        typer.Option(help="Draw names, numbers and days as a run with this seed did.", show_default=False),
    ] = None,
    voice_command: Annotated[
        str | None,
        typer.Option(
            help="Program that reads lines aloud, such as 'espeak-ng -w {file} {text}'.", show_default=False
        ),
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the results as JSON here.", show_default=False)
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", help="Write the results as JUnit's XML here.", show_default=False),
    ] = None,
) -> None:
    """Play scenarios against a server and check what comes back.

    Exit code 0: all passed; 1: some failed; 2: a scenario or option cannot be used; 3: no server answers.
    """
    plan = _plan(paths, only, tenant_map, repeat, seed, fail_fast=fail_fast)
    results: list[Played] = []
    engines: dict[str, str] = {}
    try:
        for way in (By.CHAT, By.VOICE) if by is Ways.BOTH else (By(by),):
            if fail_fast and not all(played.passed for played in results):
                break
            at_once = jobs or (CHATS_AT_ONCE if way is By.CHAT else CALLS_AT_ONCE)
            async with _agents(at, way, voice_command, engines) as agents:
                with _shown(plan, agents) as show, first_error():
                    await run(plan, agents, at_once, show, results.append)
    except ServerUnreachable as error:
        print_error(error)
        raise typer.Exit(UNREACHABLE) from None
    except NoVoice as error:
        raise UsageProblem(str(error)) from None
    finally:
        _report(results, plan, engines, json, junit)
    if not results:
        raise UsageProblem("none of these scenarios can be played this way: see their 'by'")
    if not all(played.passed for played in results):
        raise typer.Exit(FAILED)


def _plan(
    paths: list[Path] | None,
    only: list[str] | None,
    tenant_map: list[str] | None,
    repeat: int,
    seed: int | None,
    *,
    fail_fast: bool,
) -> Plan:
    try:
        scenarios = read_scenarios(paths) if paths else shipped_scenarios()
    except BadScenario as error:
        raise UsageProblem(str(error)) from None
    chosen = [s for s in scenarios if not only or any(map(s.chosen_by, only))]
    if not chosen:
        raise UsageProblem(f"no scenario has the name or tag {' or '.join(only or ())}")
    tenants = {}
    for pair in tenant_map or ():
        before, equals, after = pair.partition("=")
        if not (before and equals and after):
            raise UsageProblem(f"--tenant-map: {pair!r} is not FROM=TO")
        tenants[before] = after
    drawn = random.SystemRandom().randrange(10**6) if seed is None else seed
    return Plan(chosen, repeat, fail_fast, drawn, tenants)


@asynccontextmanager
async def _agents(
    at: Session, way: By, voice_command: str | None, engines: dict[str, str]
) -> AsyncGenerator[Agents, None]:
    if way is By.CHAT:
        yield ChatAgents(at.client)
        return
    try:
        async with open_voice(voice_command) as voice:
            yield VoiceAgents(at.client, voice, engines.update)
    except ValueError as error:
        raise UsageProblem(f"--voice-command: {error}") from None


class _Lines(Show):
    """A line for each scenario that ended, for logs."""

    def ended(self, played: Played) -> None:
        """See Show."""
        verdict = "passed" if played.passed else "FAILED"
        errors.print(
            f"{verdict}  {played.by:5}  {played.scenario.name}  {played.seconds:.1f} s", highlight=False
        )


class _Bar(Show):
    """A bar for a terminal, with what is being played."""

    def __init__(self, progress: Progress, total: int, way: By) -> None:
        self._progress = progress
        self._task = progress.add_task(way, total=total, names="")
        self._names: list[str] = []

    def began(self, scenario: Scenario) -> None:
        """See Show."""
        self._names.append(scenario.name)
        self._tell()

    def ended(self, played: Played) -> None:
        """See Show."""
        self._names.remove(played.scenario.name)
        if not played.passed:
            self._progress.console.print(f"[red]FAILED[/]  {played.scenario.name}", highlight=False)
        self._progress.advance(self._task)
        self._tell()

    def _tell(self) -> None:
        self._progress.update(self._task, names=", ".join(self._names))


@contextmanager
def _shown(plan: Plan, agents: Agents) -> Iterator[Show]:
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[names]}"),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        yield _Bar(progress, len(plan.runs(agents)), agents.by)


def _report(
    results: list[Played], plan: Plan, engines: dict[str, str], json: Path | None, junit: Path | None
) -> None:
    """Shows and writes what there is, also of a run that was stopped. Raises UsageProblem."""
    if results:
        console.print(table(results), soft_wrap=False)
        for played in results:
            if not played.passed:
                console.print(f"\n{dialogue(played)}")
        console.print(f"\n{summary(results)} [dim](--seed {plan.seed})[/]")
    if engines:
        told = ", ".join(f"{role.replace('_', ' ')} {name}" for role, name in engines.items())
        console.print(f"[dim]{escape(told)}[/]")
    for path, text in (
        (json, as_json(results, seed=plan.seed, engines=engines)),
        (junit, as_junit(results)),
    ):
        if path is not None:
            try:
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                raise UsageProblem(f"cannot write {path}: {error.strerror}") from None
