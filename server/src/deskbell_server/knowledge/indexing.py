"""Indexes documents in the background: split, embed, store.

The queue is the documents table itself (see ports/stores.py IndexQueue): a document is claimed under a lease
and passages are stored batch by batch, so that a crash loses at most one batch and another server, or this
one after its restart, goes on where it stopped.
"""

from __future__ import annotations

import asyncio

import structlog

from deskbell_server.domain.errors import DeskbellError
from deskbell_server.domain.knowledge import Document, DocumentState, Passage
from deskbell_server.domain.names import DocumentId, TenantId
from deskbell_server.knowledge.chunking import split
from deskbell_server.ports.engines import Embedder
from deskbell_server.ports.stores import IndexJob, IndexQueue, KnowledgeStore

LEASE_SECONDS = 30.0
"""A batch takes well under a second; a claim this old has no owner any more."""
POLL_SECONDS = 5.0
"""How often to look for documents that another server left behind."""
BATCH = 16
_log = structlog.get_logger(__name__)


class Indexer:
    """Indexes documents, one at a time. `run` belongs in a task scope of the application."""

    def __init__(self, queue: IndexQueue, documents: KnowledgeStore, embedder: Embedder) -> None:
        self._queue = queue
        self._documents = documents
        self._embedder = embedder
        self._wake = asyncio.Event()
        self._progress = asyncio.Condition()

    def notify(self) -> None:
        """Says that a document was added."""
        self._wake.set()

    async def run(self) -> None:
        """Indexes until cancelled; a cancelled document is taken up again later. Store failures are logged
        and tried again."""
        while True:
            self._wake.clear()
            try:
                job = await self._queue.claim(LEASE_SECONDS)
                if job is not None:
                    await self._index(job)
                    continue
            except DeskbellError as error:
                _log.warning("indexing_failed", reason=error.reason)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def wait(self, tenant: TenantId, document: DocumentId, timeout: float) -> Document:
        """The document once it is READY or FAILED, or as it stands after `timeout` seconds."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            found = await self._documents.get(tenant, document)
            left = deadline - asyncio.get_running_loop().time()
            if found.state is not DocumentState.PROCESSING or left <= 0:
                return found
            try:
                # Another server may be the one that indexes: look again now and then without being told.
                async with asyncio.timeout(min(left, 0.5)), self._progress:
                    await self._progress.wait()
            except TimeoutError:
                pass

    async def _index(self, job: IndexJob) -> None:
        passages = await asyncio.to_thread(split, job.text, job.media_type)
        if await self._queue.begin(job, len(passages)):
            for first in range(job.passages_done, len(passages), BATCH):
                batch = passages[first : first + BATCH]
                embeddings = await self._embedder.embed_passages([embedded_text(p) for p in batch])
                if not await self._queue.add(job, batch, embeddings, LEASE_SECONDS):
                    return
            await self._queue.finish(
                job, failure="" if passages else "the text has no content to answer from"
            )
        async with self._progress:
            self._progress.notify_all()


def embedded_text(passage: Passage) -> str:
    """What of a passage is embedded: its headings tell what its lines are about."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text
