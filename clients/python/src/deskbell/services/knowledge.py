"""KnowledgeService."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import grpc

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs, request_id_or_new
from deskbell.v1 import knowledge_pb2, knowledge_service_pb2, knowledge_service_pb2_grpc

UPLOAD_TIMEOUT = 120.0
UPLOAD_CHUNK = 256 * 1024


class Knowledge:
    """KnowledgeService. Documents are named `tenants/a/documents/b`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)

    async def ingest_text(
        self,
        tenant: str,
        title: str,
        text: str,
        *,
        document_id: str = "",
        media_type: str = "",
        request_id: str = "",
    ) -> knowledge_pb2.Document:
        """Stores and indexes a text. A long one is returned while it is still being processed."""
        request = knowledge_service_pb2.IngestTextRequest(
            parent=tenant_name(tenant),
            document_id=document_id,
            title=title,
            text=text,
            media_type=media_type,
        )
        return (await self._rpcs.change(self._stub.IngestText, request, request_id)).document

    async def upload(
        self,
        tenant: str,
        path: Path,
        *,
        title: str = "",
        document_id: str = "",
        progress: Callable[[int, int], None] | None = None,
        request_id: str = "",
    ) -> knowledge_pb2.Document:
        """Stores and indexes a file, which is read as it is sent. `progress` is told the bytes sent and their
        total; it starts anew when the sending does. Raises OSError when the file cannot be read."""
        size = path.stat().st_size  # noqa: ASYNC240 - a look at a local file
        header = knowledge_service_pb2.UploadHeader(
            parent=tenant_name(tenant),
            document_id=document_id,
            file_name=path.name,
            title=title,
            size_bytes=size,
            request_id=request_id_or_new(request_id),
        )

        async def requests() -> AsyncIterator[knowledge_service_pb2.UploadDocumentRequest]:
            yield knowledge_service_pb2.UploadDocumentRequest(header=header)
            sent = 0
            with path.open("rb") as file:
                while chunk := file.read(UPLOAD_CHUNK):
                    yield knowledge_service_pb2.UploadDocumentRequest(chunk=chunk)
                    sent += len(chunk)
                    if progress is not None:
                        progress(sent, size)

        return (await self._rpcs.upload(self._stub.UploadDocument, requests, UPLOAD_TIMEOUT)).document

    async def get(self, name: str) -> knowledge_service_pb2.GetDocumentResponse:
        """One document with its text."""
        request = knowledge_service_pb2.GetDocumentRequest(name=name)
        return await self._rpcs.read(self._stub.GetDocument, request)

    def list(self, tenant: str) -> AsyncIterator[knowledge_pb2.Document]:
        """All documents of a tenant, by id."""
        request = knowledge_service_pb2.ListDocumentsRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListDocuments, request, "documents")

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes a document."""
        request = knowledge_service_pb2.DeleteDocumentRequest(name=name)
        await self._rpcs.change(self._stub.DeleteDocument, request, request_id)

    async def search(
        self, tenant: str, query: str, *, top_k: int = 0
    ) -> Sequence[knowledge_service_pb2.SearchHit]:
        """The passages nearest to a question, best first."""
        request = knowledge_service_pb2.SearchKnowledgeRequest(
            parent=tenant_name(tenant), query=query, top_k=top_k
        )
        return (await self._rpcs.read(self._stub.SearchKnowledge, request)).hits

    def gaps(
        self,
        tenant: str,
        *,
        status: knowledge_pb2.KnowledgeGapStatus = knowledge_pb2.KNOWLEDGE_GAP_STATUS_UNSPECIFIED,
    ) -> AsyncIterator[knowledge_pb2.KnowledgeGap]:
        """What callers asked and the documents do not say, the questions asked most often first; of one status, or
        all."""
        request = knowledge_service_pb2.ListKnowledgeGapsRequest(parent=tenant_name(tenant), status=status)
        return self._rpcs.pages(self._stub.ListKnowledgeGaps, request, "knowledge_gaps")

    async def update_gap(
        self, gap: knowledge_pb2.KnowledgeGap, *, request_id: str = ""
    ) -> knowledge_pb2.KnowledgeGap:
        """Says what became of a gap: its `name` and the new `status`, and its `etag` if it must not have changed."""
        request = knowledge_service_pb2.UpdateKnowledgeGapRequest(knowledge_gap=gap)
        return (await self._rpcs.change(self._stub.UpdateKnowledgeGap, request, request_id)).knowledge_gap
