"""KnowledgeService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import PurePath
from typing import Any

from deskbell.v1 import knowledge_service_pb2 as pb
from deskbell.v1.knowledge_service_pb2_grpc import KnowledgeServiceServicer
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.knowledge import MAX_UPLOAD_BYTES, Document, MediaType
from deskbell_server.domain.names import DocumentId, TenantId, split_name
from deskbell_server.knowledge.documents import WAIT_SECONDS, Documents
from deskbell_server.knowledge.loading import decode, media_type_of
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.ports.aftermath import GapStore
from deskbell_server.ports.stores import Clock, KnowledgeStore, TenantStore
from deskbell_server.rpc import mapping, masks, report_mapping
from deskbell_server.rpc.caller import current_caller
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.page_tokens import PageTokens
from deskbell_server.rpc.validation import check


class Knowledge(KnowledgeServiceServicer):
    """See protos/deskbell/v1/knowledge_service.proto."""

    def __init__(
        self,
        documents: Documents,
        store: KnowledgeStore,
        tenants: TenantStore,
        search: KnowledgeSearch,
        tokens: PageTokens,
        top_k: int,
        gaps: GapStore,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._store = store
        self._tenants = tenants
        self._search = search
        self._tokens = tokens
        self._top_k = top_k
        self._gaps = gaps
        self._clock = clock

    async def IngestText(self, request: pb.IngestTextRequest, context: Context) -> pb.IngestTextResponse:
        (tenant,) = split_name(request.parent)
        document = await self._documents.add(
            TenantId(tenant),
            DocumentId(request.document_id) if request.document_id else None,
            title=request.title,
            text=request.text,
            media_type=MediaType(request.media_type or MediaType.PLAIN),
            field="text",
        )
        self._wait_afterwards(document, context)
        return pb.IngestTextResponse(document=mapping.document(document))

    async def UploadDocument(
        self,
        request_iterator: AsyncIterator[pb.UploadDocumentRequest],
        context: Context,
    ) -> pb.UploadDocumentResponse:
        header, data = await _receive(request_iterator)
        (tenant,) = split_name(header.parent)
        document = await self._documents.add(
            TenantId(tenant),
            DocumentId(header.document_id) if header.document_id else None,
            title=(header.title or PurePath(header.file_name).stem or header.file_name)[:200],
            text=decode(data, field="chunk"),
            media_type=media_type_of(header.file_name),
            field="chunk",
        )
        self._wait_afterwards(document, context)
        return pb.UploadDocumentResponse(document=mapping.document(document))

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Context) -> pb.GetDocumentResponse:
        tenant, document = split_name(request.name)
        found = await self._store.get(TenantId(tenant), DocumentId(document))
        text = await self._store.get_text(TenantId(tenant), DocumentId(document))
        return pb.GetDocumentResponse(document=mapping.document(found), text=text)

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, context: Context
    ) -> pb.ListDocumentsResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/documents",
            request,
            DocumentId,
            lambda after, limit: self._store.page(TenantId(tenant), after=after, limit=limit),
            lambda document: document.id,
        )
        return pb.ListDocumentsResponse(documents=map(mapping.document, found), next_page_token=token)

    async def DeleteDocument(
        self, request: pb.DeleteDocumentRequest, context: Context
    ) -> pb.DeleteDocumentResponse:
        tenant, document = split_name(request.name)
        await self._store.delete(TenantId(tenant), DocumentId(document))
        return pb.DeleteDocumentResponse()

    async def SearchKnowledge(
        self, request: pb.SearchKnowledgeRequest, context: Context
    ) -> pb.SearchKnowledgeResponse:
        (name,) = split_name(request.parent)
        tenant = TenantId(name)
        if not request.query.strip():
            raise InvalidInput.field("query", "must hold more than white space")
        await self._tenants.get(tenant)
        hits = await self._search.search(tenant, request.query, request.top_k or self._top_k)
        return pb.SearchKnowledgeResponse(
            hits=[
                pb.SearchHit(
                    reference=mapping.found_reference(tenant, hit),
                    text=hit.passage.text,
                    similarity=hit.similarity,
                    score=hit.score,
                )
                for hit in hits
            ]
        )

    async def ListKnowledgeGaps(
        self, request: pb.ListKnowledgeGapsRequest, context: Context
    ) -> pb.ListKnowledgeGapsResponse:
        (tenant,) = split_name(request.parent)
        status = report_mapping.GAP_STATUSES.get(request.status)
        found, token = await self._tokens.page(
            f"{request.parent}/knowledgeGaps?status={request.status}",
            request,
            report_mapping.gap_place,
            lambda after, limit: self._gaps.page(TenantId(tenant), status=status, after=after, limit=limit),
            report_mapping.gap_key,
        )
        return pb.ListKnowledgeGapsResponse(
            knowledge_gaps=map(report_mapping.gap, found), next_page_token=token
        )

    async def UpdateKnowledgeGap(
        self, request: pb.UpdateKnowledgeGapRequest, context: Context
    ) -> pb.UpdateKnowledgeGapResponse:
        given = request.knowledge_gap
        tenant, gap = report_mapping.gap_named("knowledge_gap.name", given.name)
        masks.paths(request.update_mask, ("status",))
        status = report_mapping.GAP_STATUSES.get(given.status)
        if status is None:
            raise InvalidInput.field("knowledge_gap.status", "must be OPEN, ANSWERED or DISMISSED")
        decided = await self._gaps.decide(tenant, gap, status, given.etag, self._clock.now())
        return pb.UpdateKnowledgeGapResponse(knowledge_gap=report_mapping.gap(decided))

    def _wait_afterwards(self, document: Document, context: Context) -> None:
        """Once the document is committed, waits for its index and answers with the document as it then is."""

        async def indexed(response: Any) -> Any:
            found = await self._documents.indexed(document.tenant, document.id, _wait(context))
            return type(response)(document=mapping.document(found))

        current_caller().afterwards = indexed


def _wait(context: Context) -> float:
    """How long an ingest may wait for its index: the rpc's deadline leaves a second for the answer."""
    left = context.time_remaining()
    return WAIT_SECONDS if left is None else max(min(WAIT_SECONDS, left - 1.0), 0.0)


async def _receive(requests: AsyncIterator[pb.UploadDocumentRequest]) -> tuple[pb.UploadHeader, bytes]:
    """The header and the bytes of an upload, refused as early as it is known to be wrong."""
    header: pb.UploadHeader | None = None
    data = bytearray()
    async for request in requests:
        check(request)
        if request.WhichOneof("content") == "header":
            if header is not None:
                raise InvalidInput.field("header", "came a second time")
            header = request.header
            media_type_of(header.file_name)
            if header.size_bytes > MAX_UPLOAD_BYTES:
                raise _too_large(header.size_bytes)
        elif header is None:
            raise InvalidInput.field("header", "must be the first message", reason="START_EXPECTED")
        else:
            data += request.chunk
            if len(data) > MAX_UPLOAD_BYTES:
                raise _too_large(len(data))
    if header is None:
        raise InvalidInput.field("header", "must be the first message", reason="START_EXPECTED")
    if header.size_bytes and len(data) != header.size_bytes:
        raise InvalidInput.field(
            "header.size_bytes",
            f"says {header.size_bytes} bytes; {len(data)} came",
            reason="DOCUMENT_UNREADABLE",
        )
    return header, bytes(data)


def _too_large(size: int) -> InvalidInput:
    return InvalidInput.field(
        "chunk",
        f"the file has {size:,} bytes or more; the limit is {MAX_UPLOAD_BYTES:,} (20 MiB)",
        reason="DOCUMENT_TOO_LARGE",
        limit_bytes=str(MAX_UPLOAD_BYTES),
    )
