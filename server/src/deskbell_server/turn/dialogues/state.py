"""What is remembered of a dialogue between two utterances, and its form as JSON, in which it is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from deskbell_server.booking.days import DayWish
from deskbell_server.booking.times import Precision, TimeWish
from deskbell_server.turn.slots import saving
from deskbell_server.turn.slots.form import State as FormState


class Task(StrEnum):
    """What a dialogue is for."""

    LEAD = "lead"
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    TELL = "tell"
    """When a reservation is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """When the caller wants it: several of each where it is not clear what was meant."""

    days: tuple[DayWish, ...] = ()
    times: tuple[TimeWish, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueState:
    """All that is remembered.

    `opening`: the utterance that began it. `service`, `reservation`: their ids, empty while unknown. `candidates`: the
    reservations that may be meant. `offered`: the times that were offered last. `start`: the
    time that was chosen. `form`: for whom. `confirming`: what was read back waits for a yes. `misses`: utterances in a
    row that helped nothing. `key`: names the attempt to book or to keep a lead.
    """

    task: Task
    key: str
    opening: str = ""
    service: str = ""
    wish: Wish = field(default_factory=Wish)
    offered: tuple[datetime, ...] = ()
    start: datetime | None = None
    reservation: str = ""
    candidates: tuple[str, ...] = ()
    form: FormState = field(default_factory=FormState)
    confirming: bool = False
    misses: int = 0


def to_json(state: DialogueState | None) -> str:
    """As text, empty for None. It holds personal data."""
    if state is None:
        return ""
    return json.dumps(
        {
            "task": state.task,
            "key": state.key,
            "opening": state.opening,
            "service": state.service,
            "days": [[day.first.isoformat(), day.last.isoformat()] for day in state.wish.days],
            "times": [
                [time.precision, time.since, time.until, list(time.named)] for time in state.wish.times
            ],
            "offered": [moment.isoformat() for moment in state.offered],
            "start": None if state.start is None else state.start.isoformat(),
            "reservation": state.reservation,
            "candidates": list(state.candidates),
            "form": saving.to_json(state.form),
            "confirming": state.confirming,
            "misses": state.misses,
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> DialogueState | None:
    """The state of `to_json`; None for what is none, as after a change of the server: a caller is then asked anew."""
    if not text:
        return None
    try:
        return _read(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return None


def _read(saved: dict[str, Any]) -> DialogueState:
    return DialogueState(
        task=Task(saved["task"]),
        key=str(saved["key"]),
        opening=str(saved["opening"]),
        service=str(saved["service"]),
        wish=Wish(
            tuple(DayWish(date.fromisoformat(a), date.fromisoformat(b)) for a, b in saved["days"]),
            tuple(
                TimeWish(Precision(precision), since, until, tuple(named))
                for precision, since, until, named in saved["times"]
            ),
        ),
        offered=tuple(map(datetime.fromisoformat, saved["offered"])),
        start=None if saved["start"] is None else datetime.fromisoformat(saved["start"]),
        reservation=str(saved["reservation"]),
        candidates=tuple(map(str, saved["candidates"])),
        form=saving.from_json(saved["form"]),
        confirming=bool(saved["confirming"]),
        misses=int(saved["misses"]),
    )
