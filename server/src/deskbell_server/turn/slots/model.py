"""What can be taken down, and what was heard of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """Something to find out from a caller."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    PROPERTY = "property"
    PEOPLE = "people"
    CALLBACK = "callback"
    NOTES = "notes"


class Part(StrEnum):
    """Which part of a name a value is."""

    WHOLE = "whole"
    GIVEN = "given"
    FAMILY = "family"


class Answer(StrEnum):
    """What a caller says to a question that can be answered with yes or no."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Heard:
    """A value, normalised, and where it was said (code points of the utterance).

    Phones are E.164, or bare digits if not `valid`; e-mail addresses are in small letters. A value that `corrects`
    is the whole value that is right now, though the caller said what is different about it only.
    """

    slot: Slot
    value: str
    start: int
    end: int
    part: Part = Part.WHOLE
    valid: bool = True
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """All that was heard in an utterance."""

    heard: tuple[Heard, ...] = ()
    answer: Answer | None = None
    aborts: bool = False
    """The caller wants to leave it: "never mind"."""

    def of(self, slot: Slot) -> Heard | None:
        """The first value for a slot."""
        return next((each for each in self.heard if each.slot is slot), None)
