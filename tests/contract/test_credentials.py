"""API keys and client tokens: what they may, until when, and how they end."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import grpc
import pytest

from deskbell.v1 import auth_service_pb2 as auth
from deskbell.v1 import chat_service_pb2
from deskbell.v1 import conversation_service_pb2 as cs
from deskbell.v1 import voice_stream_service_pb2 as vs
from deskbell_server.voice import credential
from tests.contract.test_sessions import agents
from tests.support.live_server import LiveServer, refusal, refusal_of, refused
from tests.support.people import SCOPES, People, bearer, make_people

DESK = "tenants/clinic/agents/desk"


@pytest.fixture
async def people(server: LiveServer) -> People:
    return await make_people(server)


class Line:
    """A voice call."""

    def __init__(self, server: LiveServer, token: str, agent: str = DESK, caller_id: str = "") -> None:
        self._stream = server.stubs.voice.VoiceStream(metadata=bearer(token))
        self._start = vs.CallStart(agent=agent, skip_greeting=True, caller_id=caller_id)
        self._seq = 0

    async def send(self, **message: Any) -> None:
        self._seq += 1
        await self._stream.write(vs.VoiceStreamRequest(client_seq=self._seq, **message))

    async def begin(self) -> vs.CallStarted:
        await self.send(start=self._start)
        return (await self.until("started")).started

    async def until(self, event: str) -> vs.VoiceStreamResponse:
        async with asyncio.timeout(20):
            while True:
                response = await self._stream.read()
                assert response is not grpc.aio.EOF, f"no {event}"
                if response.WhichOneof("event") == event:
                    return response  # type: ignore[no-any-return]

    async def end(self) -> vs.CallEnded:
        await self.send(end=vs.CallEnd())
        ended = (await self.until("ended")).ended
        async with asyncio.timeout(20):
            await self._stream.code()
        return ended

    def cut(self) -> None:
        self._stream.cancel()


# ---- API keys


async def test_a_key_is_stored_as_a_hash_and_shown_once(
    server: LiveServer, people: People, database: str
) -> None:
    name, key = await people.add_key("agents_read")
    owner = await asyncpg.connect(database)
    try:
        stored = await owner.fetchval(
            "select secret_hash from api_keys where key_id = $1", name.rpartition("/")[2]
        )
    finally:
        await owner.close()
    assert stored == hashlib.sha256(key[-43:].encode()).digest()
    listed = await server.stubs.auth.ListApiKeys(
        auth.ListApiKeysRequest(parent="tenants/clinic", page_size=200), metadata=people.metadata("owner")
    )
    assert key[-43:] not in str(listed)
    assert name in [found.name for found in listed.api_keys]


async def test_a_key_tells_when_it_was_last_used(server: LiveServer, people: People) -> None:
    name, key = await people.add_key("agents_read")

    async def stored() -> Any:
        listed = await server.stubs.auth.ListApiKeys(
            auth.ListApiKeysRequest(parent="tenants/clinic", page_size=200),
            metadata=people.metadata("owner"),
        )
        return next(found for found in listed.api_keys if found.name == name)

    assert not (await stored()).HasField("last_used_time")
    await agents(server, key)
    assert (await stored()).HasField("last_used_time")


async def test_rotating_gives_another_secret_and_an_overlap(server: LiveServer, people: People) -> None:
    name, first = await people.add_key("agents_read")
    rotate = auth.RotateApiKeyRequest(name=name)
    rotate.overlap.FromMilliseconds(1500)
    second = (await server.stubs.auth.RotateApiKey(rotate, metadata=people.metadata("owner"))).secret
    await agents(server, first)
    await agents(server, second)
    await asyncio.sleep(1.6)
    assert (await refused(agents(server, first))).reason == "CREDENTIAL_INVALID"
    await agents(server, second)
    rotate.overlap.Clear()
    third = (await server.stubs.auth.RotateApiKey(rotate, metadata=people.metadata("owner"))).secret
    assert (await refused(agents(server, second))).reason == "CREDENTIAL_INVALID"
    await server.stubs.auth.RevokeApiKey(
        auth.RevokeApiKeyRequest(name=name), metadata=people.metadata("owner")
    )
    assert (await refused(agents(server, third))).reason == "CREDENTIAL_INVALID"
    found = await refused(server.stubs.auth.RotateApiKey(rotate, metadata=people.metadata("owner")))
    assert found.reason == "API_KEY_NOT_FOUND"


async def test_a_key_expires(server: LiveServer, people: People) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1)
    _, key = await people.add_key("agents_read", expire_time=soon)
    await agents(server, key)
    await asyncio.sleep(1.1)
    found = await refused(agents(server, key))
    assert (found.code, found.reason) == ("UNAUTHENTICATED", "CREDENTIAL_EXPIRED")


async def test_a_key_has_a_pace_of_its_own(server: LiveServer, people: People) -> None:
    _, key = await people.add_key("agents_read", requests_per_second=2)
    answers = await asyncio.gather(*(agents(server, key) for _ in range(12)), return_exceptions=True)
    refusals = [refusal(answer) for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert len(refusals) == 8  # of a burst of two seconds
    assert {found.reason for found in refusals} == {"RATE_LIMITED"}
    assert {found.metadata["subject"] for found in refusals} == {"API key"}
    assert all(found.retry_after for found in refusals)
    await agents(server, people.credentials["all scopes"])


async def test_a_key_may_place_so_many_calls_at_once(server: LiveServer, people: People) -> None:
    _, key = await people.add_key("calls", max_concurrent_calls=1)
    line, second = Line(server, key), Line(server, key)
    await line.begin()
    found = await refused(second.begin())
    assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "TOO_MANY_CALLS")
    await line.end()
    third = Line(server, key)
    await third.begin()
    await third.end()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "api_key.scopes"),
        ({"scopes": [99]}, "api_key.scopes[0]"),
        ({"scopes": [7, 7]}, "api_key.scopes"),
        ({"display_name": " "}, "api_key.display_name"),
        ({"expire_time": datetime(2020, 1, 1, tzinfo=UTC)}, "api_key.expire_time"),
        ({"requests_per_second": -1}, "api_key.requests_per_second"),
    ],
)
async def test_a_bad_key_is_refused_with_its_field(
    server: LiveServer, people: People, change: dict[str, Any], field: str
) -> None:
    fields = {"display_name": "x", "scopes": [7], **change}
    from deskbell.v1 import identity_pb2

    request = auth.CreateApiKeyRequest(parent="tenants/clinic", api_key=identity_pb2.ApiKey(**fields))
    found = await refused(server.stubs.auth.CreateApiKey(request, metadata=people.metadata("owner")))
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
    assert field in found.fields


# ---- client tokens


async def test_a_client_token_is_for_one_agent_and_says_who_calls(server: LiveServer, people: People) -> None:
    name, token = await people.add_token(caller_id="+441632960001")
    line = Line(server, token, caller_id="somebody else")
    started = await line.begin()
    await line.end()
    got = await server.stubs.conversations.GetConversation(
        cs.GetConversationRequest(name=started.conversation), metadata=people.metadata("owner")
    )
    assert got.conversation.caller_id == "+441632960001"
    listed = await server.stubs.auth.ListClientTokens(
        auth.ListClientTokensRequest(parent="tenants/clinic"), metadata=people.metadata("manager")
    )
    assert name in [found.name for found in listed.client_tokens]


async def test_a_client_token_lives_fifteen_minutes_at_most(server: LiveServer, people: People) -> None:
    request = auth.MintClientTokenRequest(agent=DESK)
    request.ttl.FromSeconds(901)
    found = await refused(server.stubs.auth.MintClientToken(request, metadata=people.metadata("owner")))
    assert "ttl" in found.fields
    minted = await server.stubs.auth.MintClientToken(
        auth.MintClientTokenRequest(agent=DESK), metadata=people.metadata("owner")
    )
    life = minted.client_token.expire_time.ToDatetime() - minted.client_token.create_time.ToDatetime()
    assert timedelta(minutes=14, seconds=58) < life <= timedelta(minutes=15)


async def test_a_client_token_may_place_one_call_at_once(server: LiveServer, people: People) -> None:
    _, token = await people.add_token()
    first = Line(server, token)
    await first.begin()
    assert (await refused(Line(server, token).begin())).reason == "TOO_MANY_CALLS"
    await first.end()


async def test_a_phone_cannot_go_on_with_another_caller_s_chat(server: LiveServer, people: People) -> None:
    async def say(token: str, conversation: str = "") -> str:
        request = chat_service_pb2.SendMessageRequest(agent=DESK, text="When?", conversation=conversation)
        events = [event async for event in server.stubs.chat.SendMessage(request, metadata=bearer(token))]
        return str(events[0].started.conversation)

    _, anne = await people.add_token(caller_id="anne")
    _, anne_again = await people.add_token(caller_id="anne")
    _, bob = await people.add_token(caller_id="bob")
    _, nobody = await people.add_token()
    conversation = await say(anne)
    assert await say(anne, conversation) == conversation
    assert await say(anne_again, conversation) == conversation
    for token in (bob, nobody):
        assert (await refused(say(token, conversation))).reason == "CONVERSATION_NOT_FOUND"
    own = await say(nobody)
    assert await say(nobody, own) == own


async def test_revoking_ends_a_call_gracefully(
    server: LiveServer, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential, "CHECK_SECONDS", 0.2)
    name, token = await people.add_token()
    line = Line(server, token)
    await line.begin()
    await server.stubs.auth.RevokeClientToken(
        auth.RevokeClientTokenRequest(name=name), metadata=people.metadata("owner")
    )
    ended = (await line.until("ended")).ended
    assert ended.reason == vs.CallEnded.REASON_CREDENTIAL_EXPIRED


async def test_an_expiring_token_is_announced_renewed_and_ends_the_call(
    server: LiveServer, people: People
) -> None:
    _, short = await people.add_token(ttl=timedelta(seconds=10), caller_id="anne")
    _, other = await people.add_token(ttl=timedelta(seconds=11), caller_id="anne")
    _, bob = await people.add_token(caller_id="bob")
    line = Line(server, short)
    await line.begin()
    announced = (await line.until("credential_expiring")).credential_expiring
    for wrong, reason in (
        ("garbage", "CREDENTIAL_INVALID"),
        (bob, "PERMISSION_DENIED"),
        (people.credentials["analyst"], "PERMISSION_DENIED"),
    ):
        await line.send(renew=vs.RenewCredential(credential=wrong))
        fault = (await line.until("error")).error
        assert refusal_of(fault.status).reason == reason
    await line.send(renew=vs.RenewCredential(credential=other))
    renewed = (await line.until("credential_renewed")).credential_renewed
    assert renewed.expire_time.seconds > announced.expire_time.seconds
    began = asyncio.get_running_loop().time()
    ended = (await line.until("ended")).ended
    assert ended.reason == vs.CallEnded.REASON_CREDENTIAL_EXPIRED
    assert 6 < asyncio.get_running_loop().time() - began < 14


async def test_every_scope_has_a_name_of_ours() -> None:
    from deskbell_server.domain.identity import Scope

    assert set(SCOPES) == {scope.value for scope in Scope}
