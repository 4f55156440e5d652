"""Tenants, agents, documents and conversations by rpc: what the protos promise."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.v1 import agent_pb2, knowledge_pb2, tenant_pb2
from deskbell.v1 import agent_service_pb2 as ag
from deskbell.v1 import conversation_service_pb2 as co
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell.v1 import tenant_service_pb2 as te
from tests.support.live_server import LiveServer, refused


async def test_a_tenant_is_made_read_listed_changed_and_deleted(server: LiveServer) -> None:
    stub, md = server.stubs.tenants, server.metadata
    made = await stub.CreateTenant(
        te.CreateTenantRequest(tenant=tenant_pb2.Tenant(display_name="Clinic", industry="dentist")),
        metadata=md,
    )
    assert made.tenant.name.startswith("tenants/t-")
    assert (made.tenant.language_code, made.tenant.time_zone) == ("en", "UTC")
    got = await stub.GetTenant(te.GetTenantRequest(name=made.tenant.name), metadata=md)
    assert got.tenant == made.tenant
    changed = await stub.UpdateTenant(
        te.UpdateTenantRequest(
            tenant=tenant_pb2.Tenant(name=made.tenant.name, display_name="New", industry="ignored"),
            update_mask=FieldMask(paths=["display_name"]),
        ),
        metadata=md,
    )
    assert (changed.tenant.display_name, changed.tenant.industry) == ("New", "dentist")
    assert changed.tenant.update_time.ToDatetime() > changed.tenant.create_time.ToDatetime()
    await stub.DeleteTenant(te.DeleteTenantRequest(name=made.tenant.name), metadata=md)
    gone = await refused(stub.GetTenant(te.GetTenantRequest(name=made.tenant.name), metadata=md))
    assert (gone.code, gone.reason) == ("NOT_FOUND", "TENANT_NOT_FOUND")


async def test_lists_come_in_pages_whose_tokens_fit_no_other_list(server: LiveServer) -> None:
    md = server.metadata
    for name in ("aaa", "bbb", "ccc"):
        await server.make_tenant(name)
    first = await server.stubs.tenants.ListTenants(te.ListTenantsRequest(page_size=2), metadata=md)
    assert [t.name for t in first.tenants] == ["tenants/aaa", "tenants/bbb"]
    rest = await server.stubs.tenants.ListTenants(
        te.ListTenantsRequest(page_size=2, page_token=first.next_page_token), metadata=md
    )
    assert [t.name for t in rest.tenants] == ["tenants/ccc"]
    assert rest.next_page_token == ""
    for token in (first.next_page_token, "made-up", "%"):
        wrong = await refused(
            server.stubs.agents.ListAgents(
                ag.ListAgentsRequest(parent="tenants/aaa", page_token=token), metadata=md
            )
        )
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (te.CreateTenantRequest(), "tenant"),
        (te.CreateTenantRequest(tenant=tenant_pb2.Tenant()), "tenant.display_name"),
        (te.CreateTenantRequest(tenant_id="Bad Id", tenant=tenant_pb2.Tenant(display_name="x")), "tenant_id"),
        (
            te.CreateTenantRequest(tenant=tenant_pb2.Tenant(display_name="x", time_zone="Mars/Olympus")),
            "tenant.time_zone",
        ),
        (
            te.CreateTenantRequest(tenant=tenant_pb2.Tenant(display_name="x", language_code="English!")),
            "tenant.language_code",
        ),
    ],
)
async def test_a_bad_field_is_named(server: LiveServer, request_: te.CreateTenantRequest, field: str) -> None:
    wrong = await refused(server.stubs.tenants.CreateTenant(request_, metadata=server.metadata))
    assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
    assert list(wrong.fields) == [field]


async def test_every_bad_field_gets_its_violation(server: LiveServer) -> None:
    request = te.CreateTenantRequest(
        tenant_id="-", tenant=tenant_pb2.Tenant(display_name="x" * 201, industry="x" * 101)
    )
    wrong = await refused(server.stubs.tenants.CreateTenant(request, metadata=server.metadata))
    assert set(wrong.fields) == {"tenant_id", "tenant.display_name", "tenant.industry"}


async def test_an_agent_is_made_read_changed_and_deleted(server: LiveServer) -> None:
    stub, md = server.stubs.agents, server.metadata
    name = await server.make_tenant()
    got = await stub.GetAgent(ag.GetAgentRequest(name=name), metadata=md)
    assert got.agent.type == agent_pb2.AGENT_TYPE_RECEPTIONIST
    assert got.agent.voice.speaking_rate == 1.0
    changed = await stub.UpdateAgent(
        ag.UpdateAgentRequest(
            agent=agent_pb2.Agent(name=name, greeting="Hello", voice=agent_pb2.AgentVoice(speaking_rate=1.5)),
            update_mask=FieldMask(paths=["greeting", "voice.speaking_rate"]),
        ),
        metadata=md,
    )
    assert changed.agent.greeting == "Hello"
    assert changed.agent.display_name == "Desk"
    assert changed.agent.voice.speaking_rate == 1.5
    assert changed.agent.voice.end_of_utterance_silence == got.agent.voice.end_of_utterance_silence
    await stub.DeleteAgent(ag.DeleteAgentRequest(name=name), metadata=md)
    gone = await refused(stub.GetAgent(ag.GetAgentRequest(name=name), metadata=md))
    assert (gone.code, gone.reason) == ("NOT_FOUND", "AGENT_NOT_FOUND")


async def test_what_cannot_be_changed_is_refused(server: LiveServer) -> None:
    name = await server.make_tenant()
    cases = [
        (agent_pb2.Agent(name=name), ["create_time"], "update_mask"),
        (agent_pb2.Agent(name="tenants/clinic"), ["greeting"], "agent.name"),
        (agent_pb2.Agent(name=name, type=agent_pb2.AGENT_TYPE_CUSTOM), ["type"], "agent.system_prompt"),
        (
            agent_pb2.Agent(name=name, voice=agent_pb2.AgentVoice(speaking_rate=0.1)),
            ["voice"],
            "agent.voice.speaking_rate",
        ),
    ]
    for agent, paths, field in cases:
        agent.display_name = "Desk"
        request = ag.UpdateAgentRequest(agent=agent, update_mask=FieldMask(paths=paths))
        wrong = await refused(server.stubs.agents.UpdateAgent(request, metadata=server.metadata))
        assert (wrong.code, list(wrong.fields)) == ("INVALID_ARGUMENT", [field])


async def test_a_taken_id_and_a_missing_tenant(server: LiveServer) -> None:
    await server.make_tenant()
    agent = agent_pb2.Agent(display_name="Desk")
    taken = await refused(
        server.stubs.agents.CreateAgent(
            ag.CreateAgentRequest(parent="tenants/clinic", agent_id="desk", agent=agent),
            metadata=server.metadata,
        )
    )
    assert (taken.code, taken.reason) == ("ALREADY_EXISTS", "ALREADY_EXISTS")
    missing = await refused(
        server.stubs.agents.CreateAgent(
            ag.CreateAgentRequest(parent="tenants/nobody", agent=agent), metadata=server.metadata
        )
    )
    assert (missing.code, missing.reason) == ("NOT_FOUND", "TENANT_NOT_FOUND")


async def test_a_text_is_ingested_found_listed_read_and_deleted(server: LiveServer) -> None:
    stub, md = server.stubs.knowledge, server.metadata
    await server.make_tenant()
    text = "# Hours\n\nOn Saturday we are open from 9 to 1.\n\n# Prices\n\nA check-up costs 62 pounds.\n"
    made = await stub.IngestText(
        kn.IngestTextRequest(
            parent="tenants/clinic", document_id="facts", title="Facts", text=text, media_type="text/markdown"
        ),
        metadata=md,
    )
    assert made.document.state == knowledge_pb2.DOCUMENT_STATE_READY
    assert made.document.passage_count == made.document.indexed_passage_count == 2
    assert made.document.size_bytes == len(text)
    found = await stub.SearchKnowledge(
        kn.SearchKnowledgeRequest(parent="tenants/clinic", query="check-up costs", top_k=1), metadata=md
    )
    (hit,) = found.hits
    assert hit.text == text[hit.reference.start : hit.reference.end] == "A check-up costs 62 pounds."
    assert hit.reference.document == made.document.name == "tenants/clinic/documents/facts"
    listed = await stub.ListDocuments(kn.ListDocumentsRequest(parent="tenants/clinic"), metadata=md)
    assert [d.name for d in listed.documents] == [made.document.name]
    read = await stub.GetDocument(kn.GetDocumentRequest(name=made.document.name), metadata=md)
    assert read.text == text
    await stub.DeleteDocument(kn.DeleteDocumentRequest(name=made.document.name), metadata=md)
    gone = await refused(stub.GetDocument(kn.GetDocumentRequest(name=made.document.name), metadata=md))
    assert gone.reason == "DOCUMENT_NOT_FOUND"
    empty = await stub.SearchKnowledge(
        kn.SearchKnowledgeRequest(parent="tenants/clinic", query="check-up costs"), metadata=md
    )
    assert not empty.hits


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "FIELD_INVALID"),
        (" \n\t", "FIELD_INVALID"),
        ("word " * 1_000_000, "FIELD_INVALID"),
        ("a\0b", "DOCUMENT_UNREADABLE"),
    ],
    ids=["empty", "blank", "a million words", "NUL"],
)
async def test_a_text_that_is_none_is_refused(server: LiveServer, text: str, reason: str) -> None:
    await server.make_tenant()
    wrong = await refused(
        server.stubs.knowledge.IngestText(
            kn.IngestTextRequest(parent="tenants/clinic", title="T", text=text), metadata=server.metadata
        )
    )
    assert (wrong.code, wrong.reason, list(wrong.fields)) == ("INVALID_ARGUMENT", reason, ["text"])


async def upload(server: LiveServer, *requests: kn.UploadDocumentRequest) -> Any:
    async def stream() -> Any:
        for request in requests:
            yield request

    return await server.stubs.knowledge.UploadDocument(stream(), metadata=server.metadata)


def header(name: str = "hours.md", **fields: Any) -> kn.UploadDocumentRequest:
    return kn.UploadDocumentRequest(header=kn.UploadHeader(parent="tenants/clinic", file_name=name, **fields))


def chunk(data: bytes) -> kn.UploadDocumentRequest:
    return kn.UploadDocumentRequest(chunk=data)


async def test_a_file_is_uploaded_in_chunks_that_cut_characters(server: LiveServer) -> None:
    await server.make_tenant()
    data = "Geöffnet von 9 bis 13 Uhr, täglich.".encode()
    made = await upload(
        server, header(size_bytes=len(data)), *(chunk(data[i : i + 5]) for i in range(0, len(data), 5))
    )
    assert made.document.title == "hours"
    assert made.document.media_type == "text/markdown"
    read = await server.stubs.knowledge.GetDocument(
        kn.GetDocumentRequest(name=made.document.name), metadata=server.metadata
    )
    assert read.text.encode() == data


async def test_a_bad_upload_is_refused_as_early_as_it_is_known(server: LiveServer) -> None:
    await server.make_tenant()
    gigabyte = 1024**3
    endless = (header(), *(chunk(b"x" * 1024 * 1024) for _ in range(64)))
    cases = [
        ((chunk(b"x"),), "START_EXPECTED"),
        ((), "START_EXPECTED"),
        ((header(size_bytes=gigabyte),), "DOCUMENT_TOO_LARGE"),
        (endless, "DOCUMENT_TOO_LARGE"),
        ((header("photo.png"), chunk(b"x")), "DOCUMENT_UNREADABLE"),
        ((header(), chunk(b"\xff\xfe\x00")), "DOCUMENT_UNREADABLE"),
        ((header(size_bytes=10), chunk(b"123")), "DOCUMENT_UNREADABLE"),
        ((header(), header()), "FIELD_INVALID"),
        ((header(), chunk(b"")), "FIELD_INVALID"),
        ((header(), chunk(b"x" * (1024 * 1024 + 1))), "FIELD_INVALID"),
        ((kn.UploadDocumentRequest(),), "FIELD_INVALID"),
    ]
    for requests, reason in cases:
        wrong = await refused(upload(server, *requests))
        assert (wrong.code, wrong.reason) == ("INVALID_ARGUMENT", reason), requests[:1]
        assert wrong.fields
    listed = await server.stubs.knowledge.ListDocuments(
        kn.ListDocumentsRequest(parent="tenants/clinic"), metadata=server.metadata
    )
    assert not listed.documents


async def test_another_tenants_things_are_as_good_as_missing(server: LiveServer) -> None:
    md = server.metadata
    await server.make_tenant("clinic")
    await server.make_tenant("hotel")
    await server.stubs.knowledge.IngestText(
        kn.IngestTextRequest(
            parent="tenants/hotel", document_id="facts", title="F", text="Breakfast is at 7."
        ),
        metadata=md,
    )
    found = await server.stubs.knowledge.SearchKnowledge(
        kn.SearchKnowledgeRequest(parent="tenants/clinic", query="breakfast is at"), metadata=md
    )
    assert not found.hits
    foreign = await refused(
        server.stubs.knowledge.GetDocument(
            kn.GetDocumentRequest(name="tenants/clinic/documents/facts"), metadata=md
        )
    )
    assert foreign.reason == "DOCUMENT_NOT_FOUND"
    mixed = await refused(
        server.stubs.conversations.ListConversations(
            co.ListConversationsRequest(parent="tenants/clinic", agent="tenants/hotel/agents/desk"),
            metadata=md,
        )
    )
    assert list(mixed.fields) == ["agent"]


@pytest.mark.parametrize("rpc", ["list_agents", "list_documents", "list_conversations", "search", "ingest"])
async def test_under_a_missing_tenant_everything_is_not_found(server: LiveServer, rpc: str) -> None:
    md, parent = server.metadata, "tenants/nobody"
    calls = {
        "list_agents": lambda: server.stubs.agents.ListAgents(
            ag.ListAgentsRequest(parent=parent), metadata=md
        ),
        "list_documents": lambda: server.stubs.knowledge.ListDocuments(
            kn.ListDocumentsRequest(parent=parent), metadata=md
        ),
        "list_conversations": lambda: server.stubs.conversations.ListConversations(
            co.ListConversationsRequest(parent=parent), metadata=md
        ),
        "search": lambda: server.stubs.knowledge.SearchKnowledge(
            kn.SearchKnowledgeRequest(parent=parent, query="x"), metadata=md
        ),
        "ingest": lambda: server.stubs.knowledge.IngestText(
            kn.IngestTextRequest(parent=parent, title="T", text="words"), metadata=md
        ),
    }
    missing = await refused(calls[rpc]())
    assert (missing.code, missing.reason) == ("NOT_FOUND", "TENANT_NOT_FOUND")
