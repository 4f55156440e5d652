"""Threads for the models: order, bounds, cancellation, deadlines."""

from __future__ import annotations

import asyncio
import threading

import pytest

from deskbell_server.adapters.workers import Stage, Workers, WorkersBusy, WorkersClosed
from deskbell_server.domain.errors import ProviderError


class Gate:
    """A job that runs until it is let go."""

    def __init__(self) -> None:
        self.running = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> None:
        self.running.set()
        assert self.open.wait(10)

    async def has_begun(self) -> None:
        assert await asyncio.to_thread(self.running.wait, 10)


async def test_returns_what_the_function_returns_and_raises_what_it_raises() -> None:
    async with Workers(2) as workers:
        assert await workers.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await workers.run(divmod, 7, 0)


async def test_live_jobs_go_before_background_jobs_and_each_kind_in_order() -> None:
    gate = Gate()
    done: list[str] = []
    async with Workers(1) as workers, asyncio.TaskGroup() as group:
        group.create_task(workers.run(gate))
        await gate.has_begun()
        for name, background in (("b1", True), ("l1", False), ("b2", True), ("l2", False)):
            group.create_task(workers.run(done.append, name, background=background))
            await asyncio.sleep(0)
        gate.open.set()
    assert done == ["l1", "l2", "b1", "b2"]


async def test_no_more_jobs_at_once_than_asked_for() -> None:
    gates = [Gate(), Gate(), Gate()]
    async with Workers(2) as workers, asyncio.TaskGroup() as group:
        for gate in gates:
            group.create_task(workers.run(gate))
        await gates[0].has_begun()
        await gates[1].has_begun()
        await asyncio.sleep(0.02)
        assert not gates[2].running.is_set()
        gates[0].open.set()
        await gates[2].has_begun()
        for gate in gates:
            gate.open.set()


async def test_a_cancelled_job_in_line_never_runs() -> None:
    gate = Gate()
    ran: list[str] = []
    async with Workers(1) as workers, asyncio.TaskGroup() as group:
        group.create_task(workers.run(gate))
        await gate.has_begun()
        waiting = asyncio.create_task(workers.run(ran.append, "cancelled"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.open.set()
        await workers.run(ran.append, "next")
    assert ran == ["next"]


async def test_cancelling_a_running_job_stops_waiting_at_once_and_keeps_its_place() -> None:
    gate = Gate()
    ran: list[str] = []
    async with Workers(1) as workers:
        running = asyncio.create_task(workers.run(gate))
        await gate.has_begun()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        following = asyncio.create_task(workers.run(ran.append, "next"))
        await asyncio.sleep(0.02)
        assert not ran
        gate.open.set()
        await following
    assert ran == ["next"]


async def test_a_full_line_refuses() -> None:
    gate = Gate()
    async with Workers(1, max_waiting=1) as workers, asyncio.TaskGroup() as group:
        group.create_task(workers.run(gate))
        await gate.has_begun()
        group.create_task(workers.run(int))
        await asyncio.sleep(0)
        with pytest.raises(WorkersBusy):
            await workers.run(int)
        gate.open.set()


async def test_closing_waits_for_the_running_job_and_fails_those_in_line() -> None:
    gate, workers = Gate(), Workers(1)
    async with workers:
        running = asyncio.create_task(workers.run(gate))
        await gate.has_begun()
        waiting = asyncio.create_task(workers.run(int))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, gate.open.set)
    await running
    with pytest.raises(WorkersClosed):
        await waiting
    with pytest.raises(WorkersClosed):
        await workers.run(int)


async def test_a_stage_turns_every_failure_into_a_provider_error_without_the_input() -> None:
    async with Workers(1) as workers:
        stage = Stage("speech_to_text", workers, timeout=5)
        with pytest.raises(ProviderError) as failed:
            await stage.run(int, "what the caller said")
        assert (failed.value.stage, failed.value.kind) == ("speech_to_text", "unavailable")
        assert "ValueError" in failed.value.message
        assert "caller" not in failed.value.message
    with pytest.raises(ProviderError) as closed:
        await stage.run(int)
    assert closed.value.kind == "unavailable"


async def test_a_stage_keeps_its_deadline_in_line_and_while_running() -> None:
    gate = Gate()
    async with Workers(1) as workers:
        stage = Stage("text_to_speech", workers, timeout=0.05)
        for job in (gate, int):
            with pytest.raises(ProviderError) as late:
                await stage.run(job)
            assert late.value.kind == "timeout"
        gate.open.set()
        assert await Stage("text_to_speech", workers, timeout=5).run(int) == 0


async def test_one_deadline_may_span_several_jobs() -> None:
    async with Workers(1) as workers:
        stage = Stage("speech_to_text", workers, timeout=0.1)

        async def many_jobs() -> None:
            async with stage.deadline():
                for _ in range(100):
                    await stage.run(threading.Event().wait, 0.02)

        with pytest.raises(ProviderError) as late:
            await many_jobs()
        assert late.value.kind == "timeout"
