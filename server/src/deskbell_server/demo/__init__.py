"""The demo tenants, all invented: a dental clinic in Bristol, an estate agency in Boston, a hotel in Berlin.

Each is a folder beside this file: `tenant.toml` says who the tenant is, what its agents are, which questions its
documents answer and what can be booked (see booking.py); every `*.md` file is one document, its id the file's
name and its title the first heading.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from deskbell_server.demo.booking import DemoBooking, load_booking
from deskbell_server.domain.agent import AgentType, Handoff
from deskbell_server.domain.names import AgentId, DocumentId, TenantId


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An agent of a demo tenant."""

    id: AgentId
    display_name: str
    type: AgentType
    greeting: str
    system_prompt: str
    handoff: Handoff


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """A Markdown document of a demo tenant."""

    id: DocumentId
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question that the tenant's documents answer.

    Each of `expected_words` stands in a right answer as whole words, in any case: "1" is in "to 1 p.m."
    and not in "10 a.m.".
    """

    text: str
    expected_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """A demo tenant with all that belongs to it; documents are in order of their ids."""

    id: TenantId
    display_name: str
    industry: str
    language_code: str
    time_zone: str
    agents: tuple[DemoAgent, ...]
    documents: tuple[DemoDocument, ...]
    questions: tuple[DemoQuestion, ...]
    booking: DemoBooking


def load_demo_tenants() -> list[DemoTenant]:
    """The demo tenants, in order of their ids.

    Reads small files of this package, from wherever it is installed.
    """
    folders = [entry for entry in files(__package__).iterdir() if entry.joinpath("tenant.toml").is_file()]
    return [_load(folder) for folder in sorted(folders, key=lambda entry: entry.name)]


def _load(folder: Traversable) -> DemoTenant:
    about = tomllib.loads(folder.joinpath("tenant.toml").read_text("utf-8"))
    pages = [entry for entry in folder.iterdir() if entry.name.endswith(".md")]
    return DemoTenant(
        id=TenantId(folder.name),
        display_name=about["display_name"],
        industry=about["industry"],
        language_code=about["language_code"],
        time_zone=about["time_zone"],
        agents=tuple(_agent(entry) for entry in about["agents"]),
        documents=tuple(_document(page) for page in sorted(pages, key=lambda entry: entry.name)),
        questions=tuple(
            DemoQuestion(entry["question"], tuple(entry["expected_words"])) for entry in about["questions"]
        ),
        booking=load_booking(about),
    )


def _agent(entry: Mapping[str, Any]) -> DemoAgent:
    return DemoAgent(
        id=AgentId(entry["id"]),
        display_name=entry["display_name"],
        type=AgentType(entry["type"]),
        greeting=entry["greeting"],
        # The file breaks lines for its readers; the prompt is one paragraph.
        system_prompt=" ".join(entry["system_prompt"].split()),
        handoff=Handoff(**entry["handoff"]),
    )


def _document(page: Traversable) -> DemoDocument:
    text = page.read_text("utf-8")
    return DemoDocument(
        id=DocumentId(page.name.removesuffix(".md")),
        title=text.partition("\n")[0].removeprefix("# ").strip(),
        text=text,
    )
