"""What a question asks for, and whether a statement could be the answer to it at all.

Similarity of meaning alone takes "How much is a hip replacement?" for answered by the price of a crown. So a
statement must also hold the kind of thing that is asked for (a price, a time, a number), agree on days and
counts, and share the question's own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from deskbell_server.adapters.local.statements import Statement
from deskbell_server.adapters.local.words import DAY_WORDS, content, days, synonyms, tokens, without_days
from deskbell_server.domain.conversation import HistoryEntry, Speaker

TOPIC_WEIGHT = 0.5
"""What a word is worth that stands in the headings above a statement rather than in the statement."""

_MONEY = (
    r"[$£€]\s?\d|\d\s?(?:pounds?|dollars?|euros?|cents?|pence|percent|per cent|%)|\bfree\b|\bincluded\b|\bfees?\b|"
    r"without (?:charge|paying)|\b(?:months?|weeks?)'? rent\b|\bpercent\b"
)
_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_TIME = (
    r"\d\s?[ap]\.?\s?m\b|\d{1,2}[:.]\d\d|\bnoon\b|\bmidnight\b|\bclosed\b|\b24 hours\b|\bany (?:hour|time)\b|"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekdays?\b|\bweekends?\b|\bevery\b|\bdaily\b|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"\b(?:days?|weeks?|hours?|months?)\b|\b(?:19|20)\d\d\b|\bat once\b|\bnow\b"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of question: how it is asked, what an answer must hold, and which words thereby are used up."""

    asked: re.Pattern[str]
    answered: re.Pattern[str]
    words: frozenset[str]


def _kind(asked: str, answered: str, words: str) -> _Kind:
    return _Kind(
        re.compile(asked, re.IGNORECASE), re.compile(answered, re.IGNORECASE), frozenset(tokens(words))
    )


_TIME_OF_DAY = _kind(
    r"\bwhen (?!i\b)|\bwhat (?:time|day)|\bhow (?:late|early)\b|\bhours\b", _TIME, "time day hour late early"
)
_KINDS = (
    _kind(
        r"\bhow (?:much|expensive)\b|\b(?:price|cost|charge|fee)s?\b",
        _MONEY,
        "price cost charge fee expensive",
    ),
    _TIME_OF_DAY,
    _kind(
        r"\bhow long\b",
        rf"\b(?:{_COUNT}|an?|half|few|several)[\w -]{{0,15}}? (?:minute|hour|day|night|week|month|year)s?\b",
        "long last",
    ),
    _kind(
        r"\bhow often\b", r"\bevery\b|\b(?:once|twice|times) (?:an?|per)\b|\b(?:dai|year|month)ly\b", "often"
    ),
    _kind(
        r"\bhow far\b", r"\d+ ?(?:m|km|metres?|meters?|kilomet\w+|miles?|yards?|min\w*)\b|\bminutes?\b", "far"
    ),
    _kind(r"\bhow old\b", r"\b\d\d\b|\b(?:19|20)\d\d\b|\byears?\b", "old"),
    # A name in two parts, or two names.
    _kind(r"^(?:and )?who\b", r"(?-i:\b[A-Z][a-z]+\.? (?:(?:and|de|van|von|der) )*[A-Z][a-z]+\b)", ""),
    _kind(
        r"\b(?:tele)?phone number\b|\byour number\b|\bnumber (?:can|do|should) i\b",
        r"(?:\d[\s().-]*){7,}",
        "telephone phone number",
    ),
    _kind(r"\be-?mail address\b|\byour e-?mail\b", r"\S@\S", "email e mail address"),
    _kind(r"\bhow (?:big|large|high|tall|wide)\b", rf"\b{_COUNT}\b", "big large high tall wide"),
)
_HOW_MANY = re.compile(r"\bhow many ([a-z' -]+)", re.IGNORECASE)
_NUMBER_AND_NOUN = re.compile(rf"\b({_COUNT})[ -]([a-z]{{3,}})", re.IGNORECASE)
_FOLLOWS_ON = re.compile(
    r"(?:and|what about|how about|but|so)\b|.*\b(?:it|that|those|them|they|there)\b", re.IGNORECASE
)
_FOCUS = re.compile(
    r"\b(?:(?:have|has|offer|sell|serve|is there|are there|treat|accept|take|provide|do you do|rent(?: out)?)"
    r"(?: (?:you|an?|any|the|some))*|how (?:much|expensive) (?:is|are|does|do|for)(?: (?:an?|the|your|it))*|"
    r"what|which)"
    r" (?!time|is|are|do|does|did|can|should|if|about|happens|was|kind|sort|will|would)"
    r"(?P<phrase>[a-z' -]+?)"
    r"(?= (?:in|at|for|from|near|to|with|on|of|during|by|is|are|do|does|did|cost|while|when|has|can)\b|[^a-z' -]|$)",
    re.IGNORECASE,
)
"""What a question is after: "Does the loft have *a sauna*", "How much is *a hip replacement* for adults"."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, ready to be compared. `text` is what to embed.

    `words` are stems of what it is about, without what its kinds use up; `focus` is the one that it is after,
    empty if that is not clear. `counted` is what "how many" asks for, and `counts` are numbers with their
    nouns: "two bedroom" is ("2", "bedroom").
    """

    text: str
    words: tuple[str, ...]
    focus: str
    days: frozenset[int]
    kinds: tuple[_Kind, ...]
    counted: str
    counts: tuple[tuple[str, str], ...]

    @property
    def asks_for_opening_hours(self) -> bool:
        """Of no certain day."""
        return _TIME_OF_DAY in self.kinds and not self.days and set(self.words) <= synonyms("open")

    def admits(self, statement: Statement) -> bool:
        """Whether kinds, days and counts leave the statement possible."""
        text = statement.text
        if not all(kind.answered.search(text) for kind in self.kinds):
            return False
        spoken_of = days(text)
        if self.days and spoken_of and not self.days & spoken_of:
            return False
        found = tokens(text)
        answers_heading = statement.topic.endswith("?") and any(token[0].isdigit() for token in found)
        if self.counted and not answers_heading and not _numbers_beside(self.counted, found):
            return False
        return all(number in (_numbers_beside(noun, found) or {number}) for number, noun in self.counts)

    def coverage(self, statement: Statement) -> float:
        """How much of the question's own words, and of its days as one word, the statement has, from 0 to 1;
        1 for a question without."""
        text, above = _vocabularies(statement)
        # Under a heading that is a question, the statement is the answer to the words of the heading.
        heading = 1.0 if statement.topic.endswith("?") else TOPIC_WEIGHT
        worth = [1.0] if self.days & days(statement.text) else [0.0] if self.days else []
        for word in self.words:
            meanings = synonyms(word)
            worth.append(1.0 if meanings & text else heading if meanings & above else 0.0)
        return sum(worth) / len(worth) if worth else 1.0

    def names(self, statement: Statement) -> float:
        """How much of the name of a list item or table row ("Repeat consultation: ...") the question holds,
        from 0 to 1; 1 for other statements. The price of a consultation is not that of a repeated one."""
        name, colon, _ = statement.text.partition(": ")
        words = content(name) if statement.fragment and colon else []
        asked = {meaning for word in self.words for meaning in synonyms(word)} | {n for n, _ in self.counts}
        return sum(word in asked for word in words) / len(words) if words else 1.0

    def finds_focus(self, statement: Statement) -> bool:
        """Whether the statement speaks of what the question is after, as far as that is clear."""
        text, above = _vocabularies(statement)
        return not self.focus or not synonyms(self.focus).isdisjoint(text | above)


def understand(text: str, history: Sequence[HistoryEntry]) -> Question:
    """A question that follows on ("And on Sunday?", "How much is it?") is taken together with the caller's
    question before, whose days give way to its own."""
    asked = " ".join(text.split())
    before = next((entry.text for entry in reversed(history) if entry.speaker is Speaker.CALLER), "")
    if before and _FOLLOWS_ON.match(asked) and len(content(asked)) <= 2:
        asked = f"{without_days(before) if days(asked) else before} {asked}"
    kinds = tuple(kind for kind in _KINDS if kind.asked.search(asked))
    used_up = DAY_WORDS.union(*(kind.words for kind in kinds))
    words = tuple(word for word in content(asked) if word not in used_up)
    focus = _FOCUS.search(asked)
    heads = [word for word in content(focus["phrase"]) if word in words] if focus else []
    how_many = _HOW_MANY.search(asked)
    return Question(
        text=asked,
        words=words,
        focus=heads[-1] if heads else "",
        days=days(asked),
        kinds=kinds,
        counted=next(iter(content(how_many[1])), "") if how_many else "",
        counts=tuple((tokens(m[1])[0], tokens(m[2])[0]) for m in _NUMBER_AND_NOUN.finditer(asked)),
    )


def _vocabularies(statement: Statement) -> tuple[frozenset[str], frozenset[str]]:
    """The words of the statement and those of the headings above it, hyphenated ones also in one."""
    found = statement.passage
    return _vocabulary(statement.text), _vocabulary(
        f"{found.title} {found.passage.heading} {statement.topic}"
    )


@lru_cache(maxsize=4096)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(tokens(text)) | frozenset(tokens(text.replace("-", "")))


def _numbers_beside(noun: str, found: Sequence[str]) -> set[str]:
    """The numbers next to a noun, or with one word between."""
    return {
        token
        for at, word in enumerate(found)
        if word == noun
        for token in (*found[max(0, at - 2) : at], *found[at + 1 : at + 2])
        if token[0].isdigit()
    }
