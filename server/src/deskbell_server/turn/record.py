"""Keeps what was said: each turn once, whatever is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from deskbell_server.domain.conversation import Message, Speaker
from deskbell_server.domain.errors import NotFound
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import ConversationId, TenantId, TurnId
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.stores import Clock, ConversationStore
from deskbell_server.privacy.redaction import Redacted, redact
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.turn.events import Answer

_log = structlog.get_logger(__name__)


class TurnRecord:
    """Stores turns, without the personal data that the tenant does not want kept. Storing one again changes
    nothing. All methods raise StoreUnavailable."""

    def __init__(self, conversations: ConversationStore, clock: Clock) -> None:
        self._conversations = conversations
        self._clock = clock

    async def store(
        self,
        tenant: Tenant,
        conversation: ConversationId,
        turn: TurnId,
        *,
        asked: str | None,
        answer: Answer,
        heard: str | None = None,
        estimated: bool = False,
    ) -> None:
        """As `store_strictly`, and does nothing where there is nothing to keep it in: the caller, or the tenant, has
        been erased."""
        try:
            await self.store_strictly(
                tenant, conversation, turn, asked=asked, answer=answer, heard=heard, estimated=estimated
            )
        except NotFound:
            _log.info("turn_not_kept", tenant=tenant.id)

    async def store_strictly(
        self,
        tenant: Tenant,
        conversation: ConversationId,
        turn: TurnId,
        *,
        asked: str | None,
        answer: Answer,
        heard: str | None = None,
        estimated: bool = False,
    ) -> None:
        """Stores the caller's words (None for a greeting, which answers nothing) and the agent's, and what the turn was
        about. Of a turn that is stored already only `heard` is corrected. Raises NotFound.

        `heard` is what the caller heard of the answer, the whole of it if None; `estimated` says that the
        client did not tell.
        """
        messages: list[Message] = []
        if asked is not None:
            words = _redacted(tenant, asked, ()).text
            messages.append(self._message(turn, Speaker.CALLER, words, words, (), estimated=False))
        if answer.text:
            whole = _redacted(tenant, answer.text, answer.citations)
            heard_words = whole.text if heard is None else _redacted(tenant, heard, answer.citations).text
            citations = tuple(
                replace(
                    citation,
                    text_start=whole.moved(citation.text_start),
                    text_end=whole.moved(citation.text_end),
                )
                for citation in answer.citations
            )
            messages.append(
                self._message(turn, Speaker.AGENT, whole.text, heard_words, citations, estimated=estimated)
            )
        new = await self._conversations.store_turn(tenant.id, conversation, turn, messages, answer.memory())
        if not new and heard is not None:
            await self.correct_heard(tenant, conversation, turn, answer, heard, estimated=estimated)

    async def correct_heard(
        self,
        tenant: Tenant,
        conversation: ConversationId,
        turn: TurnId,
        answer: Answer,
        heard: str,
        *,
        estimated: bool,
    ) -> None:
        """Says better what the caller heard of a stored turn."""
        words = _redacted(tenant, heard, answer.citations).text
        await self._conversations.set_heard(tenant.id, conversation, turn, words, estimated=estimated)

    async def is_kept(self, tenant: TenantId, conversation: ConversationId) -> bool:
        """Whether the conversation is still there: its caller may have been erased."""
        try:
            await self._conversations.get(tenant, conversation)
        except NotFound:
            return False
        return True

    def _message(
        self,
        turn: TurnId,
        speaker: Speaker,
        text: str,
        heard: str,
        citations: tuple[Citation, ...],
        *,
        estimated: bool,
    ) -> Message:
        # The store gives the index.
        return Message(0, turn, speaker, text, heard, estimated, citations, self._clock.now())


def _redacted(tenant: Tenant, text: str, citations: Sequence[Citation]) -> Redacted:
    """What the tenant's own documents say is published, and stays."""
    return redact(
        text,
        tenant.redaction,
        region=region_of_time_zone(tenant.time_zone),
        published=[citation.quote for citation in citations],
    )
