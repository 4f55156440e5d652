"""What a language model may ask for while it answers.

A tool begins a dialogue, with what the model has understood; it does nothing by itself. The dialogue asks for what is
missing, reads back, and acts after the caller's yes, as it does without a model: so a model can neither book nor keep
anything, and what it makes up is either not in what the caller said, and dropped, or read back to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deskbell_server.domain.conversation import Speaker
from deskbell_server.ports.engines import Tool, ToolCall
from deskbell_server.turn.dialogues.state import Task
from deskbell_server.turn.state import TurnState

_TEXT = {"type": "string"}
_CALLER = {"name": _TEXT, "phone": _TEXT, "email": _TEXT}


def _tool(tool: str, description: str, /, **properties: Any) -> Tool:
    return Tool(
        tool, description, {"type": "object", "properties": properties, "additionalProperties": False}
    )


TOOLS = (
    _tool(
        "book",
        "The caller wants to make an appointment, a reservation or a viewing. Use the caller's own words for when.",
        service=_TEXT,
        when=_TEXT,
        **_CALLER,
    ),
    _tool("move_booking", "The caller wants another time for an existing booking.", when=_TEXT),
    _tool("cancel_booking", "The caller wants to cancel an existing booking."),
    _tool("find_booking", "The caller wants to know when an existing booking is."),
    _tool(
        "take_details",
        "The caller wants to be called back, to leave a message or details, or is interested in an offer.",
        message=_TEXT,
        **_CALLER,
    ),
    _tool("hand_over", "The caller wants to speak to a person, or needs one.", reason=_TEXT),
)
_TASKS = {
    "book": Task.BOOK,
    "move_booking": Task.MOVE,
    "cancel_booking": Task.CANCEL,
    "find_booking": Task.TELL,
    "take_details": Task.LEAD,
}
MOST_CHARACTERS = 200
_FORMS = {"name": "My name is {}.", "phone": "My number is {}.", "email": "My e-mail address is {}."}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a dialogue with these words."""

    task: Task
    words: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Pass the caller on."""


def understood(state: TurnState, call: ToolCall) -> Begin | HandOver | None:
    """What a call of a tool asks for; None for one that there is not."""
    if call.name == "hand_over":
        return HandOver()
    task = _TASKS.get(call.name)
    if task is None:
        return None
    said = _said(state)
    given = {
        name: value.strip()[:MOST_CHARACTERS]
        for name, value in call.arguments.items()
        if isinstance(value, str) and _was_said(value, said)
    }
    words = [state.question.text]
    words += [given[name] for name in ("service", "when") if name in given and given[name] not in words[0]]
    words += [
        _FORMS[name].format(given[name]) for name in _FORMS if name in given and given[name] not in words[0]
    ]
    return Begin(task, ". ".join(word.rstrip(".") for word in words))


def _said(state: TurnState) -> Sequence[str]:
    """The words of the caller in this conversation."""
    lines = [entry.text for entry in state.history if entry.speaker is Speaker.CALLER]
    return _WORD.findall(" ".join([*lines, state.question.text]).lower())


def _was_said(value: str, said: Sequence[str]) -> bool:
    """Whether every word of a value is the caller's, or for a number all its digits, however they were parted."""
    digits = "".join(character for character in value if character.isdigit())
    if len(digits) >= 7 and digits in "".join(word for word in said if word.isdigit()):
        return True
    words = _WORD.findall(value.lower())
    return bool(words) and all(word in said for word in words)
