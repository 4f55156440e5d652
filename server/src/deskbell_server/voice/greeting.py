"""Speech that is said on many calls, as greetings and answers from the cache, is synthesised once."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from deskbell_server.domain.audio import SpeechChunk
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.engines import TextToSpeech
from deskbell_server.ports.stores import SpeechCache


class CachedSpeech:
    """A speech engine that, while `caches` is set, looks in the tenant's cache first. A value there is the sample rate
    (4 bytes, big-endian) and the PCM16."""

    def __init__(self, engine: TextToSpeech, cache: SpeechCache, tenant: TenantId) -> None:
        self._engine = engine
        self._cache = cache
        self._tenant = tenant
        self.caches = False

    @property
    def label(self) -> str:
        """The engine's own."""
        return self._engine.label

    async def stream(
        self, text: str, *, voice: str, speaking_rate: float
    ) -> AsyncGenerator[SpeechChunk, None]:
        """As TextToSpeech.stream; speech that was stopped early is not cached."""
        if not self.caches:
            async with aclosing(
                self._engine.stream(text, voice=voice, speaking_rate=speaking_rate)
            ) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        said = f"{self._engine.label}\0{voice}\0{speaking_rate}\0{text}"
        key = hashlib.sha256(said.encode()).hexdigest()
        cached = await self._cache.get(self._tenant, key)
        if cached is not None:
            yield SpeechChunk(cached[4:], int.from_bytes(cached[:4], "big"))
            return
        spoken = bytearray()
        rate = 0
        async with aclosing(self._engine.stream(text, voice=voice, speaking_rate=speaking_rate)) as chunks:
            async for chunk in chunks:
                spoken += chunk.pcm
                rate = chunk.sample_rate
                yield chunk
        if spoken:
            await self._cache.put(self._tenant, key, rate.to_bytes(4, "big") + bytes(spoken))
