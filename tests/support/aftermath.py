"""What calls leave behind, written past the server: what became of their turns, and knowledge gaps."""

from __future__ import annotations

import uuid
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def keep_outcomes(
    owner: Connection, conversation: uuid.UUID, *outcomes: str, intent: str = "faq"
) -> None:
    """Notes what became of a conversation's turns with words of the caller's, in order."""
    turns = await owner.fetch(
        """
        select tenant_id, turn_id, created_at from messages
        where conversation_id = $1 and speaker = 'caller'
        order by message_index
        """,
        conversation,
    )
    for turn, outcome in zip(turns, outcomes, strict=True):
        await owner.execute(
            """
            insert into turns (
                tenant_id, conversation_id, turn_id, intent, confidence, other_intents, language, outcome, cache,
                handoff_reason, degraded, stages, prompt_tokens, completion_tokens, created_at
            )
            values ($1, $2, $3, $4, 0.9, '{}', 'en', $5, 'miss', '', '[]', '[]', 0, 0, $6)
            on conflict (tenant_id, conversation_id, turn_id) do update set outcome = excluded.outcome
            """,
            turn["tenant_id"],
            conversation,
            turn["turn_id"],
            intent,
            outcome,
            turn["created_at"],
        )


async def a_gap(database: str, tenant: str, question: str = "Do you take dogs?") -> str:
    """The name of a knowledge gap of a tenant that is there."""
    owner = await asyncpg.connect(database, timeout=10)
    gap = uuid.uuid4()
    try:
        await owner.execute(
            """
            insert into knowledge_gaps (
                tenant_id, gap_id, question, question_key, embedding, ask_count, first_asked_at, last_asked_at,
                status, created_at, updated_at
            )
            values ($1, $2, $3, $3, array_fill(0.1, array[384])::halfvec(384), 1, now(), now(), 'open', now(), now())
            """,
            tenant,
            gap,
            question,
        )
    finally:
        await owner.close()
    return f"tenants/{tenant}/knowledgeGaps/{gap}"
