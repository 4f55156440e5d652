"""The questions of a conversation that the documents do not answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deskbell_server.aftermath.case import Case
from deskbell_server.domain.gap import MOST_QUESTION
from deskbell_server.domain.names import TurnId
from deskbell_server.domain.privacy import MASK_ALL
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.ports.aftermath import Asked
from deskbell_server.ports.engines import Embedding
from deskbell_server.privacy.redaction import redact
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.turn.recall.guard import compare
from deskbell_server.turn.recall.normal import exact_key, plain
from deskbell_server.turn.recall.signature import signature
from deskbell_server.turn.sentences import sentences_of
from deskbell_server.turn.slots.model import Slot
from deskbell_server.turn.slots.understanding import understand

MOST_GAPS = 50
"""Of one conversation: whoever asks more in vain means to."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A refused question, without personal data."""

    turn: TurnId
    question: str
    asked_at: datetime


def unanswered(case: Case) -> list[Unanswered]:
    """The refused questions in order, without what has no words."""
    region = region_of_time_zone(case.tenant.time_zone)
    found = [
        Unanswered(each.turn, without_personal_data(each.asked, region), each.asked_at)
        for each in case.of(TurnOutcome.REFUSED)
    ]
    return [each for each in found if any(map(str.isalpha, plain(each.question)))][:MOST_GAPS]


def without_personal_data(text: str, region: str | None) -> str:
    """A question with its numbers, addresses and the caller's own name masked, and without whole sentences of that
    kind where it has others; at most 300 characters."""
    line = " ".join(text.split())
    for heard in understand(line, region=region).heard:
        if heard.slot is Slot.NAME:
            name = line[heard.start : heard.end]
            line = line.replace(name, "".join("*" if c.isalnum() else c for c in name))
    sentences = sentences_of(redact(line, MASK_ALL, region=region).text)
    plain_ones = [sentence for sentence in sentences if "**" not in sentence]
    asks = any(sentence.endswith("?") for sentence in plain_ones)
    return " ".join(plain_ones if asks else sentences)[:MOST_QUESTION].strip()


def asked(questions: Sequence[Unanswered], embeddings: Sequence[Embedding]) -> list[Asked]:
    """The questions as the store counts them."""
    return [
        Asked(each.turn, each.question, exact_key(each.question), embedding, each.asked_at)
        for each, embedding in zip(questions, embeddings, strict=True)
    ]


def alike(question: str, known: str, cosine: float) -> bool:
    """Whether two questions ask the same. A third of a millisecond for one that is read for the first time."""
    return compare(signature(question), signature(known), cosine).same
