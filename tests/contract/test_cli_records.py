"""The `deskbell` command against the live server: leads, figures, and conversations as they go on."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path

import deskbell
from tests.contract.test_cli_access import COMMAND, Cli, cli, profile  # noqa: F401 - fixtures
from tests.support.live_server import KEY, LiveServer
from tests.support.people import make_people


async def chat(server: LiveServer, text: str, conversation: str = "") -> str:
    async with deskbell.Client(server.address, KEY, agent="clinic/desk") as client:
        async for event in client.chat.send(text, conversation=conversation, caller_id="ann"):
            conversation = event.started.conversation or conversation
    return conversation


async def test_leads_are_managed(server: LiveServer, cli: Cli) -> None:  # noqa: F811
    await server.make_tenant()
    added = await cli(
        *("leads", "add", "clinic", "--name", "Anna", "--phone", "020 7946 0958", "--intent", "viewing"),
        *("--consent", "May we call?", "--json"),
        key=KEY,
    )
    [made] = added.messages
    name = made["lead"]["name"]
    assert made["lead"]["phone"] == "+442079460958"
    again = await cli("leads", "add", "clinic", "--phone", "+442079460958", "--notes", "a dog", key=KEY)
    assert "merged into" in again.out
    short = name.replace("tenants/", "").replace("/leads", "")
    shown = await cli("leads", "show", short, key=KEY)
    for said in ("Anna", "+442079460958", "viewing", "May we call?", "a dog"):
        assert said in shown.out
    changed = await cli("leads", "update", short, "--status", "contacted", "--notes", "Monday", key=KEY)
    assert changed.code == 0, changed.err
    listed = await cli("leads", "list", "clinic", "--status", "contacted", "--since", "1h", "--json", key=KEY)
    assert [lead["notes"] for lead in listed.messages] == ["Monday"]
    assert short in (await cli("leads", "list", "clinic", key=KEY)).out
    wrong = await cli("leads", "add", "clinic", "--phone", "12", key=KEY)
    assert (wrong.code, "lead.phone" in wrong.err) == (1, True), wrong.err
    for bad in (("list", "clinic", "--status", "old"), ("update", short)):
        assert (await cli("leads", *bad, key=KEY)).code == 2
    assert (await cli("leads", "delete", short, key=KEY)).code == 1  # asked, and nobody there to say yes
    assert (await cli("leads", "delete", short, "--yes", key=KEY)).code == 0
    gone = await cli("leads", "show", short, key=KEY)
    assert (gone.code, "LEAD_NOT_FOUND" in gone.err) == (1, True), gone.err


async def test_figures_are_shown(server: LiveServer, cli: Cli) -> None:  # noqa: F811
    people = await make_people(server)
    await chat(server, "When are you open?")
    shown = await cli("analytics", "clinic", "--last", "2d", key=KEY)
    assert shown.code == 0, shown.err
    header, *days = [line for line in shown.out.splitlines() if line.startswith(("from", "20", "total"))]
    assert "Europe/London" in header
    assert 3 <= len(days) <= 4
    assert days[-1].split()[:2] == ["total", "1"]
    asked = await cli(
        *("analytics", "clinic", "--from", "2026-03-29", "--to", "2026-03-30", "--interval", "hour"),
        *("--metric", "conversations", "--metric", "leads", "--agent", "clinic/desk", "--json"),
        key=people.credentials["analyst"],
    )
    [found] = asked.messages
    assert found["total"]["startTime"] == "2026-03-29T00:00:00Z"
    assert found["total"]["endTime"] == "2026-03-29T23:00:00Z"
    assert len(found["intervals"]) == 23
    assert set(found["total"]) == {"startTime", "endTime", "conversations", "leads"}
    only = people.credentials["key:analytics_read"]
    refused = await cli("analytics", "clinic", "--from", "2026-03-29", key=only)
    assert (refused.code, "offset" in refused.err) == (2, True), refused.err
    exact = await cli(
        "analytics", "clinic", "--from", "2026-03-29T00:00+00:00", "--interval", "month", key=only
    )
    assert exact.code == 0, exact.err
    for wrong in (("--interval", "year"), ("--from", "soon")):
        assert (await cli("analytics", "clinic", *wrong, key=KEY)).code == 2
    denied = await cli("analytics", "clinic", key=people.credentials["key:leads_read"])
    assert (denied.code, "PERMISSION_DENIED" in denied.err) == (1, True), denied.err


async def test_a_conversation_is_exported_and_watched(
    server: LiveServer,
    cli: Cli,  # noqa: F811
    tmp_path: Path,
) -> None:
    await server.make_tenant()
    name = await chat(server, "When are you open?")
    file = tmp_path / "one.jsonl"
    exported = await cli("conversations", "export", name, "-o", file, key=KEY)
    assert exported.code == 0, exported.err
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0]["conversation"]["name"] == name
    assert lines[1]["message"]["text"] == "When are you open?"
    assert (await cli("conversations", "export", name, key=KEY)).out == file.read_text()
    twice = await cli("conversations", "export", name, "-o", file, key=KEY)
    assert (twice.code, "cannot write" in twice.err) == (2, True), twice.err
    watching = await asyncio.create_subprocess_exec(
        *(COMMAND, "conversations", "watch", name, "--after", "1", "--json"),
        env={**os.environ, "DESKBELL_SERVER": server.address, "DESKBELL_API_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert watching.stdout is not None
    assert "started" in json.loads(await watching.stdout.readline())
    assert json.loads(await watching.stdout.readline())["message"]["name"] == f"{name}/messages/2"
    await chat(server, "And on Sunday?", name)
    assert json.loads(await watching.stdout.readline())["message"]["text"] == "And on Sunday?"
    receipt = await cli("tenants", "erase-caller", "clinic", "ann", "--yes", key=KEY)
    assert receipt.code == 0, receipt.err
    _, told = await watching.communicate()
    assert (watching.returncode, b"CONVERSATION_NOT_FOUND" in told) == (1, True), told
