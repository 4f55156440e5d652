"""Agents and their versions, between protos and domain."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from deskbell.v1 import agent_pb2, turn_events_pb2
from deskbell_server.domain.agent import (
    TURN_BUDGET,
    Agent,
    AgentType,
    AgentVersion,
    Handoff,
    IntentExample,
    VoiceSettings,
)
from deskbell_server.domain.errors import FieldViolation, InvalidInput
from deskbell_server.domain.extraction import BadSchema, extraction_properties
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import agent_name, agent_version_name, etag
from deskbell_server.rpc.mapping import duration, timestamp

_TYPES = {
    agent_pb2.AGENT_TYPE_UNSPECIFIED: AgentType.RECEPTIONIST,
    agent_pb2.AGENT_TYPE_RECEPTIONIST: AgentType.RECEPTIONIST,
    agent_pb2.AGENT_TYPE_REAL_ESTATE: AgentType.REAL_ESTATE,
    agent_pb2.AGENT_TYPE_CUSTOM: AgentType.CUSTOM,
}
_TYPES_OUT = {
    AgentType.RECEPTIONIST: agent_pb2.AGENT_TYPE_RECEPTIONIST,
    AgentType.REAL_ESTATE: agent_pb2.AGENT_TYPE_REAL_ESTATE,
    AgentType.CUSTOM: agent_pb2.AGENT_TYPE_CUSTOM,
}
_INTENTS = {
    turn_events_pb2.INTENT_KIND_BOOKING: IntentKind.BOOKING,
    turn_events_pb2.INTENT_KIND_FAQ: IntentKind.FAQ,
    turn_events_pb2.INTENT_KIND_PRICING: IntentKind.PRICING,
    turn_events_pb2.INTENT_KIND_LEAD_CAPTURE: IntentKind.LEAD_CAPTURE,
    turn_events_pb2.INTENT_KIND_ESCALATION: IntentKind.ESCALATION,
    turn_events_pb2.INTENT_KIND_UNKNOWN: IntentKind.UNKNOWN,
}
_INTENTS_OUT = {intent: value for value, intent in _INTENTS.items()}
_TEXTS = ("display_name", "system_prompt", "greeting", "extraction_schema", "lead_consent")
_VOICE = ("voice", "speaking_rate", "end_of_utterance_silence")
_HANDOFF = ("destination", "message")
PATHS = (
    *_TEXTS,
    "type",
    "voice",
    *(f"voice.{field}" for field in _VOICE),
    "handoff",
    *(f"handoff.{field}" for field in _HANDOFF),
    "intent_examples",
    "turn_budget",
)
"""What an update can change."""


def agent(value: Agent) -> agent_pb2.Agent:
    return agent_pb2.Agent(
        name=agent_name(value.tenant, value.id),
        display_name=value.display_name,
        type=_TYPES_OUT[value.type],
        system_prompt=value.system_prompt,
        greeting=value.greeting,
        voice=agent_pb2.AgentVoice(
            voice=value.voice.voice,
            speaking_rate=value.voice.speaking_rate,
            end_of_utterance_silence=duration(value.voice.end_of_utterance_silence),
        ),
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        etag=etag(value.version),
        version_number=value.number,
        traffic=[
            agent_pb2.TrafficShare(version=share.number, percent=share.percent) for share in value.traffic
        ],
        handoff=agent_pb2.AgentHandoff(destination=value.handoff.destination, message=value.handoff.message),
        intent_examples=[
            agent_pb2.IntentExample(kind=_INTENTS_OUT[example.kind], text=example.text)
            for example in value.intent_examples
        ],
        extraction_schema=value.extraction_schema,
        lead_consent=value.lead_consent,
        turn_budget=duration(value.turn_budget),
    )


def agent_version(value: AgentVersion) -> agent_pb2.AgentVersion:
    shown = agent(value.agent)
    shown.etag = ""
    shares = {share.number: share.percent for share in value.agent.traffic}
    return agent_pb2.AgentVersion(
        name=agent_version_name(value.agent.tenant, value.agent.id, value.agent.number),
        number=value.agent.number,
        agent=shown,
        create_time=timestamp(value.created_at),
        created_by=value.created_by,
        note=value.note,
        percent=shares.get(value.agent.number, 0),
    )


def changes(given: agent_pb2.Agent, paths: Collection[str], current: Agent) -> dict[str, Any]:
    """The attributes of `Agent` that an update with these paths sets, every default filled in. Raises InvalidInput."""
    changed: dict[str, Any] = {field: getattr(given, field) for field in _TEXTS if field in paths}
    if "type" in paths:
        changed["type"] = _TYPES[given.type]
    if "intent_examples" in paths:
        changed["intent_examples"] = tuple(
            IntentExample(_INTENTS[example.kind], example.text) for example in given.intent_examples
        )
    if "turn_budget" in paths:
        has_own = given.HasField("turn_budget")
        changed["turn_budget"] = given.turn_budget.ToMicroseconds() / 1e6 if has_own else TURN_BUDGET
    handoff = Handoff(given.handoff.destination, given.handoff.message)
    for name, new, old, fields in (
        ("voice", _voice(given.voice), current.voice, _VOICE),
        ("handoff", handoff, current.handoff, _HANDOFF),
    ):
        single = {field: getattr(new, field) for field in fields if f"{name}.{field}" in paths}
        if name in paths:
            changed[name] = new
        elif single:
            changed[name] = replace(old, **single)
    return changed


def check(agent: Agent) -> None:
    """Raises InvalidInput with a violation for each field that breaks a rule which the protos cannot declare."""
    violations = tuple(FieldViolation(f"agent.{field}", problem) for field, problem in _problems(agent))
    if violations:
        raise InvalidInput(
            "; ".join(f"{v.field}: {v.description}" for v in violations), violations=violations
        )


def _problems(agent: Agent) -> Iterator[tuple[str, str]]:
    if not agent.display_name.strip():
        yield "display_name", "must not be empty"
    if agent.type is AgentType.CUSTOM and not agent.system_prompt.strip():
        yield "system_prompt", "an agent of type CUSTOM needs one"
    for index, example in enumerate(agent.intent_examples):
        if not example.text.strip():
            yield f"intent_examples[{index}].text", "must hold more than white space"
        elif "\0" in example.text:
            yield f"intent_examples[{index}].text", "cannot hold the character U+0000"
    try:
        extraction_properties(agent.extraction_schema)
    except BadSchema as problem:
        yield "extraction_schema", str(problem)


def _voice(value: agent_pb2.AgentVoice) -> VoiceSettings:
    """Voice settings with every default filled in. Raises InvalidInput for a rate that is out of range."""
    default = VoiceSettings()
    rate = value.speaking_rate or default.speaking_rate
    if not 0.5 <= rate <= 2.0:
        raise InvalidInput.field(
            "agent.voice.speaking_rate", f"is {rate:g}; must be from 0.5 to 2.0, or 0 for 1.0"
        )
    silence = (
        value.end_of_utterance_silence.ToMicroseconds() / 1e6
        if value.HasField("end_of_utterance_silence")
        else default.end_of_utterance_silence
    )
    return VoiceSettings(value.voice, rate, silence)
