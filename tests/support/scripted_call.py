"""A call whose outside is scripted: the engines, the stores and the client, on one virtual clock.

The caller's audio is PCM16 at 16 kHz in which a sample of 1 is voice and a sample of 0 is silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from prometheus_client import CollectorRegistry

from deskbell_server.access.quotas import Quotas
from deskbell_server.adapters.local.weights import MINILM
from deskbell_server.app import engines as app_engines
from deskbell_server.booking.desk import BookingDesk
from deskbell_server.domain.agent import Agent, AgentType, VoiceSettings
from deskbell_server.domain.audio import AudioFormat, Encoding, SpeechChunk, Transcription
from deskbell_server.domain.conversation import Conversation, HistoryEntry, Message, Speaker
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.domain.identity import BOOTSTRAP, ApiKeyId, Principal
from deskbell_server.domain.knowledge import FoundPassage, Passage
from deskbell_server.domain.names import AgentId, ConversationId, DocumentId, TenantId, TurnId
from deskbell_server.domain.quota import Quota, Usage
from deskbell_server.domain.tenant import Tenant
from deskbell_server.domain.turn import TurnMemory
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.observability.turns import TurnMetrics
from deskbell_server.ports.engines import ChatPiece, ChatRequest, ChatSupport, ChatUsage, Embedding
from deskbell_server.ports.limits import CallLimit
from deskbell_server.ports.recall import RecallScope
from deskbell_server.ports.stores import Clock, ConversationContext
from deskbell_server.turn.building import TurnLimits, TurnParts, Turns
from deskbell_server.turn.dialogues.routing import Dialogues
from deskbell_server.turn.intents.classifier import IntentClassifier
from deskbell_server.turn.intents.tenants import TenantClassifiers
from deskbell_server.turn.intents.weights import load
from deskbell_server.turn.record import TurnRecord
from deskbell_server.voice.calls import Calls
from deskbell_server.voice.credential import CallCredential
from deskbell_server.voice.messages import (
    AudioInput,
    CallStart,
    ClientMessage,
    ClientPayload,
    ResponseAudio,
    ServerEvent,
)
from deskbell_server.voice.session import CallEngines, CallLimits

RATE = 16_000
FRAME = 640
"""Samples in 40 ms."""
PASSAGE = FoundPassage(
    document=DocumentId("hours"),
    title="Opening hours",
    passage=Passage(0, 0, 32, "On Saturday we are open 9 to 1.", ""),
    similarity=0.8,
    score=0.03,
)


class LoopClock:
    """The loop's time, as a Clock."""

    def now(self) -> datetime:
        return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


@dataclass
class Engines:
    """What the engines say, how long they take, and how they fail."""

    transcripts: list[str] = field(default_factory=lambda: ["what are your opening hours?"] * 9)
    transcription_seconds: float = 0.1
    answer: str = "We are open on Saturday. We close at one."
    first_token_seconds: float = 0.1
    speech_seconds_per_character: float = 0.06
    first_speech_seconds: float = 0.05
    fail: dict[str, DeskbellError | asyncio.CancelledError] = field(default_factory=dict)
    asked: list[ChatRequest] = field(default_factory=list)
    heard_seconds: list[float] = field(default_factory=list)
    label: str = "scripted/1"

    # speech to text
    async def transcribe(self, pcm: bytes, *, language_code: str) -> Transcription:
        await asyncio.sleep(self.transcription_seconds)
        self._maybe_fail("speech_to_text")
        self.heard_seconds.append(len(pcm) / 2 / RATE)
        return Transcription(self.transcripts.pop(0), "en", 0.9, 0.01)

    # embeddings
    async def embed_query(self, text: str) -> Embedding:
        return np.zeros(384, dtype=np.float32)

    async def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        return [np.zeros(384, dtype=np.float32) for _ in texts]

    # voice activity
    def open(self) -> ScriptedVoiceActivity:
        return ScriptedVoiceActivity()

    def _maybe_fail(self, stage: str) -> None:
        if stage in self.fail:
            raise self.fail[stage]


@dataclass
class ScriptedChat:
    """Streams the answer word by word."""

    engines: Engines
    label: str = "scripted/chat"
    cites: bool = True
    calls_tools: bool = False
    has_smaller: bool = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        self.engines.asked.append(request)
        await asyncio.sleep(self.engines.first_token_seconds)
        self.engines._maybe_fail("chat")
        for word in self.engines.answer.split(" "):
            yield ChatPiece(text=f"{word} ")
            await asyncio.sleep(0.005)
        self.engines._maybe_fail("chat_midway")
        yield ChatPiece(support=ChatSupport(PASSAGE, 3, 11), usage=ChatUsage(10, 5))


@dataclass
class ScriptedSpeech:
    """Speaks a tone as long as the text."""

    engines: Engines
    label: str = "scripted/voice"
    spoken: list[str] = field(default_factory=list)

    async def stream(
        self, text: str, *, voice: str, speaking_rate: float
    ) -> AsyncGenerator[SpeechChunk, None]:
        self.spoken.append(text)
        await asyncio.sleep(self.engines.first_speech_seconds)
        self.engines._maybe_fail("text_to_speech")
        samples = int(len(text) * self.engines.speech_seconds_per_character * RATE)
        for first in range(0, samples, 3_200):
            yield SpeechChunk(b"\x10\x10" * min(3_200, samples - first), RATE)


class NoAnswers:
    """An answer cache that is away."""

    async def exact(self, scope: RecallScope, question: str) -> None:
        return None

    async def similar(self, scope: RecallScope, question: str, embedding: Embedding) -> None:
        return None

    async def near(self, scope: RecallScope, question: str, embedding: Embedding) -> None:
        return None

    async def put(self, *_: object) -> None:
        return None

    async def forget(self, tenant: TenantId) -> None:
        return None


def scripted_intents() -> IntentClassifier:
    """The real one, which by the scripted embeddings of nothing goes by the words alone."""
    weights = load(MINILM.label(None))
    assert weights is not None
    return IntentClassifier(weights)


class ScriptedVoiceActivity:
    """Hears a 1 as voice."""

    def __init__(self) -> None:
        self._rest = b""

    async def push(self, pcm: bytes) -> list[float]:
        self._rest += pcm
        windows, self._rest = divmod_bytes(self._rest, 1024)
        return [float(np.frombuffer(w, dtype="<i2").mean() > 0.5) for w in windows]


def divmod_bytes(data: bytes, size: int) -> tuple[list[bytes], bytes]:
    """Whole pieces of a size, and the rest."""
    count = len(data) // size
    return [data[i * size : (i + 1) * size] for i in range(count)], data[count * size :]


@dataclass
class Minutes:
    """The tenant's quota, and the seconds of calls that were counted."""

    quota: Quota = field(
        default_factory=lambda: Quota(
            concurrent_calls=2, monthly_call_minutes=1_000, monthly_tokens=1_000_000
        )
    )
    seconds: float = 0.0
    tokens: int = 0

    async def get(self, tenant: TenantId) -> Quota:
        return self.quota

    async def usage(self, tenant: TenantId, month: date) -> Usage:
        return Usage(month, self.seconds, self.tokens, 0)

    async def add(
        self, tenant: TenantId, key: ApiKeyId | None, month: date, seconds: float, tokens: int
    ) -> tuple[float, float]:
        self.seconds += seconds
        self.tokens += tokens
        return self.seconds, 0.0


def scripted_engines(script: Engines) -> app_engines.Engines:
    """The engines of a whole server, all of which say what the script says."""
    return app_engines.Engines(
        script, ScriptedChat(script), ScriptedSpeech(script), script, scripted_intents(), script
    )


@dataclass
class Stores:
    """Tenants, agents, conversations, live calls and caches in memory, as far as a call needs them."""

    tenant: Tenant
    agent: Agent
    conversations: dict[ConversationId, Conversation] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    ended: dict[ConversationId, str] = field(default_factory=dict)
    live: set[ConversationId] = field(default_factory=set)
    cache: dict[str, bytes] = field(default_factory=dict)
    minutes: Minutes = field(default_factory=Minutes)
    dialogue: str = ""

    async def create(self, tenant: TenantId, conversation: Conversation, owner: str) -> Conversation:
        self.conversations[conversation.id] = conversation
        return conversation

    async def context(
        self, tenant: TenantId, conversation: ConversationId, limit: int
    ) -> ConversationContext:
        history = [HistoryEntry(m.speaker, m.heard_text) for m in self.messages if m.heard_text]
        last = next((m for m in reversed(self.messages) if m.speaker is Speaker.AGENT), None)
        said, heard = ("", "") if last is None else (last.text, last.heard_text)
        return ConversationContext(tuple(history), self.dialogue, "en", "1", said, heard)

    async def hold(self, tenant: TenantId, conversation: ConversationId, dialogue: str) -> bool:
        return self.dialogue == dialogue

    async def store_turn(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        turn: TurnId,
        messages: Sequence[Message],
        memory: TurnMemory | None = None,
    ) -> bool:
        assert turn not in {message.turn for message in self.messages}, "a turn is stored once"
        self.messages += messages
        if memory is not None:
            self.dialogue = memory.dialogue
        return True

    async def set_heard(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, heard: str, *, estimated: bool
    ) -> None:
        from dataclasses import replace

        self.messages = [
            replace(m, heard_text=heard, heard_estimated=estimated)
            if m.turn == turn and m.speaker is Speaker.AGENT
            else m
            for m in self.messages
        ]

    async def end(self, tenant: TenantId, conversation: ConversationId, now: datetime, reason: str) -> None:
        self.ended[conversation] = reason

    async def nearest(self, tenant: TenantId, query: Embedding, limit: int) -> list[FoundPassage]:
        return [PASSAGE]

    async def matching(
        self, tenant: TenantId, question: str, query: Embedding, limit: int
    ) -> list[FoundPassage]:
        return [PASSAGE]

    async def containing(self, tenant: TenantId, question: str, limit: int) -> list[FoundPassage]:
        return [PASSAGE]

    async def enter(
        self, tenant: TenantId, conversation: ConversationId, limits: Sequence[CallLimit]
    ) -> None:
        self.live.add(conversation)

    async def leave(self, tenant: TenantId, conversation: ConversationId) -> None:
        self.live.discard(conversation)

    async def get(self, *ids: str) -> Any:
        if ids == (self.tenant.id,):
            return self.tenant
        if ids == (self.tenant.id, self.agent.id):
            return self.agent
        return self.cache.get(ids[1])

    async def for_caller(
        self, tenant: TenantId, agent: AgentId, caller_id: str, conversation: ConversationId
    ) -> Agent:
        return self.agent

    async def put(self, tenant: TenantId, key: str, pcm: bytes) -> None:
        self.cache[key] = pcm

    def said(self, speaker: Speaker) -> list[str]:
        """What one side's stored messages say."""
        return [m.text for m in self.messages if m.speaker is speaker]


def stores(*, greeting: str = "", end_silence: float = 0.4) -> Stores:
    """One tenant with one agent."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    tenant = Tenant(TenantId("clinic"), "Clinic", "dentist", "en", "Europe/London", now, now)
    agent = Agent(
        tenant.id,
        AgentId("desk"),
        "Desk",
        AgentType.RECEPTIONIST,
        "",
        greeting,
        VoiceSettings(end_of_utterance_silence=end_silence),
        now,
        now,
    )
    return Stores(tenant, agent)


class Client:
    """The other end of the call: sends, and notes what it gets with the time."""

    def __init__(self) -> None:
        self._to_server: asyncio.Queue[ClientMessage | None] = asyncio.Queue()
        self.events: list[tuple[float, ServerEvent]] = []
        self._seq = 1
        self._samples = 0
        self._news = asyncio.Condition()
        self.reads = asyncio.Event()
        self.reads.set()

    # the transport, as the server sees it
    async def receive(self) -> ClientMessage | None:
        return await self._to_server.get()

    async def send(self, event: ServerEvent) -> None:
        await self.reads.wait()
        self.events.append((asyncio.get_running_loop().time(), event))
        async with self._news:
            self._news.notify_all()

    # the client's side
    def say(self, payload: ClientPayload, *, seq: int | None = None) -> None:
        """Sends a message, with the next number unless another one is given."""
        if seq is None:
            self._seq += 1
            seq = self._seq
        self._to_server.put_nowait(ClientMessage(seq, payload))

    def half_close(self) -> None:
        self._to_server.put_nowait(None)

    async def speak(self, seconds: float, *, voice: bool = True) -> None:
        """Sends audio in real time."""
        for _ in range(round(seconds * RATE / FRAME)):
            self.say(AudioInput(self._samples, (b"\1\0" if voice else b"\0\0") * FRAME))
            self._samples += FRAME
            await asyncio.sleep(FRAME / RATE)

    async def ask(self) -> None:
        """A question of one second, and the silence after it."""
        await self.speak(0.2, voice=False)
        await self.speak(1.0)
        await self.speak(1.0, voice=False)

    async def wait_for(self, kind: type, count: int = 1, timeout: float = 60.0) -> Any:
        """The `count`th event of a kind."""
        async with asyncio.timeout(timeout), self._news:
            await self._news.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]

    def of(self, kind: type) -> list[Any]:
        """The payloads of a kind."""
        return [e.payload for _, e in self.events if isinstance(e.payload, kind)]

    def at(self, kind: type) -> list[float]:
        """When the payloads of a kind came."""
        return [t for t, e in self.events if isinstance(e.payload, kind)]

    @property
    def heard_seconds(self) -> float:
        """How much of the agent's voice came."""
        return sum(len(a.data) for a in self.of(ResponseAudio)) / 2 / RATE


@dataclass
class World:
    """Everything around one call."""

    engines: Engines
    stores: Stores
    client: Client
    calls: Calls
    task: asyncio.Task[None]

    async def finish(self) -> None:
        """The client hangs up; the call ends by itself."""
        self.client.half_close()
        async with asyncio.timeout(120):
            await self.task


def bootstrap(clock: Clock) -> CallCredential:
    """A credential that does not expire."""

    async def admit(credential: str) -> Principal:
        return BOOTSTRAP

    return CallCredential(BOOTSTRAP, "key", admit, clock)


@asynccontextmanager
async def call(
    *,
    engines: Engines | None = None,
    at: Stores | None = None,
    max_duration: float = 600.0,
    idle_timeout: float = 60.0,
    push_to_talk: bool = False,
    output_rate: int = RATE,
    credential: CallCredential | None = None,
) -> AsyncGenerator[World, None]:
    """A call that has begun. The body must end it, or it is cut off as if the network went."""
    engines = engines or Engines()
    at = at or stores()
    clock = LoopClock()
    any_store: Any = at
    record = TurnRecord(any_store, clock)
    quotas = Quotas(at.minutes, Quota(), clock)  # type: ignore[arg-type]  # as far as a call needs it
    turns = Turns(
        TurnParts(
            search=KnowledgeSearch(any_store, engines),
            chat=ScriptedChat(engines),
            embedder=engines,
            classifiers=TenantClassifiers(scripted_intents(), engines),
            conversations=any_store,
            dialogues=Dialogues(BookingDesk(any_store, any_store, clock), any_store, clock),
            cache=NoAnswers(),
            record=record,
            units=any_store,
            quotas=quotas,
            clock=clock,
        ),
        TurnLimits(3, 12, 0.7, 300),
        TurnMetrics(CollectorRegistry()),
        shadow_rate=0.0,
        sample=lambda: 1.0,
    )
    calls = Calls(
        tenants=any_store,
        agents=any_store,
        conversations=any_store,
        live=any_store,
        engines=CallEngines(engines, ScriptedSpeech(engines), engines, {"chat": "scripted"}),
        turns=turns.engine,
        record=record,
        speech_cache=any_store,
        clock=clock,
        limits=CallLimits(max_duration, idle_timeout),
        quotas=quotas,
        max_calls=2,
        owner="test",
    )
    client = Client()
    start = CallStart(
        at.tenant.id,
        at.agent.id,
        AudioFormat(Encoding.PCM16, RATE),
        AudioFormat(Encoding.PCM16, output_rate),
        push_to_talk=push_to_talk,
    )
    task = asyncio.create_task(calls.run(start, client, credential or bootstrap(clock)))
    try:
        yield World(engines, at, client, calls, task)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
