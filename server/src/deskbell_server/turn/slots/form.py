"""What is to be found out, and what has been so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from deskbell_server.turn.slots.model import Part, Slot
from deskbell_server.turn.slots.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Field:
    """A slot to fill. One without a question is only listened for.

    `instead_of`: it is asked for, and required, only if that slot was declined.
    """

    slot: Slot
    question: str = ""
    required: bool = True
    instead_of: Slot | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Slots in the order in which they are asked for; then they are read back, and `consent` is asked for, if there
    is such a sentence. After `most_misses` answers in a row that helped nothing a person has to take over."""

    fields: tuple[Field, ...]
    consent: str = ""
    most_misses: int = 3
    phrases: Phrases = field(default_factory=Phrases)

    def has(self, slot: Slot) -> bool:
        """Whether the slot is one of the form's."""
        return any(each.slot is slot for each in self.fields)

    def field_of(self, slot: Slot) -> Field:
        """Raises KeyError."""
        for each in self.fields:
            if each.slot is slot:
                return each
        raise KeyError(slot)


LEAD_FORM = Form(
    fields=(
        Field(Slot.NAME, "What is your name, please?"),
        Field(Slot.PHONE, "Which number can we call you back on?"),
        Field(Slot.EMAIL, "Which e-mail address can we write to?", instead_of=Slot.PHONE),
        Field(Slot.NOTES, "Is there anything that I should pass on?", required=False),
        Field(Slot.PROPERTY, required=False),
        Field(Slot.CALLBACK, required=False),
    ),
    consent="May we keep these details to get back to you?",
)
"""For a lead: name, phone or else e-mail, and what the caller says besides."""


class Phase(StrEnum):
    """How far a dialogue is."""

    FILLING = "filling"
    CONFIRMING = "confirming"
    CONSENTING = "consenting"
    DONE = "done"
    """Nothing more is said or taken down: committed, cancelled or given up."""


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered between two utterances."""

    values: Mapping[Slot, str] = field(default_factory=dict)
    parts: Mapping[Part, str] = field(default_factory=dict)
    declined: frozenset[Slot] = frozenset()
    spell: frozenset[Slot] = frozenset()
    """What was put right or spelt, and is spelt when it is read back."""
    phase: Phase = Phase.FILLING
    asked: Slot | None = None
    misses: int = 0
    digits: str = ""
    """The beginning of a telephone number of which more may come."""
