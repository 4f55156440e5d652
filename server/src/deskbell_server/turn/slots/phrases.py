"""What is said around the questions. English; another language is another instance."""

from __future__ import annotations

from dataclasses import dataclass, field

from deskbell_server.turn.slots.model import Slot


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentences; what is in braces is filled in."""

    not_caught: str = "Sorry, I didn't catch that."
    bad_number: str = "I heard {digits}, and that is no complete telephone number."
    go_on_number: str = "Please go on, or say the whole number again."
    changed: str = "Thank you, {value}."
    read_back: str = "Let me read that back. {values}. Is that right?"
    what_to_change: str = "Sorry about that. What should I change?"
    needed_instead: str = "That's fine."
    spelt: str = "{value}, spelt {letters}"
    called: dict[Slot, str] = field(
        default_factory=lambda: {
            Slot.NAME: "Name: {}",
            Slot.PHONE: "Phone: {}",
            Slot.EMAIL: "E-mail: {}",
            Slot.PROPERTY: "Property: {}",
            Slot.PEOPLE: "{} people",
            Slot.CALLBACK: "Call back: {}",
        }
    )
    """How a value is read back. What is not here, as notes, is not."""
