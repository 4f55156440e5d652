"""Documents, the passages they are split into, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deskbell_server.domain.names import DocumentId, TenantId

EMBEDDING_DIMENSIONS = 384
"""Of every embedding in the database (sentence-transformers MiniLM and e5-small class models)."""
MAX_DOCUMENT_CHARACTERS = 2_000_000
MAX_UPLOAD_BYTES = 20 * 1024 * 1024


class DocumentState(StrEnum):
    """How far a document is from being searchable."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class MediaType(StrEnum):
    """What a document's text is written in."""

    PLAIN = "text/plain"
    MARKDOWN = "text/markdown"


@dataclass(frozen=True, slots=True)
class Document:
    """A text the agents answer from, without the text itself."""

    tenant: TenantId
    id: DocumentId
    title: str
    media_type: MediaType
    size_bytes: int
    state: DocumentState
    passage_count: int
    indexed_passage_count: int
    failure: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document's text: `text` is characters `start` to `end` (code points) of it.

    `heading` is the path of Markdown headings above it ("Opening hours > Saturday"), empty if none; it
    is embedded
    and searched together with the text, and is not part of the range.
    """

    index: int
    start: int
    end: int
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that a search found.

    `similarity` is the cosine of the embeddings, -1 to 1, or 0 where none was measured; `score` the reciprocal-rank
    fusion that hits are sorted by.
    """

    document: DocumentId
    title: str
    passage: Passage
    similarity: float
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Characters `text_start` to `text_end` of an answer are supported by `quote`, which is characters
    `start` to `end` of the document."""

    text_start: int
    text_end: int
    document: DocumentId
    title: str
    passage_index: int
    start: int
    end: int
    quote: str
