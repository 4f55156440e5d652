"""An agent's settings as options, and intent examples as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.duration_pb2 import Duration

from deskbell.cli.options import UsageProblem
from deskbell.v1 import agent_pb2, turn_events_pb2

HandoffTo = Annotated[
    str | None,
    typer.Option(help="Phone number or queue for callers who want a person.", show_default=False),
]
HandoffMessage = Annotated[str | None, typer.Option(help="What these are told first.", show_default=False)]
Examples = Annotated[
    Path | None,
    typer.Option(
        help="What callers say, a line each: `booking: Can I pop in on Friday?`. Replaces all.",
        show_default=False,
    ),
]
ExtractionSchema = Annotated[
    Path | None,
    typer.Option(help="JSON Schema of what to take out of a conversation.", show_default=False),
]
LeadConsent = Annotated[
    str | None, typer.Option(help="Asked before a caller's details are kept.", show_default=False)
]
TurnBudget = Annotated[
    float | None, typer.Option(help="Seconds until the first sound of an answer.", show_default=False)
]

_KINDS = {
    name.removeprefix("INTENT_KIND_").lower(): number
    for name, number in turn_events_pb2.IntentKind.items()
    if number != turn_events_pb2.INTENT_KIND_UNSPECIFIED
}


def set_given(
    agent: agent_pb2.Agent,
    texts: Mapping[str, str | None],
    *,
    handoff_to: str | None,
    handoff_message: str | None,
    examples: Path | None,
    extraction_schema: Path | None,
    turn_budget: float | None,
) -> list[str]:
    """Sets on the agent what is not None; returns the paths of an update mask for it. Raises UsageProblem for a
    file that cannot be used."""
    paths = [field for field, value in texts.items() if value is not None]
    for field in paths:
        setattr(agent, field, texts[field])
    for field, value in (("destination", handoff_to), ("message", handoff_message)):
        if value is not None:
            setattr(agent.handoff, field, value)
            paths.append(f"handoff.{field}")
    if examples is not None:
        agent.intent_examples.extend(_examples(examples))
        paths.append("intent_examples")
    if extraction_schema is not None:
        agent.extraction_schema = _text(extraction_schema)
        paths.append("extraction_schema")
    if turn_budget is not None:
        agent.turn_budget.CopyFrom(_seconds(turn_budget))
        paths.append("turn_budget")
    return paths


def _examples(file: Path) -> Iterator[agent_pb2.IntentExample]:
    """Blank lines and those that begin with # are left out."""
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kind, colon, text = line.partition(":")
        value: Any = _KINDS.get(kind.strip().lower())
        if not colon or value is None:
            raise UsageProblem(f"{file}, line {number}: write KIND: TEXT with one of {', '.join(_KINDS)}")
        yield agent_pb2.IntentExample(kind=value, text=text.strip())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageProblem(f"{file} is not text in UTF-8") from None
    except OSError as error:
        raise UsageProblem(f"{file} cannot be read: {error.strerror}") from None


def _seconds(seconds: float) -> Duration:
    if not 0 < seconds < 1000:  # nor a number that is none
        raise UsageProblem("--turn-budget is in seconds, from 0.2 to 10")
    duration = Duration()
    duration.FromMicroseconds(round(seconds * 1e6))
    return duration
