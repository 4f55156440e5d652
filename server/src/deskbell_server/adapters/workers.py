"""Threads for the models that run in this process, and what an engine promises about its work there.

`Workers` lets a fixed number of jobs run at once. The others wait in order, live calls before indexing; a
waiting job that is cancelled never runs. `Stage` is an engine's view of them: its name, its deadline, and
`ProviderError` for everything that goes wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar, TypeVarTuple, Unpack

from deskbell_server.domain.errors import ProviderError

_Result = TypeVar("_Result")
_Args = TypeVarTuple("_Args")

_LIVE, _BACKGROUND = 0, 1


class WorkersBusy(Exception):
    """Too many jobs wait already."""


class WorkersClosed(Exception):
    """The workers take no more jobs."""


class Workers:
    """Runs functions in threads, at most `jobs` at once with at most `max_waiting` more in line.

    Use it in one event loop, as an asynchronous context manager. On leaving, the jobs in line fail with
    `WorkersClosed` and the running ones are waited for.
    """

    def __init__(self, jobs: int, *, max_waiting: int = 512) -> None:
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="local-engine")
        self._free = jobs
        self._max_waiting = max_waiting
        self._line: list[tuple[int, int, asyncio.Future[None]]] = []
        self._tickets = itertools.count()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for _, _, turn in self._line:
            if not turn.done():
                turn.set_exception(WorkersClosed())
        self._line.clear()
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)

    async def run(
        self, function: Callable[[Unpack[_Args]], _Result], *args: *_Args, background: bool = False
    ) -> _Result:
        """Runs `function(*args)` in a thread and returns what it returns. `background` jobs begin only when
        no other job waits.

        Raises WorkersBusy, WorkersClosed, or what the function raises. Cancelling stops waiting at once:
        a job in line is dropped, a running one finishes in its thread and keeps its place until then.
        """
        await self._take_place(_BACKGROUND if background else _LIVE)
        loop = asyncio.get_running_loop()
        try:
            job = self._pool.submit(function, *args)
        except RuntimeError:  # the pool was shut down between the two statements
            self._give_place()
            raise WorkersClosed from None

        def finished(_: Future[_Result]) -> None:
            # The loop is closed when it was stopped without leaving the context: nobody waits any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._give_place)

        job.add_done_callback(finished)
        return await asyncio.wrap_future(job)

    async def _take_place(self, priority: int) -> None:
        if self._closed:
            raise WorkersClosed
        if self._free:
            self._free -= 1
            return
        self._line = [entry for entry in self._line if not entry[2].done()]
        if len(self._line) >= self._max_waiting:
            raise WorkersBusy
        heapq.heapify(self._line)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, (priority, next(self._tickets), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give_place()  # the place was given in the moment of the cancellation
            raise

    def _give_place(self) -> None:
        while self._line:
            _, _, turn = heapq.heappop(self._line)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Stage:
    """One engine's use of the workers.

    `name` is the stage that a `ProviderError` names; `timeout` is the deadline of one job in seconds, time in
    line included.
    """

    def __init__(self, name: str, workers: Workers, timeout: float) -> None:
        self.name = name
        self._workers = workers
        self._timeout = timeout

    async def run(
        self, function: Callable[[Unpack[_Args]], _Result], *args: *_Args, background: bool = False
    ) -> _Result:
        """Runs a job as `Workers.run` does. Raises ProviderError of kind "timeout" or "unavailable", whose
        text names the kind of failure and nothing of the input."""
        try:
            async with self.deadline():
                return await self._workers.run(function, *args, background=background)
        except ProviderError:
            raise
        except WorkersBusy:
            raise self.error("unavailable", "has too many jobs in line") from None
        except WorkersClosed:
            raise self.error("unavailable", "is shutting down") from None
        except Exception as error:  # noqa: BLE001 - a library may raise anything
            # The libraries' own messages may quote the input, so that only the type is told.
            raise self.error("unavailable", f"failed with {type(error).__name__}") from None

    @contextlib.asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """The stage's deadline over several jobs. Raises ProviderError of kind "timeout"."""
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise self.error("timeout", f"took longer than {self._timeout:g} s") from None

    def error(self, kind: str, message: str) -> ProviderError:
        """A ProviderError of this stage."""
        return ProviderError(self.name, kind, f"the local {self.name} engine {message}")
