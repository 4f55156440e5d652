"""Opens the local engines that are asked for, off the event loop.

The threads: `threads` in all compute for speech recognition, speech and embeddings. A single job is fastest
with two of them (1.6 times one), so that `threads // 2` jobs run at once, or one job in a single thread.
Voice activity has one more thread of its own, because it must answer every 32 ms whatever else goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from deskbell_server.adapters.local.answerer import ExtractiveChat
from deskbell_server.adapters.local.embedder import MiniLmEmbedder
from deskbell_server.adapters.local.speech_to_text import WhisperSpeechToText
from deskbell_server.adapters.local.text_to_speech import PiperTextToSpeech
from deskbell_server.adapters.local.vad import SileroVoiceActivity
from deskbell_server.adapters.workers import Workers
from deskbell_server.ports.engines import Embedder

THREADS_OF_A_JOB = 2


class LocalEngines:
    """Loads engines into shared workers; each method loads its engine anew and may run beside the others.
    All raise WeightsError when files are missing or wrong. Made by `open_local_engines`."""

    def __init__(
        self, stack: AsyncExitStack, workers: Workers, *, jobs: int, threads: int, models_dir: Path | None
    ) -> None:
        self.workers = workers
        self._stack = stack
        self._jobs = jobs
        self._threads = threads
        self._models_dir = models_dir

    async def speech_to_text(self, timeout: float) -> WhisperSpeechToText:
        """`timeout` in seconds, for an utterance."""
        return await asyncio.to_thread(
            WhisperSpeechToText.load,
            self.workers,
            jobs=self._jobs,
            threads=self._threads,
            models_dir=self._models_dir,
            timeout=timeout,
        )

    async def text_to_speech(self, timeout: float) -> PiperTextToSpeech:
        """`timeout` in seconds, for a piece of speech."""
        return await asyncio.to_thread(
            PiperTextToSpeech.load,
            self.workers,
            threads=self._threads,
            models_dir=self._models_dir,
            timeout=timeout,
        )

    async def embedder(self) -> MiniLmEmbedder:
        """384 dimensions."""
        return await asyncio.to_thread(
            MiniLmEmbedder.load, self.workers, threads=self._threads, models_dir=self._models_dir
        )

    async def voice_activity(self) -> SileroVoiceActivity:
        """With a thread of its own."""
        detector = await asyncio.to_thread(SileroVoiceActivity.load, models_dir=self._models_dir)
        return await self._stack.enter_async_context(detector)

    def chat(self, embedder: Embedder) -> ExtractiveChat:
        """Needs no weights but the embedder's."""
        return ExtractiveChat(embedder)


@asynccontextmanager
async def open_local_engines(threads: int, models_dir: Path | None) -> AsyncIterator[LocalEngines]:
    """The engines live until the context is left, which waits for the jobs that run. `threads` and
    `models_dir` are the settings `local_threads` and `models_dir`."""
    width = min(threads, THREADS_OF_A_JOB)
    jobs = threads // width
    async with AsyncExitStack() as stack:
        workers = await stack.enter_async_context(Workers(jobs))
        yield LocalEngines(stack, workers, jobs=jobs, threads=width, models_dir=models_dir)
