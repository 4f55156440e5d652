"""The tasks around one call's machine.

    reader     Transport.receive -> inbox (64 messages; a full inbox holds the client back)
    main       inbox -> intake, detector, machine -> commands: starts and stops the two below
    transcript one utterance at a time (transcribing.py); reports `Understood` to the inbox
    response   one answer at a time (responding.py); reports `Audible` and `Responded` to the inbox
    writer     outbox -> Transport.send
    limits     end a call that lasts too long, whose credential expires, or whose tenant has no minutes left

All of them live in the one TaskGroup of `CallSession.run`: when one fails, or the rpc is cancelled, all stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from deskbell_server.domain.agent import Agent
from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.errors import (
    DeadlinePassed,
    DeskbellError,
    FailedPrecondition,
    FeatureUnavailable,
    InvalidInput,
    LimitReached,
    StoreUnavailable,
)
from deskbell_server.domain.names import ConversationId, TurnId, time_ordered_uuid
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.engines import SpeechToText, TextToSpeech, VoiceActivity
from deskbell_server.ports.stores import Clock, SpeechCache
from deskbell_server.turn.engine import Question, TurnEngine
from deskbell_server.turn.record import TurnRecord
from deskbell_server.voice import machine as m
from deskbell_server.voice.credential import CallCredential
from deskbell_server.voice.endpointing import WINDOW
from deskbell_server.voice.greeting import CachedSpeech
from deskbell_server.voice.intake import AudioIntake, Sequence, UtteranceBuffer
from deskbell_server.voice.messages import (
    AudioAck,
    AudioInput,
    BadMessage,
    CallEnd,
    CallEnded,
    CallFault,
    CallStart,
    CallStarted,
    CancelResponse,
    ClientMessage,
    EndOfUtterance,
    EndReason,
    EventAck,
    GoAway,
    Ping,
    PlaybackReport,
    PlaybackState,
    Pong,
    RenewCredential,
    SecondStart,
    ServerPayload,
    Speech,
    TextInput,
    Transport,
    TurnDecision,
)
from deskbell_server.voice.metering import Meter
from deskbell_server.voice.outbox import SEND_TIMEOUT, Outbox
from deskbell_server.voice.playback import ResponseTrack, SendClock
from deskbell_server.voice.responding import Heard, Response
from deskbell_server.voice.speaking import Speaker
from deskbell_server.voice.transcribing import Transcriber

INBOX = 64
ACK_SECONDS = 0.5
MAX_BAD_MESSAGES = 50
RECORD_SECONDS = 15.0
"""How soon erasing its caller ends a call."""
STOP_TIMEOUT = 5.0
"""A cancelled task that needs longer has lost its way: the call fails."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CallEngines:
    """The models of a call."""

    speech_to_text: SpeechToText
    text_to_speech: TextToSpeech
    voice_activity: VoiceActivity
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Seconds: the longest call, and the longest silence on the wire."""

    max_duration: float
    idle_timeout: float


@dataclass(frozen=True, slots=True)
class Call:
    """Who is talking to whom."""

    tenant: Tenant
    agent: Agent
    conversation: ConversationId
    start: CallStart


class CallSession:
    """One call. `run` once."""

    def __init__(
        self,
        call: Call,
        transport: Transport,
        engines: CallEngines,
        turns: TurnEngine,
        record: TurnRecord,
        speech_cache: SpeechCache,
        clock: Clock,
        limits: CallLimits,
        credential: CallCredential,
        meter: Meter,
    ) -> None:
        self._call = call
        self._transport = transport
        self._engines = engines
        self._turns = turns
        self._record = record
        self._speech_cache = speech_cache
        self._clock = clock
        self._limits = limits
        self._credential = credential
        self._meter = meter
        self._began = clock.monotonic()
        self._greeting = "" if call.start.skip_greeting else call.agent.greeting.strip()
        self._machine = m.CallMachine(
            call.agent.voice.end_of_utterance_silence,
            push_to_talk=call.start.push_to_talk,
            greeting=bool(self._greeting),
        )
        self._sequence = Sequence()
        self._sequence.accept(1)  # the start
        self._intake = AudioIntake(call.start.input_audio, self._began)
        self._detector = engines.voice_activity.open()
        self._audio = UtteranceBuffer(int((m.MAX_UTTERANCE_SECONDS * 2 + 5) * ENGINE_RATE))
        self._transcriber = Transcriber(
            engines.speech_to_text, call.tenant.language_code, self._intake, self._audio, clock, self._tell
        )
        self._windows = 0
        self._acked = 0
        self._bad_in_a_row = 0
        self._inbox: asyncio.Queue[ClientMessage | m.Input | GoAway | None] = asyncio.Queue(INBOX)
        self._outbox = Outbox(transport, clock)
        self._send_clock = SendClock(call.start.output_audio.sample_rate)
        self._transcription: asyncio.Task[None] | None = None
        self._response: Response | None = None
        self._response_task: asyncio.Task[None] | None = None
        self._last_response: Response | None = None
        self._heard: dict[int, Heard] = {}
        self.turn_count = 0
        self.end_reason: EndReason | None = None
        """Why the call ended; None while it goes on or when it broke off."""

    async def run(self) -> None:
        """Runs the call to its end, which the client is told.

        Raises an exception group: DeskbellError for what the client did or must know, anything else for a
        fault of ours. Cancelling it ends the call as if the network went; what was heard is kept.
        """
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._outbox.run())
                reader = group.create_task(self._read())
                limits = [
                    group.create_task(limit())
                    for limit in (
                        self._limit_duration,
                        self._limit_credential,
                        self._limit_minutes,
                        self._limit_record,
                    )
                ]
                await self._main(group)
                await self._outbox.close()
                await asyncio.wait({writer}, timeout=SEND_TIMEOUT)
                for task in (reader, *limits):
                    task.cancel()
        finally:
            if self._response is not None:
                async with asyncio.timeout(STOP_TIMEOUT):
                    await self._response.keep()

    async def drain(self, deadline: datetime) -> None:
        """Tells the client that the server goes away."""
        await self._inbox.put(GoAway(deadline))

    async def close(self, reason: EndReason) -> None:
        """Finishes what is being said, then ends the call."""
        await self._inbox.put(m.Closing(reason, self._audio.end))

    # ---- tasks

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._limits.idle_timeout):
                    message = await self._transport.receive()
            except TimeoutError:
                raise DeadlinePassed(
                    f"no message came for {self._limits.idle_timeout:.0f} s; send audio, or a ping",
                    reason="STREAM_IDLE",
                ) from None
            await self._inbox.put(message)
            if message is None:
                return

    async def _limit_duration(self) -> None:
        await asyncio.sleep(self._limits.max_duration)
        await self.close(EndReason.TOO_LONG)

    async def _limit_credential(self) -> None:
        await self._credential.watch(self._tell)
        await self.close(EndReason.CREDENTIAL_EXPIRED)

    async def _limit_record(self) -> None:
        while True:
            await asyncio.sleep(RECORD_SECONDS)
            try:
                if not await self._record.is_kept(self._call.tenant.id, self._call.conversation):
                    break
            except StoreUnavailable:
                _log.warning("conversation_not_checked", conversation=str(self._call.conversation))
        await self.close(EndReason.OPERATOR_ENDED)

    async def _limit_minutes(self) -> None:
        await self._meter.run()
        await self.close(EndReason.QUOTA_EXCEEDED)

    async def _main(self, group: asyncio.TaskGroup) -> None:
        start = self._call.start
        await self._tell(
            CallStarted(
                self._call.conversation,
                start.input_audio,
                start.output_audio,
                self._limits.max_duration,
                self._engines.labels,
            )
        )
        if self._greeting:
            self._respond(group, m.Respond(0, "", None), fixed_text=self._greeting)
        while self.end_reason is None:
            match await self._inbox.get():
                case None:
                    await self._feed(group, m.Closing(EndReason.INPUT_CLOSED, self._audio.end))
                case ClientMessage() as message:
                    await self._take(group, message)
                case GoAway() as go_away:
                    await self._tell(go_away)
                case event:
                    await self._feed(group, event)
        duration = self._clock.monotonic() - self._began
        await self._tell(CallEnded(self.end_reason, duration, self.turn_count))

    # ---- the client's messages

    async def _take(self, group: asyncio.TaskGroup, message: ClientMessage) -> None:
        try:
            if not self._sequence.accept(message.client_seq):
                return
            await self._use(group, message)
        except (InvalidInput, FeatureUnavailable, LimitReached) as error:
            if error.reason == "AUDIO_FASTER_THAN_REAL_TIME":
                raise
            self._bad_in_a_row += 1
            if self._bad_in_a_row >= MAX_BAD_MESSAGES:
                raise InvalidInput(
                    f"{MAX_BAD_MESSAGES} bad messages in a row; the last one: {error.message}",
                    reason="TOO_MANY_BAD_MESSAGES",
                    violations=error.violations,
                ) from None
            await self._tell(CallFault(error, message.client_seq))
        else:
            self._bad_in_a_row = 0

    async def _use(self, group: asyncio.TaskGroup, message: ClientMessage) -> None:
        match message.payload:
            case AudioInput(offset, data):
                await self._hear(group, self._intake.accept(offset, data, self._clock.monotonic()))
            case TextInput(text):
                if not text.strip():
                    raise InvalidInput.field("text.text", "must hold more than white space")
                await self._feed(group, m.Written(text.strip()))
            case EndOfUtterance():
                await self._feed(group, m.ButtonReleased(self._audio.end))
            case PlaybackReport() as report:
                await self._played(report)
            case CancelResponse(response_id):
                if self._response is not None and response_id in {"", self._response.track.id}:
                    await self._feed(group, m.Cancelled())
            case CallEnd():
                await self._feed(group, m.Closing(EndReason.CALLER_ENDED, self._audio.end))
            case Ping(payload=content):
                await self._tell(Pong(content))
            case RenewCredential(credential):
                self._credential.check_pace()
                # On its own: the call must not wait for a store that is slow.
                group.create_task(self._renew(credential, message.client_seq))
            case EventAck():
                pass  # nothing is kept for a resumption
            case BadMessage(error):
                raise error
            case SecondStart():
                raise FailedPrecondition("the call has already been started", reason="ALREADY_STARTED")

    async def _renew(self, credential: str, client_seq: int) -> None:
        await self._tell(await self._credential.answer(credential, client_seq))

    async def _hear(self, group: asyncio.TaskGroup, pcm: bytes) -> None:
        self._audio.append(pcm)
        for probability in await self._detector.push(pcm):
            self._windows += 1
            await self._feed(group, m.Window(self._windows * WINDOW, probability))
        if self._machine.quiet and not self._call.start.push_to_talk:
            self._audio.forget(self._audio.end - 2 * m.LEAD_IN)
        if self._intake.samples - self._acked >= ACK_SECONDS * self._call.start.input_audio.sample_rate:
            self._acked = self._intake.samples
            await self._tell(AudioAck(self._acked))

    async def _played(self, report: PlaybackReport) -> None:
        current, last = self._response, self._last_response
        if current is not None and current.track.id == report.response_id:
            current.track.report(report.played_samples)
        elif last is not None and last.track.id == report.response_id:
            last.track.report(report.played_samples)
            if report.state is not PlaybackState.PLAYING:
                await last.keep()

    # ---- the machine's commands

    async def _feed(self, group: asyncio.TaskGroup, event: m.Input) -> None:
        for command in self._machine.receive(event):
            await self._carry_out(group, command)

    async def _carry_out(self, group: asyncio.TaskGroup, command: m.Command) -> None:
        match command:
            case m.TellSpeech(began, at):
                await self._tell(Speech(began, self._intake.to_input(at)))
            case m.Tell(kind, reason, silence):
                await self._tell(TurnDecision(kind, reason, silence / ENGINE_RATE))
            case m.Transcribe():
                self._transcription = group.create_task(self._transcribe(command))
            case m.DropTranscription():
                await _cancel(self._transcription)
            case m.Respond():
                self._respond(group, command)
            case m.Interrupt():
                await self._stop_response(Response.stopped)
            case m.Discard():
                await self._stop_response(Response.discarded)
            case m.Finish(reason):
                self.end_reason = reason

    async def _transcribe(self, command: m.Transcribe) -> None:
        text, heard = await self._transcriber.run(command)
        self._heard = {command.utterance: heard}
        await self._inbox.put(m.Understood(command.utterance, text))

    def _respond(
        self, group: asyncio.TaskGroup, command: m.Respond, *, fixed_text: str | None = None
    ) -> None:
        call = self._call
        turn = TurnId(time_ordered_uuid(self._clock.now().timestamp()))
        if fixed_text is None:
            self.turn_count += 1
        question = Question(
            call.tenant,
            call.agent,
            call.conversation,
            turn,
            Channel.VOICE,
            command.text,
            self._credential.principal,
            self._credential.principal.caller_id or call.start.caller_id,
        )
        engine = CachedSpeech(self._engines.text_to_speech, self._speech_cache, call.tenant.id)
        engine.caches = fixed_text is not None
        speaker = Speaker(engine, call.agent.voice, call.start.output_audio, self._send_clock, self._clock)
        self._response = Response(
            command.response,
            question,
            fixed_text=fixed_text,
            heard=None if command.utterance is None else self._heard.get(command.utterance),
            speaker=speaker,
            speech=engine,
            track=ResponseTrack(f"r{command.response}", call.start.output_audio.sample_rate),
            engine=self._turns,
            record=self._record,
            clock=self._clock,
            tell=self._outbox.tell,
            first_audio=lambda: self._inbox.put(m.Audible(command.response)),
        )
        self._response_task = group.create_task(self._run_response(self._response))

    async def _run_response(self, response: Response) -> None:
        await response.run()
        self._last_response, self._response = response, None
        await self._inbox.put(m.Responded(response.number))

    async def _stop_response(self, conclude: Callable[[Response], Awaitable[None]]) -> None:
        """Stops the response and concludes it, unless it has just ended by itself."""
        response = self._response
        if response is None:
            return
        self._outbox.stop_response(response.track.id)
        await _cancel(self._response_task)
        if self._response is None:
            return
        self._last_response, self._response = response, None
        self._send_clock.cut(self._clock.monotonic())
        try:
            await conclude(response)
        except DeskbellError as error:
            await self._tell(CallFault(error))

    async def _tell(self, payload: ServerPayload) -> None:
        await self._outbox.tell(payload)


async def _cancel(task: asyncio.Task[None] | None) -> None:
    """Cancels a task and waits until it is gone."""
    if task is not None and not task.done():
        task.cancel()
        _, pending = await asyncio.wait({task}, timeout=STOP_TIMEOUT)
        if pending:
            raise RuntimeError("a cancelled task of a call does not end")
