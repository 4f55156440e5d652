"""What a scenario holds: who is called, what the caller says, and what has to come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from deskbell.evaluation.facts import Fact

MOST_REPLIES = 10


class By(StrEnum):
    """How the caller gets through to the agent."""

    CHAT = "chat"
    VOICE = "voice"


class CacheWish(StrEnum):
    """Where an answer may come from."""

    HIT = "hit"
    """The cache, whichever way."""
    EXACT = "exact"
    SEMANTIC = "semantic"
    MISS = "miss"
    """Not the cache, asked or not."""


@dataclass(frozen=True, slots=True)
class RecordWish:
    """A record that has to be made; `action` empty: whatever happened to it."""

    kind: str
    action: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.action}".strip()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer has to be. None and empty: it may be anything."""

    intent: tuple[str, ...] = ()
    """One of these is the first."""
    intents: tuple[str, ...] = ()
    """All of these were understood, in any order."""
    says: tuple[Fact, ...] = ()
    not_says: tuple[Fact, ...] = ()
    refused: bool | None = None
    """Whether the agent says that it does not know."""
    cites: tuple[tuple[str, ...], ...] | None = None
    """Of each group one document is cited; an empty one: none is."""
    escalated: bool | None = None
    records: tuple[RecordWish, ...] | None = None
    """These and no others, in any order."""
    cache: tuple[CacheWish, ...] = ()
    degraded: bool | None = None
    max_sentences: int | None = None
    max_words: int | None = None
    ends_with_question: bool | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """When the caller has what was wanted; one of them is set."""

    record: RecordWish | None = None
    escalated: bool = False
    says: Fact | None = None

    def __str__(self) -> str:
        if self.says is not None:
            return f"the agent says {self.says}"
        return "the agent hands over to a person" if self.escalated else f"a record: {self.record}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller replies when the agent's question says one of `to`."""

    to: tuple[Fact, ...]
    caller: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A line of the caller's.

    With `until` the caller goes on replying to what the agent asks until that has come, at most `at_most` times;
    `then` is about the answer with which it came, `somewhere` about all answers of the turn together.
    """

    caller: str
    line: int
    """In the file, from 1."""
    expect: Expectation = Expectation()
    recording: Path | None = None
    """Said instead of the line, by voice."""
    new_call: bool = False
    """Hangs up before, and calls again."""
    until: Until | None = None
    at_most: int = MOST_REPLIES
    then: Expectation = Expectation()
    somewhere: tuple[Fact, ...] = ()
    answers: tuple[Answer, ...] = ()
    """Of this turn; they come before the scenario's."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is true when everything was said."""

    records: Mapping[str, int] | None = None
    """How many of a kind stand: made or changed, and not cancelled."""
    escalated: bool | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A caller with something to find out or to get done."""

    name: str
    agent: str
    turns: tuple[Turn, ...]
    file: Path
    line: int
    about: str = ""
    tags: tuple[str, ...] = ()
    by: tuple[By, ...] = (By.CHAT, By.VOICE)
    country: str = "gb"
    """Where the caller's telephone number is from: gb, us or de."""
    choose: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Variables of its own, and what each may be."""
    answers: tuple[Answer, ...] = ()
    ending: Ending = Ending()

    def chosen_by(self, wanted: str) -> bool:
        """Whether a name, a pattern of names or a tag means it."""
        return wanted in self.tags or fnmatchcase(self.name, wanted)
