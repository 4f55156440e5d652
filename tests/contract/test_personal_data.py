"""What becomes of what callers say: redacted, kept for so long, erased; and who looked at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import numpy as np
import pytest
from redis.asyncio import Redis

from deskbell.v1 import (
    agent_pb2,
    agent_service_pb2,
    audit_service_pb2,
    chat_service_pb2,
    conversation_service_pb2,
    tenant_pb2,
)
from deskbell.v1 import auth_service_pb2 as auth
from deskbell.v1 import tenant_service_pb2 as ts
from deskbell_server.access.sweeping import Sweeper
from deskbell_server.adapters.postgres.housekeeping import PostgresHousekeeping
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.adapters.postgres.tenants import PostgresTenantStore
from deskbell_server.adapters.redis import RedisAnswerCache, open_redis
from deskbell_server.app.clock import SystemClock
from deskbell_server.domain.names import AgentId, TenantId
from deskbell_server.ports.recall import RecallScope
from tests.contract.test_credentials import DESK, Line
from tests.support.live_server import LiveServer, refused
from tests.support.people import People, bearer, make_people, request_id
from tests.support.scripted_call import Engines as Script

PHONE, MAIL, CARD, ID = "+44 20 7946 0018", "anne@example.com", "4111 1111 1111 1111", "536-90-4399"


@pytest.fixture
async def people(server: LiveServer) -> People:
    return await make_people(server)


async def say(
    server: LiveServer, text: str, token: str, *, caller_id: str = "", conversation: str = ""
) -> str:
    request = chat_service_pb2.SendMessageRequest(
        agent=DESK, text=text, caller_id=caller_id, conversation=conversation
    )
    events = [event async for event in server.stubs.chat.SendMessage(request, metadata=bearer(token))]
    return str(events[0].started.conversation)


async def messages(server: LiveServer, conversation: str, token: str = "") -> list[Any]:
    listed = await server.stubs.conversations.ListMessages(
        conversation_service_pb2.ListMessagesRequest(parent=conversation),
        metadata=bearer(token) if token else server.metadata,
    )
    return list(listed.messages)


async def set_policy(server: LiveServer, people: People, **handlings: Any) -> tenant_pb2.Tenant:
    request = ts.UpdateTenantRequest(
        tenant=tenant_pb2.Tenant(name="tenants/clinic", redaction=tenant_pb2.RedactionPolicy(**handlings)),
        update_mask={"paths": [f"redaction.{name}" for name in handlings]},
    )
    changed = await server.stubs.tenants.UpdateTenant(request, metadata=people.metadata("owner"))
    return changed.tenant


async def dump(database: str, redis_url: str) -> dict[str, str]:
    """Everything that is stored, as text, by table or key."""
    found: dict[str, str] = {}
    owner = await asyncpg.connect(database)
    try:
        tables = await owner.fetch(
            "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        for table in tables:
            rows = await owner.fetch(f"select to_jsonb(t)::text as row from {table['name']} t")
            found[table["name"]] = "\n".join(row["row"] for row in rows)
    finally:
        await owner.close()
    async with Redis.from_url(redis_url) as redis:
        async for key in redis.scan_iter():
            kind = (await redis.type(key)).decode()
            value = await redis.get(key) if kind == "string" else await redis.zrange(key, 0, -1)
            found[f"redis {key.decode()}"] = str(value)
    return found


# ---- redaction


async def test_transcripts_are_redacted_as_the_tenant_says(
    server: LiveServer, people: People, script: Script
) -> None:
    script.answer = f"I have noted {PHONE}, {MAIL}, {CARD} and {ID}."
    text = f"What do you keep of {PHONE}, {MAIL}, {CARD} and {ID}?"
    token = people.credentials["owner"]
    for said in await messages(server, await say(server, text, token)):
        assert PHONE in said.text  # by default a receptionist can call back
        assert MAIL in said.text
        assert CARD not in said.text
        assert ID not in said.text
        assert "**** **** **** ****" in said.text
    await set_policy(
        server,
        people,
        phone_numbers=tenant_pb2.HANDLING_MASK,
        email_addresses=tenant_pb2.HANDLING_DROP,
        card_numbers=tenant_pb2.HANDLING_DROP,
    )
    for said in await messages(server, await say(server, text, token)):
        for value in (PHONE, MAIL, CARD, ID):
            assert value not in said.text, value
            assert value not in said.heard_text, value
        assert "+** ** **** ****" in said.text
        assert "***-**-****" in said.text
    await set_policy(server, people, card_numbers=tenant_pb2.HANDLING_KEEP)
    said = (await messages(server, await say(server, text, token)))[0]
    assert CARD in said.text


async def test_a_spoken_call_is_redacted_too(server: LiveServer, people: People, script: Script) -> None:
    await set_policy(server, people, phone_numbers=tenant_pb2.HANDLING_MASK)
    line = Line(server, people.credentials["all scopes"])
    started = await line.begin()
    from deskbell.v1 import voice_stream_service_pb2 as vs

    await line.send(text=vs.TextInput(text=f"Call me back on {PHONE}."))
    await line.until("response_done")
    await line.end()
    said = await messages(server, started.conversation)
    assert said[0].text == "Call me back on +** ** **** ****."


async def test_a_policy_is_read_back_with_its_defaults(server: LiveServer, people: People) -> None:
    tenant = await set_policy(server, people, phone_numbers=tenant_pb2.HANDLING_DROP)
    assert tenant.redaction == tenant_pb2.RedactionPolicy(
        phone_numbers=tenant_pb2.HANDLING_DROP,
        email_addresses=tenant_pb2.HANDLING_KEEP,
        card_numbers=tenant_pb2.HANDLING_MASK,
        national_ids=tenant_pb2.HANDLING_MASK,
    )


# ---- retention


async def test_what_is_too_old_is_swept(
    server: LiveServer, people: People, database: str, secret_key: bytes
) -> None:
    await make_people(server, "hotel")
    update = ts.UpdateTenantRequest(
        tenant=tenant_pb2.Tenant(
            name="tenants/clinic", retention=tenant_pb2.RetentionPolicy(transcript_days=30)
        ),
        update_mask={"paths": ["retention"]},
    )
    await server.stubs.tenants.UpdateTenant(update, metadata=people.metadata("owner"))
    token = people.credentials["all scopes"]
    old, new = Line(server, token, caller_id="old"), Line(server, token, caller_id="new")
    from deskbell.v1 import voice_stream_service_pb2 as vs

    names = []
    chat = await say(server, "When?", people.credentials["owner"], caller_id="old chat")
    for line in (old, new):
        names.append((await line.begin()).conversation)
        await line.send(text=vs.TextInput(text="When?"))
        await line.until("response_done")
        await line.end()
    owner = await asyncpg.connect(database)
    try:
        past = datetime.now(UTC) - timedelta(days=31)
        await owner.execute("update conversations set ended_at = $1 where caller_id = 'old'", past)
        await owner.execute(
            "update messages set created_at = $1 from conversations c where c.caller_id in ('old', 'old chat') "
            "and c.conversation_id = messages.conversation_id",
            past,
        )
        await owner.execute("update conversations set started_at = $1 where caller_id like 'old%'", past)
        await owner.execute("update request_records set created_at = $1", past)
        await owner.execute("update audit_entries set at = $1", datetime.now(UTC) - timedelta(days=401))
        async with open_database(database, secret_key, size=2) as pools:
            sweeper = Sweeper(PostgresTenantStore(pools), PostgresHousekeeping(pools), SystemClock(), 400)
            await sweeper.sweep()
        assert await owner.fetchval("select count(*) from request_records") == 0
        assert await owner.fetchval("select count(*) from audit_entries") == 0
    finally:
        await owner.close()
    for name in (names[0], chat):
        assert await messages(server, name) == []
    assert len(await messages(server, names[1])) == 2
    for name in (names[0], chat):
        got = await server.stubs.conversations.GetConversation(
            conversation_service_pb2.GetConversationRequest(name=name), metadata=server.metadata
        )
        assert got.conversation.caller_id == ""
        assert got.conversation.message_count == 2  # that there was a conversation stays


# ---- erasure


async def test_a_caller_is_erased_everywhere(
    server: LiveServer, people: People, database: str, redis_url: str
) -> None:
    caller, words = "+44 7700 900982", "a very particular question about begonias"
    token = people.credentials["owner"]
    _, phone = await people.add_token(caller_id=caller)
    gone = [
        await say(server, words, token, caller_id=caller),
        await say(server, words, phone),
    ]
    line = Line(server, phone)
    gone.append((await line.begin()).conversation)
    await line.end()
    kept = await say(server, "When are you open?", token, caller_id="somebody else")
    assert any(words in content for content in (await dump(database, redis_url)).values())
    request = ts.EraseCallerRequest(parent="tenants/clinic", caller_id=caller, request_id=request_id())
    receipt = await server.stubs.tenants.EraseCaller(request, metadata=people.metadata("owner"))
    assert {row.table: row.count for row in receipt.erased} == {
        "knowledge_gap_mentions": 0,
        "conversation_reports": 0,
        "messages": 4,
        "conversations": 3,
        "client_tokens": 1,
        "leads": 0,
        "reservations": 0,
    }
    for place, content in (await dump(database, redis_url)).items():
        assert caller not in content, place
        assert words not in content, place
        assert "begonias" not in content, place
    for name in gone:
        assert (await refused(messages(server, name))).reason == "CONVERSATION_NOT_FOUND"
    assert len(await messages(server, kept)) == 2
    again = await server.stubs.tenants.EraseCaller(request, metadata=people.metadata("owner"))
    assert again == receipt
    request.request_id = request_id()
    empty = await server.stubs.tenants.EraseCaller(request, metadata=people.metadata("owner"))
    assert {row.count for row in empty.erased} == {0}


async def test_cached_answers_go_with_a_caller(server: LiveServer, people: People, redis_url: str) -> None:
    request = ts.EraseCallerRequest(parent="tenants/clinic", caller_id="ann")
    async with open_redis(redis_url) as redis:
        cache = RedisAnswerCache(redis)
        scopes = [
            RecallScope(TenantId(tenant), AgentId("desk"), "1", "1", "en") for tenant in ("clinic", "hotel")
        ]
        question = "Do you have begonias on Saturday?"
        for scope in scopes:
            await cache.put(scope, question, np.ones(384, np.float32) / 384**0.5, "Yes.", [])
        await server.stubs.tenants.EraseCaller(request, metadata=people.metadata("owner"))
        assert await cache.exact(scopes[0], question) is None
        assert await cache.exact(scopes[1], question) is not None


# ---- the audit log


async def entries(server: LiveServer, people: People, actor: str = "") -> list[audit_service_pb2.AuditEntry]:
    listed = await server.stubs.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(parent="tenants/clinic", page_size=200, actor=actor),
        metadata=people.metadata("owner"),
    )
    return list(listed.entries)


async def test_who_did_what_is_written_down(server: LiveServer, people: People) -> None:
    mark = len(await entries(server, people))
    chosen = request_id()
    manager, analyst = people.credentials["manager"], people.credentials["analyst"]
    await server.stubs.agents.CreateAgent(
        agent_service_pb2.CreateAgentRequest(
            parent="tenants/clinic",
            agent_id="second",
            agent=agent_pb2.Agent(display_name="Second"),
            request_id=chosen,
        ),
        metadata=bearer(manager),
    )
    conversation = await say(server, "When?", manager)
    await messages(server, conversation, analyst)
    await refused(people.sign_in("owner@clinic.example", "wrong"))
    found = list(reversed((await entries(server, people))[:-mark]))
    did = [(entry.actor, entry.method.rpartition("/")[2], entry.resource, entry.outcome) for entry in found]
    assert did == [
        (people.names["manager"], "CreateAgent", "tenants/clinic/agents/second", "OK"),
        (people.names["manager"], "SendMessage", conversation, "OK"),
        (people.names["analyst"], "ListMessages", conversation, "OK"),
        ("anonymous", "SignIn", "tenants/clinic", "UNAUTHENTICATED"),
    ]
    assert found[0].request_id == chosen
    assert all(entry.request_id for entry in found)
    assert {entry.address for entry in found} == {"127.0.0.1"}
    assert [entry.actor for entry in await entries(server, people, people.names["analyst"])][:1] == [
        people.names["analyst"]
    ]


async def test_what_failed_and_what_was_only_read_is_not(server: LiveServer, people: People) -> None:
    before = len(await entries(server, people))
    await refused(
        server.stubs.agents.DeleteAgent(
            agent_service_pb2.DeleteAgentRequest(name="tenants/clinic/agents/missing"),
            metadata=people.metadata("owner"),
        )
    )
    await server.stubs.agents.GetAgent(
        agent_service_pb2.GetAgentRequest(name=DESK), metadata=people.metadata("owner")
    )
    await server.stubs.auth.ListApiKeys(
        auth.ListApiKeysRequest(parent="tenants/clinic"), metadata=people.metadata("owner")
    )
    assert len(await entries(server, people)) == before


async def test_a_call_is_in_the_log_with_its_conversation(server: LiveServer, people: People) -> None:
    name, token = await people.add_token()
    line = Line(server, token)
    started = await line.begin()
    await line.end()
    (entry, *_) = await entries(server, people)
    assert (entry.actor, entry.resource) == (name, started.conversation)
    assert entry.method == "/deskbell.v1.VoiceStreamService/VoiceStream"


async def test_the_log_is_read_in_pages(server: LiveServer, people: People) -> None:
    whole = [entry.name for entry in await entries(server, people)]
    paged: list[str] = []
    token = ""
    while True:
        page = await server.stubs.audit.ListAuditEntries(
            audit_service_pb2.ListAuditEntriesRequest(parent="tenants/clinic", page_size=7, page_token=token),
            metadata=people.metadata("owner"),
        )
        paged += [entry.name for entry in page.entries]
        token = page.next_page_token
        if not token:
            break
    assert paged == whole
