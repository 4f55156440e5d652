"""A whole call in virtual time: what the client is told, what is stored, what is left behind."""

from __future__ import annotations

import pytest

from deskbell_server.domain.conversation import Speaker
from deskbell_server.domain.errors import ProviderError
from deskbell_server.voice.messages import (
    AudioAck,
    CallEnd,
    CallEnded,
    CallStarted,
    CancelResponse,
    DecisionKind,
    EndOfUtterance,
    EndReason,
    Outcome,
    Ping,
    PlaybackReport,
    PlaybackState,
    Pong,
    ResponseAudio,
    ResponseCitation,
    ResponseDone,
    ResponseStarted,
    ResponseText,
    Speech,
    TextInput,
    Transcript,
    TurnDecision,
    TurnMeasured,
    TurnTold,
)
from deskbell_server.voice.playback import LEAD_SECONDS
from tests.support.played_call import ask_once, play
from tests.support.scripted_call import RATE, Engines, World, stores


def test_a_question_is_answered_in_the_order_of_the_contract() -> None:
    world = play(ask_once)
    kinds = [type(e.payload) for _, e in world.client.events if type(e.payload) is not AudioAck]
    seen = list(dict.fromkeys(kinds))
    assert seen == [
        CallStarted,
        Speech,
        TurnDecision,
        Transcript,
        ResponseStarted,
        TurnTold,
        ResponseText,
        ResponseCitation,
        ResponseAudio,
        ResponseDone,
        TurnMeasured,
        CallEnded,
    ]
    assert [e.seq for _, e in world.client.events] == list(range(1, len(world.client.events) + 1))
    assert world.stores.said(Speaker.CALLER) == ["what are your opening hours?"]
    assert world.stores.said(Speaker.AGENT) == ["We are open on Saturday. We close at one. "]
    (done,) = world.client.of(ResponseDone)
    assert done.outcome is Outcome.COMPLETED
    assert done.heard_text == done.text
    assert done.heard_estimated
    assert list(world.stores.ended.values()) == [EndReason.INPUT_CLOSED]
    assert not world.stores.live
    ended = world.client.of(CallEnded)[0]
    assert (ended.reason, ended.turn_count) == (EndReason.INPUT_CLOSED, 1)


def test_the_metrics_count_from_the_last_voiced_sample() -> None:
    world = play(ask_once)
    metrics = world.client.of(TurnMeasured)[0].metrics
    stages = {stage.stage: stage for stage in metrics.stages}
    assert set(stages) >= {
        "endpoint",
        "transcribe",
        "recall",
        "retrieve",
        "generate_first",
        "generate",
        "store",
        "speak_first",
    }
    assert stages["transcribe"].duration == pytest.approx(0.1)
    # 0.4 s of silence, found in windows of 32 ms and frames of 40; then 0.1 s each for hearing and thinking,
    # the first sentence at 5 ms a word, 0.05 s for the voice.
    assert metrics.voice_to_voice == pytest.approx(0.4 + 0.1 + 0.1 + 0.03 + 0.05, abs=0.08)
    assert 1.2 < metrics.transcribed_seconds < 1.6
    assert (metrics.prompt_tokens, metrics.completion_tokens) == (10, 5)


def test_audio_comes_in_real_time_and_no_more_than_the_lead_ahead() -> None:
    world = play(ask_once)
    times = world.client.at(ResponseAudio)
    sent = 0.0
    for at, audio in zip(times, world.client.of(ResponseAudio), strict=True):
        assert audio.offset == round(sent * RATE)
        assert sent <= at - times[0] + LEAD_SECONDS + 1e-6
        sent += len(audio.data) / 2 / RATE
    assert sent == pytest.approx(len("We are open on Saturday.We close at one.") * 0.06, abs=0.01)


def test_output_is_converted_to_the_rate_asked_for() -> None:
    world = play(ask_once, output_rate=8_000)
    seconds = sum(len(audio.data) for audio in world.client.of(ResponseAudio)) / 2 / 8_000
    assert seconds == pytest.approx(len("We are open on Saturday.We close at one.") * 0.06, abs=0.02)


def test_the_greeting_is_said_stored_and_synthesised_once_for_all_calls() -> None:
    at = stores(greeting="Clinic, good morning.")

    async def listen(world: World) -> None:
        await world.client.wait_for(ResponseDone)
        await world.finish()

    first = play(listen, at=at)
    assert first.client.of(ResponseText)[0].text == "Clinic, good morning."
    assert at.said(Speaker.AGENT) == ["Clinic, good morning."]
    assert at.said(Speaker.CALLER) == []
    assert len(at.cache) == 1
    engines = Engines(fail={"text_to_speech": ProviderError("text_to_speech", "unavailable", "down")})
    second = play(listen, at=at, engines=engines)
    assert second.client.heard_seconds == pytest.approx(first.client.heard_seconds)


def test_speaking_over_the_answer_stops_it_and_keeps_what_was_heard() -> None:
    async def body(world: World) -> None:
        client = world.client
        world.engines.answer = "One two three four five six seven eight nine ten."
        await client.ask()
        await client.wait_for(ResponseAudio, count=8)
        await client.speak(0.5)
        done = await client.wait_for(ResponseDone)
        assert done.outcome is Outcome.INTERRUPTED
        stopped_at = client.at(ResponseDone)[0]
        began_at = client.at(Speech)[2]
        assert stopped_at - began_at < 0.05
        assert not [t for t in client.at(ResponseAudio) if t > stopped_at]
        assert 0 < len(done.heard_text.split()) < 10
        assert done.text.startswith(done.heard_text)
        await client.speak(1.0, voice=False)
        await client.wait_for(TurnMeasured)
        await world.finish()

    world = play(body)
    agent = [m for m in world.stores.messages if m.speaker is Speaker.AGENT]
    assert agent[0].text == "One two three four five six seven eight nine ten. "
    assert agent[0].heard_text == world.client.of(ResponseDone)[0].heard_text
    history = world.engines.asked[1].history
    assert [entry.text for entry in history][1] == agent[0].heard_text, "history holds what was heard"


def test_going_on_after_a_pause_is_one_question() -> None:
    async def body(world: World) -> None:
        client = world.client
        world.engines.first_token_seconds = 1.0
        await client.speak(1.0)
        await client.speak(0.6, voice=False)
        await client.speak(1.0)
        await client.speak(1.0, voice=False)
        await client.wait_for(TurnMeasured)
        await world.finish()

    world = play(body)
    assert [d.kind for d in world.client.of(TurnDecision)] == [
        DecisionKind.FINAL,
        DecisionKind.RESUMED,
        DecisionKind.FINAL,
    ]
    assert world.engines.heard_seconds[1] > 2.4, "the second transcription hears both halves"
    assert len(world.stores.said(Speaker.CALLER)) == 1


def test_half_close_in_mid_word_still_answers() -> None:
    async def body(world: World) -> None:
        await world.client.speak(1.0)
        await world.finish()

    world = play(body)
    assert world.client.of(ResponseDone)[0].outcome is Outcome.COMPLETED
    assert world.client.of(CallEnded)[0].turn_count == 1


def test_end_lets_the_agent_finish() -> None:
    async def body(world: World) -> None:
        await world.client.speak(1.0)
        world.client.say(CallEnd())
        await world.client.wait_for(CallEnded)
        await world.task

    world = play(body)
    assert world.client.of(CallEnded)[0].reason is EndReason.CALLER_ENDED
    assert world.client.of(ResponseDone)[0].outcome is Outcome.COMPLETED


def test_text_push_to_talk_tap_and_ping() -> None:
    async def body(world: World) -> None:
        client = world.client
        client.say(Ping(b"hello"))
        assert (await client.wait_for(Pong)).payload == b"hello"
        client.say(TextInput(" and on Sunday? "))
        await client.wait_for(ResponseAudio)
        client.say(CancelResponse("another"))
        client.say(CancelResponse(""))
        assert (await client.wait_for(ResponseDone)).outcome is Outcome.INTERRUPTED
        await client.speak(1.0)
        await client.speak(2.0, voice=False)
        assert not client.of(Transcript), "only the button ends the utterance"
        client.say(EndOfUtterance())
        await client.wait_for(ResponseDone, count=2)
        await world.finish()

    world = play(body, push_to_talk=True)
    assert world.stores.said(Speaker.CALLER)[0] == "and on Sunday?"
    assert [d.reason for d in world.client.of(TurnDecision)] == ["text", "push_to_talk"]


def test_a_playback_report_replaces_the_estimate() -> None:
    async def body(world: World) -> None:
        client = world.client
        await client.ask()
        done = await client.wait_for(ResponseDone)
        text = client.of(ResponseText)[1]
        client.say(PlaybackReport(done.response_id, text.audio_offset, PlaybackState.STOPPED))
        await client.wait_for(TurnMeasured)
        await world.finish()

    world = play(body)
    (agent,) = [m for m in world.stores.messages if m.speaker is Speaker.AGENT]
    assert agent.heard_text == "We are open on Saturday."
    assert not agent.heard_estimated


def test_nothing_understood_is_not_answered() -> None:
    async def body(world: World) -> None:
        await world.client.ask()
        assert (await world.client.wait_for(Transcript)).text == ""
        await world.finish()

    world = play(body, engines=Engines(transcripts=[""]))
    assert not world.client.of(ResponseStarted)
    assert world.stores.messages == []
