"""Keeps what was said: each turn once, whatever is tried again."""

from __future__ import annotations

from deskbell_server.domain.conversation import Message, Speaker
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.names import ConversationId, TenantId, TurnId
from deskbell_server.ports.stores import Clock, ConversationStore
from deskbell_server.turn.events import Answer


class TurnRecord:
    """Stores turns. Storing one again changes nothing. All methods raise StoreUnavailable."""

    def __init__(self, conversations: ConversationStore, clock: Clock) -> None:
        self._conversations = conversations
        self._clock = clock

    async def store(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        turn: TurnId,
        *,
        asked: str | None,
        answer: Answer,
        heard: str | None = None,
        estimated: bool = False,
    ) -> None:
        """Stores the caller's words (None for a greeting, which answers nothing) and the agent's.

        `heard` is what the caller heard of the answer, the whole of it if None; `estimated` says that the
        client did not tell.
        """
        messages: list[Message] = []
        if asked is not None:
            messages.append(self._message(turn, Speaker.CALLER, asked, asked, (), estimated=False))
        if answer.text:
            heard = answer.text if heard is None else heard
            citations = tuple(answer.citations)
            messages.append(
                self._message(turn, Speaker.AGENT, answer.text, heard, citations, estimated=estimated)
            )
        await self._conversations.store_turn(tenant, conversation, turn, messages)

    async def correct_heard(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, heard: str, *, estimated: bool
    ) -> None:
        """Says better what the caller heard of a stored turn."""
        await self._conversations.set_heard(tenant, conversation, turn, heard, estimated=estimated)

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
