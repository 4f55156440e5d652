"""Writes an answer down as it is streamed: what an engine cites is said as it comes, the rest is checked first."""

from __future__ import annotations

import structlog

from deskbell_server.domain.conversation import Channel, Speaker
from deskbell_server.domain.knowledge import Citation
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.engines import ChatPiece, ChatSupport
from deskbell_server.turn.checking.form import spoken, written
from deskbell_server.turn.checking.grounding import Checked, Checker, Verdict
from deskbell_server.turn.events import Cited, Text, TurnEvent
from deskbell_server.turn.offers import CALL_BACK, REFUSAL, is_refusal
from deskbell_server.turn.state import TurnState

FILLER = "One moment, please."
"""Said while the model thinks."""
MOST_SENTENCES = {Channel.VOICE: 3, Channel.CHAT: 8}
"""A listener cannot skim. What a model says beyond that is not waited for."""
NO_LIMIT = 1000
"""Of sentences: they are counted here."""
_log = structlog.get_logger(__name__)


class Writer:
    """One answer. A sentence that no passage supports is withheld; an answer of which nothing is left is a refusal."""

    def __init__(self, state: TurnState, metrics: TurnMetrics, *, cites: bool) -> None:
        """`cites`: the engine says itself what supports its words, which are the documents' own."""
        self._state = state
        self._metrics = metrics
        self._checker = None if cites else _checker(state)
        self._sentences = 0
        self._withheld = 0

    @property
    def enough(self) -> bool:
        """Whether the answer is as long as it may be."""
        return self._sentences >= MOST_SENTENCES[self._state.question.channel]

    def take(self, piece: ChatPiece) -> list[TurnEvent]:
        """What a piece adds to the answer."""
        answer = self._state.answer
        if piece.usage:
            answer.prompt_tokens += piece.usage.prompt_tokens
            answer.completion_tokens += piece.usage.completion_tokens
        if self._checker is not None:
            return self._checked(self._checker.feed(piece.text))
        return self._cited(piece)

    def finish(self) -> list[TurnEvent]:
        """What is left, and what became of the turn."""
        state, answer = self._state, self._state.answer
        events: list[TurnEvent] = []
        if self._checker is not None and not self.enough:
            events = self._checked(self._checker.finish())
        nothing = answer.text.strip() in {"", FILLER}
        if not answer.citations and (self._withheld or nothing):
            events += admit_not_knowing(state)
        elif answer.citations:
            answer.outcome = TurnOutcome.ANSWERED
        elif is_refusal(answer.text):
            answer.outcome = TurnOutcome.REFUSED
        else:
            answer.outcome = TurnOutcome.CHATTED
        return events

    def _cited(self, piece: ChatPiece) -> list[TurnEvent]:
        answer = self._state.answer
        position = len(answer.text)
        events: list[TurnEvent] = []
        told = piece.text
        if self._state.step is not None:
            # The dialogue goes on with a question of its own: one at a time.
            told = told.replace(CALL_BACK, "").rstrip() if CALL_BACK in told else told
        text = self._formed(told)
        if text:
            answer.text += text
            events.append(Text(text))
        if piece.support:
            events.append(self._cite(piece.support, position))
        return events

    def _formed(self, text: str) -> str:
        """The words in the channel's form, with the white space around them."""
        bare = text.strip()
        if not bare:
            return text
        language = self._state.answer.language or "en"
        voice = self._state.question.channel is Channel.VOICE
        formed = spoken(bare, language, most=NO_LIMIT) if voice else written(bare)
        return text.replace(bare, formed, 1) if formed else ""

    def _checked(self, sentences: list[Checked]) -> list[TurnEvent]:
        answer = self._state.answer
        events: list[TurnEvent] = []
        for sentence in sentences:
            if self.enough:
                break
            if sentence.verdict is Verdict.UNSUPPORTED:
                self._withheld += 1
                self._metrics.withheld()
                _log.info("sentence_withheld", tenant=self._state.question.tenant.id, lack=sentence.lack)
                continue
            self._sentences += 1
            position = len(answer.text)
            text = self._formed(sentence.text)
            answer.text += text
            events.append(Text(text))
            for support in sentence.support:
                events.append(self._cite(ChatSupport(support.passage, support.start, support.end), position))
        return events

    def _cite(self, support: ChatSupport, position: int) -> Cited:
        answer = self._state.answer
        citation = citation_of(support, position, len(answer.text.rstrip()))
        answer.citations.append(citation)
        return Cited(citation)


def admit_not_knowing(state: TurnState) -> list[TurnEvent]:
    """Says that there is no answer."""
    text = f" {REFUSAL}" if state.answer.text and not state.answer.text.endswith(" ") else REFUSAL
    state.answer.text += text
    state.answer.outcome = TurnOutcome.REFUSED
    return [Text(text)]


def citation_of(support: ChatSupport, text_start: int, text_end: int) -> Citation:
    """What supports characters of the answer."""
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


def _checker(state: TurnState) -> Checker:
    question = state.question
    said = [entry.text for entry in state.history if entry.speaker is Speaker.CALLER]
    return Checker(
        state.passages,
        question=state.asked,
        said=[*said, question.text],
        known=[question.tenant.display_name, question.agent.greeting, question.agent.display_name],
        language=state.answer.language or "en",
    )
