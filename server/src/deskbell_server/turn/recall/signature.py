"""What a question asks for, so that two questions can be compared word by word.

A signature is made of a kind ("how much", "who", "must I"), of slots in which a difference is always a difference
(numbers, days, hours, negation), of the concepts that the rest of the words stand for, and of the order that they
stand in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from deskbell_server.turn.recall import frames, order, relations
from deskbell_server.turn.recall.kinds import MEASURE, MEASURES, NEED, Kind, consumed, kind_of
from deskbell_server.turn.recall.lemmas import lemma
from deskbell_server.turn.recall.normal import plain
from deskbell_server.turn.recall.numerals import with_digits
from deskbell_server.turn.recall.phrases import rewrite
from deskbell_server.turn.recall.synonyms import concept
from deskbell_server.turn.recall.vocabulary import LIGHT


@dataclass(frozen=True, slots=True)
class Signature:
    """What a question asks for.

    `concepts` are canonical words; "-x" is x that is excluded ("without breakfast"). `numbers` are in digits, "#2" an
    ordinal; `counted` what they count. `times` are days, holidays, parts of the day. `modal` is "can", "need" or
    nothing; `permits` says that permission was spoken of in so many words. `every` tells "all rooms" from "rooms";
    `spoken` are the words of the plain form. The rest is explained in `frames`, `order` and `relations`.
    """

    kind: Kind
    concepts: frozenset[str]
    numbers: tuple[str, ...]
    counted: frozenset[tuple[str, str]]
    times: frozenset[str]
    negated: bool
    modal: str
    permits: bool
    every: bool
    frame: str
    mover: str
    order: tuple[str, ...]
    passive: frozenset[str]
    relations: dict[str, str]
    spoken: tuple[str, ...]


_TIMES = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekday|weekend|alldays|allhours|anytime|today|tomorrow|tonight|"
    r"yesterday|now|intheam|inthepm|mornings?|afternoons?|evenings?|nights?|noon|midday|midnight|"
    r"\w+(?:day|(?<!sle)(?<!achi)(?<!beli)eve)|"
    r"bankholiday|christmas|easter|january|february|marchmonth|april|maymonth|june|july|august|september|october|"
    r"november|december|spring|summer|autumn|fall|winter|"
    r"(?:this|next|last)(?:week|month|year|weekend|summer|winter|morning|evening|afternoon)|"
    r"before|after|early|earlier|late|later|until|till|since|between)"
)
_NOT_TIMES = frozenset(("day", "holiday", "birthday", "everyday"))
_PAST = re.compile(r"\b(?:did|was|were|had)\b|\b(?:has|have) (?:\w+ ){0,2}been\b")
_HANGING = frozenset("from for about with of off out".split())
"""At the end these ask for what would stand behind them: "where is it from"."""
_BEFORE_HOURS = frozenset("at since until before after between around about".split())
_WORD = re.compile(r"\w+|[£$€%&]")


@lru_cache(maxsize=4096)
def signature(text: str) -> Signature:
    """Reads a question. Never fails; a text without a word has no concepts."""
    said = plain(text)
    asked = rewrite(said)
    kind, until = kind_of(asked)
    words = with_digits(_WORD.findall(asked))
    concepts, times, numbers = _sort(words, consumed(kind, asked))
    if kind is Kind.MEASURE and (found := MEASURE.search(asked)):
        concepts.add(f"how:{MEASURES[found[1] or found[2]]}")
    if until:
        concepts.discard("open")
        if "open" in words or "opened" in words:
            concepts.add(concept("close"))
        elif concept("close") not in concepts and "checkout" not in concepts:
            times.add("until")
    modal = "need" if NEED.search(asked) else "can" if frames.is_possible(asked) else ""
    if kind is Kind.COUNT and (modal == "can" or "fit" in words):
        concepts -= {"fit", "stay", "bring"}
        concepts.add("maximum")
    permits = kind is not Kind.COUNT and frames.permits(asked)
    concepts -= {"allow", "permit"}
    if words and words[-1] in _HANGING and kind is not Kind.DURATION:
        concepts.add(f"@{words[-1]}")
    if _PAST.search(asked):
        concepts.add("@past")
    kept = frozenset(concepts)
    return Signature(
        kind=kind,
        concepts=kept,
        numbers=tuple(sorted(numbers)),
        counted=frozenset((a, concept(b)) for a, b in pairwise(words) if a[0].isdigit()),
        times=frozenset(times),
        negated="not" in words or "never" in words,
        modal=modal,
        permits=permits,
        every=frames.every(asked),
        frame=frames.frame(kind, asked),
        mover=frames.mover(asked, words),
        order=order.order(words, kept),
        passive=order.participles(words),
        relations=relations.relations(words, kept),
        spoken=tuple(said.split()),
    )


def _sort(words: list[str], consumed: frozenset[str]) -> tuple[set[str], set[str], list[str]]:
    """The words as concepts, times and numbers. `consumed` are concepts that are left out."""
    concepts: set[str] = set()
    times: set[str] = set()
    numbers: list[str] = []
    excluded = False
    for i, word in enumerate(words):
        if word == "without":
            excluded = True
            continue
        meaning = concept(word)
        if word[0].isdigit() or word[0] == "#":
            # "At 6" is not "for 6".
            clock = words[i - 1] in _BEFORE_HOURS if i else False
            clock = clock or words[i + 1 : i + 2] in (["intheam"], ["inthepm"])
            numbers.append(f"{word}h" if clock else word)
        elif _TIMES.fullmatch(word) and word not in _NOT_TIMES and meaning not in consumed:
            times.add("until" if word == "till" else lemma(word))
        elif excluded:
            concepts.add(f"-{meaning}")
        elif lemma(word) not in LIGHT and meaning not in consumed:
            concepts.add(meaning)
        excluded = False
    return concepts, times, numbers
