"""Whose turn it is: the state machine of a call, without I/O and without a clock.

    caller:  SILENT <-> SPEAKING                     (the endpointer's)
    agent:   IDLE -> TRANSCRIBING -> RESPONDING -> IDLE
                          |               |  not yet heard: the caller went on, the work is thrown away
                          |               |  heard: the caller interrupts
                          +---------------+---> IDLE

`CallMachine` takes inputs one at a time and returns the commands that follow; whoever runs it (session.py)
carries them out in order and reports back with further inputs. Utterances and responses are numbered, so that
a report on one that was given up meanwhile is recognised and ignored.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.voice.endpointing import Began, Ended, Endpointer
from deskbell_server.voice.messages import DecisionKind, EndReason

MAX_UTTERANCE_SECONDS = 60.0
_MAX_UTTERANCE = int(MAX_UTTERANCE_SECONDS * ENGINE_RATE)
LEAD_IN = int(0.3 * ENGINE_RATE)
"""Audio before the first voiced window that belongs to the utterance: a soft consonant has little energy."""
LEAD_OUT = int(0.2 * ENGINE_RATE)
MAX_WAITING = 8
"""Utterances that may wait while the agent is busy; more are dropped, the oldest first."""
MIN_PUSH_TO_TALK = int(0.1 * ENGINE_RATE)


class Agent(StrEnum):
    """What the agent is doing."""

    IDLE = "idle"
    TRANSCRIBING = "transcribing"
    RESPONDING = "responding"


# ---- inputs


@dataclass(frozen=True, slots=True)
class Window:
    """The speech probability of the window that ends at sample `end`."""

    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class ButtonReleased:
    """Push-to-talk: the utterance ends at sample `at`."""

    at: int


@dataclass(frozen=True, slots=True)
class Written:
    """The caller wrote something."""

    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """An utterance was transcribed; an empty text means that nothing was understood."""

    utterance: int
    text: str


@dataclass(frozen=True, slots=True)
class Audible:
    """The first audio of a response was sent."""

    response: int


@dataclass(frozen=True, slots=True)
class Responded:
    """A response ended by itself, said or failed."""

    response: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The caller tapped to interrupt."""


@dataclass(frozen=True, slots=True)
class Closing:
    """No more input comes; finish, then end for this reason. `at` is the last sample."""

    reason: EndReason
    at: int


Input = Window | ButtonReleased | Written | Understood | Audible | Responded | Cancelled | Closing


# ---- commands


@dataclass(frozen=True, slots=True)
class TellSpeech:
    """Tell the client that the caller began or ceased to speak, at a sample."""

    began: bool
    at: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the client a decision; silence in samples."""

    kind: DecisionKind
    reason: str
    silence: int = 0


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Transcribe samples `start` to `end`; `last_voiced` is where the voice ended."""

    utterance: int
    start: int
    end: int
    last_voiced: int


@dataclass(frozen=True, slots=True)
class DropTranscription:
    """Give up the transcription that is going on."""


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer a question, as a new turn. `utterance` is None for a written one."""

    response: int
    text: str
    utterance: int | None


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop the response; what was heard of it stays."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Stop the response, of which nothing was heard: the question was not finished."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The call is over."""

    reason: EndReason


Command = TellSpeech | Tell | Transcribe | DropTranscription | Respond | Interrupt | Discard | Finish


@dataclass(frozen=True, slots=True)
class _Utterance:
    number: int
    start: int
    end: int
    last_voiced: int


class CallMachine:
    """The turn-taking of one call."""

    def __init__(self, end_silence: float, *, push_to_talk: bool, greeting: bool) -> None:
        """`greeting`: the call begins with response number 0, which is already being said."""
        # With push-to-talk only the button ends an utterance; a silence cannot.
        self._endpointer = Endpointer(
            MAX_UTTERANCE_SECONDS if push_to_talk else end_silence, MAX_UTTERANCE_SECONDS
        )
        self._push_to_talk = push_to_talk
        self.agent = Agent.RESPONDING if greeting else Agent.IDLE
        self._audible = greeting
        self._utterance: _Utterance | None = None
        """What the agent is transcribing or answering."""
        self._waiting: deque[_Utterance | str] = deque(maxlen=MAX_WAITING)
        self._carried_start: int | None = None
        """Where the utterance really began, when the caller went on after a pause."""
        self._utterance_count = 0
        self._response_count = 0
        self._last_end = 0
        self._closing: EndReason | None = None
        self.finished = False

    @property
    def quiet(self) -> bool:
        """Whether nobody speaks and nothing is being worked on."""
        return self.agent is Agent.IDLE and not self._endpointer.speaking

    def receive(self, event: Input) -> list[Command]:
        """Takes one input, returns what follows from it, in order."""
        if self.finished or (self._closing and isinstance(event, Window | ButtonReleased | Written)):
            return []  # once the call is closing the caller has said the last word
        match event:
            case Window():
                return self._window(event)
            case ButtonReleased():
                return self._button(event)
            case Written():
                return self._written(event)
            case Understood():
                return self._understood(event)
            case Audible():
                return self._became_audible(event)
            case Responded():
                return self._responded(event)
            case Cancelled():
                return self._cancelled()
            case Closing():
                return self._close(event)

    # ---- the caller

    def _window(self, event: Window) -> list[Command]:
        match self._endpointer.window(event.end, event.probability):
            case Began() as began:
                return self._began(began)
            case Ended() as ended:
                return self._ended(ended)
        return []

    def _began(self, began: Began) -> list[Command]:
        commands: list[Command] = [TellSpeech(began=True, at=began.start)]
        current = self._utterance
        extends = current is not None and began.start - current.start < _MAX_UTTERANCE
        if current is not None and extends and not self._audible:
            # Nothing was heard yet: the caller had only paused, and what comes now belongs to the same
            # utterance.
            commands.append(DropTranscription() if self.agent is Agent.TRANSCRIBING else Discard())
            commands.append(Tell(DecisionKind.RESUMED, "caller_went_on"))
            self._idle()
            self._carried_start = current.start
        elif self.agent is Agent.RESPONDING:
            commands.append(Interrupt())
            self._idle()
        return commands

    def _ended(self, ended: Ended) -> list[Command]:
        start = max(ended.start - LEAD_IN, self._last_end)
        if self._carried_start is not None:
            start, self._carried_start = self._carried_start, None
        end = ended.last_voiced + min(LEAD_OUT, ended.silence)
        return [
            TellSpeech(began=False, at=ended.last_voiced),
            *self._finished(start, end, ended.last_voiced, ended.reason, ended.silence),
        ]

    def _button(self, event: ButtonReleased) -> list[Command]:
        ended = self._endpointer.close(event.at, "push_to_talk")
        if ended is not None:
            return self._ended(ended)
        if not self._push_to_talk or event.at - self._last_end < MIN_PUSH_TO_TALK:
            return []
        # The detector heard no voice; the button says that there is one.
        start = max(self._last_end, event.at - _MAX_UTTERANCE)
        return self._finished(start, event.at, event.at, "push_to_talk", 0)

    def _finished(self, start: int, end: int, last_voiced: int, reason: str, silence: int) -> list[Command]:
        self._utterance_count += 1
        self._last_end = end
        utterance = _Utterance(self._utterance_count, start, end, last_voiced)
        tell = Tell(DecisionKind.FINAL, reason, silence)
        if self.agent is not Agent.IDLE:
            self._waiting.append(utterance)
            return [tell]
        return [tell, *self._take(utterance)]

    def _written(self, event: Written) -> list[Command]:
        commands: list[Command] = [Tell(DecisionKind.FINAL, "text")]
        if self.agent is Agent.RESPONDING and self._audible:
            commands.append(Interrupt())
            self._idle()
        if self.agent is not Agent.IDLE:
            self._waiting.append(event.text)
            return commands
        return [*commands, *self._take(event.text)]

    def _cancelled(self) -> list[Command]:
        if self.agent is not Agent.RESPONDING:
            return []
        self._idle()
        return [Interrupt(), *self._next()]

    def _close(self, event: Closing) -> list[Command]:
        if self._closing is not None:
            return []
        self._closing = event.reason
        ended = self._endpointer.close(event.at, "input_closed")
        commands = self._ended(ended) if ended else []
        if self.agent is Agent.IDLE:
            commands += self._next()
        return commands

    # ---- the agent

    def _understood(self, event: Understood) -> list[Command]:
        current = self._utterance
        if self.agent is not Agent.TRANSCRIBING or current is None or current.number != event.utterance:
            return []
        if not event.text:
            self._idle()
            return self._next()
        return self._answer(event.text, event.utterance)

    def _became_audible(self, event: Audible) -> list[Command]:
        if self.agent is Agent.RESPONDING and event.response == self._response_count:
            self._audible = True
        return []

    def _responded(self, event: Responded) -> list[Command]:
        if self.agent is not Agent.RESPONDING or event.response != self._response_count:
            return []
        self._idle()
        return self._next()

    def _answer(self, text: str, utterance: int | None) -> list[Command]:
        self.agent = Agent.RESPONDING
        self._audible = False
        self._response_count += 1
        return [Respond(self._response_count, text, utterance)]

    def _take(self, what: _Utterance | str) -> list[Command]:
        if isinstance(what, str):
            return self._answer(what, None)
        self.agent = Agent.TRANSCRIBING
        self._utterance = what
        return [Transcribe(what.number, what.start, what.end, what.last_voiced)]

    def _idle(self) -> None:
        self.agent = Agent.IDLE
        self._audible = False
        self._utterance = None

    def _next(self) -> list[Command]:
        """What to do now that the agent is idle."""
        if self._waiting:
            return self._take(self._waiting.popleft())
        if self._closing is not None and not self._endpointer.speaking:
            self.finished = True
            return [Finish(self._closing)]
        return []
