"""`deskbell agents` against the live server: settings, versions, and who gets which."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.live_server import KEY, LiveServer

COMMAND = Path(sys.executable).parent / "deskbell"
Cli = Callable[..., Awaitable[str]]


@pytest.fixture
def cli(server: LiveServer, tmp_path: Path) -> Cli:
    """Runs `deskbell agents ...`; returns what it prints, also to those who did something wrong."""
    environment = {
        **os.environ,
        "COLUMNS": "300",
        "DESKBELL_SERVER": server.address,
        "DESKBELL_API_KEY": KEY,
        "DESKBELL_PROFILE": str(tmp_path / "profile.json"),
    }

    async def run(*arguments: str | Path, code: int = 0) -> str:
        process = await asyncio.create_subprocess_exec(
            COMMAND,
            "agents",
            *arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == code, (out, err)
        assert b"Traceback" not in err
        return (err if code else out).decode()

    return run


async def test_versions_from_a_draft_to_the_way_back(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    drafted = await cli("update", "clinic/desk", "--greeting", "Hi!", "--draft", "--note", "shorter")
    assert "version 2 is the newest; all callers get version 1" in drafted
    split = await cli("traffic", "clinic/desk", "1=80", "2=20%")
    assert "callers get 80 % version 1, 20 % version 2" in split
    listed = (await cli("versions", "clinic/desk")).splitlines()
    assert [line.split()[:2] for line in listed] == [["version", "callers"], ["2", "20"], ["1", "80"]]
    assert "shorter" in listed[1]
    assert "all callers get version 2" in await cli("publish", "clinic/desk", "2")
    assert "80 % version 1" in await cli("roll-back", "clinic/desk")
    back = json.loads(await cli("roll-back", "clinic/desk", "--to", "1", "--json"))
    assert back["traffic"] == [{"version": 1, "percent": 100}]
    assert "AGENT_VERSION_NOT_FOUND" in await cli("roll-back", "clinic/desk", code=1)
    assert "write VERSION=PERCENT" in await cli("traffic", "clinic/desk", "1:80", "2:20", code=2)
    assert "add up to 90" in await cli("traffic", "clinic/desk", "1=80", "2=10", code=1)


async def test_settings_come_from_options_and_files(server: LiveServer, cli: Cli, tmp_path: Path) -> None:
    await server.make_tenant()
    examples, schema = tmp_path / "examples.txt", tmp_path / "schema.json"
    examples.write_text(
        "# what our callers say\n\nbooking: Can I pop in: Friday?\nLEAD_CAPTURE:  Ring me, please \n"
    )
    schema.write_text('{"type": "object", "properties": {"budget": {"type": "number"}}}')
    changed = json.loads(
        await cli(
            *("update", "clinic/desk", "--json", "--examples", examples, "--extraction-schema", schema),
            *("--handoff-to", "queue:front", "--handoff-message", "One moment.", "--turn-budget", "1.5"),
            *("--lead-consent", "May we?"),
        )
    )
    assert changed["intentExamples"] == [
        {"kind": "INTENT_KIND_BOOKING", "text": "Can I pop in: Friday?"},
        {"kind": "INTENT_KIND_LEAD_CAPTURE", "text": "Ring me, please"},
    ]
    assert changed["handoff"] == {"destination": "queue:front", "message": "One moment."}
    assert json.loads(changed["extractionSchema"])["type"] == "object"
    assert (changed["leadConsent"], changed["turnBudget"]) == ("May we?", "1.500s")
    assert "intent examples: 2" in await cli("get", "clinic/desk")
    examples.write_text("booking: fine\nreservation: not a kind\n")
    wrong = await cli("update", "clinic/desk", "--examples", examples, code=2)
    assert "line 2: write KIND: TEXT with one of booking, faq" in wrong
    assert "cannot be read" in await cli("update", "clinic/desk", "--examples", tmp_path / "no", code=2)
    assert "0.2 to 10" in await cli("update", "clinic/desk", "--turn-budget", "nan", code=2)
    assert "nothing to change" in await cli("update", "clinic/desk", "--draft", code=2)
