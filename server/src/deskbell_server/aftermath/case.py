"""A conversation that is over, put in order: who asked what, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deskbell_server.aftermath.language import detected
from deskbell_server.domain.conversation import Message, Speaker
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.names import TurnId
from deskbell_server.domain.tenant import Tenant
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.ports.aftermath import Material, TurnRow

_REFUSAL = re.compile(
    r"\b(?:i (?:do not|don't) (?:know|have)|i'?m (?:afraid|sorry)|i am (?:afraid|sorry)|no information"
    r"|(?:can(?:no|')t|unable to) (?:find|answer|say|help))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the caller said in a turn ("" in the greeting's), and what of the answer was heard."""

    turn: TurnId
    asked: str
    answered: str
    outcome: TurnOutcome
    intent: IntentKind | None
    language: str
    asked_at: datetime
    handoff_reason: str = ""

    @property
    def is_english(self) -> bool:
        return self.language.lower().replace("_", "-").split("-")[0] == "en"


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation with what its report is made from."""

    tenant: Tenant
    material: Material
    exchanges: tuple[Exchange, ...]

    @property
    def said(self) -> list[str]:
        """The caller's words, message by message."""
        return [exchange.asked for exchange in self.exchanges if exchange.asked]

    def of(self, *outcomes: TurnOutcome) -> list[Exchange]:
        """What the caller said that had one of these outcomes."""
        return [each for each in self.exchanges if each.asked and each.outcome in outcomes]


def case_of(tenant: Tenant, material: Material) -> Case:
    """Puts a conversation in order. Takes some milliseconds, where the language has to be told."""
    rows = {row.turn: row for row in material.turns}
    default = tenant.language_code or "en"
    exchanges = [
        _exchange(turn, list(messages), rows.get(turn), default)
        for turn, messages in _by_turn(material.messages)
    ]
    return Case(tenant, material, tuple(exchanges))


def _by_turn(messages: Iterable[Message]) -> list[tuple[TurnId, list[Message]]]:
    turns: dict[TurnId, list[Message]] = {}
    for message in messages:
        turns.setdefault(message.turn, []).append(message)
    return list(turns.items())


def _exchange(turn: TurnId, messages: list[Message], row: TurnRow | None, default: str) -> Exchange:
    asked = " ".join(m.text.strip() for m in messages if m.speaker is Speaker.CALLER)
    replies = [m for m in messages if m.speaker is Speaker.AGENT]
    answered = " ".join(m.heard_text.strip() for m in replies)
    if row is not None:
        outcome, intent, language, reason = row.outcome, row.intent, row.language, row.handoff_reason
    else:
        # A turn of which nothing but its words was kept.
        outcome, intent, reason = _outcome(replies), None, ""
        language = detected(asked) or default
    return Exchange(turn, asked, answered, outcome, intent, language, messages[0].created_at, reason)


def _outcome(replies: list[Message]) -> TurnOutcome:
    if any(reply.citations for reply in replies):
        return TurnOutcome.ANSWERED
    if any(_REFUSAL.search(reply.text.replace("\u2019", "'")) for reply in replies):
        return TurnOutcome.REFUSED
    return TurnOutcome.CHATTED
