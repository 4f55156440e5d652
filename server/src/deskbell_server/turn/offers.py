"""The refusal with its offer to have somebody call back, and the acceptance of that."""

from __future__ import annotations

import re

from deskbell_server.turn.slots.answers import answer
from deskbell_server.turn.slots.model import Answer

CALL_BACK = "Would you like someone to call you back?"
REFUSAL = f"I'm sorry, I don't have that information. {CALL_BACK}"
"""What is said where the documents do not hold the answer."""
_OFFERED = re.compile(r"\b(?:call|ring|phone|get back to) you(?: back)?\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"\b(?:don't|do not|doesn't|does not) (?:have|hold|say|mention)\b.{0,40}\b(?:information|that|answer|details?)\b"
    r"|\bi(?:'m| am) (?:afraid|sorry,? (?:but )?)i (?:don't|do not|can't|cannot)\b|\bi (?:don't|do not) know\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\+?\d[\s().-]*){7,}")
_MOST_WORDS = 8


def accepts_call_back(said_before: str, text: str) -> bool:
    """Whether the agent's last words offered a call back and the caller says yes to it, or tells a number."""
    last = said_before.strip().rsplit(". ", 1)[-1] if said_before else ""
    if not _OFFERED.search(last):
        return False
    if _NUMBER.search(text):
        return True
    return answer(text) is Answer.YES and len(text.split()) <= _MOST_WORDS


def is_refusal(text: str) -> bool:
    """Whether the agent said that it does not know."""
    return _REFUSED.search(text) is not None
