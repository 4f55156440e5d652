"""Whether a caller asks something instead of answering."""

from __future__ import annotations

import re

from deskbell_server.turn.slots.names import plain_quotes

_AGAIN = re.compile(
    r"\b(?:(?:say|repeat|read) (?:that|it|this)(?: back| again)?|come again|pardon"
    r"|what was (?:that|the (?:number|question))"
    r"|what did you say|(?:could|can|would) you repeat|i beg your pardon)\b"
    r"|\A\W*(?:sorry|what|excuse me)\W*\Z"
)
_QUESTION = re.compile(
    r"\A\W*(?:(?:and|so|but|well|oh|um|uh|er|okay|ok|by the way|actually|wait|sorry|just)[\s,]+){0,3}"
    r"(?:what|where|when|which|who|whose|how|why|(?:do|does|did|is|are|was|can|could|will|would|have|has|may|might)"
    r" (?:you|i|it|there|the|that|this|they|we|your|my|a|an|any|someone|somebody))(?:'s|'re|'ll|'d)?\b"
)


def asks_to_repeat(text: str) -> bool:
    """Whether the caller wants to hear the last question or read-back again."""
    return _AGAIN.search(plain_quotes(text).lower()) is not None


def is_question(text: str) -> bool:
    """Whether it has the form of a question, written with a mark or not. A guess for where nobody tells intents apart;
    "can I give you my e-mail instead" is one too."""
    low = plain_quotes(text).lower().strip()
    return not asks_to_repeat(text) and (low.endswith("?") or _QUESTION.search(low) is not None)
