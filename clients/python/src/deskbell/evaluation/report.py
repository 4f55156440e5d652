"""How scenarios went: a table for people, JSON for programs, JUnit for continuous integration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from deskbell.evaluation.playing import Exchange, Played

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def table(results: Sequence[Played]) -> Table:
    """A line for each scenario and way of talking; attempts together."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("scenario", no_wrap=True)
    shown.add_column("by")
    shown.add_column("result", no_wrap=True)
    shown.add_column("seconds", justify="right")
    shown.add_column("what failed first", overflow="fold")
    for attempts in _together(results):
        first = attempts[0]
        passed = sum(played.passed for played in attempts)
        style = "green" if passed == len(attempts) else "red"
        verdict = "passed" if passed == len(attempts) else "FAILED"
        if len(attempts) > 1:
            verdict += f" {passed} of {len(attempts)}"
        failed = next((failure for played in attempts for failure in played.what_failed), "")
        seconds = sum(played.seconds for played in attempts) / len(attempts)
        shown.add_row(
            first.scenario.name,
            first.by,
            f"[{style}]{verdict}[/]",
            f"{seconds:.1f}",
            Text(_printable(failed)),
        )
    return shown


def dialogue(played: Played) -> str:
    """What was said in a scenario that failed, with what was wrong where, as rich markup."""
    again = f", attempt {played.attempt}" if played.attempt > 1 else ""
    place = f"{played.scenario.file}:{played.scenario.line}"
    lines = [f"[bold]{played.scenario.name}[/] by {played.by}{again} [dim]({_safe(place)})[/]"]
    for exchange in played.exchanges:
        lines.append(f"  [cyan]caller:[/] {_safe(exchange.line)}")
        if exchange.reply.transcript is not None:
            lines.append(f"  [dim]heard:  {_safe(exchange.reply.transcript or '(nothing)')}[/]")
        lines.append(f"  [green]agent:[/]  {_safe(exchange.reply.text or '(nothing)')}")
        if events := _events(exchange):
            lines.append(f"          [dim]{_safe(events)}[/]")
        lines += [f"  [red]      ✗ {_safe(failure)}[/]" for failure in exchange.failures]
    lines += [f"  [red]      ✗ {_safe(failure)}[/]" for failure in played.failures]
    return "\n".join(lines)


def summary(results: Sequence[Played]) -> str:
    """One line."""
    passed = sum(played.passed for played in results)
    failed = len(results) - passed
    seconds = sum(played.seconds for played in results)
    return f"{passed} passed, {failed} failed of {len(results)}, {seconds:.0f} s of conversation"


def as_json(results: Sequence[Played], *, seed: int, engines: Mapping[str, str]) -> str:
    """All of it, as one JSON object."""
    content = {
        "passed": bool(results) and all(played.passed for played in results),
        "seed": seed,
        "engines": dict(engines),
        "results": [_as_data(played) for played in results],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_junit(results: Sequence[Played]) -> str:
    """JUnit's XML: a suite for chat and one for voice."""
    root = ET.Element("testsuites", name="deskbell eval")
    for by in dict.fromkeys(played.by for played in results):
        of_suite = [played for played in results if played.by is by]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=by,
            tests=str(len(of_suite)),
            failures=str(sum(not played.passed for played in of_suite)),
            errors="0",
            time=f"{sum(played.seconds for played in of_suite):.3f}",
        )
        for played in of_suite:
            again = f" ({played.attempt})" if any(each.attempt > 1 for each in of_suite) else ""
            case = ET.SubElement(
                suite,
                "testcase",
                name=f"{played.scenario.name}{again}",
                classname=f"{by}.{played.scenario.file.stem}",
                file=str(played.scenario.file),
                line=str(played.scenario.line),
                time=f"{played.seconds:.3f}",
            )
            if not played.passed:
                what = played.what_failed
                failure = ET.SubElement(case, "failure", message=_xml(what[0]))
                failure.text = _xml("\n".join([*what, "", *_said(played.exchanges)]))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _together(results: Iterable[Played]) -> list[list[Played]]:
    found: dict[tuple[str, str], list[Played]] = {}
    for played in results:
        found.setdefault((played.scenario.name, played.by), []).append(played)
    return [found[key] for key in sorted(found)]


def _events(exchange: Exchange) -> str:
    """What came beside the words."""
    reply = exchange.reply
    told = [
        f"intent {', '.join(reply.intents)}" if reply.intents else "",
        f"cites {', '.join(dict.fromkeys(reply.documents))}" if reply.documents else "",
        *(f"{record.kind} {record.action}: {record.summary}" for record in reply.records),
        f"hands over: {reply.handoff}" if reply.handoff is not None else "",
        f"cache {reply.cache}" if reply.cache else "",
        *reply.degraded,
        f"the call ended: {reply.ended}" if reply.ended else "",
    ]
    return "; ".join(filter(None, told))


def _said(exchanges: Iterable[Exchange]) -> list[str]:
    return [line for e in exchanges for line in (f"caller: {e.line}", f"agent:  {e.reply.text}")]


def _as_data(played: Played) -> dict[str, Any]:
    return {
        "scenario": played.scenario.name,
        "by": played.by,
        "attempt": played.attempt,
        "file": str(played.scenario.file),
        "line": played.scenario.line,
        "tags": list(played.scenario.tags),
        "passed": played.passed,
        "seconds": round(played.seconds, 3),
        "failures": played.what_failed,
        "exchanges": [asdict(exchange) for exchange in played.exchanges],
    }


def _safe(text: str) -> str:
    return escape(_printable(text))


def _printable(text: str) -> str:
    """Without orders to the terminal: what agents say is not ours."""
    return "".join(character if character.isprintable() else " " for character in text)


def _xml(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
