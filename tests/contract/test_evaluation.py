"""`deskbell eval` against the live server with scripted engines: exit codes, reports, and a caller by voice."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import deskbell
from deskbell.audio import Recording
from deskbell.errors import DeskbellError
from deskbell.evaluation.playing import Line
from deskbell.evaluation.run_voice import VoiceAgents
from deskbell.v1 import knowledge_service_pb2 as kn
from tests.support.live_server import KEY, LiveServer

COMMAND = Path(sys.executable).parent / "deskbell"
SATURDAY = """\
scenario: {name}
agent: clinic/desk
tags: [{tag}]
turns:
  - caller: When do you close on Saturday?
    expect: {{says: [{says}], cites: hours, refused: false, records: [], escalated: false}}
"""
Eval = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def evaluate(server: LiveServer, tmp_path: Path) -> Eval:
    """Runs `deskbell eval`; returns its exit code and what it printed."""
    await server.make_tenant()
    await server.stubs.knowledge.IngestText(
        kn.IngestTextRequest(
            parent="tenants/clinic",
            document_id="hours",
            title="Hours",
            text="On Saturday we are open 9 to 1.",
        ),
        metadata=server.metadata,
    )
    environment = {
        **os.environ,
        "COLUMNS": "200",
        "DESKBELL_PROFILE": str(tmp_path / "profile.json"),
        "DESKBELL_SERVER": server.address,
        "DESKBELL_API_KEY": KEY,
    }

    async def run(*arguments: str | Path) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            COMMAND, "eval", *arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = (text.decode() for text in await process.communicate())
        assert "Traceback" not in err, err
        return process.returncode or 0, out, err

    return run


def scenarios(folder: Path) -> Path:
    path = folder / "clinic.yaml"
    good = SATURDAY.format(name="saturday", tag="good", says="1 p.m.")
    path.write_text(f"{good}---\n{SATURDAY.format(name='wrong-hours', tag='bad', says='7 p.m.')}")
    return path


async def test_scenarios_that_pass(evaluate: Eval, tmp_path: Path, script: Any) -> None:
    script.answer = "On Saturday we close at one o'clock."
    code, out, err = await evaluate(scenarios(tmp_path), "--only", "good", "--repeat", "3", "--jobs", "1")
    assert code == 0, out + err
    assert "passed 3 of 3" in out
    # The second and the third come from the answer cache.
    assert [request.question for request in script.asked] == ["When do you close on Saturday?"]


async def test_a_failure_is_shown_where_it_was_and_exits_1(
    evaluate: Eval, tmp_path: Path, script: Any
) -> None:
    script.answer = "On Saturday we close at one o'clock."
    told, junit = tmp_path / "told.json", tmp_path / "junit.xml"
    code, out, err = await evaluate(scenarios(tmp_path), "--json", told, "--junit", junit)
    assert code == 1
    assert "passed  chat   saturday" in err
    assert "FAILED  chat   wrong-hours" in err
    assert "does not say '7 p.m.'" in out
    assert "1 passed, 1 failed of 2" in out
    results = {each["scenario"]: each["passed"] for each in json.loads(told.read_text())["results"]}
    assert results == {"saturday": True, "wrong-hours": False}
    suite = ET.parse(junit).getroot()[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


async def test_fail_fast_plays_nothing_after_a_failure(evaluate: Eval, tmp_path: Path, script: Any) -> None:
    script.answer = "On Saturday we are closed."
    code, out, _ = await evaluate(scenarios(tmp_path), "--fail-fast", "--jobs", "1")
    assert code == 1
    assert "0 passed, 1 failed of 1" in out


async def test_what_cannot_be_used_exits_2_and_asks_nobody(
    evaluate: Eval, tmp_path: Path, script: Any
) -> None:
    path = scenarios(tmp_path)
    path.write_text(path.read_text().replace("cites: hours", "quotes: hours"))
    code, _, err = await evaluate(path)
    assert code == 2
    assert f"{path}:6: turns[1].expect: there is no field 'quotes'; there are intent," in err
    assert (await evaluate(scenarios(tmp_path), "--only", "nothing"))[0] == 2
    assert (await evaluate(scenarios(tmp_path), "--tenant-map", "clinic"))[0] == 2
    code, _, err = await evaluate(scenarios(tmp_path), "--by", "voice", "--voice-command", "false {file}")
    assert (code, script.asked) == (2, [])
    assert "the voice false failed" in err


async def test_a_server_that_is_not_there_exits_3(evaluate: Eval, tmp_path: Path) -> None:
    code, _, err = await evaluate(scenarios(tmp_path), "--server", "127.0.0.1:1")
    assert code == 3
    assert "no Deskbell server answers" in err


async def test_other_tenants_can_stand_in(evaluate: Eval, tmp_path: Path, server: LiveServer) -> None:
    await server.make_tenant("hotel")
    path = scenarios(tmp_path)
    path.write_text(path.read_text().replace("cites: hours, ", "").replace("clinic/desk", "demo/desk"))
    code, out, _ = await evaluate(path, "--only", "good", "--tenant-map", "demo=hotel")
    assert code == 0, out
    code, out, _ = await evaluate(path, "--only", "good")
    assert code == 1
    assert "AGENT_NOT_FOUND" in out


class Hum:
    """A voice that the scripted ears hear."""

    name = "hum"

    async def speak(self, text: str, rate: int) -> Recording:
        return Recording(b"\x01\x00" * (rate // 2), rate)


async def test_a_caller_by_voice_waits_for_the_answers_end(server: LiveServer, script: Any) -> None:
    agent = await server.make_tenant()
    script.transcripts = ["When do you close?", "And on Sunday?"]
    script.answer = "We close at one."
    engines: dict[str, str] = {}
    async with (
        deskbell.Client(server.address, KEY) as client,
        VoiceAgents(client, Hum(), engines.update).reach(agent) as conversation,
    ):
        replies = [await conversation.say(Line(text, text)) for text in ("first", "second")]
    assert [reply.transcript for reply in replies] == ["When do you close?", "And on Sunday?"]
    assert [reply.text.strip() for reply in replies] == ["We close at one."] * 2
    assert [(reply.outcome, reply.ended, reply.errors) for reply in replies] == [("completed", "", [])] * 2
    assert engines["chat"] == "scripted/chat"


async def test_a_call_that_breaks_off_is_an_error(server: LiveServer, script: Any) -> None:
    agent = await server.make_tenant()
    async with deskbell.Client(server.address, KEY) as client:
        agents = VoiceAgents(client, Hum(), lambda _: None)
        with pytest.raises(DeskbellError, match="there is no agent"):
            async with agents.reach("clinic/nobody") as conversation:
                await conversation.say(Line("x", "x"))
        async with agents.reach(agent) as conversation:
            await conversation.say(Line("x", "x"))
            await conversation.hang_up()
            with pytest.raises(DeskbellError, match="the server ended the call"):
                await conversation.say(Line("x", "x"))
