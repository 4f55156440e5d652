"""The words of a question that an answer must share."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.:]\d+)*")
_SUFFIXES = ("ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "ly")
_STOP = frozenset(
    """a about actually all also am an and any anyone anything are as at be because been bring but by call can could
    d did do does doing done don find for from get give go got had has have having hello help her hers hey hi
    him his how i if in into is it its just know later let like ll look m maybe me mine more much my near need
    no not now of offer offering okay on one or our out over own please re s say see shall she should so some
    something sort sure t take tell than that the their them then there these they thing this those to too up
    us use ve very want was we well were what what's when where which who whom whose why will with within
    would yes you your yours kind today many long far time""".split()
)
WEEKDAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_SAME = {
    "check-up": "checkup",
    "cost": "price",
    "charge": "price",
    "fee": "price",
    "expensive": "price",
    "pay": "price",
    "hour": "open",
    "close": "open",
    "shut": "open",
    "located": "address",
    "location": "address",
    "apartment": "flat",
    "pet": "dog",
    "kid": "child",
    "children": "child",
}
_QUESTION_WORDS = {"how much": "price", "what time": "open", "where": "address"}


def stem(word: str) -> str:
    """A word without its ending: enough to tell "parking" and "park" the same."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word.removesuffix(suffix)
            break
    return word.removesuffix("e")


_SAME_STEMS = {stem(word): stem(same) for word, same in _SAME.items()}


def words(text: str) -> frozenset[str]:
    """The words that carry meaning, stemmed, with near synonyms made one."""
    lowered = text.lower().replace("check-up", "checkup").replace("check up", "checkup")
    found = {stem(word) for word in _WORD.findall(lowered) if word.split("'")[0] not in _STOP}
    return frozenset(_SAME_STEMS.get(word, word) for word in found)


def weekdays(text: str) -> frozenset[str]:
    """The weekdays that a text names, also as plurals."""
    found = _WORD.findall(text.lower())
    return frozenset(day for day in WEEKDAYS if day in found or f"{day}s" in found)


def hints(question: str) -> frozenset[str]:
    """What the form of a question asks for: "how much" a price, "where" an address."""
    lowered = question.lower()
    return frozenset(stem(hint) for form, hint in _QUESTION_WORDS.items() if form in lowered)
