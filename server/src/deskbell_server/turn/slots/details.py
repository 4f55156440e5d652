"""Which property, how many people, and when to call back."""

from __future__ import annotations

import re

from deskbell_server.turn.slots.model import Heard, Slot
from deskbell_server.turn.slots.numbers import DIGITS, TEENS, TENS, digits_at, number_at
from deskbell_server.turn.slots.tokens import Token, lows, tokens

_KIND = r"(?:flat|apartment|apt|unit|plot|suite|property|listing)"
_ID = r"(?:reference|ref|property id|listing id|id)"
_LINK = r"(?:\s+(?:number|no\.?|code|id|is|was|reference))*\s*[:#]?\s+"
_NAMED = re.compile(rf"\b(?:(?:{_KIND}|{_ID}){_LINK})(?P<code>\S.*)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"(?:[A-Z]{1,4}[-/ ]?)?\d{1,10}(?:[-/]\d{1,6})?(?: ?[A-Z](?![\w'-]))?", re.IGNORECASE)
_NUMBER_WORDS = frozenset([*DIGITS, *TEENS, *TENS, "double", "triple"]) - {"o"}


def properties(text: str, *, asked: bool) -> list[Heard]:
    """The number or reference of a property, in capitals."""
    candidates = [(match["code"], match.start("code")) for match in _NAMED.finditer(text)]
    if asked:
        candidates.append((text, 0))
    for rest, offset in candidates:
        found = _code(rest, anywhere=asked and offset == 0)
        if found is not None:
            value, start, end = found
            return [Heard(Slot.PROPERTY, value, offset + start, offset + end)]
    return []


def _code(text: str, *, anywhere: bool) -> tuple[str, int, int] | None:
    written = _CODE.search(text) if anywhere else _CODE.match(text)
    if written is not None:
        return re.sub(r"\s", "", written.group()).upper(), *written.span()
    # "A B one two three four"
    words = tokens(text)
    code, i = "", 0
    while i < len(words) and (words[i].letter or words[i].low in _NUMBER_WORDS or words[i].text.isdecimal()):
        read = digits_at(words, i) if words[i].low != "o" else None
        code += read[0] if read is not None else words[i].text.upper()
        i = read[1] if read is not None else i + 1
    return (code, words[0].start, words[i - 1].end) if any(map(str.isdecimal, code)) else None


_PEOPLE = frozenset("people persons person guests guest pax adults adult children child kids kid of".split())
_BEFORE = (
    ("table", "for"),
    ("party", "of"),
    ("group", "of"),
    ("booking", "for"),
    ("room", "for"),
    ("there", "will", "be"),
)


def people(text: str, *, asked: bool) -> list[Heard]:
    """How many people, as digits. Adults and children are added up."""
    words = tokens(text)
    if lows(words, len(words) - 2, 2) == ("just", "me") or (asked and "just me" in text.lower()):
        return [Heard(Slot.PEOPLE, "1", words[-2].start, words[-1].end)]
    total, first, last = 0, -1, -1
    alone: tuple[int, int, int] | None = None
    i = 0
    while i < len(words):
        read = number_at(words, i)
        if read is None:
            i += 1
            continue
        count, after = read
        counted = _is_counted(words, i, after)
        if counted and 0 < count < 1000 and not text[words[after - 1].end :].startswith(":"):
            total, first, last = total + count, i if first < 0 else first, after
        elif asked and alone is None and 0 < count < 1000:
            alone = count, i, after
        i = after
    if first < 0 and alone is not None:
        total, first, last = alone
    return [Heard(Slot.PEOPLE, str(total), words[first].start, words[last - 1].end)] if first >= 0 else []


def _is_counted(words: list[Token], i: int, after: int) -> bool:
    following = lows(words, after, 2)
    if following[:1] and following[0] in _PEOPLE:
        return following[0] != "of" or following[1:] in {("us",), ("them",)}
    return any(lows(words, i - len(cue), len(cue)) == cue for cue in _BEFORE if i >= len(cue))


_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|tonight|the weekend|next week|this week"
_HOUR = (
    r"(?:half past |quarter past |quarter to )?"
    r"(?:\d{1,2}(?:[:.]\d\d)?(?!\d)(?! \d)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?: o'?clock)?(?: ?[ap]\.?m\b\.?)?(?: thirty| fifteen| forty[- ]five)?"
)
_PART = r"(?:the |this )?(?:morning|afternoon|evening|noon|midday|lunch(?: ?time)?|work|office hours)|later|any ?time"
_WHEN = rf"(?:(?:on|after|before|around|about|at|by|in|from|until|between|next)\s+)?(?:{_DAY}|{_PART}|{_HOUR})(?!\w)"
_TIMES = rf"{_WHEN}(?:(?:\s+(?:and|or)|,)?\s+{_WHEN})*"
_CALL = re.compile(
    rf"\b(?:call|ring|phone|reach|contact|text)(?:\s+me)?(?:\s+back)?\b(?P<between>[^.?!]{{0,60}}?)\b(?P<when>{_TIMES})",
    re.IGNORECASE,
)
_BACK = re.compile(r"\A(?:call|ring|phone|reach|contact|text)(?:\s+me\b(?:\s+back)?|\s+back)", re.IGNORECASE)


def callbacks(text: str) -> list[Heard]:
    """When the caller wants to be called back, in the caller's words: "after five"."""
    for match in _CALL.finditer(text):
        if _BACK.search(match.group()) is None:
            continue
        for when in re.finditer(rf"\b{_TIMES}", text[match.end("between") :], re.IGNORECASE):
            said = when.group()
            # An hour alone is a digit of a number, and so is "at" one.
            sure = re.search(
                r"[^\W\d_]{4,}\s+\w|day|tomorrow|tonight|morning|noon|evening|week|m\b|clock|\bat \d", said
            )
            if sure is None or re.match(r"(?:at )?(?:\d{3}|\+)", said) or _in_a_number(said):
                continue
            start = match.end("between") + when.start()
            return [Heard(Slot.CALLBACK, said, start, start + len(said))]
    return []


def _in_a_number(said: str) -> bool:
    words = said.lower().split()
    return len(words) > 1 and all(word in DIGITS or word in TENS or word.isdecimal() for word in words)
