"""Between protos and domain, for what is made of conversations once they are over."""

from __future__ import annotations

import re
import uuid

from google.protobuf import struct_pb2

from deskbell.v1 import conversation_pb2, knowledge_pb2
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.gap import GapId, GapStatus, KnowledgeGap
from deskbell_server.domain.names import TenantId, conversation_name, etag, is_slug
from deskbell_server.domain.report import (
    ConversationOutcome,
    Report,
    ReportState,
    ReportStatus,
    SentimentLabel,
)
from deskbell_server.ports.aftermath import GapPlace
from deskbell_server.rpc.mapping import timestamp

_STATES = {
    ReportState.PENDING: conversation_pb2.REPORT_STATE_PENDING,
    ReportState.READY: conversation_pb2.REPORT_STATE_READY,
    ReportState.FAILED: conversation_pb2.REPORT_STATE_FAILED,
}
_LABELS = {
    SentimentLabel.POSITIVE: conversation_pb2.SENTIMENT_LABEL_POSITIVE,
    SentimentLabel.NEUTRAL: conversation_pb2.SENTIMENT_LABEL_NEUTRAL,
    SentimentLabel.NEGATIVE: conversation_pb2.SENTIMENT_LABEL_NEGATIVE,
}
_OUTCOMES = {
    ConversationOutcome.BOOKED: conversation_pb2.CONVERSATION_OUTCOME_BOOKED,
    ConversationOutcome.HANDED_OVER: conversation_pb2.CONVERSATION_OUTCOME_HANDED_OVER,
    ConversationOutcome.LEAD: conversation_pb2.CONVERSATION_OUTCOME_LEAD,
    ConversationOutcome.SERVED: conversation_pb2.CONVERSATION_OUTCOME_SERVED,
    ConversationOutcome.ANSWERED: conversation_pb2.CONVERSATION_OUTCOME_ANSWERED,
    ConversationOutcome.UNANSWERED: conversation_pb2.CONVERSATION_OUTCOME_UNANSWERED,
    ConversationOutcome.FAILED: conversation_pb2.CONVERSATION_OUTCOME_FAILED,
    ConversationOutcome.ABANDONED: conversation_pb2.CONVERSATION_OUTCOME_ABANDONED,
}
GAP_STATUSES = {
    knowledge_pb2.KNOWLEDGE_GAP_STATUS_OPEN: GapStatus.OPEN,
    knowledge_pb2.KNOWLEDGE_GAP_STATUS_ANSWERED: GapStatus.ANSWERED,
    knowledge_pb2.KNOWLEDGE_GAP_STATUS_DISMISSED: GapStatus.DISMISSED,
}
_GAP_NAME = re.compile(
    r"tenants/(?P<tenant>[^/]+)/knowledgeGaps/(?P<gap>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_GAP_STATUSES_OUT = {status: value for value, status in GAP_STATUSES.items()}


def report(status: ReportStatus) -> conversation_pb2.ConversationReport:
    made = status.report
    result = _made(made) if made is not None else conversation_pb2.ConversationReport()
    result.state = _STATES[status.state]
    result.failure = status.failure
    return result


def _made(value: Report) -> conversation_pb2.ConversationReport:
    extraction = struct_pb2.Struct()
    extraction.update(dict(value.extraction))
    return conversation_pb2.ConversationReport(
        summary=value.summary,
        sentiment=conversation_pb2.Sentiment(
            score=value.sentiment.score,
            label=_LABELS[value.sentiment.label],
            measured=value.sentiment.measured,
        ),
        outcome=_OUTCOMES[value.outcome],
        extraction=extraction,
        extraction_problem=value.extraction_problem,
        engine=value.engine,
        message_count=value.message_count,
        create_time=timestamp(value.created_at),
    )


def gap(value: KnowledgeGap) -> knowledge_pb2.KnowledgeGap:
    last = value.last_conversation
    return knowledge_pb2.KnowledgeGap(
        name=value.name,
        question=value.question,
        ask_count=value.ask_count,
        status=_GAP_STATUSES_OUT[value.status],
        first_ask_time=timestamp(value.first_asked_at),
        last_ask_time=timestamp(value.last_asked_at),
        last_conversation="" if last is None else conversation_name(value.tenant, last),
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        etag=etag(value.version),
    )


def gap_place(text: str) -> GapPlace:
    """The place in a page token, as `gap_key` makes it."""
    count, _, gap_id = text.partition(":")
    return GapPlace(int(count), GapId(uuid.UUID(gap_id)))


def gap_key(value: KnowledgeGap) -> str:
    return f"{value.ask_count}:{value.id}"


def gap_named(field: str, name: str) -> tuple[TenantId, GapId]:
    """The ids in a gap's name. Raises InvalidInput."""
    match = _GAP_NAME.fullmatch(name)
    if match is None or not is_slug(match["tenant"]):
        raise InvalidInput.field(field, "must be of the form tenants/{tenant}/knowledgeGaps/{gap}")
    return TenantId(match["tenant"]), GapId(uuid.UUID(match["gap"]))
