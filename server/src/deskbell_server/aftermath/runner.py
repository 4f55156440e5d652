"""Makes the reports of conversations that are over, in the background.

The queue is the conversations table itself (see ports/aftermath.py ReportQueue). Whatever a report takes is done first
and kept in one transaction, with the gaps and with the note that it is done: a server that dies in between has done
nothing, and the next one begins anew. Two that work on the same conversation are told apart when they keep it: the
first counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from deskbell_server.access.quotas import Quotas
from deskbell_server.aftermath.case import Case, case_of
from deskbell_server.aftermath.extraction import Extraction, extracted_by_model, extracted_by_rules
from deskbell_server.aftermath.gaps import Unanswered, alike, asked, unanswered
from deskbell_server.aftermath.model_summary import model_summary
from deskbell_server.aftermath.outcome import outcome
from deskbell_server.aftermath.schema import Wanted, wanted
from deskbell_server.aftermath.sentiment import sentiment
from deskbell_server.aftermath.summary import summary
from deskbell_server.aftermath.writing import Spent
from deskbell_server.domain.conversation import Conversation
from deskbell_server.domain.errors import DeskbellError, NotFound
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.quota import QuotaExceeded
from deskbell_server.domain.report import Report, Sentiment
from deskbell_server.ports.aftermath import ReportJob, ReportQueue
from deskbell_server.ports.engines import Chat, Embedder
from deskbell_server.ports.stores import Clock, TenantStore
from deskbell_server.privacy.redaction import redact
from deskbell_server.privacy.regions import region_of_time_zone

WORKERS = 2
"""Reports at once in this process: calls come first."""
MODEL_SECONDS = 60.0
"""How long a language model may take over a report; then it is made by rules."""
DEADLINE_SECONDS = 90.0
"""Of one attempt."""
LEASE_SECONDS = 120.0
"""Longer than the deadline; a claim this old has no owner any more."""
MOST_ATTEMPTS = 5
BACK_OFF_SECONDS, MOST_BACK_OFF = 10.0, 900.0
"""Before the second attempt, doubled before each other one."""
POLL_SECONDS = 5.0
"""How often each worker looks for conversations that are over."""
IDLE_SWEEP_SECONDS = 30.0
BY_RULES = "rules"
"""The engine's label where no model wrote the summary."""
_SELF = Principal("after-the-call", None)
_log = structlog.get_logger(__name__)

SchemaOf = Callable[[Conversation], Awaitable[str]]
"""The extraction schema of a conversation's agent, as JSON; "" for none."""


async def no_schema(_: Conversation) -> str:
    """Of agents that want nothing in particular."""
    return ""


class Aftermath:
    """Makes reports, `WORKERS` at a time, and ends chats that have gone quiet. `run` belongs in a task scope of the
    application. `writer` is a chat engine that can write about a conversation, None where there is none."""

    def __init__(
        self,
        queue: ReportQueue,
        tenants: TenantStore,
        embedder: Embedder,
        writer: Chat | None,
        quotas: Quotas,
        clock: Clock,
        *,
        chat_idle_seconds: float,
        schema_of: SchemaOf = no_schema,
    ) -> None:
        self._queue = queue
        self._tenants = tenants
        self._embedder = embedder
        self._writer = writer
        self._quotas = quotas
        self._clock = clock
        self._chat_idle_seconds = chat_idle_seconds
        self._schema_of = schema_of

    async def run(self) -> None:
        """Works until cancelled; a report that is cancelled is made again later, from the beginning."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._end_idle_chats())
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def work_off(self) -> int:
        """Makes every report that is due now, one after the other; returns how many were begun."""
        begun = 0
        while await self._one():
            begun += 1
        return begun

    async def _work(self) -> None:
        while True:
            try:
                if await self._one():
                    continue
            except DeskbellError as error:
                _log.warning("reports_not_claimed", reason=error.reason)
            except Exception:  # noqa: BLE001 - reports can wait; calls, which end with this scope, cannot
                _log.exception("reports_broke")
            finally:
                _stop_if_cancelled()
            await asyncio.sleep(POLL_SECONDS)

    async def _end_idle_chats(self) -> None:
        while True:
            try:
                count = await self._queue.end_idle_chats(self._chat_idle_seconds, self._clock.now())
                if count:
                    _log.info("idle_chats_ended", count=count)
            except DeskbellError as error:
                _log.warning("idle_chats_not_ended", reason=error.reason)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("idle_chats_broke")
            finally:
                _stop_if_cancelled()
            await asyncio.sleep(IDLE_SWEEP_SECONDS)

    async def _one(self) -> bool:
        """One attempt at the report that is due longest; False if none is. Raises StoreUnavailable when there is no
        telling whether one is."""
        job = await self._queue.claim(LEASE_SECONDS)
        if job is None:
            return False
        if job.attempt > MOST_ATTEMPTS:
            # It never came to say so itself: the process died of it, or with it, each time.
            await self._fail(job, "its maker was cut off at every attempt", last=True)
            return True
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._report(job)
        except TimeoutError:
            await self._fail(job, "took too long")
        except DeskbellError as error:
            await self._fail(job, error.reason)
        except Exception as error:  # noqa: BLE001 - one conversation that we cannot read must not hold up the others
            _log.exception("report_broke", tenant=job.tenant, conversation=str(job.conversation))
            await self._fail(job, f"INTERNAL ({type(error).__name__})")
        return True

    async def _fail(self, job: ReportJob, why: str, *, last: bool = False) -> None:
        """Has the job tried again later, or gives it up. What the store does not take, the lease's end brings back."""
        names = {
            "tenant": job.tenant,
            "conversation": str(job.conversation),
            "attempt": job.attempt,
            "reason": why,
        }
        try:
            if last or job.attempt >= MOST_ATTEMPTS:
                await self._queue.give_up(job, f"given up at attempt {job.attempt}: {why}", self._clock.now())
                _log.error("report_given_up", **names)
            else:
                delay = min(BACK_OFF_SECONDS * 2 ** (job.attempt - 1), MOST_BACK_OFF)
                await self._queue.retry(job, delay)
                _log.warning("report_failed", again_in_seconds=delay, **names)
        except DeskbellError as error:
            _log.warning("report_not_given_back", store=error.reason, **names)

    async def _report(self, job: ReportJob) -> None:
        material = await self._queue.material(job)
        if material is None:
            return
        if not material.messages:
            # The words are no longer kept.
            await self._queue.complete(job, None, (), alike, self._clock.now())
            return
        try:
            tenant = await self._tenants.get(job.tenant)
        except NotFound:
            return
        asks = wanted(await self._schema_of(material.conversation))
        case = await asyncio.to_thread(case_of, tenant, material)
        told = await asyncio.to_thread(_by_rules, case, asks)
        engine, words, extraction = await self._written(case, asks, told)
        embeddings = (
            await self._embedder.embed_passages([each.question for each in told.unanswered])
            if told.unanswered
            else []
        )
        now = self._clock.now()
        report = Report(
            summary=words,
            sentiment=told.sentiment,
            outcome=outcome(case),
            message_count=job.message_count,
            engine=engine,
            said_from=material.messages[0].created_at,
            created_at=now,
            extraction=extraction.values,
            extraction_problem=extraction.problem,
        )
        if await self._queue.complete(job, report, asked(told.unanswered, embeddings), alike, now):
            _log.info("report_made", tenant=job.tenant, conversation=str(job.conversation), engine=engine)

    async def _written(self, case: Case, asks: Wanted, told: _Told) -> tuple[str, str, Extraction]:
        """Who wrote the summary, the summary, and what was extracted: by the model where it can, else by rules."""
        chat = self._writer
        if chat is None or not case.said or not await self._may_spend(case):
            return BY_RULES, told.summary, told.extraction
        spent = Spent()
        words, extraction = "", told.extraction
        try:
            async with asyncio.timeout(MODEL_SECONDS), asyncio.TaskGroup() as group:
                writing = group.create_task(model_summary(chat, case, told.summary, spent))
                if asks.properties:
                    taking = group.create_task(extracted_by_model(chat, case, asks, told.extraction, spent))
            words = _redacted(case, writing.result())
            extraction = taking.result() if asks.properties else extraction
        except TimeoutError:
            _log.warning("report_without_model", tenant=case.tenant.id, reason="timeout")
        finally:
            await self._quotas.add_tokens(case.tenant.id, _SELF, spent.tokens)
        return (chat.label, words, extraction) if words else (BY_RULES, told.summary, extraction)

    async def _may_spend(self, case: Case) -> bool:
        try:
            await self._quotas.check_month(case.tenant.id, _SELF, calls=False)
        except QuotaExceeded:
            return False
        return True


def _stop_if_cancelled() -> None:
    """A cancellation that comes as a connection breaks can be lost in the database's driver."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@dataclass(frozen=True, slots=True)
class _Told:
    """What rules make of a case."""

    sentiment: Sentiment
    summary: str
    extraction: Extraction
    unanswered: list[Unanswered]


def _by_rules(case: Case, asks: Wanted) -> _Told:
    english = [each.is_english for each in case.exchanges if each.asked]
    return _Told(
        sentiment(case.said, english=english),
        summary(case),
        extracted_by_rules(case, asks),
        unanswered(case),
    )


def _redacted(case: Case, text: str) -> str:
    """What a model writes has no more personal data than the transcript."""
    return redact(text, case.tenant.redaction, region=region_of_time_zone(case.tenant.time_zone)).text
