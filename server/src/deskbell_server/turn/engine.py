"""The turn: a short list of steps with one state.

    recall      the conversation so far, of the agent only what was heard
    retrieve    the passages that may hold the answer
    reply       the chat engine's answer, streamed, with what supports it
    store       question and answer, once, in one transaction

Before it the tenant's quota is asked, and after it what it cost is counted, however it ended.

Chat and voice run the same list. A turn that is cancelled stores nothing by itself: a voice call then stores what was
heard (`TurnRecord.store`), a chat drops it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.agent import Agent
from deskbell_server.domain.conversation import Channel, HistoryEntry
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.knowledge import Citation, FoundPassage
from deskbell_server.domain.names import ConversationId, TurnId
from deskbell_server.domain.tenant import Tenant
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.ports.engines import Chat, ChatPiece, ChatRequest, ChatSupport, ChatUsage
from deskbell_server.ports.stores import Clock, ConversationStore
from deskbell_server.turn.events import Answer, Cited, Finished, Metrics, Text, TurnEvent
from deskbell_server.turn.prompts import system_prompt
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.timing import Stopwatch

CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """What a turn may use: passages in the prompt, messages of history, and the model's settings."""

    top_k: int
    history_messages: int
    temperature: float
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Question:
    """What the caller asked, where and of whom."""

    tenant: Tenant
    agent: Agent
    conversation: ConversationId
    turn: TurnId
    channel: Channel
    text: str
    principal: Principal


@dataclass(slots=True)
class _State:
    question: Question
    watch: Stopwatch
    answer: Answer
    history: list[HistoryEntry] = field(default_factory=list)
    passages: list[FoundPassage] = field(default_factory=list)
    usage: ChatUsage = field(default_factory=ChatUsage)
    prompt_characters: int = 0


class TurnEngine:
    """Answers questions."""

    def __init__(
        self,
        search: KnowledgeSearch,
        chat: Chat,
        conversations: ConversationStore,
        record: TurnRecord,
        quotas: Quotas,
        clock: Clock,
        limits: TurnLimits,
    ) -> None:
        self._search = search
        self._chat = chat
        self._conversations = conversations
        self._record = record
        self._quotas = quotas
        self._clock = clock
        self._limits = limits

    async def answer(
        self, question: Question, answer: Answer, watch: Stopwatch | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """Runs the steps; the last event is `Finished`, and by then the turn is stored.

        `answer` is filled as the reply grows, so that a caller who stops half-way knows what was said;
        `watch` lets a call count from the caller's last word. Raises ProviderError when the chat engine
        fails, StoreUnavailable when the database does, QuotaExceeded when the tenant has no tokens left. Close
        the iterator (`contextlib.aclosing`) to stop early.
        """
        if question.channel is Channel.VOICE:  # a chat was asked for it when it was opened
            await self._quotas.check_month(question.tenant.id, question.principal, calls=False)
        state = _State(question, watch or Stopwatch(self._clock), answer)
        with state.watch.stage("recall"):
            state.history = await self._conversations.history(
                question.tenant.id, question.conversation, self._limits.history_messages
            )
        with state.watch.stage("retrieve"):
            state.passages = await self._search.search(question.tenant.id, question.text, self._limits.top_k)
        try:
            async with aclosing(self._reply(state)) as events:
                async for event in events:
                    yield event
        finally:
            # Also of a reply that was broken off: the model has worked for it.
            await self._quotas.add_tokens(question.tenant.id, question.principal, _tokens(state))
        with state.watch.stage("store"):
            await self._record.store(
                question.tenant,
                question.conversation,
                question.turn,
                asked=question.text,
                answer=answer,
                # On a call the answer is not yet heard when it is stored.
                estimated=question.channel is Channel.VOICE,
            )
        yield Finished(
            answer,
            Metrics(
                stages=state.watch.stages,
                prompt_tokens=state.usage.prompt_tokens,
                completion_tokens=state.usage.completion_tokens,
            ),
        )

    async def _reply(self, state: _State) -> AsyncGenerator[TurnEvent, None]:
        question = state.question
        request = ChatRequest(
            system=system_prompt(
                question.tenant, question.agent, question.channel, state.passages, self._clock.now()
            ),
            history=state.history,
            question=question.text,
            passages=state.passages,
            temperature=self._limits.temperature,
            max_tokens=self._limits.max_tokens,
        )
        state.prompt_characters = sum(
            map(len, (request.system, request.question, *(entry.text for entry in state.history)))
        )
        began = self._clock.monotonic()
        first = True
        async with aclosing(self._chat.stream(request)) as pieces:
            async for piece in pieces:
                if first and piece.text:
                    state.watch.add("generate_first", began)
                    first = False
                for event in self._take(state, piece):
                    yield event
        state.watch.add("generate", began)

    @staticmethod
    def _take(state: _State, piece: ChatPiece) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        position = len(state.answer.text)
        if piece.text:
            state.answer.text += piece.text
            events.append(Text(piece.text))
        if piece.support:
            citation = _citation(piece.support, position, len(state.answer.text))
            state.answer.citations.append(citation)
            events.append(Cited(citation))
        if piece.usage:
            state.usage = piece.usage
        return events


def _tokens(state: _State) -> int:
    """What a reply cost; where the engine has not said, as of one that was broken off, a token for four characters,
    the rule of thumb for English."""
    told = state.usage.prompt_tokens + state.usage.completion_tokens
    if told or state.prompt_characters == 0:
        return told
    return (state.prompt_characters + len(state.answer.text)) // CHARACTERS_A_TOKEN


def _citation(support: ChatSupport, text_start: int, text_end: int) -> Citation:
    found = support.passage
    offset = found.passage.start
    return Citation(
        text_start=text_start,
        text_end=text_end,
        document=found.document,
        title=found.title,
        passage_index=found.passage.index,
        start=support.start,
        end=support.end,
        quote=found.passage.text[support.start - offset : support.end - offset],
    )
