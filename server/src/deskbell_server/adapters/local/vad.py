"""Voice activity by Silero VAD on ONNX Runtime, one session and one thread for all callers.

The way of a window: `push` cuts the caller's samples into windows of 512 and hands them to the batcher as one
job. The batcher's thread goes in rounds: each takes one window of every job that has one, up to `MAX_BATCH`,
runs the model once over all, and keeps each caller's state. The model computes rows independently, so that a
caller's probabilities do not depend on who else is in a round. A caller has at most one job at a time, which
bounds the line by the number of calls.

Shapes and context as in https://github.com/snakers4/silero-vad (utils_vad.py, OnnxWrapper).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deskbell_server.adapters.local.pcm import Samples, from_pcm
from deskbell_server.adapters.local.sessions import open_session
from deskbell_server.adapters.local.weights import SILERO_VAD, locate
from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.domain.errors import ProviderError

WINDOW = 512
CONTEXT = 64
MAX_BATCH = 64
"""Windows of one inference, about 4 ms of work; beyond 8 a larger batch saves little per window."""
TIMEOUT = 5.0
"""Seconds that one push may take."""

STAGE = "voice_activity"


def _error(kind: str, message: str) -> ProviderError:
    return ProviderError(STAGE, kind, f"the local {STAGE} engine {message}")


@dataclass(slots=True, eq=False)
class _Memory:
    """What the model carries from one window of a caller to the next."""

    state: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 128), dtype=np.float32))
    context: Samples = field(default_factory=lambda: np.zeros(CONTEXT, dtype=np.float32))


@dataclass(slots=True, eq=False)
class _Job:
    """The windows of one push, shape (n, 512), and who waits for them."""

    memory: _Memory
    windows: Samples
    done: asyncio.Future[list[float]]
    settled: asyncio.Event
    probabilities: list[float] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return len(self.probabilities) == len(self.windows)

    def settle(self, error: ProviderError | None) -> None:
        """Tells the caller, on the event loop; one that was cancelled does not wait any more."""
        self.settled.set()
        if self.done.done():
            return
        if error:
            self.done.set_exception(error)
        else:
            self.done.set_result(self.probabilities)


class SileroVoiceActivity:
    """Fulfils `ports.engines.VoiceActivity`. Use it as an asynchronous context manager."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="voice-activity")
        self._lock = threading.Lock()
        self._jobs: deque[_Job] = deque()
        self._working = False

    @classmethod
    def load(cls, *, models_dir: Path | None) -> Self:
        """Reads and warms the model; blocks. Raises WeightsError."""
        detector = cls(open_session(locate(SILERO_VAD, models_dir)["model.onnx"], threads=1))
        detector._infer(np.zeros((1, CONTEXT + WINDOW), np.float32), np.zeros((2, 1, 128), np.float32))
        return detector

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)

    def open(self) -> SileroStream:
        return SileroStream(self)

    def submit(self, job: _Job) -> None:
        """Puts a job in line and wakes the thread if it rests. Raises ProviderError after closing."""
        with self._lock:
            self._jobs.append(job)
            if self._working:
                return
            try:
                self._pool.submit(self._work)
            except RuntimeError:
                self._jobs.clear()
                raise _error("unavailable", "is shutting down") from None
            self._working = True

    def _work(self) -> None:
        """Goes in rounds until no job is left. Runs in the thread."""
        while True:
            with self._lock:
                jobs = [self._jobs.popleft() for _ in range(min(MAX_BATCH, len(self._jobs)))]
                if not jobs:
                    self._working = False
                    return
            error: ProviderError | None = None
            try:
                self._round(jobs)
            except Exception as failure:  # noqa: BLE001 - the jobs of the round get to know
                error = _error("unavailable", f"failed with {type(failure).__name__}")
            for job in jobs:
                if error is None and not job.finished:
                    with self._lock:
                        self._jobs.append(job)
                    continue
                # A closed loop has no one left who waits.
                with contextlib.suppress(RuntimeError):
                    job.done.get_loop().call_soon_threadsafe(job.settle, error)

    def _round(self, jobs: list[_Job]) -> None:
        windows = np.stack([job.windows[len(job.probabilities)] for job in jobs])
        contexts = np.stack([job.memory.context for job in jobs])
        states = np.stack([job.memory.state for job in jobs], axis=1)
        probabilities, states = self._infer(np.concatenate([contexts, windows], axis=1), states)
        for row, job in enumerate(jobs):
            job.probabilities.append(float(probabilities[row, 0]))
            job.memory.state = states[:, row].copy()
            job.memory.context = windows[row, -CONTEXT:]

    def _infer(self, samples: Samples, states: Samples) -> tuple[Samples, Samples]:
        """Samples (n, 576) and states (2, n, 128) to probabilities (n, 1) and the next states."""
        feed = {"input": samples, "state": states, "sr": np.array(ENGINE_RATE, dtype=np.int64)}
        probabilities, following = self._session.run(None, feed)
        return probabilities, following


class SileroStream:
    """Fulfils `ports.engines.VoiceActivityStream`."""

    def __init__(self, detector: SileroVoiceActivity) -> None:
        self._detector = detector
        self._memory = _Memory()
        self._rest: Samples = np.zeros(0, dtype=np.float32)
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()
        self._settled.set()

    async def push(self, pcm: bytes) -> list[float]:
        """As the port says; pushes of one stream are worked on in order. Raises ProviderError.

        Cancelling stops waiting. Samples that were taken by then are still listened to, in order, and their
        probabilities are lost.
        """
        try:
            async with asyncio.timeout(TIMEOUT), self._turn:
                await self._settled.wait()
                windows = self._take(pcm)
                if not len(windows):
                    return []
                done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
                job = _Job(self._memory, windows, done, self._settled)
                self._detector.submit(job)
                self._settled.clear()
                return await done
        except TimeoutError:
            raise _error("timeout", f"took longer than {TIMEOUT:g} s") from None

    def _take(self, pcm: bytes) -> Samples:
        if len(pcm) % 2:
            raise _error("rejected", "was given half a sample")
        samples = np.concatenate([self._rest, from_pcm(pcm)])
        whole = len(samples) - len(samples) % WINDOW
        self._rest = samples[whole:]
        return samples[:whole].reshape(-1, WINDOW)
