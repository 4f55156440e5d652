"""What is made of conversations once they are over, as clients see it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from google.protobuf.json_format import MessageToDict

from deskbell.v1 import (
    agent_pb2,
    agent_service_pb2,
    audit_service_pb2,
    conversation_pb2,
    knowledge_pb2,
)
from deskbell.v1 import chat_service_pb2 as ch
from deskbell.v1 import conversation_service_pb2 as co
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell.v1 import tenant_service_pb2 as ts
from deskbell_server.aftermath import runner
from tests.support.aftermath import Connection, keep_outcomes
from tests.support.live_server import KEY, LiveServer, refused
from tests.support.people import make_people, request_id
from tests.support.scripted_call import Engines as Script

PHONE = "020 7946 0958"
COMMAND = Path(sys.executable).parent / "deskbell"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runners look more often than they need to."""
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(runner, "IDLE_SWEEP_SECONDS", 0.1)


@pytest.fixture
async def owner(database: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


async def say(server: LiveServer, agent: str, text: str, conversation: str = "", caller: str = "") -> str:
    request = ch.SendMessageRequest(agent=agent, text=text, conversation=conversation, caller_id=caller)
    events = [event async for event in server.stubs.chat.SendMessage(request, metadata=server.metadata)]
    return str(events[0].started.conversation)


async def get(server: LiveServer, name: str) -> conversation_pb2.Conversation:
    request = co.GetConversationRequest(name=name)
    return (await server.stubs.conversations.GetConversation(request, metadata=server.metadata)).conversation


async def quiet_for_an_hour(owner: Connection) -> None:
    await owner.execute(
        "update conversations set last_said_at = last_said_at - interval '1 hour' where state = 'open'"
    )


async def reported(server: LiveServer, name: str, messages: int) -> conversation_pb2.Conversation:
    """The conversation once its report covers so many messages."""
    async with asyncio.timeout(15):
        while True:
            found = await get(server, name)
            if (
                found.report.state == conversation_pb2.REPORT_STATE_READY
                and found.report.message_count == messages
            ):
                return found
            await asyncio.sleep(0.05)


async def answered_and_refused(
    server: LiveServer, owner: Connection, script: Script, *, caller: str = ""
) -> str:
    """A chat that has gone quiet after an answer and a refusal."""
    agent = "tenants/clinic/agents/desk"
    name = await say(server, agent, "When are you open on Saturday?", caller=caller)
    script.answer = "I don't have that information."
    await say(server, agent, f"Do you take dogs? My number is {PHONE}.", name)
    await keep_outcomes(owner, uuid.UUID(name.split("/")[3]), "answered", "refused")
    await quiet_for_an_hour(owner)
    return name


async def gaps(server: LiveServer, **fields: Any) -> list[knowledge_pb2.KnowledgeGap]:
    request = kn.ListKnowledgeGapsRequest(parent="tenants/clinic", **fields)
    listed = await server.stubs.knowledge.ListKnowledgeGaps(request, metadata=server.metadata)
    return list(listed.knowledge_gaps)


async def test_a_chat_is_reported_on_when_it_has_gone_quiet_and_again_when_it_went_on(
    server: LiveServer, owner: Connection, script: Script
) -> None:
    await server.make_tenant()
    name = await answered_and_refused(server, owner, script)
    found = await reported(server, name, 4)
    assert (found.state, found.end_reason) == (conversation_pb2.CONVERSATION_STATE_ENDED, "idle")
    assert found.report.summary == (
        'Wrote about: "When are you open on Saturday?"; "Do you take dogs?". '
        'Answered 1 of 2; left unanswered: "Do you take dogs?".'
    )
    assert found.report.outcome == conversation_pb2.CONVERSATION_OUTCOME_ANSWERED
    assert found.report.sentiment.label == conversation_pb2.SENTIMENT_LABEL_NEUTRAL
    assert found.report.sentiment.measured
    assert found.report.engine == "rules"
    assert MessageToDict(found.report.extraction) == {}
    assert found.report.HasField("create_time")
    [gap] = await gaps(server)
    assert (gap.question, gap.ask_count) == ("Do you take dogs?", 1)
    assert gap.status == knowledge_pb2.KNOWLEDGE_GAP_STATUS_OPEN
    assert gap.last_conversation == name
    listed = await server.stubs.conversations.ListConversations(
        co.ListConversationsRequest(parent="tenants/clinic"), metadata=server.metadata
    )
    assert [each.report for each in listed.conversations] == [found.report]

    await say(server, "tenants/clinic/agents/desk", "Thank you so much, you've been wonderful!", name)
    again = await get(server, name)
    assert again.state == conversation_pb2.CONVERSATION_STATE_OPEN
    assert (again.end_reason, again.HasField("end_time")) == ("", False)
    assert again.report == found.report
    await quiet_for_an_hour(owner)
    longer = await reported(server, name, 6)
    assert longer.report.sentiment.label == conversation_pb2.SENTIMENT_LABEL_POSITIVE
    assert [gap.ask_count for gap in await gaps(server)] == [1]


async def test_what_the_agent_wants_to_know_is_taken_out(
    server: LiveServer, owner: Connection, script: Script
) -> None:
    agent = await server.make_tenant()
    schema = {"type": "object", "properties": {"phone": {"type": "string"}, "dogs": {"type": "integer"}}}
    wanting = agent_pb2.Agent(name=agent, extraction_schema=json.dumps(schema))
    await server.stubs.agents.UpdateAgent(
        agent_service_pb2.UpdateAgentRequest(agent=wanting, update_mask={"paths": ["extraction_schema"]}),
        metadata=server.metadata,
    )
    name = await answered_and_refused(server, owner, script)
    found = await reported(server, name, 4)
    assert MessageToDict(found.report.extraction) == {"phone": "+442079460958", "dogs": None}
    assert found.report.extraction_problem == ""


async def test_while_a_conversation_goes_on_there_is_no_report(server: LiveServer) -> None:
    agent = await server.make_tenant()
    name = await say(server, agent, "When are you open?")
    assert not (await get(server, name)).HasField("report")


async def test_gaps_are_decided_on(server: LiveServer, owner: Connection, script: Script) -> None:
    people = await make_people(server)
    name = await answered_and_refused(server, owner, script)
    await reported(server, name, 4)
    [gap] = await gaps(server, status=knowledge_pb2.KNOWLEDGE_GAP_STATUS_OPEN)
    gap.status = knowledge_pb2.KNOWLEDGE_GAP_STATUS_ANSWERED
    update = kn.UpdateKnowledgeGapRequest(knowledge_gap=gap, request_id=request_id())
    call = server.stubs.knowledge.UpdateKnowledgeGap
    decided = (await call(update, metadata=people.metadata("manager"))).knowledge_gap
    assert decided.status == knowledge_pb2.KNOWLEDGE_GAP_STATUS_ANSWERED
    assert decided.etag != gap.etag
    assert (await call(update, metadata=people.metadata("manager"))).knowledge_gap == decided
    assert await gaps(server, status=knowledge_pb2.KNOWLEDGE_GAP_STATUS_OPEN) == []
    assert await gaps(server) == [decided]

    update.request_id = ""
    assert (await refused(call(update, metadata=server.metadata))).reason == "ETAG_MISMATCH"
    for field, value, path in (
        ("name", "tenants/clinic/knowledgeGaps/dogs", "knowledge_gap.name"),
        ("status", 0, "knowledge_gap.status"),
        ("status", 9, "knowledge_gap.status"),
    ):
        bad = kn.UpdateKnowledgeGapRequest(knowledge_gap=decided)
        setattr(bad.knowledge_gap, field, value)
        found = await refused(call(bad, metadata=server.metadata))
        assert (found.reason, list(found.fields)) == ("FIELD_INVALID", [path])
    bad = kn.UpdateKnowledgeGapRequest(knowledge_gap=decided, update_mask={"paths": ["question"]})
    assert list((await refused(call(bad, metadata=server.metadata))).fields) == ["update_mask"]
    missing = kn.UpdateKnowledgeGapRequest(knowledge_gap=decided)
    missing.knowledge_gap.name = f"tenants/clinic/knowledgeGaps/{uuid.uuid4()}"
    assert (await refused(call(missing, metadata=server.metadata))).reason == "KNOWLEDGE_GAP_NOT_FOUND"

    # What callers asked was looked at, and that is written down.
    listed = await server.stubs.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(parent="tenants/clinic", page_size=200),
        metadata=server.metadata,
    )
    methods = [entry.method.rpartition("/")[2] for entry in listed.entries]
    assert methods.count("ListKnowledgeGaps") == 3
    assert methods.count("UpdateKnowledgeGap") == 1


async def test_gaps_are_listed_in_pages_of_one_list(
    server: LiveServer, owner: Connection, script: Script
) -> None:
    await server.make_tenant()
    agent = "tenants/clinic/agents/desk"
    for question in ("Do you take dogs?", "Is there a sauna?", "Do you sell stamps?"):
        name = await say(server, agent, question)
        await keep_outcomes(owner, uuid.UUID(name.split("/")[3]), "refused")
        await quiet_for_an_hour(owner)
        await reported(server, name, 2)
    first = await server.stubs.knowledge.ListKnowledgeGaps(
        kn.ListKnowledgeGapsRequest(parent="tenants/clinic", page_size=2), metadata=server.metadata
    )
    rest = await gaps(server, page_size=2, page_token=first.next_page_token)
    assert len({gap.name for gap in (*first.knowledge_gaps, *rest)}) == 3
    other = gaps(server, page_token=first.next_page_token, status=knowledge_pb2.KNOWLEDGE_GAP_STATUS_OPEN)
    assert (await refused(other)).reason == "PAGE_TOKEN_INVALID"


async def test_what_is_left_of_an_erased_caller(
    server: LiveServer, owner: Connection, script: Script
) -> None:
    people = await make_people(server)
    name = await answered_and_refused(server, owner, script, caller="anna")
    await reported(server, name, 4)
    receipt = await server.stubs.tenants.EraseCaller(
        ts.EraseCallerRequest(parent="tenants/clinic", caller_id="anna"), metadata=people.metadata("owner")
    )
    erased = {row.table: row.count for row in receipt.erased}
    assert (erased["conversation_reports"], erased["knowledge_gap_mentions"]) == (1, 1)
    assert await gaps(server) == []
    for table in ("conversation_reports", "knowledge_gaps", "knowledge_gap_mentions"):
        assert await owner.fetchval(f"select count(*) from {table}") == 0


async def test_the_command_shows_reports_and_gaps(
    server: LiveServer, owner: Connection, script: Script
) -> None:
    await server.make_tenant()
    name = await answered_and_refused(server, owner, script)
    await reported(server, name, 4)

    async def deskbell(*arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            COMMAND,
            *arguments,
            env={**os.environ, "COLUMNS": "300", "DESKBELL_SERVER": server.address, "DESKBELL_API_KEY": KEY},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    shown = await deskbell("conversations", "show", name)
    assert "you:   Do you take dogs?" in shown
    assert "outcome:   answered" in shown
    assert "sentiment: neutral (" in shown
    assert "by rules, of 4 messages" in shown
    last = json.loads((await deskbell("conversations", "show", name, "--json")).splitlines()[-1])
    assert last["report"]["state"] == "REPORT_STATE_READY"
    listed = await deskbell("knowledge", "gaps", "clinic")
    assert "Do you take dogs?" in listed
    [gap] = await gaps(server)
    done = await deskbell("knowledge", "set-gap", f"clinic/{gap.name.split('/')[3]}", "--status", "dismissed")
    assert "is dismissed" in done
    assert "nothing that was asked is left unanswered" in await deskbell("knowledge", "gaps", "clinic")
    assert "dismissed" in await deskbell("knowledge", "gaps", "clinic", "--status", "all")
