"""Begins calls, keeps count of them, and ends them when the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState
from deskbell_server.domain.errors import DeskbellError, LimitReached, Unavailable
from deskbell_server.domain.names import ConversationId, time_ordered_uuid
from deskbell_server.ports.limits import LiveCalls
from deskbell_server.ports.stores import (
    AgentStore,
    Clock,
    ConversationStore,
    SpeechCache,
    TenantStore,
)
from deskbell_server.turn.engine import TurnEngine
from deskbell_server.turn.record import TurnRecord
from deskbell_server.voice.credential import CallCredential
from deskbell_server.voice.messages import CallStart, EndReason, Transport
from deskbell_server.voice.metering import Meter
from deskbell_server.voice.session import Call, CallEngines, CallLimits, CallSession

RETRY_SECONDS = 5.0
CLEANUP_TIMEOUT = 5.0
_log = structlog.get_logger(__name__)


class Calls:
    """The calls of this server process."""

    def __init__(
        self,
        *,
        tenants: TenantStore,
        agents: AgentStore,
        conversations: ConversationStore,
        live: LiveCalls,
        engines: CallEngines,
        turns: TurnEngine,
        record: TurnRecord,
        speech_cache: SpeechCache,
        clock: Clock,
        limits: CallLimits,
        quotas: Quotas,
        max_calls: int,
        owner: str,
    ) -> None:
        self._tenants = tenants
        self._agents = agents
        self._conversations = conversations
        self._live = live
        self._engines = engines
        self._turns = turns
        self._record = record
        self._speech_cache = speech_cache
        self._clock = clock
        self._limits = limits
        self._max_calls = max_calls
        self._quotas = quotas
        self._owner = owner
        self._sessions: set[CallSession] = set()
        self._count = 0
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def count(self) -> int:
        """How many calls go on here."""
        return self._count

    async def run(self, start: CallStart, transport: Transport, credential: CallCredential) -> None:
        """Runs a call from its start to its end.

        Raises NotFound (agent), LimitReached, QuotaExceeded, Unavailable (DRAINING), and what `CallSession.run` raises.
        Cancelling it ends the call as if the network went.
        """
        if self._draining:
            raise Unavailable("the server is shutting down", reason="DRAINING", retry_after=RETRY_SECONDS)
        if self._count >= self._max_calls:
            raise LimitReached(
                f"this server has {self._max_calls} calls, its limit",
                metadata={"limit": str(self._max_calls), "subject": "server"},
                retry_after=RETRY_SECONDS,
            )
        with self._counted():
            await self._run(start, transport, credential)

    async def drain(self, timeout: float) -> None:
        """Refuses new calls, tells the clients of those that go on, and ends what lasts longer than `timeout`
        seconds. Returns when no call is left, or a little after the timeout."""
        self._draining = True
        deadline = self._clock.now() + timedelta(seconds=timeout)
        for session in list(self._sessions):
            await session.drain(deadline)
        if await self.until_over(timeout):
            return
        for session in list(self._sessions):
            await session.close(EndReason.DRAINING)
        await self.until_over(min(timeout, CLEANUP_TIMEOUT))

    async def until_over(self, timeout: float = CLEANUP_TIMEOUT) -> bool:
        """Waits until the last call is over and all that it leaves is stored; False after the timeout."""
        try:
            async with asyncio.timeout(timeout):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._empty.set()

    async def _run(self, start: CallStart, transport: Transport, credential: CallCredential) -> None:
        now = self._clock.now()
        conversation = ConversationId(time_ordered_uuid(now.timestamp()))
        caller_id = credential.principal.caller_id or start.caller_id
        agent = await self._agents.for_caller(start.tenant, start.agent, caller_id, conversation)
        tenant = await self._tenants.get(start.tenant)
        await self._quotas.check_month(start.tenant, credential.principal, calls=True)
        limits = await self._quotas.call_limits(credential.principal, start.tenant)
        await self._live.enter(start.tenant, conversation, limits)
        try:
            await self._conversations.create(
                start.tenant,
                Conversation(
                    tenant=start.tenant,
                    id=conversation,
                    agent=start.agent,
                    channel=Channel.VOICE,
                    state=ConversationState.OPEN,
                    caller_id=caller_id,
                    message_count=0,
                    started_at=now,
                    ended_at=None,
                    end_reason="",
                    created_by=credential.principal.actor,
                    agent_version=agent.number,
                ),
                self._owner,
            )
            meter = Meter(self._quotas, start.tenant, credential, self._clock)
            session = CallSession(
                Call(tenant, agent, conversation, start),
                transport,
                self._engines,
                self._turns,
                self._record,
                self._speech_cache,
                self._clock,
                self._limits,
                credential,
                meter,
            )
            self._sessions.add(session)
            try:
                await self._until_ended(session, conversation, start, meter)
            finally:
                self._sessions.discard(session)
        finally:
            async with asyncio.timeout(CLEANUP_TIMEOUT):
                await self._live.leave(start.tenant, conversation)

    async def _until_ended(
        self, session: CallSession, conversation: ConversationId, start: CallStart, meter: Meter
    ) -> None:
        reason = EndReason.FAILED
        try:
            await session.run()
            reason = session.end_reason or EndReason.FAILED
        except asyncio.CancelledError:
            reason = EndReason.CONNECTION_LOST
            raise
        finally:
            try:
                async with asyncio.timeout(CLEANUP_TIMEOUT):
                    await meter.count()
                    await self._conversations.end(start.tenant, conversation, self._clock.now(), reason)
            except (DeskbellError, TimeoutError):
                # The call's own outcome matters more; what is left open is marked lost later.
                _log.warning("call_end_not_stored", conversation=str(conversation))
