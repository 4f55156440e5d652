"""The grammar of VoiceStream on a real socket, each rule of the proto's comment a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from deskbell.v1 import conversation_pb2
from deskbell.v1 import conversation_service_pb2 as co
from deskbell.v1 import knowledge_service_pb2 as kn
from deskbell.v1 import voice_stream_service_pb2 as pb
from deskbell.v1.turn_events_pb2 import RESPONSE_OUTCOME_COMPLETED, RESPONSE_OUTCOME_INTERRUPTED
from deskbell_server.rpc import errors
from tests.support.live_server import LiveServer, Refusal, refusal, refusal_of

FRAME = 640  # 40 ms at 16 kHz


class Caller:
    """A client that speaks the protocol by hand."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.seq = 0
        self.samples = 0
        self.events: list[pb.VoiceStreamResponse] = []

    async def send(self, *, seq: int | None = None, **message: Any) -> None:
        self.seq += 1
        await self.stream.write(pb.VoiceStreamRequest(client_seq=self.seq if seq is None else seq, **message))

    async def start(self, agent: str, **fields: Any) -> None:
        await self.send(start=pb.CallStart(agent=agent, **fields))

    async def audio(self, seconds: float, *, voice: bool) -> None:
        for _ in range(round(seconds * 25)):
            data = (b"\1\0" if voice else b"\0\0") * FRAME
            await self.send(audio=pb.AudioInput(offset=self.samples, data=data))
            self.samples += FRAME
            await asyncio.sleep(0.04)

    async def ask(self) -> None:
        await self.audio(0.6, voice=True)
        await self.audio(0.6, voice=False)

    async def until(self, kind: str) -> Any:
        """Reads until an event of this kind; returns it."""
        async with asyncio.timeout(20):
            while True:
                event = await self.stream.read()
                assert event is not grpc.aio.EOF, f"the stream ended without {kind}"
                self.events.append(event)
                if event.WhichOneof("event") == kind:
                    return getattr(event, kind)

    async def refused(self) -> Refusal:
        """The refusal that ends the stream."""

        async def read_on() -> None:
            while await self.stream.read() is not grpc.aio.EOF:
                pass

        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await asyncio.wait_for(read_on(), 20)
        return refusal(caught.value)

    def kinds(self) -> list[str]:
        return [str(event.WhichOneof("event")) for event in self.events]


@asynccontextmanager
async def dial(server: LiveServer) -> AsyncIterator[Caller]:
    stream = server.stubs.voice.VoiceStream(metadata=server.metadata)
    try:
        yield Caller(stream)
    finally:
        stream.cancel()


async def stored(server: LiveServer, conversation: str) -> tuple[Any, list[Any]]:
    """A conversation and its messages, by rpc."""
    got = await server.stubs.conversations.GetConversation(
        co.GetConversationRequest(name=conversation), metadata=server.metadata
    )
    said = await server.stubs.conversations.ListMessages(
        co.ListMessagesRequest(parent=conversation), metadata=server.metadata
    )
    return got.conversation, list(said.messages)


async def test_a_whole_call(server: LiveServer) -> None:
    agent = await server.make_tenant(greeting="Clinic, hello.")
    await server.stubs.knowledge.IngestText(
        kn.IngestTextRequest(parent="tenants/clinic", title="Hours", text="We open at nine."),
        metadata=server.metadata,
    )
    async with dial(server) as caller:
        await caller.start(
            agent, caller_id="+44 117 496 0000", output_audio=pb.AudioFormat(sample_rate_hz=24_000)
        )
        started = await caller.until("started")
        assert started.next_audio_offset == 0
        assert started.next_client_seq == 2
        assert started.input_audio.sample_rate_hz == 16_000
        assert started.output_audio.sample_rate_hz == 24_000
        assert started.engines["chat"] == "scripted/chat"
        assert (await caller.until("response_done")).text == "Clinic, hello."
        await caller.ask()
        assert (await caller.until("transcript")).text == "what are your opening hours?"
        done = await caller.until("response_done")
        assert done.outcome == RESPONSE_OUTCOME_COMPLETED
        metrics = await caller.until("metrics")
        assert 0.4 < metrics.voice_to_voice.ToMicroseconds() / 1e6 < 2.0
        await caller.stream.done_writing()
        ended = await caller.until("ended")
        assert ended.reason == pb.CallEnded.REASON_INPUT_CLOSED
        assert await caller.stream.read() is grpc.aio.EOF
        assert await caller.stream.code() is grpc.StatusCode.OK
    assert [event.event_seq for event in caller.events] == list(range(1, len(caller.events) + 1))
    assert caller.kinds().count("audio_ack") >= 2
    turn = [event.turn_id for event in caller.events if event.WhichOneof("event") == "response_text"]
    assert turn[0] != turn[-1]
    conversation, messages = await stored(server, started.conversation)
    assert conversation.state == conversation_pb2.CONVERSATION_STATE_ENDED
    assert conversation.end_reason == "input_closed"
    assert conversation.caller_id == "+44 117 496 0000"
    assert conversation.message_count == 3
    assert [message.speaker for message in messages] == [
        conversation_pb2.SPEAKER_AGENT,
        conversation_pb2.SPEAKER_CALLER,
        conversation_pb2.SPEAKER_AGENT,
    ]
    assert messages[2].turn_id == messages[1].turn_id == turn[-1]
    assert messages[2].citations[0].start == 3


async def test_the_first_message_must_be_start(server: LiveServer) -> None:
    async with dial(server) as caller:
        await caller.send(ping=pb.Ping())
        found = await caller.refused()
    assert (found.code, found.reason, list(found.fields)) == ("INVALID_ARGUMENT", "START_EXPECTED", ["start"])


async def test_a_stream_without_any_message_is_refused(server: LiveServer) -> None:
    async with dial(server) as caller:
        await caller.stream.done_writing()
        assert (await caller.refused()).reason == "START_EXPECTED"


async def test_a_second_start_is_refused(server: LiveServer) -> None:
    agent = await server.make_tenant()
    async with dial(server) as caller:
        await caller.start(agent)
        await caller.start(agent)
        found = await caller.refused()
    assert (found.code, found.reason) == ("FAILED_PRECONDITION", "ALREADY_STARTED")


@pytest.mark.parametrize(
    ("fields", "code", "reason", "field"),
    [
        ({"agent": "nonsense"}, "INVALID_ARGUMENT", "FIELD_INVALID", "start.agent"),
        (
            {"input_audio": pb.AudioFormat(sample_rate_hz=4_000)},
            "INVALID_ARGUMENT",
            "FIELD_INVALID",
            "start.input_audio.sample_rate_hz",
        ),
        (
            {"input_audio": pb.AudioFormat(channel_count=2)},
            "INVALID_ARGUMENT",
            "FIELD_INVALID",
            "start.input_audio.channel_count",
        ),
        (
            {"input_audio": pb.AudioFormat(encoding=pb.AUDIO_ENCODING_OPUS)},
            "INVALID_ARGUMENT",
            "AUDIO_FORMAT_UNSUPPORTED",
            "start.input_audio.encoding",
        ),
        (
            {"resume": pb.ResumeCall(resume_token="x")},
            "FAILED_PRECONDITION",
            "RESUME_WINDOW_EXPIRED",
            None,
        ),
        ({"agent": "tenants/clinic/agents/nobody"}, "NOT_FOUND", "AGENT_NOT_FOUND", None),
        ({"agent": "tenants/nobody/agents/desk"}, "NOT_FOUND", "AGENT_NOT_FOUND", None),
    ],
)
async def test_a_start_that_cannot_be_served(
    server: LiveServer, fields: dict[str, Any], code: str, reason: str, field: str | None
) -> None:
    agent = await server.make_tenant()
    async with dial(server) as caller:
        await caller.start(**{"agent": agent, **fields})
        found = await caller.refused()
    assert (found.code, found.reason) == (code, reason)
    assert list(found.fields) == ([field] if field else [])


async def test_bad_messages_in_mid_call_are_answered_in_band(server: LiveServer) -> None:
    agent = await server.make_tenant()
    async with dial(server) as caller:
        await caller.start(agent)
        await caller.until("started")
        await caller.send(audio=pb.AudioInput(offset=0, data=b"\0" * 641))
        await caller.send(audio=pb.AudioInput(offset=5, data=b"\0" * 640))
        await caller.send(dtmf=pb.DtmfInput(digits="12x"))
        await caller.send(dtmf=pb.DtmfInput(digits="12"))
        await caller.send()
        await caller.send(seq=99, ping=pb.Ping())
        found = [refusal_of((await caller.until("error")).status) for _ in range(6)]
        assert [(f.code, f.reason) for f in found] == [
            ("INVALID_ARGUMENT", "AUDIO_MALFORMED"),
            ("INVALID_ARGUMENT", "AUDIO_OFFSET_MISMATCH"),
            ("INVALID_ARGUMENT", "FIELD_INVALID"),
            ("UNIMPLEMENTED", "FEATURE_UNAVAILABLE"),
            ("INVALID_ARGUMENT", "FIELD_INVALID"),
            ("INVALID_ARGUMENT", "SEQUENCE_GAP"),
        ]
        assert "641 bytes" in found[0].fields["audio.data"]
        assert found[1].metadata["expected"] == "0"
        assert found[5].metadata["expected"] == "7"
        await caller.send(seq=7, ping=pb.Ping(payload=b"alive"))
        assert (await caller.until("pong")).payload == b"alive"


async def test_a_wrong_declaration_of_the_audio_ends_the_call(server: LiveServer) -> None:
    """48 kHz stereo, declared as 16 kHz mono, sent in real time."""
    agent = await server.make_tenant()
    async with dial(server) as caller:
        await caller.start(agent, input_audio=pb.AudioFormat(sample_rate_hz=16_000, channel_count=1))
        await caller.until("started")

        async def talk() -> None:
            for _ in range(200):
                await caller.send(audio=pb.AudioInput(offset=caller.samples, data=b"\0" * 3_840))
                caller.samples += 1_920
                await asyncio.sleep(0.02)

        talking = asyncio.create_task(talk())
        found = await caller.refused()
        talking.cancel()
        await asyncio.wait({talking})
        if not talking.cancelled():
            talking.exception()
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "AUDIO_FASTER_THAN_REAL_TIME")
    assert found.metadata["declared_rate_hz"] == "16000"


async def test_barge_in_on_the_wire(server: LiveServer, script: Any) -> None:
    script.answer = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
    script.speech_seconds_per_character = 0.06
    agent = await server.make_tenant()
    async with dial(server) as caller:
        await caller.start(agent)
        await caller.ask()
        for _ in range(10):
            await caller.until("response_audio")
        await caller.audio(0.6, voice=True)
        done = await caller.until("response_done")
    assert done.outcome == RESPONSE_OUTCOME_INTERRUPTED
    assert 0 < len(done.heard_text) < len(done.text)


async def test_a_client_that_vanishes_leaves_a_whole_record(server: LiveServer, script: Any) -> None:
    script.speech_seconds_per_character = 0.06
    agent = await server.make_tenant()
    async with dial(server) as caller:
        await caller.start(agent)
        started = await caller.until("started")
        await caller.ask()
        for _ in range(6):
            await caller.until("response_audio")
    async with asyncio.timeout(5):
        while server.app.calls.count:
            await asyncio.sleep(0.02)
    conversation, messages = await stored(server, started.conversation)
    assert conversation.end_reason == "connection_lost"
    assert messages[0].text == "what are your opening hours?"
    assert len(messages[1].heard_text) < len(messages[1].text)


async def test_clients_that_vanish_in_the_middle_of_a_write_are_no_defect_of_the_server(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    defects: list[str] = []
    monkeypatch.setattr(errors._log, "error", lambda event, **_: defects.append(event))
    agent = await server.make_tenant()
    for _ in range(12):
        async with dial(server) as caller:
            await caller.start(agent, skip_greeting=True)
            await caller.until("started")
            await caller.send(text=pb.TextInput(text="What are your opening hours?"))
            await caller.until("response_audio")
    async with asyncio.timeout(5):
        while server.app.calls.count:
            await asyncio.sleep(0.02)
    assert not defects


async def test_two_callers_of_two_tenants_at_once(server: LiveServer) -> None:
    agents = [await server.make_tenant(name) for name in ("clinic", "hotel")]

    async def call(agent: str) -> tuple[str, list[Any]]:
        async with dial(server) as caller:
            await caller.start(agent)
            started = await caller.until("started")
            await caller.ask()
            await caller.until("metrics")
            await caller.send(end=pb.CallEnd())
            assert (await caller.until("ended")).reason == pb.CallEnded.REASON_CALLER_ENDED
            return started.conversation, (await stored(server, started.conversation))[1]

    (first, first_said), (second, second_said) = await asyncio.gather(*map(call, agents))
    assert first.startswith("tenants/clinic/")
    assert second.startswith("tenants/hotel/")
    assert len(first_said) == len(second_said) == 2


async def test_the_server_lives_through_all_of_it_at_once(server: LiveServer) -> None:
    agent = await server.make_tenant()

    async def abuse(kind: int) -> None:
        async with dial(server) as caller:
            await caller.start(agent)
            match kind % 4:
                case 0:
                    await caller.until("started")
                case 1:
                    await caller.send(audio=pb.AudioInput(offset=0, data=b"\1" * 640))
                case 2:
                    await caller.start(agent)
                    await caller.refused()
                case 3:
                    await caller.stream.done_writing()
                    await caller.until("ended")

    await asyncio.gather(*(abuse(kind) for kind in range(40)))
    async with dial(server) as caller:
        await caller.start(agent)
        await caller.ask()
        await caller.until("metrics")
