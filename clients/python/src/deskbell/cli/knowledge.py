"""`deskbell knowledge`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from deskbell.cli.options import Session, UsageProblem, command
from deskbell.cli.output import console, print_json, print_table, when
from deskbell.cli.shared import (
    DocumentArgument,
    Id,
    TenantArgument,
    child_name,
    group,
    show,
)
from deskbell.v1 import knowledge_pb2, knowledge_service_pb2

app = group("A tenant's documents.")
POLL_SECONDS = 0.5


@command(app, "ingest")
async def ingest(
    at: Session,
    tenant: TenantArgument,
    title: Annotated[str, typer.Option(help="What citations call it.")],
    text: Annotated[str, typer.Option(help="The text; - reads standard input.")],
    document_id: Id = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The text is Markdown.")] = False,
) -> None:
    """Add a text."""
    content = typer.get_text_stream("stdin").read() if text == "-" else text
    media_type = "text/markdown" if markdown else "text/plain"

    document = await at.client.knowledge.ingest_text(
        tenant, title, content, document_id=document_id, media_type=media_type
    )
    await _until_indexed(at, document)


@command(app, "upload")
async def upload(
    at: Session,
    tenant: TenantArgument,
    file: Annotated[
        Path, typer.Argument(help="A text or Markdown file.", exists=True, dir_okay=False, readable=True)
    ],
    title: Annotated[str, typer.Option(help="Default: the file's name.")] = "",
    document_id: Id = "",
) -> None:
    """Upload a file."""
    with Progress(disable=at.json, transient=True) as progress:
        task = progress.add_task(f"uploading {file.name}", total=None)
        document = await at.client.knowledge.upload(
            tenant,
            file,
            title=title,
            document_id=document_id,
            progress=lambda sent, total: progress.update(task, completed=sent, total=total),
        )
    await _until_indexed(at, document)


async def _until_indexed(at: Session, document: knowledge_pb2.Document) -> None:
    with Progress(disable=at.json, transient=True) as progress:
        task = progress.add_task("indexing", total=document.passage_count or None)
        while document.state == knowledge_pb2.DOCUMENT_STATE_PROCESSING:
            await asyncio.sleep(POLL_SECONDS)
            document = (await at.client.knowledge.get(document.name)).document
            progress.update(
                task, total=document.passage_count or None, completed=document.indexed_passage_count
            )
    if document.state == knowledge_pb2.DOCUMENT_STATE_FAILED:
        raise UsageProblem(f"{document.name} could not be indexed: {document.failure}")
    show(document, at.json, f"{document.name} is ready, {document.passage_count} passages")


@command(app, "list")
async def list_documents(
    at: Session,
    tenant: TenantArgument,
) -> None:
    """List a tenant's documents."""
    found = [document async for document in at.client.knowledge.list(tenant)]
    if at.json:
        for document in found:
            print_json(document)
        return
    rows = [
        (
            d.name.split("/")[3],
            d.title,
            knowledge_pb2.DocumentState.Name(d.state).removeprefix("DOCUMENT_STATE_").lower(),
            str(d.passage_count),
            f"{d.size_bytes:,}",
        )
        for d in found
    ]
    empty = f"no documents yet: deskbell knowledge upload {tenant} FILE"
    print_table(("document", "title", "state", "passages", "bytes"), rows, empty)


@command(app, "get")
async def get_document(
    at: Session,
    document: DocumentArgument,
) -> None:
    """Print a document's text."""
    found = await at.client.knowledge.get(child_name(document, "documents"))
    show(found, at.json, found.text)


@command(app, "delete")
async def delete_document(
    at: Session,
    document: DocumentArgument,
) -> None:
    """Delete a document."""
    name = child_name(document, "documents")
    await at.client.knowledge.delete(name)
    show(knowledge_service_pb2.DeleteDocumentResponse(), at.json, f"deleted {name}")


@command(app, "search")
async def search(
    at: Session,
    tenant: TenantArgument,
    query: str,
    top_k: Annotated[int, typer.Option(min=1, max=50)] = 3,
) -> None:
    """Find the passages nearest to a question."""
    hits = await at.client.knowledge.search(tenant, query, top_k=top_k)
    for hit in hits:
        title = f"{hit.reference.title} [{hit.reference.start}:{hit.reference.end}]"
        show(hit, at.json, f"{hit.similarity:.2f}  {title}\n{hit.text}\n")
    if not hits and not at.json:
        console.print("[dim]nothing found[/dim]")


_STATUSES = {
    "open": knowledge_pb2.KNOWLEDGE_GAP_STATUS_OPEN,
    "answered": knowledge_pb2.KNOWLEDGE_GAP_STATUS_ANSWERED,
    "dismissed": knowledge_pb2.KNOWLEDGE_GAP_STATUS_DISMISSED,
}


def _status(text: str) -> knowledge_pb2.KnowledgeGapStatus:
    if text not in _STATUSES:
        raise typer.BadParameter(f"--status must be one of {', '.join(_STATUSES)}")
    return _STATUSES[text]


@command(app, "gaps")
async def list_gaps(
    at: Session,
    tenant: TenantArgument,
    status: Annotated[str, typer.Option(help="open, answered, dismissed, or all.")] = "open",
) -> None:
    """List what callers asked and the documents do not say, the questions asked most often first."""
    wanted = knowledge_pb2.KNOWLEDGE_GAP_STATUS_UNSPECIFIED if status == "all" else _status(status)
    found = [gap async for gap in at.client.knowledge.gaps(tenant, status=wanted)]
    if at.json:
        for gap in found:
            print_json(gap)
        return
    rows = [
        (
            gap.name.split("/")[3],
            str(gap.ask_count),
            when(gap.last_ask_time),
            knowledge_pb2.KnowledgeGapStatus.Name(gap.status).removeprefix("KNOWLEDGE_GAP_STATUS_").lower(),
            gap.question,
        )
        for gap in found
    ]
    empty = "nothing that was asked is left unanswered"
    print_table(("gap", "asked", "last (UTC)", "status", "question"), rows, empty)


@command(app, "set-gap")
async def set_gap(
    at: Session,
    gap: Annotated[str, typer.Argument(help="Resource name, or TENANT/GAP.", metavar="TENANT/GAP")],
    status: Annotated[str, typer.Option(help="open, answered or dismissed.", show_default=False)],
) -> None:
    """Say what became of a gap. To answer one, first add the answer with `deskbell knowledge ingest`."""
    given = knowledge_pb2.KnowledgeGap(name=child_name(gap, "knowledgeGaps"), status=_status(status))
    updated = await at.client.knowledge.update_gap(given)
    show(updated, at.json, f"{updated.name} is {status}")
