"""What kind of thing a question asks for: a price, a place, whether something is so."""

from __future__ import annotations

import re
from enum import StrEnum

from deskbell_server.turn.recall.lemmas import lemma
from deskbell_server.turn.recall.synonyms import concept


class Kind(StrEnum):
    """What kind of thing is asked for."""

    WHAT_IF = "what if"
    PHONE = "phone number"
    EMAIL = "email address"
    PASSWORD = "password"  # noqa: S105
    CONTENTS = "what is included"
    FREE = "whether it costs"
    PRICE = "price"
    AGE = "age limit"
    DURATION = "duration"
    FREQUENCY = "frequency"
    DISTANCE = "distance"
    COUNT = "count"
    MEASURE = "measure"
    HOURS = "opening hours"
    DAY = "day"
    WHEN = "time"
    WHERE = "place"
    WHO = "person"
    WHY = "reason"
    HOW = "manner"
    WHICH = "which"
    NEED = "necessity"
    YES_NO = "yes or no"


AUX = r"(?:is|are|do|does|did|can|could|may|will|would|should|must|have|has|was|were)"
MEASURES = {
    "deep": "depth", "depth": "depth", "tall": "height", "high": "height", "height": "height", "wide": "width",
    "width": "width", "fast": "speed", "quick": "speed", "speed": "speed", "old": "age", "heavy": "weight",
    "weight": "weight", "big": "size", "large": "size", "size": "size", "warm": "temperature",
    "temperature": "temperature", "hot": "temperature", "loud": "noise", "busy": "busy",
}  # fmt: skip
MEASURE = re.compile(
    rf"\bhow ({'|'.join(MEASURES)})\b|\bwhat (?:is (?:the|your) )?(depth|size|height|width|speed|weight|temperature)\b"
)
_SUMS = "deposit|commission|rent|fare|fine|corkage|surcharge|salary|budget"
"""Sums of money: "what is the deposit" asks how much it is."""

_UNTIL = re.compile(
    r"\b(?:until|till|up to) (?:when|what time)\b|\bhow late\b|\bby (?:when|what time)\b|\bdeadline\b"
)
_HOURS = re.compile(
    r"(?<!from )\b(?:when|(?:at )?(?:what|which) (?:times?|hours|days)) (?:is|are) "
    r"(?!.*\b(?:opening|clos)).*\bopen\b|"
    r"\b(?:what|which|your|the|business|office|opening|working) (?:\w+ )?hours\b|\bopening times?\b|\bopen hours\b"
)
NEED = re.compile(
    r"\b(?:do|does|did|will|would) (?:\w+ ){1,3}?(?:have|need|got) to\b|\b(?:do|will|would) (?:i|we|you) need\b|"
    r"\bdo you require\b|\b(?:must|should) (?:i|we|you|one|\w+)\b|"
    r"\b(?:necessary|required?|needed|mandatory|obligatory|compulsory)\b|\bi (?:have to|need|must|should)\b|"
    r"\bdoes (?:\w+ ){1,3}?need\b|\bdo (?:\w+ ){1,3}?need\b"
)
_FREE = re.compile(
    rf"^{AUX}\b(?!.*how much).*(?:\bfree\b|"
    r"\b(?:you|they|there an?|there any|is any) (?:extra )?(?:charge|fee|cost)\b(?! (?:card|my))|"
    r"\b(?:have|need) to pay\b|\bcost (?:anything|extra|money|me anything)\b|"
    r"\ban? (?:\w+ )?(?:charge|fee) (?:for|if|to|when)\b|\ban? (?:\w+ ){0,2}fee$|\bcharge an? .*\bfee\b|"
    r"\bcharge for\b|\bmust i pay\b)"
)
_PRICE = re.compile(
    r"\bhow (?:much|expensive|pricey)(?: more| extra)?"
    r"(?= (?:is|are|was|do|does|did|would|will|for|to|should|can|could|it|an?|the|your|my)\b| *$)"
    r"(?! do i have to order)|"
    rf"\bhow much (?:\w+ )?(?:{_SUMS})\b|^what (?:\w+ )?(?:{_SUMS}) (?:do|does|is|are|will)\b|"
    rf"^what (?:is|are) (?:the|your) (?:\w+ )?(?:{_SUMS})s?\b|"
    r"\bwhat (?:do|does|would|will|did|can|should|could) .*\b(?:charge|cost|pay)\b(?!.*\bfor$)|"
    r"^(?!is\b|are\b|do\b|does\b|can\b|may\b|who\b|when\b|why\b|how do\b|how can\b|where\b|have\b|has\b|could\b|"
    r"will\b|would\b|must\b|should\b).*\b(?:price|cost|fee|rate|tariff|charge)s?\b(?! code)"
)
_CONTENTS = re.compile(
    r"^(?:what|which) (?!.*(?:deposit|commission)).*\b(?:includ\w+|covers?|covered|contains?)\b"
)

# The kind, what tells it, and the words that say no more than the kind does.
_KINDS: tuple[tuple[Kind, re.Pattern[str], str], ...] = tuple(
    (kind, re.compile(pattern), words)
    for kind, pattern, words in (
        (Kind.WHAT_IF, r"\bwhat (?:if|happens)\b|\bwhat (?:do|should|can) i do (?:if|when)\b", "happen"),
        (
            Kind.PHONE,
            (
                r"\b(?:tele)?phone number|\bnumber (?:can|do|should|may) i (?:call|ring|dial|reach|use|contact)\b|"
                r"\byour number\b"
            ),
            "number telephone call ring reach dial contact",
        ),
        (
            Kind.EMAIL,
            r"\bemail address|\byour email\b|\b(?:which|what) email\b|\bemail (?:can|should|do) i\b",
            "email address write send contact",
        ),
        (Kind.PASSWORD, r"\bpassword\b", "password"),
        (
            Kind.AGE,
            (
                r"\bhow old (?:must|do|does|should|need)\b|\bminimum age\b|\b(?:from|at) what age\b|"
                r"^what age (?:can|do|must)\b"
            ),
            "old age minimum",
        ),
        (
            Kind.DURATION,
            (
                r"\bhow long\b|\bhow much time\b|\bduration\b|\blength of (?:the |an? )?(?!\w+$)|\bhow quickly\b|"
                r"\b(?:delivery|waiting|wait|processing) time\b|\bhow many (?:minutes|hours)\b(?! (?:a|per)\b)"
            ),
            "long duration length minute hour takes take quickly",
        ),
        (
            Kind.FREQUENCY,
            r"\bhow (?:often|frequently)\b|\bfrequency\b|\bhow many times (?:a|per) day\b",
            "frequently frequency often",
        ),
        (Kind.DISTANCE, r"\bhow far\b(?! ahead)|\bdistance\b|\bfar away\b", "far distance away between"),
        (Kind.COUNT, r"\bhow many\b|\bnumber of\b", "number many"),
        (Kind.MEASURE, MEASURE.pattern, " ".join(MEASURES)),
        (Kind.DAY, r"\b(?:what|which) days?\b(?! rate)|\bon (?:what|which) dates?\b", "day date"),
        (
            Kind.WHEN,
            (
                r"^(?:from |until |till |since |by |and |so )?when\b|\bwhen (?:is|are|do|does|can|will|must|should)\b|"
                r"\b(?:what|which) times?\b|\btimes?$|\bhow (?:late|early)\b|\bdeadline\b"
            ),
            "until till when serve",
        ),
        (
            Kind.WHERE,
            (
                r"\bwhere\b|\b(?:what|tell).*\b(?:address|location)\b|^(?:the |your )(?:\w+ )?(?:address|location)$|"
                r"^(?:to )?(?:what|which) (?:areas?|towns?|places?)\b(?! of)"
            ),
            "where area region town address location located based situated place serve",
        ),
        (Kind.WHO, r"\bwho(?:m|se)?\b|\bin charge\b", "who name"),
        (Kind.WHY, r"\bwhy\b|\bhow come\b|\bwhat is the reason\b", "why reason"),
        (
            Kind.HOW,
            (
                r"\bhow (?:do|does|can|could|should|would|to|is|are|may|might)\b|"
                r"\bwhat is the (?:best |easiest )?(?:way|procedure)\b|\bwhat (?:do|must|should) i "
                r"(?:have to |need to )?do to\b"
            ),
            "how procedure best easiest",
        ),
        (Kind.WHICH, r"\bwhat\b|\bwhich\b|^tell me\b", "tell"),
    )
)


def _concepts(words: str) -> frozenset[str]:
    return frozenset(concept(word) for word in words.split())


_ASKS = "what which who whom whose when where why how"
_CONSUMED = {kind: _concepts(f"{_ASKS} {words}") for kind, _, words in _KINDS}
_CONSUMED[Kind.PRICE] = _concepts(
    f"{_ASKS} price cost fee rate charge tariff pay much expensive pricey money"
)
_CONSUMED[Kind.FREE] = _concepts("free charge fee cost pay anything money")
_CONSUMED[Kind.NEED] = _concepts("necessary require mandatory obligatory compulsory must")
_CONSUMED[Kind.HOURS] = _concepts(f"{_ASKS} open opening hour time business office working day")
_CONSUMED[Kind.CONTENTS] = _concepts(_ASKS)
_CONSUMED[Kind.YES_NO] = frozenset()
_REQUIRED = _concepts("require necessary")


def consumed(kind: Kind, asked: str) -> frozenset[str]:
    """The concepts that say no more than the kind does."""
    words = _CONSUMED[kind] | (_REQUIRED if kind is not Kind.YES_NO else frozenset())
    if kind is Kind.PRICE and re.search(r"\byou (?:guys )?pay\b", asked):
        return words - {concept("pay")}  # what the business pays is not what it charges
    if kind is Kind.DURATION and re.search(
        r"\b(?:do|does|will) .*\blast\b(?! (?:bus|tour|visit|train))", asked
    ):
        return words | {"last"}  # `frames.frame` tells what lasts from what takes time
    return words


def kind_of(asked: str) -> tuple[Kind, bool]:
    """The kind of a rewritten question, and whether the end of a time is asked for."""
    until = bool(_UNTIL.search(asked))
    for kind, pattern, _ in _KINDS[:5]:
        if pattern.search(asked):
            return kind, until
    if _CONTENTS.search(asked):
        return Kind.CONTENTS, until
    if _FREE.search(asked):
        return Kind.FREE, until
    if _PRICE.search(asked):
        return Kind.PRICE, until
    if not until and _HOURS.search(asked):
        return Kind.HOURS, False
    starts = re.match(rf"{AUX}\b(?!.*\bhow (?:much|many|long|often|far)\b)", asked)
    if not starts:
        if re.search(r"\bwhat is .*\bname\b", asked) and any(
            lemma(word) in _PERSONS for word in asked.split()
        ):
            return Kind.WHO, until
        for kind, pattern, _ in _KINDS[5:]:
            if pattern.search(asked):
                return kind, until
    if NEED.search(asked):
        return Kind.NEED, until
    stated = not starts and re.match(r"(?:your|the)\b(?!.*\b(?:is|are|has|can)\b)", asked)
    return (Kind.WHICH if stated else Kind.YES_NO), until


_PERSONS = frozenset("manager owner doctor dentist lawyer boss vet teacher instructor chef director".split())
