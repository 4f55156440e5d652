"""Words, reduced so that a question's and a document's can be compared: stems, numbers, days, synonyms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from deskbell_server.knowledge.vocabulary import (
    BROADER,
    IRREGULAR,
    LIGHT_WORDS,
    SELF_WORDS,
    STOP_WORDS,
    SYNONYMS,
    WHOLE_WORDS,
)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|[$£€]?\d+(?:[.,:]\d+)*", re.IGNORECASE)
_COMPOUND = re.compile(r"\b(check|pick|drop|follow)(?:ing|ed)?[ -](in|out|up|off)(s?)\b", re.IGNORECASE)
"""Written in one word, so that the short word counts: check-in is not check-out."""
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+")
_NAMES = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_STEP_FREE = re.compile(r"\bstep[ -]free\b", re.IGNORECASE)
_WIFI = re.compile(r"\bwi[ -]fi\b", re.IGNORECASE)
_MEALTIME = re.compile(r"\b(breakfast|lunch|dinner|supper)[ -]?times?\b", re.IGNORECASE)
_DAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?s?\b", re.IGNORECASE
)
_DAY_RANGE = re.compile(
    rf"{_DAY.pattern}\s*(?:to|till|until|through|[-\u2013])\s*{_DAY.pattern}", re.IGNORECASE
)
_DAY_GROUPS = (
    (re.compile(r"\b(?:every day|daily|seven days|7 days|all week|any day)\b", re.IGNORECASE), range(7)),
    (re.compile(r"\b(?:weekdays?|working days?|during the week|week ?nights?)\b", re.IGNORECASE), range(5)),
    (re.compile(r"\bweekends?\b", re.IGNORECASE), range(5, 7)),
)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A rough English stem: endings of plurals, verbs and nouns, and a doubled last letter, fall away."""
    word = _without_accents(word.lower()).removesuffix("'s")
    word = IRREGULAR.get(word, word)
    if word.removesuffix("s") in WHOLE_WORDS:
        return word.removesuffix("s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("ees"):
        return word[:-1]
    for ending in (
        "ations",
        "ation",
        "ions",
        "ion",
        "ings",
        "ing",
        "ments",
        "ment",
        "ers",
        "er",
        "ed",
        "es",
        "s",
        "ly",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    # "stopped" and "cancelled", but not "sell", "fee" or "glass".
    if len(word) > (5 if word[-1] == "l" else 3) and word[-1] == word[-2] and word[-1] not in "aeious":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    # "sedated" is of "sedation", and "located" of "location"; not "treat".
    return word[:-2] if len(word) > 4 and word.endswith("at") and word[-3] not in "aeiou" else word


def _without_accents(word: str) -> str:
    """ "café" -> "cafe", as speech recognition may write either."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    text = _STEP_FREE.sub("stepfree", text)
    text = _WIFI.sub("wifi", _MEALTIME.sub(r"\1", text.replace("\u2019", "'")))
    return _TOKEN.findall(_COMPOUND.sub(r"\1\2\3", text))


def tokens(text: str) -> list[str]:
    """The words of a text in order, as stems; numbers in digits ("two" -> "2", "1,240" -> "1240"), prices
    with their sign."""
    found = (word.lower() for word in _words(text))
    return [
        _NUMBERS.get(word) or (stem(word) if word[0].isalpha() else word.replace(",", "")) for word in found
    ]


def content(text: str) -> list[str]:
    """The tokens of a question that say what it is about, each once."""
    kept = (
        word
        for word in _words(text)
        if word.lower() not in STOP_WORDS
        and stem(word) not in _STOP_STEMS
        and not (len(word) == 1 and word.isalpha())
    )
    return list(dict.fromkeys(tokens(" ".join(kept))))


def name_words(text: str) -> frozenset[str]:
    """The words with a capital inside a sentence or beside another one, as stems."""
    return frozenset(
        token for name in (*_NAME.findall(text), *_NAMES.findall(text)) for token in tokens(name)
    )


def acronyms(text: str) -> frozenset[str]:
    """What the capitals of names could be shortened to: "nhs" for National Health Service."""
    return frozenset("".join(word[0] for word in run.split()).lower() for run in _NAMES.findall(text))


def days(text: str) -> frozenset[int]:
    """The days of the week that a text speaks of, Monday 0; "Monday to Thursday" is four of them."""
    found = {_index(match[1]) for match in _DAY.finditer(text)}
    for match in _DAY_RANGE.finditer(text):
        first, last = _index(match[1]), _index(match[2])
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    for pattern, group in _DAY_GROUPS:
        if pattern.search(text):
            found.update(group)
    return frozenset(found)


def without_days(text: str) -> str:
    """The text without the names of days and of groups of days."""
    for pattern in (_DAY_RANGE, _DAY, *(pattern for pattern, _ in _DAY_GROUPS)):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def _index(name: str) -> int:
    return next(i for i, day in enumerate(DAYS) if day.startswith(name.lower()))


def synonyms(token: str) -> frozenset[str]:
    """The stems that an answer may hold instead of a question's, the token itself included."""
    return _SYNONYM_TABLE.get(token, frozenset((token,)))


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in SYNONYMS:
        group = {stem(word) for word in line.split()}
        for word in group:
            table.setdefault(word, {word}).update(group)
    for line in BROADER:
        broad, *narrow = (stem(word) for word in line.split())
        table.setdefault(broad, {broad}).update(narrow)
    return {word: frozenset(group) for word, group in table.items()}


_SYNONYM_TABLE = _table()
_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS if len(word) > 3)
LIGHT = frozenset(stem(word) for word in LIGHT_WORDS | SELF_WORDS)
"""Stems of `LIGHT_WORDS` and `SELF_WORDS`."""
DAY_WORDS = frozenset(stem(word) for word in (*DAYS, "weekend", "weekday"))
"""Stems of the words that `days` understands."""
