"""Groq's engines on the real SDK, the fake on a socket, and scripted engines behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from deskbell_server.adapters.groq import GroqChat, GroqSpeechToText, GroqTextToSpeech, groq_client
from deskbell_server.domain.audio import SpeechChunk, Transcription
from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.fake_groq import FakeEngines, Plan, serve_fake_groq
from deskbell_server.fake_groq.plan import Route
from deskbell_server.ports.engines import ChatPiece, ChatRequest

CANARY = "planted-canary"
KEY = f"gsk_{CANARY}-key"
WORDS = "On Saturday we are open from nine to one."
PCM = bytes(range(256)) * 200
QUESTION = ChatRequest(
    system=(
        'You are kind.\n<passages>\n<passage id="1" title="Hours > Saturday">\n'
        "Open 9 &amp; 1\n</passage>\n</passages>"
    ),
    history=[HistoryEntry(Speaker.CALLER, "hello"), HistoryEntry(Speaker.AGENT, "hi")],
    question=f"a {CANARY} question",
    passages=[],
    temperature=0.3,
    max_tokens=50,
)


@dataclass
class Brain:
    """What the scripted engines were given."""

    heard: list[bytes] = field(default_factory=list)
    asked: list[ChatRequest] = field(default_factory=list)
    says: str = WORDS


@dataclass
class Ears:
    brain: Brain
    label: str = "scripted"

    async def transcribe(self, pcm: bytes, *, language_code: str) -> Transcription:
        self.brain.heard.append(pcm)
        return Transcription("Hello there.", "en", 0.9, 0.01)


@dataclass
class Answerer:
    brain: Brain
    label: str = "scripted"
    cites: bool = False
    calls_tools: bool = False
    has_smaller: bool = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        self.brain.asked.append(request)
        yield ChatPiece(text=self.brain.says)


@dataclass
class Voice:
    """Says PCM whatever the text; nothing for a text without letters."""

    pause: float = 0.0
    """Seconds after each piece."""
    label: str = "scripted"

    async def stream(
        self, text: str, *, voice: str, speaking_rate: float
    ) -> AsyncGenerator[SpeechChunk, None]:
        if not any(map(str.isalpha, text)):
            return
        for first in range(0, len(PCM), 9_999):  # odd pieces cut samples in two
            yield SpeechChunk(PCM[first : first + 9_999], 24_000)
            await asyncio.sleep(self.pause)


@dataclass
class Rig:
    plan: Plan
    brain: Brain
    voice: Voice
    url: str
    speech_to_text: GroqSpeechToText
    chat: GroqChat
    text_to_speech: GroqTextToSpeech

    async def run(self, route: Route) -> object:
        """One request of a route, to its end."""
        if route is Route.TRANSCRIPTION:
            return await self.speech_to_text.transcribe(PCM, language_code="en-GB")
        if route is Route.CHAT:
            return "".join([piece.text async for piece in self.chat.stream(QUESTION)])
        return b"".join(
            [c.pcm async for c in self.text_to_speech.stream("Hello.", voice="", speaking_rate=1.0)]
        )

    async def disconnected(self) -> None:
        """Returns when the fake has noticed that a client left."""
        async with asyncio.timeout(5):
            while not self.plan.disconnects:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def rig(timeout: float = 5.0, suffix: str = "", host: str = "127.0.0.1") -> AsyncIterator[Rig]:
    """Each stage's timeout in seconds; the whole of an answer may take twice as long."""
    plan, brain, voice = Plan(), Brain(), Voice()
    engines = FakeEngines(Ears(brain), Answerer(brain), voice)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve_fake_groq(host, 0, engines, plan, ready.set_result))
        url = await ready
        async with groq_client(KEY, url + suffix) as client:
            yield Rig(
                plan,
                brain,
                voice,
                url,
                GroqSpeechToText(client, "whisper-large-v3-turbo", timeout),
                GroqChat(client, "openai/gpt-oss-20b", timeout, 2 * timeout),
                GroqTextToSpeech(client, "canopylabs/orpheus-v1-english", "hannah", timeout),
            )
        serving.cancel()
