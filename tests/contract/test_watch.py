"""WatchConversation and ExportConversation by rpc, and the client that goes on by itself."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf.json_format import Parse

import deskbell
from deskbell.v1 import audit_service_pb2, chat_service_pb2, conversation_pb2
from deskbell.v1 import auth_service_pb2 as auth
from deskbell.v1 import conversation_service_pb2 as pb
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell.v1 import tenant_service_pb2 as ts
from deskbell_server.adapters.postgres.changes import PostgresConversationChanges
from deskbell_server.adapters.postgres.conversations import PostgresConversationStore
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.domain.names import ConversationId, TenantId, TurnId
from deskbell_server.rpc import interceptors
from deskbell_server.rpc.services import conversations
from deskbell_server.turn import watching
from deskbell_server.voice import credential
from tests.contract.test_voice_stream import dial
from tests.support.live_server import KEY, LiveServer, Refusal, Stubs, live_server, refusal
from tests.support.people import bearer, make_people
from tests.support.relay import open_relay
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines


async def say(server: LiveServer, text: str, conversation: str = "", caller_id: str = "ann") -> str:
    """One turn of a chat with the clinic; returns the conversation."""
    request = chat_service_pb2.SendMessageRequest(
        agent="tenants/clinic/agents/desk", text=text, conversation=conversation, caller_id=caller_id
    )
    events = [event async for event in server.stubs.chat.SendMessage(request, metadata=server.metadata)]
    return events[0].started.conversation


class Watcher:
    """Reads one stream, never for longer than ten seconds."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.sequence = 0

    async def next(self) -> Any:
        """The next event that is no heartbeat."""
        async with asyncio.timeout(10):
            while True:
                event = await self._stream.read()
                assert event is not grpc.aio.EOF, "the stream ended"
                self.sequence = event.sequence
                if event.WhichOneof("event") != "heartbeat":
                    return event

    async def texts(self, count: int) -> list[str]:
        """What was said, in the next events, all of which must be messages."""
        return [(await self.next()).message.text.strip() for _ in range(count)]

    async def refused(self) -> Refusal:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async with asyncio.timeout(20):
                while await self._stream.read() is not grpc.aio.EOF:
                    pass
        return refusal(caught.value)

    async def ended(self) -> bool:
        async with asyncio.timeout(10):
            return await self._stream.read() is grpc.aio.EOF


@asynccontextmanager
async def watch(
    server: LiveServer, name: str, after: int = 0, metadata: Any = None
) -> AsyncIterator[Watcher]:
    request = pb.WatchConversationRequest(name=name, after_sequence=after)
    stream = server.stubs.conversations.WatchConversation(request, metadata=metadata or server.metadata)
    try:
        yield Watcher(stream)
    finally:
        stream.cancel()


async def test_a_chat_is_seen_as_it_goes_on_by_two_and_from_where_one_was(server: LiveServer) -> None:
    await server.make_tenant()
    chat = await say(server, "When are you open?")
    async with watch(server, chat) as one, watch(server, chat) as two:
        for watcher in (one, two):
            assert (await watcher.next()).started.message_count == 2
            assert (await watcher.texts(2))[0] == "When are you open?"
            assert watcher.sequence == 2
        await say(server, "And on Sunday?", chat)
        for watcher in (one, two):
            question = (await watcher.next()).message
            assert question.text == "And on Sunday?"
            assert question.name == f"{chat}/messages/3"
            assert question.speaker == conversation_pb2.SPEAKER_CALLER
            answer = (await watcher.next()).message
            assert answer.turn_id == question.turn_id
            assert answer.speaker == conversation_pb2.SPEAKER_AGENT
    async with watch(server, chat, after=3) as late:
        assert (await late.next()).sequence == 3
        assert (await late.next()).message.name == f"{chat}/messages/4"
        await say(server, "Thanks.", chat)
        assert (await late.texts(2))[0] == "Thanks."


async def test_a_call_is_seen_to_its_end_and_what_was_heard_of_it(server: LiveServer, script: Script) -> None:
    agent = await server.make_tenant()
    script.answer = "One sentence is said. Then comes another one. And then a third one."
    async with dial(server) as caller:
        await caller.start(agent)
        call = (await caller.until("started")).conversation
        async with watch(server, call) as watcher:
            assert (await watcher.next()).started.state == conversation_pb2.CONVERSATION_STATE_OPEN
            await caller.ask()
            await caller.until("response_audio")
            said = [(await watcher.next()).message for _ in range(2)]
            await caller.ask()  # speaks over the answer
            await caller.until("response_done")
            corrected = (await watcher.next()).message
            assert corrected.name == said[1].name
            assert corrected.text == said[1].text
            assert len(corrected.heard_text) < len(said[1].text)
            await caller.send(end={})
            await caller.until("ended")
            last = await watcher.next()
            while last.WhichOneof("event") == "message":
                last = await watcher.next()
            assert last.ended.end_reason == "caller_ended"
            assert await watcher.ended()
    async with watch(server, call, after=2) as again:
        assert (await again.next()).started.state == conversation_pb2.CONVERSATION_STATE_ENDED
        assert (await again.next()).message == corrected
    async with watch(server, call, after=10_000) as beyond:
        assert (await beyond.next()).HasField("started")
        assert (await beyond.next()).HasField("ended")


async def test_a_conversation_on_another_server_is_seen_and_its_draining_is_told(
    server: LiveServer, database: str, redis_url: str, secret_key: bytes, script: Script, tmp_path: Path
) -> None:
    await server.make_tenant()
    chat = await say(server, "When are you open?")
    engines = scripted_engines(script)
    elsewhere = live_server(database, redis_url, secret_key, engines, tmp_path / "other")
    other = await elsewhere.__aenter__()
    try:
        async with (
            grpc.aio.insecure_channel(other.address) as channel,
            watch(replace(other, stubs=Stubs(channel)), chat) as watcher,
        ):
            await watcher.next()
            await watcher.texts(2)
            await say(server, "And on Sunday?", chat)
            assert (await watcher.texts(2))[0] == "And on Sunday?"
            _, drained = await asyncio.gather(elsewhere.__aexit__(None, None, None), watcher.refused())
            elsewhere = None
            assert (drained.code, drained.reason) == ("UNAVAILABLE", "DRAINING")
    finally:
        if elsewhere is not None:
            await elsewhere.__aexit__(None, None, None)


async def test_what_was_not_notified_is_seen_all_the_same(
    server: LiveServer, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresConversationChanges, "_heard", lambda *_: None)
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(watching, "HEARTBEAT_SECONDS", 0.3)
    await server.make_tenant()
    owner = await asyncpg.connect(database)
    try:
        # The connection that listens is lost, too.
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deskbell-listen'"
        )
    finally:
        await owner.close()
    chat = await say(server, "When are you open?")
    async with watch(server, chat) as watcher:
        await watcher.next()
        await watcher.texts(2)
        await say(server, "And on Sunday?", chat)
        assert (await watcher.texts(2))[0] == "And on Sunday?"
    stream = server.stubs.conversations.WatchConversation(
        pb.WatchConversationRequest(name=chat, after_sequence=4), metadata=server.metadata
    )
    events = [await asyncio.wait_for(stream.read(), 10) for _ in range(3)]
    stream.cancel()
    assert [event.WhichOneof("event") for event in events] == ["started", "heartbeat", "heartbeat"]
    assert {event.sequence for event in events} == {4}


async def test_who_may_not_watch_and_what_is_gone(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(credential, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(watching, "MOST_OF_A_TENANT", 2)
    people = await make_people(server)
    other = await make_people(server, "hotel")
    chat = await say(server, "When are you open?")
    for kind in ("owner", "all scopes"):
        async with watch(server, chat, metadata=other.metadata(kind)) as foreign:
            denied = await foreign.refused()
            assert (denied.code, denied.reason) == ("PERMISSION_DENIED", "PERMISSION_DENIED")
    missing = "tenants/clinic/conversations/00000000-0000-7000-8000-000000000000"
    async with watch(server, missing) as nothing:
        assert (await nothing.refused()).reason == "CONVERSATION_NOT_FOUND"
    name, key = await people.add_key("conversations_read")
    async with watch(server, chat, metadata=bearer(key)) as watcher:
        await watcher.next()
        await server.stubs.auth.RevokeApiKey(auth.RevokeApiKeyRequest(name=name), metadata=server.metadata)
        revoked = await watcher.refused()
        assert (revoked.code, revoked.reason) == ("UNAUTHENTICATED", "CREDENTIAL_INVALID")
    async with watch(server, chat) as one, watch(server, chat) as two:
        for watcher in (one, two):
            await watcher.next()
        async with watch(server, chat) as three:
            much = await three.refused()
            assert (much.code, much.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
        await server.stubs.tenants.EraseCaller(
            ts.EraseCallerRequest(parent="tenants/clinic", caller_id="ann"), metadata=server.metadata
        )
        for watcher in (one, two):
            erased = await watcher.refused()
            assert (erased.code, erased.reason) == ("NOT_FOUND", "CONVERSATION_NOT_FOUND")
    entries = await server.stubs.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(parent="tenants/clinic", page_size=200),
        metadata=server.metadata,
    )
    watched = [entry for entry in entries.entries if entry.method.endswith("/WatchConversation")]
    assert [entry.resource for entry in watched] == [chat] * 3  # those who saw something


async def test_an_export_holds_everything(server: LiveServer, database: str) -> None:
    agent = await server.make_tenant()
    await server.stubs.knowledge.IngestText(
        kn.IngestTextRequest(parent="tenants/clinic", title="Hours", text="We open at nine."),
        metadata=server.metadata,
    )
    question = "Grüß Gott!\u2028When do you open?"
    chat = await say(server, question)
    await say(server, "And on Sunday?", chat)
    owner = await asyncpg.connect(database)
    try:
        await owner.execute("delete from turns")
        await owner.execute(
            """
            insert into turns
            select distinct
                tenant_id, conversation_id, turn_id, 'pricing', 0.75::real, '{faq}'::text[], 'en', 'answered',
                'exact', '',
                '[{"step": "retrieve", "action": "keyword_only", "reason": "budget"}]'::jsonb,
                '[{"stage": "retrieve", "start": 1.5, "duration": 12.25}]'::jsonb, 7, 3, now()
            from messages where message_index = 1
            """
        )
        await owner.execute(
            """
            insert into conversation_reports
            select
                tenant_id, conversation_id, 'ready', 4, 'Asked for the hours.', 0.5, 'positive', true, 'answered',
                '{"day": "Sunday"}', '', 'rules', '', 1, now(), now()
            from conversations
            """
        )
        await owner.execute("update conversations set language = 'de'")
    finally:
        await owner.close()
    stream = server.stubs.conversations.ExportConversation(
        pb.ExportConversationRequest(name=chat), metadata=server.metadata
    )
    pieces = [piece.data async for piece in stream]
    assert all(piece.endswith(b"\n") for piece in pieces)
    lines = [Parse(line, conversation_pb2.ExportLine()) for line in b"".join(pieces).decode().splitlines()]
    kinds = [line.WhichOneof("line") for line in lines]
    assert kinds[0] == "conversation"
    assert kinds.count("message") == 4
    assert kinds[-1] == "turn"
    head = lines[0].conversation
    assert (head.name, head.agent, head.language) == (chat, agent, "de")
    assert (head.report.summary, head.report.outcome) == (
        "Asked for the hours.",
        conversation_pb2.CONVERSATION_OUTCOME_ANSWERED,
    )
    assert head.report.sentiment.score == 0.5
    assert "Sunday" in str(head.report.extraction)
    [citation, *_] = [line.citation for line in lines if line.WhichOneof("line") == "citation"]
    assert citation.quote == "Saturday"
    assert lines[1].message.text == question
    answer = next(line.message for line in lines if line.message.name == citation.message)
    assert answer.speaker == conversation_pb2.SPEAKER_AGENT
    turn = lines[-1].turn
    assert turn.turn_id == lines[1].message.turn_id
    assert turn.outcome == conversation_pb2.ConversationTurn.OUTCOME_ANSWERED
    assert turn.stages[0].duration.ToMicroseconds() == 12_250
    assert json.loads(b"".join(pieces).splitlines()[0])["conversation"]["callerId"] == "ann"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        name = "tenants/clinic/conversations/00000000-0000-7000-8000-000000000000"
        await server.stubs.conversations.ExportConversation(
            pb.ExportConversationRequest(name=name), metadata=server.metadata
        ).read()
    assert refusal(caught.value).reason == "CONVERSATION_NOT_FOUND"


async def test_the_client_goes_on_where_it_was_cut_off(
    server: LiveServer, database: str, secret_key: bytes
) -> None:
    await server.make_tenant()
    chat = await say(server, "When are you open?")
    async with open_database(database, secret_key, size=1) as pools:
        store = PostgresConversationStore(pools)
        _, tenant, _, conversation = chat.split("/")
        ids = (TenantId(tenant), ConversationId(uuid.UUID(conversation)))
        async with (
            open_relay(f"tcp://{server.address}") as relay,
            deskbell.Client(relay.url.removeprefix("tcp://"), KEY) as client,
        ):
            seen: list[Any] = []
            async with asyncio.timeout(30):
                async for event in client.conversations.watch(chat):
                    kind = event.WhichOneof("event")
                    if kind != "heartbeat":
                        seen.append(event)
                    if kind == "message" and len(seen) == 3:
                        relay.mend()
                        await say(server, "And on Sunday?", chat)
                        turn = TurnId(uuid.UUID(event.message.turn_id))
                        await store.set_heard(*ids, turn, "We", estimated=True)
                    if len(seen) == 6:
                        break
    assert [event.WhichOneof("event") for event in seen] == ["started"] + ["message"] * 5
    assert [event.sequence for event in seen] == [0, 1, 2, 3, 4, 5]
    assert [event.message.name.rpartition("/")[2] for event in seen[1:]] == ["1", "2", "3", "4", "2"]
    assert seen[-1].message.heard_text == "We"


async def test_the_client_goes_on_after_the_longest_time(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interceptors, "WATCH_SECONDS", 0.3)
    await server.make_tenant()
    chat = await say(server, "When are you open?")
    async with watch(server, chat) as watcher:
        cut_off = await watcher.refused()
        assert (cut_off.code, cut_off.reason) == ("DEADLINE_EXCEEDED", "RPC_TOO_LONG")
    kinds = []
    async with deskbell.Client(server.address, KEY) as client, asyncio.timeout(30):
        async for event in client.conversations.watch(chat):
            kinds.append(event.WhichOneof("event"))
            if len(kinds) == 3:
                await asyncio.sleep(1.0)
                await say(server, "And on Sunday?", chat)
            if len(kinds) == 5:
                break
    assert kinds == ["started", *["message"] * 4]


def test_an_export_is_cut_into_pieces_that_clients_take() -> None:
    lines = [
        conversation_pb2.ExportLine(
            message=conversation_pb2.Message(name=str(number), text="\u20ac" * 30_000)
        )
        for number in range(100)
    ]
    pieces = [piece.data for piece in conversations._pieces(lines)]
    assert len(pieces) > 1
    assert all(len(piece) < 4 * 1024 * 1024 and piece.endswith(b"\n") for piece in pieces)
    texts = b"".join(pieces).decode().splitlines()
    assert [Parse(text, conversation_pb2.ExportLine()) for text in texts] == lines
