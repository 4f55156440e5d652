"""Versions of agents by rpc: what an update, a publication, a way back and a split mean for those who call."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

import deskbell
from deskbell.v1 import agent_pb2, tenant_pb2, turn_events_pb2
from deskbell.v1 import agent_service_pb2 as ag
from deskbell.v1 import audit_service_pb2 as au
from deskbell.v1 import chat_service_pb2 as ch
from deskbell.v1 import conversation_service_pb2 as co
from deskbell.v1 import voice_stream_service_pb2 as vo
from tests.support.live_server import KEY, LiveServer, refused
from tests.support.people import make_people, request_id

DESK = "tenants/clinic/agents/desk"


async def update(
    server: LiveServer, *, draft: bool = False, note: str = "", **fields: Any
) -> agent_pb2.Agent:
    """Changes the given fields of the desk."""
    request = ag.UpdateAgentRequest(
        agent=agent_pb2.Agent(name=DESK, **fields),
        update_mask=FieldMask(paths=list(fields)),
        draft=draft,
        note=note,
    )
    return (await server.stubs.agents.UpdateAgent(request, metadata=server.metadata)).agent


async def publish(server: LiveServer, number: int) -> agent_pb2.Agent:
    request = ag.PublishAgentVersionRequest(name=f"{DESK}/versions/{number}")
    return (await server.stubs.agents.PublishAgentVersion(request, metadata=server.metadata)).agent


async def roll_back(server: LiveServer, **fields: Any) -> agent_pb2.Agent:
    request = ag.RollBackAgentRequest(name=DESK, **fields)
    return (await server.stubs.agents.RollBackAgent(request, metadata=server.metadata)).agent


async def split(server: LiveServer, **shares: int) -> agent_pb2.Agent:
    """`split(server, v1=70, v2=30)`."""
    traffic = [agent_pb2.TrafficShare(version=int(v[1:]), percent=p) for v, p in shares.items()]
    request = ag.SetAgentTrafficRequest(name=DESK, traffic=traffic)
    return (await server.stubs.agents.SetAgentTraffic(request, metadata=server.metadata)).agent


def shares(agent: agent_pb2.Agent) -> dict[int, int]:
    return {share.version: share.percent for share in agent.traffic}


@pytest.fixture
def chat(server: LiveServer, script: Any) -> Callable[..., Any]:
    """Says something to the desk; returns the conversation and whether the prompt was the one expected."""

    async def say(*, conversation: str = "", caller_id: str = "") -> tuple[str, str]:
        request = ch.SendMessageRequest(
            agent=DESK, text="When are you open?", conversation=conversation, caller_id=caller_id
        )
        events = [e async for e in server.stubs.chat.SendMessage(request, metadata=server.metadata)]
        return events[0].started.conversation, script.asked[-1].system

    return say


async def version_of(server: LiveServer, conversation: str) -> int:
    request = co.GetConversationRequest(name=conversation)
    got = await server.stubs.conversations.GetConversation(request, metadata=server.metadata)
    return int(got.conversation.agent_version)


async def test_a_new_chat_has_what_is_new_and_an_open_one_keeps_its_version(
    server: LiveServer, chat: Any
) -> None:
    await server.make_tenant()
    await update(server, system_prompt="Say the first thing.")
    begun, prompt = await chat()
    assert "Say the first thing." in prompt
    await update(server, system_prompt="Say the second thing.")
    _, prompt = await chat(conversation=begun)
    assert "Say the first thing." in prompt
    fresh, prompt = await chat()
    assert "Say the second thing." in prompt
    assert (await version_of(server, begun), await version_of(server, fresh)) == (2, 3)
    await server.stubs.agents.DeleteAgent(ag.DeleteAgentRequest(name=DESK), metadata=server.metadata)
    gone = await refused(chat(conversation=begun))
    assert (gone.code, gone.reason) == ("NOT_FOUND", "AGENT_NOT_FOUND")
    assert await version_of(server, begun) == 2


async def test_a_draft_is_not_used_until_it_is_published(server: LiveServer, chat: Any) -> None:
    await server.make_tenant()
    draft = await update(server, draft=True, note="to be looked at", system_prompt="Be a pirate.")
    assert (draft.version_number, shares(draft)) == (2, {1: 100})
    got = (await server.stubs.agents.GetAgent(ag.GetAgentRequest(name=DESK), metadata=server.metadata)).agent
    assert got == draft
    begun, prompt = await chat()
    assert "pirate" not in prompt
    assert await version_of(server, begun) == 1
    published = await publish(server, 2)
    assert shares(published) == {2: 100}
    assert published.etag != draft.etag
    fresh, prompt = await chat()
    assert "pirate" in prompt
    assert await version_of(server, fresh) == 2
    again = await publish(server, 2)
    assert again == published, "it has all callers already"


async def test_a_call_has_the_version_that_is_live(server: LiveServer, script: Any) -> None:
    await server.make_tenant(greeting="First.")
    await update(server, greeting="Second.")
    await update(server, draft=True, greeting="Draft.")

    async def call() -> tuple[str, str]:
        stream = server.stubs.voice.VoiceStream(metadata=server.metadata)
        await stream.write(vo.VoiceStreamRequest(client_seq=1, start=vo.CallStart(agent=DESK)))
        conversation = said = ""
        async for event in stream:
            match event.WhichOneof("event"):
                case "started":
                    conversation = event.started.conversation
                case "response_text":
                    said += event.response_text.text
                case "response_done":
                    await stream.done_writing()
        return conversation, said

    begun, greeting = await call()
    assert greeting == "Second."
    assert await version_of(server, begun) == 2


async def test_back_twice(server: LiveServer, chat: Any) -> None:
    await server.make_tenant()
    for number in (2, 3):
        await update(server, system_prompt=f"This is prompt {number}.")
    assert shares(await roll_back(server)) == {2: 100}
    assert "This is prompt 2." in (await chat())[1]
    back = await roll_back(server)
    assert shares(back) == {1: 100}
    assert (back.version_number, back.system_prompt) == (3, "This is prompt 3."), "none is lost"
    assert "This is prompt" not in (await chat())[1]
    nothing = await refused(roll_back(server))
    assert (nothing.code, nothing.reason) == ("NOT_FOUND", "AGENT_VERSION_NOT_FOUND")
    never = await refused(roll_back(server, version=3))
    assert (never.code, never.reason) == ("NOT_FOUND", "AGENT_VERSION_NOT_FOUND")
    assert "version 3" in never.message


async def call_in(server: LiveServer, chat: Any, callers: Sequence[str]) -> dict[str, int]:
    """Each begins a chat; returns the version that each got."""
    begun = {conversation for conversation, _ in await asyncio.gather(*(chat(caller_id=c) for c in callers))}
    listed = await server.stubs.conversations.ListConversations(
        co.ListConversationsRequest(parent="tenants/clinic", page_size=200), metadata=server.metadata
    )
    return {c.caller_id: c.agent_version for c in listed.conversations if c.name in begun}


async def test_callers_are_split_and_keep_to_their_version(server: LiveServer, chat: Any) -> None:
    await server.make_tenant()
    await update(server, draft=True, system_prompt="This is the new one.")
    changed = await split(server, v2=30, v1=70)
    assert shares(changed) == {1: 70, 2: 30}
    callers = [f"+4420794{number:05}" for number in range(150)]
    got = await call_in(server, chat, callers)
    counts = Counter(got.values())
    assert set(counts) == {1, 2}
    assert abs(counts[2] - 45) < 4 * math.sqrt(150 * 0.3 * 0.7)
    few = [*[c for c in callers if got[c] == 1][:10], *[c for c in callers if got[c] == 2][:10]]
    for caller in few[5:15]:
        assert ("This is the new one." in (await chat(caller_id=caller))[1]) == (got[caller] == 2)
    assert await call_in(server, chat, few) == {caller: got[caller] for caller in few}
    # Growing takes nobody back who has the new one.
    await split(server, v1=40, v2=60)
    now = await call_in(server, chat, few)
    assert {now[caller] for caller in few if got[caller] == 2} == {2}
    await publish(server, 1)
    assert set((await call_in(server, chat, few)).values()) == {1}


async def test_versions_are_listed_and_read(server: LiveServer) -> None:
    people = await make_people(server)
    request = ag.UpdateAgentRequest(
        agent=agent_pb2.Agent(name=DESK, greeting="Hi!"),
        update_mask=FieldMask(paths=["greeting"]),
        note="shorter",
    )
    await server.stubs.agents.UpdateAgent(request, metadata=people.metadata("manager"))
    await update(server, draft=True, greeting="Ho!")
    await split(server, v1=25, v2=75)
    page = await server.stubs.agents.ListAgentVersions(
        ag.ListAgentVersionsRequest(parent=DESK, page_size=2), metadata=server.metadata
    )
    rest = await server.stubs.agents.ListAgentVersions(
        ag.ListAgentVersionsRequest(parent=DESK, page_size=2, page_token=page.next_page_token),
        metadata=server.metadata,
    )
    assert not rest.next_page_token
    found = [*page.versions, *rest.versions]
    assert [(v.number, v.percent, v.note, v.agent.greeting) for v in found] == [
        (3, 0, "", "Ho!"),
        (2, 75, "shorter", "Hi!"),
        (1, 25, "", ""),
    ]
    assert found[1].created_by == people.names["manager"]
    one = await server.stubs.agents.GetAgentVersion(
        ag.GetAgentVersionRequest(name=f"{DESK}/versions/2"), metadata=server.metadata
    )
    assert one.version == found[1]
    assert (one.version.name, one.version.agent.version_number) == (f"{DESK}/versions/2", 2)
    assert not one.version.agent.etag
    for name, reason in (
        (f"{DESK}/versions/4", "AGENT_VERSION_NOT_FOUND"),
        ("tenants/clinic/agents/nobody/versions/1", "AGENT_NOT_FOUND"),
    ):
        request = ag.GetAgentVersionRequest(name=name)
        missing = await refused(server.stubs.agents.GetAgentVersion(request, metadata=server.metadata))
        assert (missing.code, missing.reason) == ("NOT_FOUND", reason)


async def test_the_settings_come_back_as_they_were_given(server: LiveServer) -> None:
    await server.make_tenant()
    plain = await server.stubs.agents.GetAgent(ag.GetAgentRequest(name=DESK), metadata=server.metadata)
    assert plain.agent.turn_budget.ToMilliseconds() == 800
    examples = [
        agent_pb2.IntentExample(kind=kind, text=f'Say "{kind}", Zoë')
        for kind in turn_events_pb2.IntentKind.values()
        if kind
    ]
    given: dict[str, Any] = {
        "handoff": agent_pb2.AgentHandoff(destination="queue:front", message="One moment."),
        "intent_examples": examples,
        "extraction_schema": '{"type": "object",\n "properties": {"budget": {"type": "number"}}}',
        "lead_consent": "May we?",
        "turn_budget": Duration(seconds=1, nanos=500_000_000),
    }
    await update(server, **given)
    got = (await server.stubs.agents.GetAgent(ag.GetAgentRequest(name=DESK), metadata=server.metadata)).agent
    for field, value in given.items():
        assert getattr(got, field) == value, field
    changed = await server.stubs.agents.UpdateAgent(
        ag.UpdateAgentRequest(
            agent=agent_pb2.Agent(name=DESK, handoff=agent_pb2.AgentHandoff(message="Hold on.")),
            update_mask=FieldMask(paths=["handoff.message", "turn_budget"]),
        ),
        metadata=server.metadata,
    )
    assert (changed.agent.handoff.destination, changed.agent.handoff.message) == ("queue:front", "Hold on.")
    assert changed.agent.turn_budget.ToMilliseconds() == 800
    assert list(changed.agent.intent_examples) == examples
    same = await server.stubs.agents.UpdateAgent(
        ag.UpdateAgentRequest(agent=changed.agent), metadata=server.metadata
    )
    assert same.agent == changed.agent


LONG_SCHEMA = '{"type": "object", "properties": {"a": {"type": "array"}}}'


BAD_SETTINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"handoff": {"destination": "x" * 201}}, "agent.handoff.destination", "200"),
    ({"handoff": {"message": "x" * 501}}, "agent.handoff.message", "500"),
    ({"intent_examples": [{"kind": 1, "text": "ok"}] * 201}, "agent.intent_examples", "200"),
    ({"intent_examples": [{"text": "no kind"}]}, "agent.intent_examples[0].kind", ""),
    ({"intent_examples": [{"kind": 99, "text": "x"}]}, "agent.intent_examples[0].kind", "defined"),
    (
        {"intent_examples": [{"kind": 1, "text": "x"}, {"kind": 2, "text": "x" * 301}]},
        "agent.intent_examples[1].text",
        "300",
    ),
    ({"intent_examples": [{"kind": 1}]}, "agent.intent_examples[0].text", ""),
    ({"intent_examples": [{"kind": 1, "text": " "}]}, "agent.intent_examples[0].text", "white space"),
    ({"intent_examples": [{"kind": 1, "text": "a\0b"}]}, "agent.intent_examples[0].text", "U+0000"),
    ({"extraction_schema": "{"}, "agent.extraction_schema", "is not JSON"),
    ({"extraction_schema": LONG_SCHEMA}, "agent.extraction_schema", "properties.a.type: must be one of"),
    ({"extraction_schema": "x" * 8001}, "agent.extraction_schema", "8000"),
    ({"lead_consent": "x" * 501}, "agent.lead_consent", "500"),
    ({"turn_budget": {"nanos": 199_000_000}}, "agent.turn_budget", ""),
    ({"turn_budget": {"seconds": 10, "nanos": 1}}, "agent.turn_budget", ""),
]


async def test_a_bad_setting_is_named(server: LiveServer) -> None:
    """On create and on update, by one violation."""
    await server.make_tenant()
    for fields, field, told in BAD_SETTINGS:
        create = ag.CreateAgentRequest(
            parent="tenants/clinic", agent=agent_pb2.Agent(display_name="X", **fields)
        )
        change = ag.UpdateAgentRequest(
            agent=agent_pb2.Agent(name=DESK, **fields), update_mask=FieldMask(paths=list(fields))
        )
        for call in (
            server.stubs.agents.CreateAgent(create, metadata=server.metadata),
            server.stubs.agents.UpdateAgent(change, metadata=server.metadata),
        ):
            wrong = await refused(call)
            assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
            assert list(wrong.fields) == [field]
            assert told in wrong.fields[field]
    unchanged = await server.stubs.agents.GetAgent(ag.GetAgentRequest(name=DESK), metadata=server.metadata)
    assert unchanged.agent.version_number == 1


async def test_every_bad_setting_gets_its_violation(server: LiveServer) -> None:
    await server.make_tenant()
    agent = agent_pb2.Agent(
        type=agent_pb2.AGENT_TYPE_CUSTOM,
        extraction_schema="[]",
        intent_examples=[agent_pb2.IntentExample(kind=1, text=text) for text in ("fine", "\t", " ")],
    )
    request = ag.CreateAgentRequest(parent="tenants/clinic", agent=agent)
    wrong = await refused(server.stubs.agents.CreateAgent(request, metadata=server.metadata))
    assert set(wrong.fields) == {
        "agent.display_name",
        "agent.system_prompt",
        "agent.intent_examples[1].text",
        "agent.intent_examples[2].text",
        "agent.extraction_schema",
    }


BAD_SPLITS: list[tuple[list[tuple[int, int]], str]] = [
    ([], "traffic"),
    ([(1, 100)], "traffic"),
    ([(1, 50), (2, 49)], "traffic"),
    ([(1, 100), (2, 100)], "traffic"),
    ([(1, 50), (1, 50)], "traffic[1].version"),
    ([(1, 100), (2, 0)], "traffic[1].percent"),
    ([(1, 101), (2, -1)], "traffic[0].percent"),
    ([(0, 50), (1, 50)], "traffic[0].version"),
    ([(number, 16) for number in range(1, 6)] + [(6, 20)], "traffic"),
]


async def test_a_bad_split_is_named(server: LiveServer) -> None:
    await server.make_tenant()
    for traffic, field in BAD_SPLITS:
        request = ag.SetAgentTrafficRequest(
            name=DESK, traffic=[agent_pb2.TrafficShare(version=v, percent=p) for v, p in traffic]
        )
        wrong = await refused(server.stubs.agents.SetAgentTraffic(request, metadata=server.metadata))
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
        assert field in wrong.fields, traffic


async def test_what_names_no_version_is_refused(server: LiveServer) -> None:
    await server.make_tenant()
    for name in (DESK, f"{DESK}/versions/0", f"{DESK}/versions/01", f"{DESK}/versions/1234567890"):
        for call in (
            server.stubs.agents.GetAgentVersion(
                ag.GetAgentVersionRequest(name=name), metadata=server.metadata
            ),
            server.stubs.agents.PublishAgentVersion(
                ag.PublishAgentVersionRequest(name=name), metadata=server.metadata
            ),
        ):
            assert list((await refused(call)).fields) == ["name"]
    for number in (2, 999_999_999):
        missing = await refused(publish(server, number))
        assert (missing.code, missing.reason) == ("NOT_FOUND", "AGENT_VERSION_NOT_FOUND")
    assert (await refused(split(server, v1=50, v2=50))).reason == "AGENT_VERSION_NOT_FOUND"
    assert (await refused(roll_back(server, version=-1))).fields.keys() == {"version"}


async def test_an_old_etag_is_refused_and_a_repeat_is_answered_alike(server: LiveServer) -> None:
    await server.make_tenant()
    before = await update(server, greeting="two")
    repeated = ag.PublishAgentVersionRequest(
        name=f"{DESK}/versions/1", etag=before.etag, request_id=request_id()
    )
    first = await server.stubs.agents.PublishAgentVersion(repeated, metadata=server.metadata)
    await publish(server, 2)
    again = await server.stubs.agents.PublishAgentVersion(repeated, metadata=server.metadata)
    assert again == first
    now = await server.stubs.agents.GetAgent(ag.GetAgentRequest(name=DESK), metadata=server.metadata)
    assert shares(now.agent) == {2: 100}, "nothing was done twice"
    half = [agent_pb2.TrafficShare(version=1, percent=50), agent_pb2.TrafficShare(version=2, percent=50)]
    for call in (
        server.stubs.agents.PublishAgentVersion(
            ag.PublishAgentVersionRequest(name=f"{DESK}/versions/1", etag=before.etag),
            metadata=server.metadata,
        ),
        server.stubs.agents.RollBackAgent(
            ag.RollBackAgentRequest(name=DESK, etag=before.etag), metadata=server.metadata
        ),
        server.stubs.agents.SetAgentTraffic(
            ag.SetAgentTrafficRequest(name=DESK, etag=before.etag, traffic=half), metadata=server.metadata
        ),
    ):
        late = await refused(call)
        assert (late.code, late.reason) == ("ABORTED", "ETAG_MISMATCH")


async def test_each_change_of_what_is_live_is_in_the_audit_log(server: LiveServer) -> None:
    await server.make_tenant()
    await update(server, greeting="two")
    await publish(server, 1)
    await roll_back(server)
    await split(server, v1=50, v2=50)
    listed = await server.stubs.audit.ListAuditEntries(
        au.ListAuditEntriesRequest(parent="tenants/clinic"), metadata=server.metadata
    )
    done = [(e.method.rpartition("/")[2], e.resource) for e in listed.entries if e.resource == DESK]
    assert done == [
        (method, DESK)
        for method in (
            "SetAgentTraffic",
            "RollBackAgent",
            "PublishAgentVersion",
            "UpdateAgent",
            "CreateAgent",
        )
    ]


async def test_large_agents_come_in_smaller_pages(server: LiveServer) -> None:
    await server.make_tenant()
    examples = [agent_pb2.IntentExample(kind=1, text="€" * 300)] * 200
    for number in range(20):
        await update(server, intent_examples=examples, greeting=f"{number}", draft=True)
    numbers: list[int] = []
    pages, token = 0, ""
    while pages == 0 or token:
        page = await server.stubs.agents.ListAgentVersions(
            ag.ListAgentVersionsRequest(parent=DESK, page_size=100, page_token=token),
            metadata=server.metadata,
        )
        assert page.ByteSize() < 4 * 1024 * 1024, "what clients take"
        numbers += [version.number for version in page.versions]
        pages, token = pages + 1, page.next_page_token
    assert pages == 2
    assert numbers == list(range(21, 0, -1))


async def test_by_the_library(server: LiveServer) -> None:
    async with deskbell.Client(server.address, KEY) as client:
        await client.tenants.create(tenant_pb2.Tenant(display_name="Clinic"), tenant_id="clinic")
        agent = await client.agents.create("clinic", agent_pb2.Agent(display_name="Desk"), agent_id="desk")
        agent.greeting = "Hello"
        draft = await client.agents.update(agent, "greeting", draft=True, note="why")
        assert shares(draft) == {1: 100}
        assert shares(await client.agents.set_traffic("clinic/desk", {1: 80, 2: 20})) == {1: 80, 2: 20}
        assert shares(await client.agents.publish("clinic/desk", 2)) == {2: 100}
        assert shares(await client.agents.roll_back("clinic/desk")) == {1: 80, 2: 20}
        assert shares(await client.agents.roll_back("clinic/desk", version=1)) == {1: 100}
        assert [(v.number, v.note) async for v in client.agents.versions("clinic/desk")] == [
            (2, "why"),
            (1, ""),
        ]
        assert (await client.agents.version("clinic/desk", 2)).agent.greeting == "Hello"
