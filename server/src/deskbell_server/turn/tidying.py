"""What was asked without what only recognition or haste put in: fillers, repeats, text-speak, misspelt days.

"um what are your hours on on saterday" becomes "what are your hours on saturday". The transcript keeps what was said.
"""

from __future__ import annotations

import difflib
import re

_FILLERS = re.compile(
    r"(?:^|(?<=[\s,.]))(?:um+|uh+|er+m*|hm+|mm+|yeah hi|you know|i mean|like i said)[,.]?\s+", re.IGNORECASE
)
_OPENING = re.compile(
    r"^(?:(?:oh|ah|well|so|ok|okay|right|yeah|yes|hi|hello|hey|sorry|please|good (?:morning|afternoon|evening))"
    r"[,.!]?\s+)+"
    r"(?=\S+\s+\S+)",
    re.IGNORECASE,
)
_RESTART = re.compile(
    r"^.{0,40}\b(?:sorry|no wait|i mean|actually)[,.]?\s+(?=(?:what|where|when|how|who|which|do|is|are|can)\b)"
)
"""A question that was begun anew."""
_REPEAT = re.compile(r"\b(\w+)(?:\s+\1\b)+", re.IGNORECASE)
_SHORT = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "wat": "what",
    "wot": "what",
    "pls": "please",
    "plz": "please",
    "tmrw": "tomorrow",
    "appt": "appointment",
    "mon": "monday",
    "tue": "tuesday",
    "tues": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday",
    "fri": "friday",
    "sat": "saturday",
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LIKE = 0.85
"""Of `difflib`: "saterday" is 0.875 like "saturday"; no other English word is so like a day's name."""
_WORD = re.compile(r"[A-Za-z]+")


def tidy(text: str) -> str:
    """The question, tidied; the text itself where nothing would be left."""
    told = " ".join(text.split())
    told = _RESTART.sub("", _FILLERS.sub("", told))
    told = _REPEAT.sub(r"\1", _OPENING.sub("", told))
    told = _WORD.sub(lambda word: _spelt(word.group()), told)
    return told if len(told.split()) > 0 else text


def _spelt(word: str) -> str:
    low = word.lower()
    if low in _SHORT:
        return _SHORT[low]
    if low.endswith("day") and low not in _DAYS:
        near = difflib.get_close_matches(low, _DAYS, n=1, cutoff=LIKE)
        return near[0] if near else word
    return word
