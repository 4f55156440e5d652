"""The queue of documents that wait to be indexed, in Postgres: the documents' own rows."""

from __future__ import annotations

from collections.abc import Sequence

from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.statements import load_statements
from deskbell_server.domain.knowledge import MediaType, Passage
from deskbell_server.domain.names import DocumentId, TenantId
from deskbell_server.ports.engines import Embedding
from deskbell_server.ports.stores import IndexJob

_SQL = load_statements("index_queue")


class PostgresIndexQueue:
    """Fulfils `IndexQueue`. Leases are kept by the database's clock, which all servers share.

    A document that another indexer has finished counts as deleted: there is nothing left to do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, lease_seconds: float) -> IndexJob | None:
        async with self._database.platform() as connection:
            row = await connection.fetchrow(_SQL["claim"], lease_seconds)
        if row is None:
            return None
        return IndexJob(
            tenant=TenantId(row["tenant_id"]),
            document=DocumentId(row["document_id"]),
            media_type=MediaType(row["media_type"]),
            text=row["text"],
            passages_done=row["indexed_passage_count"],
        )

    async def begin(self, job: IndexJob, passage_count: int) -> bool:
        async with self._database.platform() as connection:
            return (
                await connection.fetchval(_SQL["begin"], job.tenant, job.document, passage_count) is not None
            )

    async def add(
        self,
        job: IndexJob,
        passages: Sequence[Passage],
        embeddings: Sequence[Embedding],
        lease_seconds: float,
    ) -> bool:
        rows = [
            (
                job.tenant,
                job.document,
                passage.index,
                passage.heading,
                passage.text,
                passage.start,
                passage.end,
                embedding,
            )
            for passage, embedding in zip(passages, embeddings, strict=True)
        ]
        async with self._database.platform() as connection:
            if await connection.fetchval(_SQL["renew"], job.tenant, job.document, lease_seconds) is None:
                return False
            await connection.executemany(_SQL["add"], rows)
            await connection.execute(_SQL["count"], job.tenant, job.document)
            return True

    async def finish(self, job: IndexJob, failure: str = "") -> None:
        async with self._database.platform() as connection:
            await connection.execute(_SQL["finish"], job.tenant, job.document, failure)
