"""The labelled questions of data/answers.toml, asked over real search: Postgres, embeddings, full text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from deskbell_server.domain.conversation import HistoryEntry
from deskbell_server.domain.knowledge import MediaType
from deskbell_server.domain.names import TenantId
from deskbell_server.knowledge.chunking import split
from deskbell_server.knowledge.indexing import embedded_text
from deskbell_server.knowledge.search import KnowledgeSearch
from deskbell_server.ports.engines import Chat, ChatPiece, ChatRequest, Embedder
from tests.integration import store_samples as sample
from tests.integration.store_world import Stores

DATA = Path(__file__).parent / "data"
TOP_K = 3
"""The server's own default."""


@dataclass(frozen=True)
class QuestionSet:
    """Questions over one tenant's documents. An answerable one comes with words that its answer must hold."""

    documents: str
    answerable: tuple[tuple[str, tuple[str, ...]], ...]
    unanswerable: tuple[str, ...]

    @property
    def tenant(self) -> TenantId:
        return TenantId(self.documents.partition(".")[0])

    def texts(self) -> Iterator[tuple[str, str, MediaType]]:
        """Id, text and media type of each document."""
        if "." in self.documents:
            path = DATA / "answers" / self.documents
            media_type = MediaType.MARKDOWN if path.suffix == ".md" else MediaType.PLAIN
            yield path.stem, path.read_text("utf-8"), media_type
            return
        folder = files("deskbell_server.demo") / self.documents
        for page in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if page.name.endswith(".md"):
                yield page.name.removesuffix(".md"), page.read_text("utf-8"), MediaType.MARKDOWN


def question_sets(file: str = "answers.toml") -> list[QuestionSet]:
    entries = tomllib.loads((DATA / file).read_text("utf-8"))["sets"]
    return [
        QuestionSet(
            documents=entry["documents"],
            answerable=tuple((question, tuple(words)) for question, words in entry["answerable"]),
            unanswerable=tuple(entry["unanswerable"]),
        )
        for entry in entries
    ]


async def index_documents(stores: Stores, embedder: Embedder, questions: QuestionSet) -> dict[str, str]:
    """Makes the set's tenant and indexes its documents as the server does; returns their texts by id."""
    await stores.tenants.create(sample.tenant(questions.tenant))
    texts = {}
    for name, text, media_type in questions.texts():
        texts[name] = text
        await stores.knowledge.create(questions.tenant, sample.document(questions.tenant, name), text)
        job = await stores.queue.claim(60)
        assert job is not None
        passages = split(text, media_type)
        embeddings = await embedder.embed_passages([embedded_text(passage) for passage in passages])
        assert await stores.queue.begin(job, len(passages))
        assert await stores.queue.add(job, passages, embeddings, 60)
        await stores.queue.finish(job)
    return texts


async def ask(
    chat: Chat,
    search: KnowledgeSearch,
    tenant: TenantId,
    question: str,
    history: tuple[HistoryEntry, ...] = (),
) -> list[ChatPiece]:
    """What the answerer says to a question, as in a turn."""
    passages = await search.search(tenant, question, TOP_K)
    request = ChatRequest("", history, question, passages, temperature=0.0, max_tokens=300)
    return [piece async for piece in chat.stream(request)]
