"""Step `reply`: the chat engine's answer, streamed, checked sentence by sentence, with what supports it.

While no word has come the ladder of graph.DEGRADATION is climbed: a smaller model, a filler, one more try.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.engines import Chat, ChatPiece, ChatRequest, ModelSize, ToolCall
from deskbell_server.ports.stores import Clock
from deskbell_server.turn.dialogues.routing import Dialogues
from deskbell_server.turn.events import Text, TurnEvent
from deskbell_server.turn.handing_over import hand_over
from deskbell_server.turn.prompts import CHARACTERS_A_TOKEN, system_prompt
from deskbell_server.turn.state import TurnState
from deskbell_server.turn.steps.caching import Nearest
from deskbell_server.turn.steps.conversing import Converse
from deskbell_server.turn.tidying import tidy
from deskbell_server.turn.tools import TOOLS, Begin, HandOver, understood
from deskbell_server.turn.writing import FILLER, Writer, admit_not_knowing

SMALLER_AT = 0.6
"""The share of the budget after which a smaller model is asked instead."""
SPOKEN = 2


class Reply:
    """Generates answers."""

    def __init__(
        self,
        chat: Chat,
        dialogues: Dialogues,
        converse: Converse,
        nearest: Nearest,
        metrics: TurnMetrics,
        clock: Clock,
        temperature: float,
        max_tokens: int,
    ) -> None:
        self._chat = chat
        self._nearest = nearest
        self._metrics = metrics
        self._dialogues = dialogues
        self._converse = converse
        self._clock = clock
        self._temperature = temperature
        self._max_tokens = max_tokens

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """Raises ProviderError when nothing is left to try; what came before that stays said."""
        requests = self._requests(state)
        request = requests[0]
        state.prompt_characters = sum(
            map(len, (request.system, request.question, *(entry.text for entry in request.history)))
        )
        writer = Writer(state, self._metrics, cites=self._chat.cites)
        began = self._clock.monotonic()
        first = True
        call: ToolCall | None = None
        try:
            async with aclosing(self._all_pieces(state, requests)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, ChatPiece):
                        if piece.call is not None and not state.answer.citations:
                            call = piece.call
                            break
                        if first and piece.text:
                            state.watch.add("generate_first", began)
                            first = False
                        for event in writer.take(piece):
                            yield event
                        if writer.enough:
                            break
                    else:
                        yield piece
            if call is None:
                for event in writer.finish():
                    yield event
        finally:
            count_tokens(state)
            state.watch.add("generate", began)
        if call is not None:
            async with aclosing(self._called(state, call)) as events:
                async for event in events:
                    yield event
        state.replied = True

    def _may_call(self, state: TurnState) -> bool:
        free = state.dialogue is None and state.step is None
        return self._chat.calls_tools and state.may_act and free

    async def _called(self, state: TurnState, call: ToolCall) -> AsyncGenerator[TurnEvent, None]:
        """Goes on with the dialogue that the model has asked for."""
        asked = understood(state, call)
        step = None
        if isinstance(asked, Begin):
            step = await self._dialogues.begin(state.question.talk, asked.task, asked.words)
        if isinstance(asked, HandOver):
            for event in hand_over(state, "asked_for_person"):
                yield event
        elif step is None:
            for event in admit_not_knowing(state):
                yield event
        else:
            async with aclosing(self._converse.take(state, step)) as events:
                async for event in events:
                    yield event

    def _request(self, state: TurnState) -> ChatRequest:
        question = state.question
        return ChatRequest(
            system=system_prompt(
                question.tenant,
                question.agent,
                question.channel,
                state.passages,
                self._clock.now(),
                state.answer.language,
            ),
            history=state.history,
            # An extractive answerer takes the words as they are; a model knows what people make of them.
            question=tidy(question.text) if self._chat.cites else question.text,
            passages=state.passages,
            temperature=self._temperature,
            max_tokens=self._max_tokens,
            # In a dialogue, or after one was begun, there is nothing to begin.
            tools=TOOLS if self._may_call(state) else (),
        )

    def _requests(self, state: TurnState) -> list[ChatRequest]:
        """One; of an extractive answerer one for each thing that was asked."""
        whole = self._request(state)
        if not (self._chat.cites and state.parts):
            return [whole]
        return [
            replace(whole, question=part, passages=passages)
            for part, passages in zip(state.parts, state.passages_of_parts, strict=True)
        ]

    async def _all_pieces(
        self, state: TurnState, requests: Sequence[ChatRequest]
    ) -> AsyncGenerator[ChatPiece | TurnEvent, None]:
        for number, request in enumerate(requests):
            if number:
                yield ChatPiece(text=" ")
            async with aclosing(self._pieces(state, request)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _pieces(
        self, state: TurnState, request: ChatRequest
    ) -> AsyncGenerator[ChatPiece | TurnEvent, None]:
        """The pieces of one answer, whichever model gives it, and events of what was done to get it."""
        tries = 0
        while True:
            stream = self._chat.stream(request)
            try:
                async with aclosing(stream):
                    first: ChatPiece | None = None
                    async with _Waiting(stream) as waiting:
                        may_shrink = self._chat.has_smaller and request.size is ModelSize.FULL
                        if may_shrink and not await waiting.done(state.budget.left(SMALLER_AT)):
                            yield state.degrade("generate", "smaller_model", "budget")
                            request = replace(request, size=ModelSize.SMALLER)
                            continue
                        spoken = state.question.channel is Channel.VOICE and FILLER not in state.answer.text
                        if spoken and not await waiting.done(state.budget.left()):
                            yield state.degrade("generate", "filler", "budget")
                            yield self._filler(state)
                        first = await waiting.result()
                    if first is not None:
                        yield first
                        tries = SPOKEN  # words cannot be taken back
                        async for piece in stream:
                            yield piece
                return
            except ProviderError as error:
                if tries == SPOKEN:
                    raise
                if tries or not error.retry_helps:
                    near = await self._nearest.answer(state)
                    action = "cached_near_answer" if near else "apology"
                    yield state.degrade("generate", action, f"provider_{error.kind}")
                    if not near:
                        state.answer.outcome = TurnOutcome.FAILED
                        raise
                    for event in near:
                        yield event
                    return
                tries = 1
                yield state.degrade("generate", "retry", f"provider_{error.kind}")

    def _filler(self, state: TurnState) -> Text:
        text = f"{FILLER} "
        state.answer.text += text
        return Text(text)


class _Waiting:
    """Waits for the first piece of a stream for as long as it takes, in several looks; leaving it stops the wait."""

    def __init__(self, stream: AsyncGenerator[ChatPiece, None]) -> None:
        self._task: asyncio.Task[ChatPiece | None] = asyncio.ensure_future(_first(stream))

    async def __aenter__(self) -> _Waiting:
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.exception()  # taken, if nobody asked for the result

    async def done(self, seconds: float) -> bool:
        """Whether it has come, or failed, within some seconds."""
        await asyncio.wait({self._task}, timeout=seconds)
        return self._task.done()

    async def result(self) -> ChatPiece | None:
        """The piece; None of an empty stream. Raises what the stream raises."""
        return await self._task


async def _first(stream: AsyncGenerator[ChatPiece, None]) -> ChatPiece | None:
    return await anext(stream, None)


def count_tokens(state: TurnState) -> None:
    """Notes what a reply cost; where the engine has not said, as of one that was broken off, a token for four
    characters, the rule of thumb for English."""
    answer = state.answer
    if answer.prompt_tokens + answer.completion_tokens == 0:
        answer.prompt_tokens = state.prompt_characters // CHARACTERS_A_TOKEN
        answer.completion_tokens = len(answer.text) // CHARACTERS_A_TOKEN
