"""What a dialogue says and does after an utterance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from deskbell_server.domain.booking import Caller, ReservationId, ServiceId
from deskbell_server.turn.dialogues.state import DialogueState
from deskbell_server.turn.slots.commands import Commit


@dataclass(frozen=True, slots=True)
class Book:
    """Book a service. `key` names the attempt: with it nothing is booked twice."""

    service: ServiceId
    starts_at: datetime
    caller: Caller
    notes: str
    key: str


@dataclass(frozen=True, slots=True)
class Move:
    """Move a reservation."""

    reservation: ReservationId
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a reservation."""

    reservation: ReservationId


@dataclass(frozen=True, slots=True)
class KeepLead:
    """Keep a lead; `key` as above."""

    commit: Commit
    key: str


Action: TypeAlias = Book | Move | Cancel | KeepLead


@dataclass(frozen=True, slots=True)
class Step:
    """`says`, and after it the dialogue goes on with `state` (None: it is over).

    `action` has to be done before `says` is said, which speaks of it as done. `digress`: the utterance is a question of
    its own, which has to be answered first. `hand_over`: a person has to go on, for this reason.
    """

    says: str
    state: DialogueState | None = None
    action: Action | None = None
    digress: bool = False
    hand_over: str = ""
