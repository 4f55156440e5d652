"""Rows of `turns`, read."""

from __future__ import annotations

import json

import asyncpg

from deskbell_server.domain.history import StoredTurn
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.names import TurnId
from deskbell_server.domain.turn import CacheResult, Degradation, StageTime, TurnFacts, TurnOutcome


def stored_turn(row: asyncpg.Record) -> StoredTurn:
    """A row of `turns`. Of further intents the probability is not kept, and 0 here."""
    first = ScoredIntent(IntentKind(row["intent"]), row["confidence"])
    facts = TurnFacts(
        intents=(first, *(ScoredIntent(IntentKind(kind), 0.0) for kind in row["other_intents"])),
        language=row["language"],
        outcome=TurnOutcome(row["outcome"]),
        cache=CacheResult(row["cache"]),
        handoff_reason=row["handoff_reason"],
        degraded=tuple(
            Degradation(step["step"], step["action"], step["reason"]) for step in json.loads(row["degraded"])
        ),
        stages=tuple(
            StageTime(stage["stage"], stage["start"] / 1000, stage["duration"] / 1000)
            for stage in json.loads(row["stages"])
        ),
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
    )
    return StoredTurn(TurnId(row["turn_id"]), facts, row["created_at"])
