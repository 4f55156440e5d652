"""Between protos and domain, for leads."""

from __future__ import annotations

from deskbell.v1 import lead_pb2
from deskbell_server.domain.lead import Lead, LeadStatus
from deskbell_server.domain.names import agent_name, conversation_name, etag, lead_name
from deskbell_server.rpc.mapping import timestamp

STATUSES = {
    lead_pb2.LEAD_STATUS_NEW: LeadStatus.NEW,
    lead_pb2.LEAD_STATUS_CONTACTED: LeadStatus.CONTACTED,
    lead_pb2.LEAD_STATUS_CLOSED: LeadStatus.CLOSED,
}
_STATUSES_OUT = {status: value for value, status in STATUSES.items()}


def lead(value: Lead) -> lead_pb2.Lead:
    return lead_pb2.Lead(
        name=lead_name(value.tenant, value.id),
        display_name=value.name,
        phone=value.phone,
        email=value.email,
        intent=value.intent,
        property_id=value.property_id,
        notes=value.notes,
        status=_STATUSES_OUT[value.status],
        consent_text=value.consent_text,
        consent_time=None if value.consented_at is None else timestamp(value.consented_at),
        caller_id=value.caller_id,
        conversation=(
            "" if value.conversation is None else conversation_name(value.tenant, value.conversation)
        ),
        agent="" if value.agent is None else agent_name(value.tenant, value.agent),
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        etag=etag(value.version),
    )
