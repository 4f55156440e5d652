"""Words, reduced so that a question's and a document's can be compared: stems, numbers, days, synonyms."""

from __future__ import annotations

import re
import unicodedata

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|[$£€]?\d+(?:[.,:]\d+)*", re.IGNORECASE)
_COMPOUND = re.compile(r"\b(check|pick|drop|follow)[ -](in|out|up|off)(s?)\b", re.IGNORECASE)
"""Written in one word, so that the short word counts: check-in is not check-out."""
_DAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?s?\b", re.IGNORECASE
)
_DAY_RANGE = re.compile(
    rf"{_DAY.pattern}\s*(?:to|till|until|through|[-\u2013])\s*{_DAY.pattern}", re.IGNORECASE
)
_DAY_GROUPS = (
    (re.compile(r"\b(?:every day|daily|seven days|7 days|all week|any day)\b", re.IGNORECASE), range(7)),
    (re.compile(r"\b(?:weekdays?|working days?)\b", re.IGNORECASE), range(5)),
    (re.compile(r"\bweekends?\b", re.IGNORECASE), range(5, 7)),
)

STOP_WORDS = frozenset(
    """a about actually advance after again ahead all allowed already also am an and any anybody anyone
    anything are around as ask at away be because been before being best between both bring but by call can
    cannot come could dear did do does doing done dr each either else ever everybody everyone exactly for
    from get give go going good got great had happen has have having he hello help her here hi him his how i
    i'd i'll i'm i've if in into is it it's its just kind know let like little look looking make many may
    maybe me mean might mine moment more most mr mrs ms much must my myself need next no not now of off
    offer ok okay on once one only or other our out over own per please possible provide question quick
    really right say see serve shall she should so some somebody someone something sorry still such sure
    take tell than thank thanks that that's the their them then there there's these they thing think this
    those through to today told too under up us use usually very want was we well were what what's when
    when's where where's which while who who's whom whose why will wish with without wonder wondering work
    would yes yet you you're your yours""".split()
)

_SYNONYMS = (
    "price cost fee charge rate pay payment expensive cheap",
    "open hour opening closed close times time",
    "telephone phone mobile",
    "mail email",
    "address located location street find",
    "internet wifi wireless wi",
    "lift elevator",
    "flat apartment studio loft",
    "child kid children son daughter baby",
    "doctor dentist vet physician",
    "dog pet animal",
    "cat pet animal",
    "bicycle bike cycle",
    "car vehicle",
    "book reserve reservation booking appointment",
    "begin start",
    "free charge",
    "wheelchair disabled accessible accessibility",
    "cancel cancellation",
    "insurance insurer",
    "rent let rental lease letting",
    "buy purchase",
    "house home property",
    "shuttle transfer",
    "park parking",
    "room bedroom",
    "smoke smoking cigarette",
    "wear clothes dress",
    "manager boss",
    "size big large square",
    "swim swimming pool",
    "eat food meal dish",
    "x-ray xray",
    "tooth teeth dental",
    "late later",
    "discount off reduced cheaper",
    "photo photograph picture",
    "holiday vacation",
    "toilet restroom loo wc bathroom",
    "taxi cab",
    "luggage bag suitcase baggage",
    "film movie",
    "television tv",
    "pram pushchair stroller buggy",
    "invoice bill receipt",
    "ill sick",
    "student pupil learner",
    "instructor teacher tutor",
    "lawyer solicitor attorney",
    "shop store",
    "garage parking",
    "shut closed",
    "evening night tonight",
    "lunch midday",
    "big large",
    "small little young",
    "far away distance",
    "employee staff team",
    "voucher gift",
    "medicine drug prescription",
    "outside out",
)


def stem(word: str) -> str:
    """A rough English stem: endings of plurals, verbs and nouns, and a doubled last letter, fall away."""
    word = _without_accents(word.lower()).removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
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
    return word.removesuffix("e") if len(word) > 3 else word


def _without_accents(word: str) -> str:
    """ "café" -> "cafe", as speech recognition may write either."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    return _TOKEN.findall(_COMPOUND.sub(r"\1\2\3", text.replace("\u2019", "'")))


def tokens(text: str) -> list[str]:
    """The words of a text in order, as stems; numbers in digits ("two" -> "2", "1,240" -> "1240"), prices
    with their sign."""
    found = (word.lower() for word in _words(text))
    return [
        _NUMBERS.get(word) or (stem(word) if word[0].isalpha() else word.replace(",", "")) for word in found
    ]


def content(text: str) -> list[str]:
    """The tokens of a question that say what it is about, each once."""
    kept = (word for word in _words(text) if word.lower() not in STOP_WORDS and stem(word) not in _STOP_STEMS)
    return list(dict.fromkeys(tokens(" ".join(kept))))


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
    """The stems that mean much the same, the token itself included."""
    return _SYNONYM_TABLE.get(token, frozenset((token,)))


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _SYNONYMS:
        group = {stem(word) for word in line.split()}
        for word in group:
            table.setdefault(word, set()).update(group)
    return {word: frozenset(group) for word, group in table.items()}


_SYNONYM_TABLE = _table()
_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS if len(word) > 3)
DAY_WORDS = frozenset(stem(word) for word in (*DAYS, "weekend", "weekday"))
"""Stems of the words that `days` understands."""
