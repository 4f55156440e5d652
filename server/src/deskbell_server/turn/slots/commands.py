"""What a dialogue wants done after an utterance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from deskbell_server.turn.slots.model import Slot


@dataclass(frozen=True, slots=True)
class Say:
    """Say something; the next command goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for a slot (None: what to change, or for consent) and wait."""

    slot: Slot | None
    text: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Read back what was taken down, and wait for yes or no."""

    text: str


@dataclass(frozen=True, slots=True)
class Digress:
    """Answer the utterance as if there were no form; the commands that follow go on with it."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Do what the form is for. `consent`: the sentence that the caller agreed to, or empty."""

    values: Mapping[Slot, str]
    consent: str


class CancelReason(StrEnum):
    """Why nothing is kept."""

    ABORTED = "aborted"
    CONSENT_REFUSED = "consent_refused"
    DECLINED = "declined"
    """The caller did not want to say what cannot be done without."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Forget it all."""

    reason: CancelReason


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person has to take over; this is what was understood."""

    values: Mapping[Slot, str]


Command: TypeAlias = Say | Ask | Confirm | Digress | Commit | Cancel | Escalate
