"""ChatService by rpc."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from deskbell.v1 import chat_service_pb2 as pb
from deskbell.v1 import conversation_service_pb2 as co
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell_server.domain.errors import ProviderError
from tests.support.live_server import LiveServer, refusal


async def say(server: LiveServer, **fields: Any) -> list[pb.SendMessageResponse]:
    stream = server.stubs.chat.SendMessage(pb.SendMessageRequest(**fields), metadata=server.metadata)
    return [event async for event in stream]


async def test_a_conversation_of_two_turns(server: LiveServer, script: Any) -> None:
    agent = await server.make_tenant()
    await server.stubs.knowledge.IngestText(
        kn.IngestTextRequest(parent="tenants/clinic", title="Hours", text="On Saturday we are open 9 to 1."),
        metadata=server.metadata,
    )
    events = await say(server, agent=agent, text="When are you open?", caller_id="web")
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds[:4] == ["started", "response_started", "intent", "response_text"]
    assert kinds[-3:] == ["citation", "response_done", "metrics"]
    assert [event.event_seq for event in events] == list(range(1, len(events) + 1))
    assert len({event.turn_id for event in events}) == 1
    text = "".join(event.response_text.text for event in events)
    assert text == events[-2].response_done.text
    conversation = events[0].started.conversation
    await say(server, agent=agent, text="And on Sunday?", conversation=conversation)
    assert [entry.text.strip() for entry in script.asked[1].history] == ["When are you open?", text.strip()]
    assert script.asked[1].question == "And on Sunday?"
    assert '<passage id="1" title="Hours">' in script.asked[0].system
    said = await server.stubs.conversations.ListMessages(
        co.ListMessagesRequest(parent=conversation, page_size=3), metadata=server.metadata
    )
    assert [m.name.rsplit("/", 1)[1] for m in said.messages] == ["1", "2", "3"]
    rest = await server.stubs.conversations.ListMessages(
        co.ListMessagesRequest(parent=conversation, page_size=3, page_token=said.next_page_token),
        metadata=server.metadata,
    )
    assert len(rest.messages) == 1


async def refused(server: LiveServer, **fields: Any) -> Any:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await say(server, **fields)
    return refusal(caught.value)


async def test_what_cannot_be_said(server: LiveServer) -> None:
    agent = await server.make_tenant()
    other = await server.make_tenant("hotel")
    missing = "tenants/clinic/conversations/01900000-0000-7000-8000-000000000000"
    events = await say(server, agent=other, text="hello")
    foreign = events[0].started.conversation
    cases = [
        ({"agent": agent, "text": ""}, "FIELD_INVALID"),
        ({"agent": agent, "text": " \n"}, "FIELD_INVALID"),
        ({"agent": agent, "text": "x" * 4001}, "FIELD_INVALID"),
        ({"agent": "tenants/clinic/agents/nobody", "text": "hi"}, "AGENT_NOT_FOUND"),
        ({"agent": agent, "text": "hi", "conversation": missing}, "CONVERSATION_NOT_FOUND"),
        ({"agent": agent, "text": "hi", "conversation": foreign}, "FIELD_INVALID"),
        (
            {"agent": agent, "text": "hi", "conversation": foreign.replace("hotel", "clinic")},
            "CONVERSATION_NOT_FOUND",
        ),
    ]
    for fields, reason in cases:
        assert (await refused(server, **fields)).reason == reason, fields


async def test_a_provider_that_fails_is_told_and_nothing_is_stored(server: LiveServer, script: Any) -> None:
    agent = await server.make_tenant()
    script.fail["chat"] = ProviderError(
        "chat", "rate_limited", "the chat engine is at its limit", retry_after=3
    )
    found = await refused(server, agent=agent, text="hello")
    assert (found.code, found.reason, found.retry_after) == ("UNAVAILABLE", "PROVIDER_UNAVAILABLE", 3)
    assert found.metadata == {"stage": "chat", "kind": "rate_limited"}
    listed = await server.stubs.conversations.ListConversations(
        co.ListConversationsRequest(parent="tenants/clinic"), metadata=server.metadata
    )
    assert [c.message_count for c in listed.conversations] == [0]


async def test_a_client_that_cancels_stores_nothing(server: LiveServer, script: Any) -> None:
    agent = await server.make_tenant()
    script.answer = "word " * 500
    stream = server.stubs.chat.SendMessage(
        pb.SendMessageRequest(agent=agent, text="hello"), metadata=server.metadata
    )
    conversation = (await stream.read()).started.conversation
    for _ in range(5):
        await stream.read()
    stream.cancel()
    script.answer = "Yes."
    events = await say(server, agent=agent, text="hello", conversation=conversation)
    assert events[-1].WhichOneof("event") == "metrics"
    said = await server.stubs.conversations.ListMessages(
        co.ListMessagesRequest(parent=conversation), metadata=server.metadata
    )
    assert [m.text.strip() for m in said.messages] == ["hello", "Yes."]
