"""Step `recall`: what was before in this conversation."""

from __future__ import annotations

from dataclasses import replace

from deskbell_server.ports.stores import ConversationStore
from deskbell_server.turn.dialogues.state import from_json
from deskbell_server.turn.language import language_of, primary
from deskbell_server.turn.prompts import within_tokens
from deskbell_server.turn.state import TurnState


class Recall:
    """Reads the conversation, the dialogue that goes on, and the version of the knowledge, in one transaction."""

    def __init__(self, conversations: ConversationStore, messages: int, tokens: int) -> None:
        """`messages` and `tokens` bound the history, whichever is less."""
        self._conversations = conversations
        self._messages = messages
        self._tokens = tokens

    async def run(self, state: TurnState) -> None:
        """Raises StoreUnavailable, and NotFound for a conversation that was erased."""
        question = state.question
        context = await self._conversations.context(question.tenant.id, question.conversation, self._messages)
        state.question = replace(question, unfound=context.unfound)
        state.history = within_tokens(context.history, self._tokens)
        state.dialogue, state.dialogue_before = from_json(context.dialogue), context.dialogue
        state.answer.dialogue = state.answer.dialogue_before = context.dialogue
        state.knowledge_version = context.knowledge_version
        state.said_before, state.heard_before = context.said, context.heard
        spoken = context.language or primary(question.tenant.language_code)
        state.answer.language = language_of(question.text, spoken)
