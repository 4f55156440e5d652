"""`deskbell knowledge`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from deskbell.cli import options
from deskbell.cli.options import UsageProblem
from deskbell.cli.output import console, print_json, print_table
from deskbell.cli.shared import (
    DocumentArgument,
    Id,
    TenantArgument,
    child_name,
    group,
    show,
)
from deskbell.client import Client
from deskbell.v1 import knowledge_pb2, knowledge_service_pb2

app = group("A tenant's documents.")
POLL_SECONDS = 0.5


@app.command("ingest")
def ingest(
    tenant: TenantArgument,
    title: Annotated[str, typer.Option(help="What citations call it.")],
    text: Annotated[str, typer.Option(help="The text; - reads standard input.")],
    document_id: Id = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The text is Markdown.")] = False,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Add a text."""
    content = typer.get_text_stream("stdin").read() if text == "-" else text
    media_type = "text/markdown" if markdown else "text/plain"

    async def body(client: Client) -> None:
        document = await client.knowledge.ingest_text(
            tenant, title, content, document_id=document_id, media_type=media_type
        )
        await _until_indexed(client, document, json)

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("upload")
def upload(
    tenant: TenantArgument,
    file: Annotated[
        Path, typer.Argument(help="A text or Markdown file.", exists=True, dir_okay=False, readable=True)
    ],
    title: Annotated[str, typer.Option(help="Default: the file's name.")] = "",
    document_id: Id = "",
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Upload a file."""

    async def body(client: Client) -> None:
        with Progress(disable=json, transient=True) as progress:
            task = progress.add_task(f"uploading {file.name}", total=None)
            document = await client.knowledge.upload(
                tenant,
                file,
                title=title,
                document_id=document_id,
                progress=lambda sent, total: progress.update(task, completed=sent, total=total),
            )
        await _until_indexed(client, document, json)

    options.run(body, server=server, key=key, insecure=insecure)


async def _until_indexed(client: Client, document: knowledge_pb2.Document, json: bool) -> None:
    with Progress(disable=json, transient=True) as progress:
        task = progress.add_task("indexing", total=document.passage_count or None)
        while document.state == knowledge_pb2.DOCUMENT_STATE_PROCESSING:
            await asyncio.sleep(POLL_SECONDS)
            document = (await client.knowledge.get(document.name)).document
            progress.update(
                task, total=document.passage_count or None, completed=document.indexed_passage_count
            )
    if document.state == knowledge_pb2.DOCUMENT_STATE_FAILED:
        raise UsageProblem(f"{document.name} could not be indexed: {document.failure}")
    show(document, json, f"{document.name} is ready, {document.passage_count} passages")


@app.command("list")
def list_documents(
    tenant: TenantArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """List a tenant's documents."""

    async def body(client: Client) -> None:
        found = [document async for document in client.knowledge.list(tenant)]
        if json:
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

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("get")
def get_document(
    document: DocumentArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Print a document's text."""

    async def body(client: Client) -> None:
        found = await client.knowledge.get(child_name(document, "documents"))
        show(found, json, found.text)

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("delete")
def delete_document(
    document: DocumentArgument,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Delete a document."""

    async def body(client: Client) -> None:
        name = child_name(document, "documents")
        await client.knowledge.delete(name)
        show(knowledge_service_pb2.DeleteDocumentResponse(), json, f"deleted {name}")

    options.run(body, server=server, key=key, insecure=insecure)


@app.command("search")
def search(
    tenant: TenantArgument,
    query: str,
    top_k: Annotated[int, typer.Option(min=1, max=50)] = 3,
    server: options.Server = None,
    key: options.Key = None,
    insecure: options.Insecure = False,
    json: options.Json = False,
) -> None:
    """Find the passages nearest to a question."""

    async def body(client: Client) -> None:
        hits = await client.knowledge.search(tenant, query, top_k=top_k)
        for hit in hits:
            title = f"{hit.reference.title} [{hit.reference.start}:{hit.reference.end}]"
            show(hit, json, f"{hit.similarity:.2f}  {title}\n{hit.text}\n")
        if not hits and not json:
            console.print("[dim]nothing found[/dim]")

    options.run(body, server=server, key=key, insecure=insecure)
