"""One response of the agent: from the question to the last word that the caller heard.

    TurnEngine -> text -> SentenceSplitter -> sentences (queue of 4) -> Speaker -> the client

A response is a task of the call. When it is cancelled (barge-in) it stops at once; `stopped` then keeps what
was heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from deskbell_server.domain.errors import DeskbellError, Unavailable
from deskbell_server.domain.names import TurnId
from deskbell_server.ports.stores import Clock
from deskbell_server.turn.engine import Question, TurnEngine
from deskbell_server.turn.events import (
    Answer,
    Cited,
    Classified,
    Degraded,
    Finished,
    HandedOver,
    Metrics,
    Recorded,
    Stored,
    Text,
)
from deskbell_server.turn.record import TurnRecord
from deskbell_server.turn.sentences import SentenceSplitter
from deskbell_server.turn.timing import Stopwatch
from deskbell_server.voice.greeting import CachedSpeech
from deskbell_server.voice.messages import (
    CallFault,
    Outcome,
    ResponseCitation,
    ResponseDone,
    ResponseStarted,
    ServerPayload,
    TurnMeasured,
    TurnTold,
)
from deskbell_server.voice.playback import ResponseTrack
from deskbell_server.voice.speaking import Speaker
from deskbell_server.voice.stray import stray_cancellation_fails

SENTENCES_AHEAD = 4
APOLOGY = "I'm sorry, I can't answer that right now. Please try again in a moment."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """The utterance behind a turn: its seconds of audio, and a stopwatch that began at its last voiced
    sample."""

    seconds: float
    watch: Stopwatch


class Response:
    """One response. `run` once; after cancelling its task, `stopped` or nothing."""

    def __init__(
        self,
        number: int,
        question: Question,
        *,
        fixed_text: str | None,
        heard: Heard | None,
        speaker: Speaker,
        speech: CachedSpeech,
        track: ResponseTrack,
        engine: TurnEngine,
        record: TurnRecord,
        clock: Clock,
        tell: Callable[[ServerPayload, TurnId], Awaitable[None]],
        first_audio: Callable[[], Awaitable[None]],
    ) -> None:
        """`fixed_text` is said as it is, without a turn (the greeting). `speech` is what the speaker speaks with."""
        self.number = number
        self.question = question
        self.track = track
        self._fixed_text = fixed_text
        self._heard = heard
        self._speaker = speaker
        self._speech = speech
        self._engine = engine
        self._record = record
        self._clock = clock
        self._tell_turn = tell
        self._first_audio = first_audio
        self._answer = Answer()
        self._metrics = Metrics()
        self._stored = False
        self._watch = heard.watch if heard else Stopwatch(clock)
        self._first_sentence_at: float | None = None
        self._voice_to_voice: float | None = None

    async def run(self) -> None:
        """Answers and speaks. A failure is told to the client and apologised for; only a fault of our own
        raises."""
        await self._tell(ResponseStarted(self.track.id))
        try:
            failure = await self._answer_aloud()
        except* DeskbellError as failed:
            failure = first_of(failed)
        if failure is not None:
            await self._fail(failure)
        await self._done(Outcome.COMPLETED if failure is None else Outcome.FAILED)
        if self._fixed_text is None:
            await self._tell(TurnMeasured(self._measured()))

    async def stopped(self) -> None:
        """After an interruption: tells the client, and keeps what was heard. Raises StoreUnavailable."""
        await self._done(Outcome.INTERRUPTED)

    async def discarded(self) -> None:
        """After the caller went on before anything was heard: tells the client, and corrects the record where
        the turn was already stored. Raises StoreUnavailable."""
        if self._stored:
            await self.keep()
        await self._tell(ResponseDone(self.track.id, Outcome.INTERRUPTED, self._answer.text, "", True))

    async def keep(self) -> None:
        """Keeps what was heard, without telling the client. Raises StoreUnavailable."""
        await self._store(self.track.heard_text(self._clock.monotonic()), estimated=self.track.estimated)

    async def _answer_aloud(self) -> DeskbellError | None:
        """Speaks the answer while it is made. Returns the turn's failure, after what came before it was said;
        raises a group with the speech engine's."""
        sentences: asyncio.Queue[str | None] = asyncio.Queue(SENTENCES_AHEAD)
        async with asyncio.TaskGroup() as group:
            turn = group.create_task(self._make_answer(sentences))
            group.create_task(
                self._speaker.say(self.track, _until_none(sentences), self._tell, self._on_first_audio)
            )
        return turn.result()

    async def _make_answer(self, sentences: asyncio.Queue[str | None]) -> DeskbellError | None:
        """Puts the answer's sentences into the queue, then None. Returns the turn's failure."""
        splitter = SentenceSplitter()
        failure = None
        try:
            if self._fixed_text is not None:
                self._answer.text = self._fixed_text
                await self._store(self._fixed_text, estimated=True)
                await self._put(sentences, splitter.push(self._fixed_text))
            else:
                with stray_cancellation_fails("chat"):
                    await self._run_turn(sentences, splitter)
        except DeskbellError as error:
            failure = error
        # Also of an answer that broke off: its words stand in the transcript, so they are spoken.
        await self._put(sentences, splitter.flush())
        await sentences.put(None)
        return failure

    async def _run_turn(self, sentences: asyncio.Queue[str | None], splitter: SentenceSplitter) -> None:
        async with aclosing(self._engine.answer(self.question, self._answer, self._watch)) as events:
            async for event in events:
                match event:
                    case Text(text):
                        self._speech.caches = self._answer.may_be_spoken_again
                        await self._put(sentences, splitter.push(text))
                    case Cited(citation):
                        await self._tell(ResponseCitation(self.track.id, citation))
                    case Stored():
                        self._stored = True
                    case Finished(_, metrics):
                        self._stored = True
                        self._metrics = metrics
                    case Classified() | Recorded() | HandedOver() | Degraded():
                        await self._tell(TurnTold(event))

    async def _put(self, queue: asyncio.Queue[str | None], sentences: list[str]) -> None:
        if sentences and self._first_sentence_at is None:
            self._first_sentence_at = self._clock.monotonic()
        for sentence in sentences:
            await queue.put(sentence)

    async def _on_first_audio(self) -> None:
        now = self._clock.monotonic()
        if self._first_sentence_at is not None:
            self._watch.add("speak_first", self._first_sentence_at, now)
        if self._heard is not None:
            self._voice_to_voice = now - self._watch.start
        await self._first_audio()

    async def _fail(self, error: DeskbellError) -> None:
        _log.warning("response_failed", reason=error.reason, **error.metadata)
        await self._tell(CallFault(error))
        self._answer.text = (self._answer.text + " " + APOLOGY).strip()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(
                    self._speaker.say(self.track, _only(APOLOGY), self._tell, self._on_first_audio)
                )
        except* DeskbellError as failed:
            _log.warning("apology_failed", reason=first_of(failed).reason)

    async def _done(self, outcome: Outcome) -> None:
        now = self._clock.monotonic()
        completed = outcome is Outcome.COMPLETED
        heard = self._answer.text if completed else self.track.heard_text(now)
        estimated = self.track.estimated
        if not completed or not self._stored:
            await self._store(heard, estimated=estimated)
        await self._tell(ResponseDone(self.track.id, outcome, self._answer.text, heard, estimated))

    async def _store(self, heard: str, *, estimated: bool) -> None:
        question = self.question
        what = (question.tenant, question.conversation, question.turn)
        if self._stored:
            await self._record.correct_heard(*what, self._answer, heard, estimated=estimated)
            return
        await self._record.store(
            *what,
            asked=question.text if self._fixed_text is None else None,
            answer=self._answer,
            heard=heard,
            estimated=estimated,
        )
        self._stored = True

    async def _tell(self, payload: ServerPayload) -> None:
        await self._tell_turn(payload, self.question.turn)

    def _measured(self) -> Metrics:
        return replace(
            self._metrics,
            stages=self._watch.stages,
            voice_to_voice=self._voice_to_voice,
            transcribed_seconds=self._heard.seconds if self._heard else 0.0,
            spoken_characters=len(self._answer.text),
        )


async def _until_none(queue: asyncio.Queue[str | None]) -> AsyncIterator[str]:
    while (sentence := await queue.get()) is not None:
        yield sentence


async def _only(sentence: str) -> AsyncIterator[str]:
    yield sentence


def first_of(group: BaseExceptionGroup[DeskbellError]) -> DeskbellError:
    """The first error in a group, however deeply it is nested."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, DeskbellError) else Unavailable("the call failed")
