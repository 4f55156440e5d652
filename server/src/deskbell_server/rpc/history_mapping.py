"""Between protos and domain, for conversations that are watched or exported."""

from __future__ import annotations

from collections.abc import Iterator

from deskbell.v1 import conversation_pb2, turn_events_pb2
from deskbell.v1 import conversation_service_pb2 as pb
from deskbell_server.domain.conversation import Message
from deskbell_server.domain.history import Changed, StoredTurn
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import ConversationId, TenantId, conversation_name
from deskbell_server.domain.turn import CacheResult, TurnOutcome
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc import mapping
from deskbell_server.turn.watching import Ended, Quiet, Seen, Started

_OUTCOMES = {
    TurnOutcome.ANSWERED: conversation_pb2.ConversationTurn.OUTCOME_ANSWERED,
    TurnOutcome.REFUSED: conversation_pb2.ConversationTurn.OUTCOME_REFUSED,
    TurnOutcome.SERVED: conversation_pb2.ConversationTurn.OUTCOME_SERVED,
    TurnOutcome.CHATTED: conversation_pb2.ConversationTurn.OUTCOME_CHATTED,
    TurnOutcome.HANDED_OVER: conversation_pb2.ConversationTurn.OUTCOME_HANDED_OVER,
    TurnOutcome.FAILED: conversation_pb2.ConversationTurn.OUTCOME_FAILED,
}
_CACHE = {
    CacheResult.NOT_ASKED: turn_events_pb2.CACHE_RESULT_UNSPECIFIED,
    CacheResult.MISS: turn_events_pb2.CACHE_RESULT_MISS,
    CacheResult.EXACT: turn_events_pb2.CACHE_RESULT_EXACT_HIT,
    CacheResult.SEMANTIC: turn_events_pb2.CACHE_RESULT_SEMANTIC_HIT,
}
INTENTS = {
    IntentKind.BOOKING: turn_events_pb2.INTENT_KIND_BOOKING,
    IntentKind.FAQ: turn_events_pb2.INTENT_KIND_FAQ,
    IntentKind.PRICING: turn_events_pb2.INTENT_KIND_PRICING,
    IntentKind.LEAD_CAPTURE: turn_events_pb2.INTENT_KIND_LEAD_CAPTURE,
    IntentKind.ESCALATION: turn_events_pb2.INTENT_KIND_ESCALATION,
    IntentKind.UNKNOWN: turn_events_pb2.INTENT_KIND_UNKNOWN,
}


def watched(
    tenant: TenantId, conversation: ConversationId, seen: Seen, clock: Clock
) -> pb.WatchConversationResponse:
    response = pb.WatchConversationResponse(sequence=seen.sequence)
    match seen.what:
        case Started(found):
            response.started.CopyFrom(mapping.conversation(found))
        case Changed(_, message):
            response.message.CopyFrom(mapping.messages(tenant, conversation, [message])[0])
        case Ended(found):
            response.ended.CopyFrom(mapping.conversation(found))
        case Quiet():
            response.heartbeat.time.CopyFrom(mapping.timestamp(clock.now()))
    return response


def message_lines(
    tenant: TenantId, conversation: ConversationId, message: Message
) -> Iterator[conversation_pb2.ExportLine]:
    """A message, and what supports it."""
    name = f"{conversation_name(tenant, conversation)}/messages/{message.index}"
    yield conversation_pb2.ExportLine(message=mapping.messages(tenant, conversation, [message])[0])
    for citation in message.citations:
        yield conversation_pb2.ExportLine(
            citation=conversation_pb2.MessageCitation(
                message=name,
                text_start=citation.text_start,
                text_end=citation.text_end,
                source=mapping.cited_reference(tenant, citation),
                quote=citation.quote,
            )
        )


def turn(value: StoredTurn) -> conversation_pb2.ConversationTurn:
    facts = value.facts
    first, *others = facts.intents
    return conversation_pb2.ConversationTurn(
        turn_id=str(value.id),
        intent=turn_events_pb2.Intent(
            kind=INTENTS[first.kind],
            confidence=first.probability,
            others=[INTENTS[other.kind] for other in others],
        ),
        language_code=facts.language,
        outcome=_OUTCOMES[facts.outcome],
        cache=_CACHE[facts.cache],
        handoff_reason=facts.handoff_reason,
        degraded=[
            turn_events_pb2.Degraded(step=step.step, action=step.action, reason=step.reason)
            for step in facts.degraded
        ],
        stages=[
            turn_events_pb2.StageTiming(
                stage=stage.stage,
                start=mapping.duration(stage.start),
                duration=mapping.duration(stage.duration),
            )
            for stage in facts.stages
        ],
        prompt_tokens=facts.prompt_tokens,
        completion_tokens=facts.completion_tokens,
        create_time=mapping.timestamp(value.created_at),
    )
