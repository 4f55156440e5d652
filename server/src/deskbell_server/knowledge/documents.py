"""Takes in documents: checks them, stores them, has them indexed."""

from __future__ import annotations

from deskbell_server.access.quotas import Quotas
from deskbell_server.domain.knowledge import Document, DocumentState, MediaType
from deskbell_server.domain.names import DocumentId, TenantId, new_slug
from deskbell_server.knowledge.indexing import Indexer
from deskbell_server.knowledge.loading import check_text
from deskbell_server.ports.stores import Clock, KnowledgeStore

WAIT_SECONDS = 20.0
"""How long an ingest waits for the index before it returns a document that is still being processed."""


class Documents:
    """A tenant's documents, as their owner manages them."""

    def __init__(self, store: KnowledgeStore, indexer: Indexer, quotas: Quotas, clock: Clock) -> None:
        self._store = store
        self._indexer = indexer
        self._quotas = quotas
        self._clock = clock

    async def add(
        self,
        tenant: TenantId,
        document: DocumentId | None,
        *,
        title: str,
        text: str,
        media_type: MediaType,
        field: str,
    ) -> Document:
        """Stores a text, to be indexed. `field` is what an error calls the text. Raises InvalidInput, NotFound
        (tenant), AlreadyExists and QuotaExceeded."""
        check_text(text, field=field)
        now = self._clock.now()
        return await self._store.create(
            tenant,
            Document(
                tenant=tenant,
                id=document or DocumentId(new_slug("d")),
                title=title,
                media_type=media_type,
                size_bytes=len(text.encode()),
                state=DocumentState.PROCESSING,
                passage_count=0,
                indexed_passage_count=0,
                failure="",
                created_at=now,
                updated_at=now,
            ),
            text,
            await self._quotas.room_for_knowledge(tenant),
        )

    async def indexed(
        self, tenant: TenantId, document: DocumentId, wait_seconds: float = WAIT_SECONDS
    ) -> Document:
        """The document once it is indexed, or as it is after `wait_seconds`. Cancelling it leaves the document to
        be indexed in the background. Raises NotFound."""
        self._indexer.notify()
        return await self._indexer.wait(tenant, document, wait_seconds)
