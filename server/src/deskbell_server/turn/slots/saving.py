"""A dialogue's state as JSON, for one that goes on in another request, as a chat's does."""

from __future__ import annotations

import json

from deskbell_server.turn.slots.form import Phase, State
from deskbell_server.turn.slots.model import Part, Slot


def to_json(state: State) -> str:
    """The state as text. It holds personal data."""
    return json.dumps(
        {
            "values": dict(state.values),
            "parts": dict(state.parts),
            "declined": sorted(state.declined),
            "spell": sorted(state.spell),
            "phase": state.phase,
            "asked": state.asked,
            "misses": state.misses,
            "digits": state.digits,
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> State:
    """The state of `to_json`. Raises ValueError or KeyError for anything else."""
    saved = json.loads(text)
    return State(
        values={Slot(slot): str(value) for slot, value in saved["values"].items()},
        parts={Part(part): str(value) for part, value in saved["parts"].items()},
        declined=frozenset(map(Slot, saved["declined"])),
        spell=frozenset(map(Slot, saved["spell"])),
        phase=Phase(saved["phase"]),
        asked=None if saved["asked"] is None else Slot(saved["asked"]),
        misses=int(saved["misses"]),
        digits=str(saved.get("digits", "")),
    )
