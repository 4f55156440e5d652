"""Between protos and domain, for everything but agents, identities and the voice stream (see *_mapping.py)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from google.protobuf import duration_pb2, timestamp_pb2

from deskbell.v1 import (
    conversation_pb2,
    knowledge_pb2,
    tenant_pb2,
    turn_events_pb2,
)
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState, Message, Speaker
from deskbell_server.domain.knowledge import Citation, Document, DocumentState, FoundPassage
from deskbell_server.domain.names import (
    ConversationId,
    TenantId,
    agent_name,
    conversation_name,
    document_name,
    etag,
    tenant_name,
)
from deskbell_server.domain.privacy import Handling, RedactionPolicy, Retention
from deskbell_server.domain.quota import QUOTA_FIELDS, Quota, Usage
from deskbell_server.domain.tenant import Tenant

_DOCUMENT_STATES = {
    DocumentState.PROCESSING: knowledge_pb2.DOCUMENT_STATE_PROCESSING,
    DocumentState.READY: knowledge_pb2.DOCUMENT_STATE_READY,
    DocumentState.FAILED: knowledge_pb2.DOCUMENT_STATE_FAILED,
}
_CHANNELS = {
    Channel.CHAT: conversation_pb2.CHANNEL_CHAT,
    Channel.VOICE: conversation_pb2.CHANNEL_VOICE,
}
_CONVERSATION_STATES = {
    ConversationState.OPEN: conversation_pb2.CONVERSATION_STATE_OPEN,
    ConversationState.ENDED: conversation_pb2.CONVERSATION_STATE_ENDED,
    ConversationState.LOST: conversation_pb2.CONVERSATION_STATE_LOST,
}
_SPEAKERS = {
    Speaker.CALLER: conversation_pb2.SPEAKER_CALLER,
    Speaker.AGENT: conversation_pb2.SPEAKER_AGENT,
}

_HANDLINGS = {
    tenant_pb2.HANDLING_KEEP: Handling.KEEP,
    tenant_pb2.HANDLING_MASK: Handling.MASK,
    tenant_pb2.HANDLING_DROP: Handling.DROP,
}
_HANDLINGS_OUT = {handling: value for value, handling in _HANDLINGS.items()}
REDACTION_FIELDS = tuple(tenant_pb2.RedactionPolicy.DESCRIPTOR.fields_by_name)
RETENTION_FIELDS = tuple(tenant_pb2.RetentionPolicy.DESCRIPTOR.fields_by_name)


def timestamp(moment: datetime) -> timestamp_pb2.Timestamp:
    """A moment, to the microsecond."""
    result = timestamp_pb2.Timestamp()
    result.FromDatetime(moment)
    return result


def duration(seconds: float) -> duration_pb2.Duration:
    """A duration, to the microsecond."""
    result = duration_pb2.Duration()
    result.FromMicroseconds(round(seconds * 1e6))
    return result


def conversation_id(text: str) -> ConversationId:
    """The id in a conversation's name, whose shape was checked."""
    return ConversationId(uuid.UUID(text))


def tenant(value: Tenant) -> tenant_pb2.Tenant:
    return tenant_pb2.Tenant(
        name=tenant_name(value.id),
        display_name=value.display_name,
        industry=value.industry,
        language_code=value.language_code,
        time_zone=value.time_zone,
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        redaction=tenant_pb2.RedactionPolicy(
            **{name: _HANDLINGS_OUT[getattr(value.redaction, name)] for name in REDACTION_FIELDS}
        ),
        retention=tenant_pb2.RetentionPolicy(
            **{name: getattr(value.retention, name) for name in RETENTION_FIELDS}
        ),
        etag=etag(value.version),
    )


def redaction(value: tenant_pb2.RedactionPolicy) -> RedactionPolicy:
    """A policy with every default filled in."""
    given = {name: getattr(value, name) for name in REDACTION_FIELDS}
    return RedactionPolicy(**{name: _HANDLINGS[handling] for name, handling in given.items() if handling})


def retention(value: tenant_pb2.RetentionPolicy) -> Retention:
    return Retention(**{name: getattr(value, name) for name in RETENTION_FIELDS})


def quota(tenant_id: TenantId, value: Quota) -> tenant_pb2.Quota:
    return tenant_pb2.Quota(
        name=f"{tenant_name(tenant_id)}/quota",
        etag=etag(value.version),
        **{name: getattr(value, name) for name in QUOTA_FIELDS},
    )


def usage(value: Usage) -> tenant_pb2.Usage:
    return tenant_pb2.Usage(
        month=f"{value.month:%Y-%m}",
        call_minutes=round(value.call_seconds / 60, 3),
        tokens=value.tokens,
        knowledge_bytes=value.knowledge_bytes,
    )


def document(value: Document) -> knowledge_pb2.Document:
    return knowledge_pb2.Document(
        name=document_name(value.tenant, value.id),
        title=value.title,
        media_type=value.media_type,
        size_bytes=value.size_bytes,
        state=_DOCUMENT_STATES[value.state],
        passage_count=value.passage_count,
        indexed_passage_count=value.indexed_passage_count,
        failure=value.failure,
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
    )


def found_reference(tenant_id: TenantId, found: FoundPassage) -> knowledge_pb2.PassageReference:
    return knowledge_pb2.PassageReference(
        document=document_name(tenant_id, found.document),
        title=found.title,
        passage_index=found.passage.index,
        start=found.passage.start,
        end=found.passage.end,
    )


def cited_reference(tenant_id: TenantId, citation: Citation) -> knowledge_pb2.PassageReference:
    return knowledge_pb2.PassageReference(
        document=document_name(tenant_id, citation.document),
        title=citation.title,
        passage_index=citation.passage_index,
        start=citation.start,
        end=citation.end,
    )


def citation_event(tenant_id: TenantId, response_id: str, citation: Citation) -> turn_events_pb2.Citation:
    return turn_events_pb2.Citation(
        response_id=response_id,
        text_start=citation.text_start,
        text_end=citation.text_end,
        source=cited_reference(tenant_id, citation),
        quote=citation.quote,
    )


def conversation(value: Conversation) -> conversation_pb2.Conversation:
    return conversation_pb2.Conversation(
        name=conversation_name(value.tenant, value.id),
        agent=agent_name(value.tenant, value.agent),
        channel=_CHANNELS[value.channel],
        state=_CONVERSATION_STATES[value.state],
        caller_id=value.caller_id,
        message_count=value.message_count,
        start_time=timestamp(value.started_at),
        end_time=None if value.ended_at is None else timestamp(value.ended_at),
        end_reason=value.end_reason,
        agent_version=value.agent_version,
        language=value.language,
    )


def messages(
    tenant_id: TenantId, conversation_id: ConversationId, values: Sequence[Message]
) -> list[conversation_pb2.Message]:
    parent = conversation_name(tenant_id, conversation_id)
    return [
        conversation_pb2.Message(
            name=f"{parent}/messages/{value.index}",
            turn_id=str(value.turn),
            speaker=_SPEAKERS[value.speaker],
            text=value.text,
            heard_text=value.heard_text,
            heard_estimated=value.heard_estimated,
            citations=[cited_reference(tenant_id, citation) for citation in value.citations],
            create_time=timestamp(value.created_at),
        )
        for value in values
    ]
