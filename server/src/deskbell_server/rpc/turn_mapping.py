"""From the events of turns to protos; chat and voice share them."""

from __future__ import annotations

from deskbell.v1 import turn_events_pb2 as te
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.turn import CacheResult, Degradation
from deskbell_server.rpc.mapping import duration
from deskbell_server.turn.events import Classified, Degraded, HandedOver, Metrics, RecordAction, Recorded

_INTENTS = {
    IntentKind.BOOKING: te.INTENT_KIND_BOOKING,
    IntentKind.FAQ: te.INTENT_KIND_FAQ,
    IntentKind.PRICING: te.INTENT_KIND_PRICING,
    IntentKind.LEAD_CAPTURE: te.INTENT_KIND_LEAD_CAPTURE,
    IntentKind.ESCALATION: te.INTENT_KIND_ESCALATION,
    IntentKind.UNKNOWN: te.INTENT_KIND_UNKNOWN,
}
_ACTIONS = {
    RecordAction.CREATED: te.Record.ACTION_CREATED,
    RecordAction.UPDATED: te.Record.ACTION_UPDATED,
    RecordAction.CANCELLED: te.Record.ACTION_CANCELLED,
}
_CACHE = {
    CacheResult.NOT_ASKED: te.CACHE_RESULT_UNSPECIFIED,
    CacheResult.MISS: te.CACHE_RESULT_MISS,
    CacheResult.EXACT: te.CACHE_RESULT_EXACT_HIT,
    CacheResult.SEMANTIC: te.CACHE_RESULT_SEMANTIC_HIT,
}
Told = Classified | Recorded | HandedOver | Degraded


def told(event: Told) -> dict[str, te.Intent | te.Record | te.Handoff | te.Degraded]:
    """The field of an event message, with its value, for what chat and voice tell alike."""
    match event:
        case Classified(intents):
            return {"intent": _intent(intents)}
        case Recorded(name, action, summary):
            return {"record": te.Record(name=name, action=_ACTIONS[action], summary=summary)}
        case HandedOver(reason, summary, destination):
            return {"handoff": te.Handoff(reason=reason, summary=summary, destination=destination)}
        case Degraded(Degradation(step, action, reason)):
            return {"degraded": te.Degraded(step=step, action=action, reason=reason)}


def metrics(value: Metrics) -> te.TurnMetrics:
    """What a turn cost."""
    voice_to_voice = None if value.voice_to_voice is None else duration(value.voice_to_voice)
    return te.TurnMetrics(
        stages=[
            te.StageTiming(stage=s.stage, start=duration(s.start), duration=duration(s.duration))
            for s in value.stages
        ],
        voice_to_voice=voice_to_voice,
        prompt_tokens=value.prompt_tokens,
        completion_tokens=value.completion_tokens,
        transcribed_seconds=value.transcribed_seconds,
        spoken_characters=value.spoken_characters,
        cache=_CACHE[value.cache],
    )


def _intent(intents: tuple[ScoredIntent, ...]) -> te.Intent:
    first, *others = intents
    return te.Intent(
        kind=_INTENTS[first.kind],
        confidence=first.probability,
        others=[_INTENTS[other.kind] for other in others],
    )
