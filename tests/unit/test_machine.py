"""Whose turn it is."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from deskbell_server.voice import machine as m
from deskbell_server.voice.endpointing import WINDOW
from deskbell_server.voice.messages import DecisionKind, EndReason

END_SILENCE = 0.32


class Script:
    """Plays windows to a machine and collects its commands."""

    def __init__(self, *, push_to_talk: bool = False, greeting: bool = False) -> None:
        self.machine = m.CallMachine(END_SILENCE, push_to_talk=push_to_talk, greeting=greeting)
        self.windows = 0

    @property
    def at(self) -> int:
        return self.windows * WINDOW

    def hear(self, pattern: str) -> list[m.Command]:
        commands: list[m.Command] = []
        for sign in pattern:
            self.windows += 1
            commands += self.machine.receive(m.Window(self.at, 0.9 if sign == "#" else 0.0))
        return commands

    def question(self) -> m.Transcribe:
        """The caller says something; returns what is to be transcribed."""
        return next(c for c in self.hear("." * 12 + "#####" + "." * 12) if isinstance(c, m.Transcribe))

    def answered(self) -> m.Respond:
        """The caller says something and is understood; returns the answer that begins."""
        utterance = self.question().utterance
        (respond,) = self.machine.receive(m.Understood(utterance, "when are you open?"))
        assert isinstance(respond, m.Respond)
        return respond


def kinds(commands: list[m.Command]) -> list[type]:
    return [type(command) for command in commands]


def test_a_question_is_transcribed_answered_and_done() -> None:
    script = Script()
    commands = script.hear("...#####" + "." * 12)
    assert kinds(commands) == [m.TellSpeech, m.TellSpeech, m.Tell, m.Transcribe]
    assert commands[2] == m.Tell(DecisionKind.FINAL, "silence", 10 * WINDOW)
    transcribe = commands[3]
    assert isinstance(transcribe, m.Transcribe)
    assert transcribe.start == 0, "the lead-in reaches back, but not before the audio's beginning"
    assert transcribe.last_voiced == 8 * WINDOW
    assert transcribe.end == transcribe.last_voiced + m.LEAD_OUT
    (respond,) = script.machine.receive(m.Understood(transcribe.utterance, "hello?"))
    assert respond == m.Respond(1, "hello?", transcribe.utterance)
    assert script.machine.receive(m.Responded(1)) == []
    assert script.machine.quiet


def test_what_was_not_understood_is_not_answered() -> None:
    script = Script()
    assert script.machine.receive(m.Understood(script.question().utterance, "")) == []
    assert script.machine.quiet


def test_speech_over_the_heard_answer_interrupts_it() -> None:
    script = Script()
    respond = script.answered()
    script.machine.receive(m.Audible(respond.response))
    assert kinds(script.hear("####")) == [m.TellSpeech, m.Interrupt]
    assert script.machine.receive(m.Responded(respond.response)) == [], "it was given up already"


def test_going_on_before_the_answer_is_heard_extends_the_utterance() -> None:
    script = Script()
    first = script.question()
    script.machine.receive(m.Understood(first.utterance, "when are you"))
    commands = script.hear("####")
    assert kinds(commands) == [m.TellSpeech, m.Discard, m.Tell]
    assert commands[2] == m.Tell(DecisionKind.RESUMED, "caller_went_on")
    again = script.hear("." * 12)[-1]
    assert isinstance(again, m.Transcribe)
    assert again.start == first.start
    assert again.utterance != first.utterance


def test_going_on_during_transcription_drops_it() -> None:
    script = Script()
    first = script.question()
    assert kinds(script.hear("####")) == [m.TellSpeech, m.DropTranscription, m.Tell]
    assert script.machine.receive(m.Understood(first.utterance, "late")) == []


def test_the_greeting_can_be_interrupted() -> None:
    script = Script(greeting=True)
    assert kinds(script.hear("...####")) == [m.TellSpeech, m.Interrupt]


def test_a_written_answer_not_yet_heard_is_interrupted_by_speech() -> None:
    script = Script()
    script.machine.receive(m.Written("hello"))
    assert kinds(script.hear("####")) == [m.TellSpeech, m.Interrupt]


def test_words_written_while_the_agent_is_busy_wait_their_turn() -> None:
    script = Script()
    transcribe = script.question()
    assert kinds(script.machine.receive(m.Written("and on Sunday?"))) == [m.Tell]
    script.machine.receive(m.Understood(transcribe.utterance, "hello"))
    (respond,) = script.machine.receive(m.Responded(1))
    assert respond == m.Respond(2, "and on Sunday?", None)


def test_push_to_talk_ends_at_the_button_and_not_at_a_silence() -> None:
    script = Script(push_to_talk=True)
    assert kinds(script.hear("####" + "." * 60)) == [m.TellSpeech]
    commands = script.machine.receive(m.ButtonReleased(script.at))
    assert kinds(commands) == [m.TellSpeech, m.Tell, m.Transcribe]


def test_push_to_talk_takes_what_the_detector_did_not_hear() -> None:
    script = Script(push_to_talk=True)
    script.hear("." * 20)
    commands = script.machine.receive(m.ButtonReleased(script.at))
    assert kinds(commands) == [m.Tell, m.Transcribe]
    assert script.machine.receive(m.ButtonReleased(script.at)) == [], "there is nothing new"


def test_a_tap_stops_the_answer() -> None:
    script = Script()
    script.answered()
    assert script.machine.receive(m.Cancelled()) == [m.Interrupt()]
    assert script.machine.receive(m.Cancelled()) == []


def test_closing_finishes_what_was_begun() -> None:
    script = Script()
    script.hear("...#####")
    commands = script.machine.receive(m.Closing(EndReason.INPUT_CLOSED, script.at))
    assert kinds(commands) == [m.TellSpeech, m.Tell, m.Transcribe]
    assert script.hear("#####") == [], "the caller has said the last word"
    (respond,) = script.machine.receive(m.Understood(1, "bye"))
    assert isinstance(respond, m.Respond)
    assert script.machine.receive(m.Responded(1)) == [m.Finish(EndReason.INPUT_CLOSED)]


def test_closing_a_quiet_call_ends_it_at_once_and_only_once() -> None:
    script = Script()
    assert script.machine.receive(m.Closing(EndReason.CALLER_ENDED, 0)) == [m.Finish(EndReason.CALLER_ENDED)]
    assert script.machine.receive(m.Closing(EndReason.TOO_LONG, 0)) == []


def test_an_utterance_never_reaches_back_into_the_one_before() -> None:
    script = Script()
    first = script.question()
    script.machine.receive(m.Understood(first.utterance, ""))
    second = next(c for c in script.hear("####" + "." * 12) if isinstance(c, m.Transcribe))
    assert second.start >= first.end


class CallModel(RuleBasedStateMachine):
    """Any order of events: the machine never runs two things at once and always comes to an end."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script()
        self.transcribing: int | None = None
        self.responding: int | None = None
        self.finished = False

    def apply(self, commands: list[m.Command]) -> None:
        for command in commands:
            assert not self.finished, "nothing comes after the end"
            match command:
                case m.Transcribe(utterance, start, end, last_voiced):
                    assert self.transcribing is None
                    assert self.responding is None
                    assert 0 <= start <= last_voiced <= end
                    self.transcribing = utterance
                case m.DropTranscription():
                    assert self.transcribing is not None
                    self.transcribing = None
                case m.Respond(response, text, _):
                    assert self.responding is None
                    assert text
                    self.transcribing = None
                    self.responding = response
                case m.Interrupt() | m.Discard():
                    assert self.responding is not None
                    self.responding = None
                case m.Finish():
                    assert self.transcribing is None
                    assert self.responding is None
                    self.finished = True

    @rule(pattern=st.text(alphabet="#.", min_size=1, max_size=30))
    def hear(self, pattern: str) -> None:
        self.apply(self.script.hear(pattern))

    @rule(text=st.sampled_from(["hello", "bye"]))
    def write(self, text: str) -> None:
        self.apply(self.script.machine.receive(m.Written(text)))

    @rule()
    def press(self) -> None:
        self.apply(self.script.machine.receive(m.ButtonReleased(self.script.at)))

    @rule()
    def tap(self) -> None:
        self.apply(self.script.machine.receive(m.Cancelled()))

    @precondition(lambda self: self.transcribing is not None)
    @rule(text=st.sampled_from(["", "hello"]))
    def understand(self, text: str) -> None:
        utterance, self.transcribing = self.transcribing, None
        assert utterance is not None
        self.apply(self.script.machine.receive(m.Understood(utterance, text)))

    @precondition(lambda self: self.responding is not None)
    @rule()
    def become_audible(self) -> None:
        assert self.responding is not None
        self.apply(self.script.machine.receive(m.Audible(self.responding)))

    @precondition(lambda self: self.responding is not None)
    @rule()
    def finish_response(self) -> None:
        response, self.responding = self.responding, None
        assert response is not None
        self.apply(self.script.machine.receive(m.Responded(response)))

    @rule()
    def close(self) -> None:
        self.apply(self.script.machine.receive(m.Closing(EndReason.INPUT_CLOSED, self.script.at)))

    @invariant()
    def work_and_state_agree(self) -> None:
        agent = self.script.machine.agent
        assert (agent is m.Agent.TRANSCRIBING) == (self.transcribing is not None)
        assert (agent is m.Agent.RESPONDING) == (self.responding is not None)

    def teardown(self) -> None:
        """Whatever happened, a call that is closed and whose work ends comes to its end."""
        self.close()
        for _ in range(2 * m.MAX_WAITING + 2):
            if self.transcribing is not None:
                self.understand("")
            if self.responding is not None:
                self.finish_response()
        assert self.finished


CallModel.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestCallModel = CallModel.TestCase
