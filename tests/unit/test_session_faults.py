"""A call in virtual time that does not go well: bad messages, failing engines, lost clients, limits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from deskbell_server.domain.conversation import Speaker
from deskbell_server.domain.errors import DeadlinePassed, DeskbellError, LimitReached, ProviderError
from deskbell_server.rpc.errors import unwrapped
from deskbell_server.voice.messages import (
    AudioInput,
    CallEnded,
    CallFault,
    EndReason,
    GoAway,
    Outcome,
    Ping,
    Pong,
    ResponseAudio,
    ResponseDone,
    ResponseText,
    SecondStart,
    TextInput,
    TurnMeasured,
)
from deskbell_server.voice.outbox import SEND_TIMEOUT
from deskbell_server.voice.responding import APOLOGY
from tests.support.played_call import Body, ask_once, play
from tests.support.scripted_call import Engines, World


def test_bad_messages_are_answered_and_the_call_lives() -> None:
    async def body(world: World) -> None:
        client = world.client
        client.say(AudioInput(0, b"\0" * 641))
        client.say(AudioInput(99, b"\0" * 640))
        client.say(TextInput("  "))
        client.say(Ping(b"gap"), seq=99)
        client.say(Ping(b"seen"), seq=2)
        await client.wait_for(CallFault, count=4)
        client._seq = 4
        await client.ask()
        await client.wait_for(TurnMeasured)
        await world.finish()

    world = play(body)
    faults = world.client.of(CallFault)
    assert [fault.error.reason for fault in faults] == [
        "AUDIO_MALFORMED",
        "AUDIO_OFFSET_MISMATCH",
        "FIELD_INVALID",
        "SEQUENCE_GAP",
    ]
    assert [fault.client_seq for fault in faults] == [2, 3, 4, 99]
    assert not world.client.of(Pong)


def ends_with(body: Body, **options: Any) -> tuple[DeskbellError, World]:
    """Plays a call that the server breaks off; returns its error."""
    caught: list[BaseException] = []

    async def watched(world: World) -> None:
        await body(world)
        try:
            async with asyncio.timeout(1000):
                await world.task
        except Exception as error:
            caught.append(unwrapped(error))

    world = play(watched, **options)
    (error,) = caught
    assert isinstance(error, DeskbellError), error
    assert list(world.stores.ended.values()) == [EndReason.FAILED]
    assert not world.stores.live
    return error, world


def test_a_second_start_ends_the_call() -> None:
    async def body(world: World) -> None:
        world.client.say(SecondStart())

    error, _ = ends_with(body)
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "ALREADY_STARTED")


def test_fifty_bad_messages_in_a_row_end_the_call() -> None:
    async def body(world: World) -> None:
        for _ in range(50):
            world.client.say(AudioInput(7, b"\0" * 640))

    error, _ = ends_with(body)
    assert error.reason == "TOO_MANY_BAD_MESSAGES"
    assert error.violations


def test_audio_that_is_too_fast_ends_the_call() -> None:
    async def body(world: World) -> None:
        for i in range(100):
            world.client.say(AudioInput(i * 1920, b"\0" * 3840))

    error, _ = ends_with(body)
    assert error.reason == "AUDIO_FASTER_THAN_REAL_TIME"


def test_a_silent_wire_ends_the_call() -> None:
    async def body(world: World) -> None:
        await world.client.speak(0.4, voice=False)

    error, _ = ends_with(body, idle_timeout=20.0)
    assert isinstance(error, DeadlinePassed)
    assert error.reason == "STREAM_IDLE"


def test_a_client_that_does_not_read_is_held_back_then_given_up() -> None:
    async def body(world: World) -> None:
        client = world.client
        world.engines.answer = "word " * 400
        await client.ask()
        await client.wait_for(ResponseAudio)
        client.reads.clear()
        await asyncio.sleep(SEND_TIMEOUT - 5)
        assert client.heard_seconds < 5
        client.say(Ping(b""))

    error, _ = ends_with(body, idle_timeout=500.0)
    assert error.reason == "STREAM_IDLE"


def failing(stage: str, kind: str = "unavailable") -> Engines:
    return Engines(fail={stage: ProviderError(stage.removesuffix("_midway"), kind, "the provider failed")})


def test_a_chat_failure_is_told_and_apologised_for() -> None:
    async def body(world: World) -> None:
        await ask_once(world)

    world = play(body, engines=failing("chat"))
    assert [fault.error.reason for fault in world.client.of(CallFault)] == ["PROVIDER_UNAVAILABLE"]
    (done,) = world.client.of(ResponseDone)
    assert done.outcome is Outcome.FAILED
    assert world.client.of(ResponseText)[-1].text == APOLOGY
    assert world.stores.said(Speaker.CALLER) == ["what are your opening hours?"]


def test_what_came_before_a_chat_failure_is_still_said() -> None:
    world = play(ask_once, engines=failing("chat_midway", "cut_off"))
    texts = [text.text.strip() for text in world.client.of(ResponseText)]
    assert texts == ["We are open on Saturday.", "We close at one.", APOLOGY]


def test_a_speech_failure_is_told_and_the_turn_is_stored() -> None:
    world = play(ask_once, engines=failing("text_to_speech"))
    assert world.client.of(ResponseDone)[0].outcome is Outcome.FAILED
    assert world.client.of(ResponseDone)[0].heard_text == ""
    assert len(world.stores.messages) == 2


def test_a_transcription_failure_is_told_and_the_call_goes_on() -> None:
    async def body(world: World) -> None:
        await world.client.ask()
        await world.client.wait_for(CallFault)
        world.engines.fail.clear()
        await world.client.ask()
        await world.client.wait_for(TurnMeasured)
        await world.finish()

    world = play(body, engines=failing("speech_to_text"))
    assert len(world.client.of(ResponseDone)) == 1


@pytest.mark.parametrize("stage", ["speech_to_text", "chat", "text_to_speech"])
def test_an_engine_that_cancels_itself_does_not_stall_the_call(stage: str) -> None:
    """A task that ends cancelled without having been told to is ignored by its TaskGroup: nothing would follow."""

    async def body(world: World) -> None:
        await world.client.ask()
        await world.client.wait_for(CallFault, timeout=20)
        world.engines.fail.clear()
        await world.client.ask()
        # A failed transcription has no response; the others end one, said, failed or interrupted.
        await world.client.wait_for(ResponseDone, count=1 if stage == "speech_to_text" else 2)
        await world.finish()

    world = play(body, engines=Engines(fail={stage: asyncio.CancelledError()}))
    fault = world.client.of(CallFault)[0]
    assert fault.error.reason == "PROVIDER_UNAVAILABLE"
    assert fault.error.metadata["stage"] == stage
    assert world.client.of(ResponseDone)[-1].outcome is Outcome.COMPLETED


def test_when_the_network_goes_what_was_heard_is_kept() -> None:
    async def body(world: World) -> None:
        await world.client.ask()
        await world.client.wait_for(ResponseAudio, count=10)
        world.task.cancel()
        await asyncio.wait({world.task})

    world = play(body)
    assert list(world.stores.ended.values()) == [EndReason.CONNECTION_LOST]
    caller, agent = world.stores.messages
    assert caller.text == "what are your opening hours?"
    assert agent.text.startswith(agent.heard_text)
    assert 0 < len(agent.heard_text) < len(agent.text)
    assert agent.heard_estimated
    assert not world.stores.live


def test_a_call_that_lasts_too_long_is_ended() -> None:
    async def body(world: World) -> None:
        for _ in range(20):
            await world.client.ask()
            if world.client.of(CallEnded):
                break
        await world.task

    world = play(body, max_duration=10.0)
    ended = world.client.of(CallEnded)[0]
    assert ended.reason is EndReason.TOO_LONG
    assert 10 <= ended.duration < 16


def test_draining_lets_a_call_end_and_refuses_new_ones() -> None:
    async def body(world: World) -> None:
        await world.client.ask()
        await world.client.wait_for(ResponseAudio)
        drain = asyncio.create_task(world.calls.drain(5.0))
        await world.client.wait_for(GoAway)
        with pytest.raises(DeskbellError) as refused:
            await world.calls.run(None, world.client, None)  # type: ignore[arg-type]  # refused unseen
        assert refused.value.reason == "DRAINING"
        await drain
        await world.task

    world = play(body)
    assert world.client.of(CallEnded)[0].reason is EndReason.DRAINING
    assert world.client.of(ResponseDone)[0].outcome is Outcome.COMPLETED
    assert world.calls.count == 0


def test_more_calls_than_the_server_takes_are_refused() -> None:
    async def body(world: World) -> None:
        from tests.support.scripted_call import Client

        await asyncio.sleep(0.01)
        (session,) = world.calls._sessions
        second = asyncio.create_task(world.calls.run(session._call.start, Client(), session._credential))
        await asyncio.sleep(0.01)
        with pytest.raises(LimitReached) as refused:
            await world.calls.run(session._call.start, Client(), session._credential)
        assert refused.value.retry_after
        second.cancel()
        await asyncio.wait({second})
        await world.finish()

    play(body)
