"""Classifiers that also know what a tenant's own callers say."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import structlog

from deskbell_server.domain.agent import Agent
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.engines import Embedder
from deskbell_server.turn.intents.classifier import IntentClassifier
from deskbell_server.turn.intents.recognizer import tenant_examples

MOST_KEPT = 256
"""Agents with examples of their own whose embeddings are kept: 200 examples are 0.3 MB."""
WAITING = 64
_log = structlog.get_logger(__name__)
_Key = tuple[TenantId, str, str]


class TenantClassifiers:
    """The common classifier, with the examples of an agent's version where it has any.

    Examples are embedded in the background (`run`), 5 ms each: 200 of them take longer than a turn may.
    """

    def __init__(self, common: IntentClassifier, embedder: Embedder) -> None:
        self.common = common
        self._embedder = embedder
        self._kept: OrderedDict[_Key, IntentClassifier] = OrderedDict()
        self._asked: dict[_Key, asyncio.Event] = {}
        self._queue: asyncio.Queue[tuple[_Key, Agent]] = asyncio.Queue(WAITING)

    async def of(self, tenant: TenantId, agent: Agent, seconds: float) -> IntentClassifier:
        """The classifier of a version of an agent; the common one where its examples are not ready
        within some seconds."""
        if not agent.intent_examples:
            return self.common
        key = (tenant, agent.id, agent.revision)
        if key not in self._kept:
            ready = self._asked.get(key)
            if ready is None:
                if self._queue.full():
                    return self.common
                ready = self._asked[key] = asyncio.Event()
                self._queue.put_nowait((key, agent))
            try:
                async with asyncio.timeout(seconds):
                    await ready.wait()
            except TimeoutError:
                return self.common
        known = self._kept.get(key)
        if known is None:
            return self.common
        self._kept.move_to_end(key)
        return known

    async def run(self) -> None:
        """Embeds examples until cancelled. Those that fail are asked for again with the next turn."""
        while True:
            key, agent = await self._queue.get()
            try:
                await self._embed(key, agent)
            except ProviderError as error:
                _log.warning("examples_not_embedded", tenant=key[0], kind=error.kind)
            finally:
                self._asked.pop(key).set()

    async def _embed(self, key: _Key, agent: Agent) -> None:
        utterances = [(example.kind, example.text) for example in agent.intent_examples]
        self._kept[key] = self.common.with_examples(await tenant_examples(self._embedder, utterances))
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
