"""Documents and passages in Postgres, and the search for passages."""

from __future__ import annotations

import asyncpg

from deskbell_server.adapters.postgres.errors import broken_constraints
from deskbell_server.adapters.postgres.pool import Connection, Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.adapters.postgres.tenants import check_tenant_exists
from deskbell_server.domain.errors import AlreadyExists, NotFound
from deskbell_server.domain.knowledge import Document, DocumentState, FoundPassage, MediaType, Passage
from deskbell_server.domain.names import DocumentId, TenantId, document_name, tenant_name
from deskbell_server.domain.quota import QuotaExceeded
from deskbell_server.ports.engines import Embedding

_SQL = load_statements("knowledge")


class PostgresKnowledgeStore:
    """Fulfils `KnowledgeStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, tenant: TenantId, document: Document, text: str, room: int | None = None
    ) -> Document:
        async with self._database.tenant(tenant) as connection:
            if room is not None:
                await _check_room(connection, tenant, document, room)
            with broken_constraints(
                taken=AlreadyExists("document", document_name(tenant, document.id)),
                parent=NotFound("tenant", tenant_name(tenant)),
            ):
                row = await connection.fetchrow(
                    _SQL["create"],
                    tenant,
                    document.id,
                    document.title,
                    document.media_type,
                    text,
                    document.size_bytes,
                    document.created_at,
                    document.updated_at,
                )
        return _found(row, tenant, document.id)

    async def get(self, tenant: TenantId, document: DocumentId) -> Document:
        async with self._database.tenant(tenant) as connection:
            return _found(await connection.fetchrow(_SQL["get"], tenant, document), tenant, document)

    async def get_text(self, tenant: TenantId, document: DocumentId) -> str:
        async with self._database.tenant(tenant) as connection:
            text: str | None = await connection.fetchval(_SQL["get_text"], tenant, document)
        if text is None:
            raise NotFound("document", document_name(tenant, document))
        return text

    async def page(self, tenant: TenantId, *, after: DocumentId | None, limit: int) -> list[Document]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["page"], tenant, after, limit)
            if not rows:
                await check_tenant_exists(connection, tenant)
        return [_document(row) for row in rows]

    async def delete(self, tenant: TenantId, document: DocumentId) -> None:
        async with self._database.tenant(tenant) as connection:
            if await connection.fetchval(_SQL["delete"], tenant, document) is None:
                raise NotFound("document", document_name(tenant, document))

    async def nearest(self, tenant: TenantId, query: Embedding, limit: int) -> list[FoundPassage]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["nearest"], tenant, query, limit)
        return [_found_passage(row, score=row["similarity"]) for row in rows]

    async def matching(
        self, tenant: TenantId, question: str, query: Embedding, limit: int
    ) -> list[FoundPassage]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["matching"], tenant, question, query, limit)
        return [_found_passage(row, score=row["rank"]) for row in rows]

    async def containing(self, tenant: TenantId, question: str, limit: int) -> list[FoundPassage]:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["containing"], tenant, question, limit)
        return [_found_passage(row, score=row["rank"]) for row in rows]


async def _check_room(connection: Connection, tenant: TenantId, document: Document, room: int) -> None:
    await connection.execute(_SQL["lock_room"], tenant)
    used = await connection.fetchval(_SQL["bytes"], tenant)
    if used + document.size_bytes > room:
        raise QuotaExceeded(
            "knowledge_bytes",
            f"the document has {document.size_bytes:,} bytes; of the tenant's {room:,} there are "
            f"{max(room - used, 0):,} left",
        )


def _found(row: asyncpg.Record | None, tenant: TenantId, document: DocumentId) -> Document:
    if row is None:
        raise NotFound("document", document_name(tenant, document))
    return _document(row)


def _document(row: asyncpg.Record) -> Document:
    return Document(
        tenant=TenantId(row["tenant_id"]),
        id=DocumentId(row["document_id"]),
        title=row["title"],
        media_type=MediaType(row["media_type"]),
        size_bytes=row["size_bytes"],
        state=DocumentState(row["state"]),
        passage_count=row["passage_count"],
        indexed_passage_count=row["indexed_passage_count"],
        failure=row["failure"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _found_passage(row: asyncpg.Record, *, score: float) -> FoundPassage:
    return FoundPassage(
        document=DocumentId(row["document_id"]),
        title=row["title"],
        passage=Passage(
            index=row["passage_index"],
            start=row["start_offset"],
            end=row["end_offset"],
            text=row["text"],
            heading=row["heading"],
        ),
        similarity=row["similarity"],
        score=score,
    )
