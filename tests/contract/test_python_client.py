"""The Python client against the live server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import deskbell
from deskbell.v1 import agent_pb2, tenant_pb2
from tests.support.live_server import KEY, LiveServer


def client_of(server: LiveServer, key: str = KEY) -> deskbell.Client:
    return deskbell.Client(server.address, key, agent="clinic/desk")


async def test_resources_of_every_kind(server: LiveServer, tmp_path: Path) -> None:
    page = tmp_path / "hours.md"
    page.write_text("# Hours\n\nWe open at nine.\n")
    sent: list[tuple[int, int]] = []
    async with client_of(server) as client:
        tenant = await client.tenants.create(tenant_pb2.Tenant(display_name="Clinic"), tenant_id="clinic")
        assert (await client.tenants.get("clinic")) == tenant
        tenant.industry = "dentist"
        assert (await client.tenants.update(tenant, "industry")).industry == "dentist"
        assert [t.name async for t in client.tenants.list()] == ["tenants/clinic"]
        agent = await client.agents.create("clinic", agent_pb2.Agent(display_name="Desk"), agent_id="desk")
        agent.greeting = "Hello"
        assert (await client.agents.update(agent, "greeting")).greeting == "Hello"
        assert (await client.agents.get("clinic/desk")).greeting == "Hello"
        assert [a.name async for a in client.agents.list("clinic")] == [agent.name]
        document = await client.knowledge.upload("clinic", page, progress=lambda *s: sent.append(s))
        assert sent[-1] == (page.stat().st_size, page.stat().st_size)
        assert (await client.knowledge.get(document.name)).text == page.read_text()
        assert (await client.knowledge.search("clinic", "we open"))[0].text == "We open at nine."
        assert [d.title async for d in client.knowledge.list("clinic")] == ["hours"]
        await client.knowledge.delete(document.name)
        await client.agents.delete("clinic/desk")
        await client.tenants.delete("clinic")


async def test_a_chat_that_goes_on(server: LiveServer) -> None:
    await server.make_tenant()
    async with client_of(server) as client:
        conversation = ""
        for text in ("When are you open?", "And on Sunday?"):
            async for event in client.chat.send(text, conversation=conversation):
                conversation = event.started.conversation or conversation
        assert (await client.conversations.get(conversation)).message_count == 4
        said = [m.text async for m in client.conversations.messages(conversation)]
        assert said[0::2] == ["When are you open?", "And on Sunday?"]
        assert [c.name async for c in client.conversations.list("clinic", agent="clinic/desk")] == [
            conversation
        ]


async def test_a_call(server: LiveServer) -> None:
    await server.make_tenant()
    kinds: list[str] = []
    async with client_of(server) as client, client.call(input_rate=8_000) as call:

        async def talk() -> None:
            for voiced in (True, False):
                for _ in range(20):
                    await call.send_audio((b"\1\0" if voiced else b"\0\0") * 320)
                    await asyncio.sleep(0.04)
            await call.ping(b"x")
            await call.half_close()

        async with asyncio.TaskGroup() as group:
            group.create_task(talk())
            async for event in call:
                kinds.append(str(event.WhichOneof("event")))
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert {"transcript", "response_audio", "response_done", "pong"} <= set(kinds)
    assert "error" not in kinds


async def test_what_is_refused(server: LiveServer) -> None:
    async with client_of(server) as client:
        with pytest.raises(deskbell.NotFound) as missing:
            await client.tenants.get("nobody")
        assert missing.value.reason == "TENANT_NOT_FOUND"
        with pytest.raises(deskbell.InvalidRequest) as wrong:
            await client.tenants.create(tenant_pb2.Tenant(display_name="x", time_zone="Mars/Olympus"))
        assert list(wrong.value.fields) == ["tenant.time_zone"]
        with pytest.raises(deskbell.NotFound):
            async for _ in client.chat.send("hi"):
                pass
        async with client.call("clinic/nobody") as call:
            with pytest.raises(deskbell.NotFound):
                async for _ in call:
                    pass
    async with client_of(server, "wrong") as stranger:
        with pytest.raises(deskbell.Unauthenticated):
            await stranger.tenants.get("clinic")
    async with deskbell.Client("127.0.0.1:1", KEY) as lost:
        with pytest.raises(deskbell.ServerUnreachable, match="make up"):
            await lost.tenants.get("clinic")


async def test_a_refused_start_is_told_to_a_client_that_speaks_at_once(server: LiveServer) -> None:
    """A write that crosses the refusal would make gRPC report a fault of its own in its place."""
    await server.make_tenant()

    async def refused(client: deskbell.Client) -> None:
        async with client.call("clinic/nobody") as call, asyncio.TaskGroup() as group:

            async def talk() -> None:
                while not call.ended:
                    await call.send_audio(bytes(160))
                    await asyncio.sleep(0)

            talking = group.create_task(talk())
            with pytest.raises(deskbell.NotFound) as missing:
                await anext(call)
            assert missing.value.reason == "AGENT_NOT_FOUND"
            talking.cancel()

    async with client_of(server) as client:
        for _ in range(60):
            await refused(client)


async def test_a_call_that_is_left_ends(server: LiveServer) -> None:
    await server.make_tenant()
    async with client_of(server) as client, client.call() as call:
        async for event in call:
            if event.HasField("started"):
                break
    assert await server.app.calls.until_over(5.0)


@pytest.mark.parametrize("text", ["", "x", "a/b/c", "tenants/a/agents"])
def test_an_agent_that_is_none(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_PROFILE", "/nonexistent/profile.json")
    from deskbell.profile import agent_name

    with pytest.raises(deskbell.ProfileError):
        agent_name(text)


def test_what_is_given_comes_before_the_environment_and_that_before_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "profile.json"
    monkeypatch.setenv("DESKBELL_PROFILE", str(path))
    for name in ("DESKBELL_SERVER", "DESKBELL_AGENT", "DESKBELL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(deskbell.ProfileError, match="--key"):
        deskbell.load_profile()
    path.write_text('{"server": "127.0.0.1:7", "agent": "tenants/a/agents/b", "api_key": "kept"}')
    kept = deskbell.load_profile()
    assert (kept.server, kept.agent, kept.api_key) == ("127.0.0.1:7", "tenants/a/agents/b", "kept")
    assert "kept" not in repr(kept)
    monkeypatch.setenv("DESKBELL_AGENT", "c/d")
    given: Any = deskbell.load_profile(server="127.0.0.1:8")
    assert (given.server, given.agent) == ("127.0.0.1:8", "tenants/c/agents/d")
    path.write_text("{nonsense")
    with pytest.raises(deskbell.ProfileError, match="cannot read"):
        deskbell.load_profile()
