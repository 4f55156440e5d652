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

from deskbell_server.knowledge.statements import Statement
from deskbell_server.knowledge.words import (
    DAY_WORDS,
    LIGHT,
    acronyms,
    content,
    days,
    synonyms,
    tokens,
)

LIGHT_COVERAGE = 0.8
"""The least coverage of a question that has light words only: they need not be found."""
LIGHT_WEIGHT = 0.15
"""What a word is worth that tells little of what a question is about."""
TOPIC_WEIGHT = 0.5
"""What a word is worth that stands in the headings above a statement rather than in the statement."""

_MONEY = (
    r"[$£€]\s?\d|\d\s?(?:pounds?|dollars?|euros?|cents?|pence|"
    r"percent|per cent|%)|(?<!-)\bfree\b|\bincluded\b|\bfees?\b|"
    r"without (?:charge|paying)|\b(?:month|week)(?:'s|s'?)? rent\b|\bpercent\b"
)
_SUM = (
    r"[$£€]\s?\d|\d\s?(?:pounds?|dollars?|euros?|cents?|pence|percent|per cent|%)|\b(?:month|week)(?:'s|s'?)? rent\b|"
    r"\bno (?:fee|commission|deposit|tax)\b"
)
_SUMS = frozenset(tokens("fee tax deposit commission fine discount surcharge insurance"))
_COUNT = (
    r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"fifteen|(?:twen|thir|for|fif|six|nine)ty|half)"
)
_TIME = (
    r"\d\s?[ap]\.?\s?m\b|\d{1,2}[:.]\d\d|\bnoon\b|\bmidnight\b|\bclosed\b|\b24 hours\b|\bany (?:hour|time)\b|"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekdays?\b|\bweekends?\b|\bevery\b|\bdaily\b|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"\b(?:days?|weeks?|hours?|months?)\b|\b(?:19|20)\d\d\b|\bat once\b|\bnow\b"
)

_DAYS = (
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:mon|tue|wed|thu|fri|sat|sun)\b|\bweek(?:day|end)s?\b|"
    r"\bevery day\b|\bdaily\b|\b\w+ days a week\b|\bat once\b"
)
_CLOCK = (
    r"\d\s?[ap]\.?\s?m\b|\d{1,2}[:.]\d\d|\bnoon\b|\bmidnight\b|\bclosed\b|\b24 hours\b|\bany (?:hour|time)\b|"
    r"\bday and night\b|o'clock"
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
    r"(?:^|^(?:hi|hello|hey|and|so|ok|okay|but|well|good (?:morning|afternoon|evening)),? |"
    r"\b(?:until|till|since|from|by|know|tell me|say|ask) )when (?!i\b)|\bwhat "
    r"(?:time|day)|\bhow (?:late|early)\b(?! (?:can|may|should|must|do|does) (?:i|we)\b)|\bhours\b",
    _TIME,
    "time day hour late early",
)
_WHO = _kind(
    r"^(?:and )?who\b",
    (
        r"(?-i:(?!(?:The|Our|On|At|In|From|If|For|We|No|All|Every|Two|Small)\b)(?<!\bin )(?<!\bat "
        r")(?<!\bfrom )(?<!\bnear )\b[A-Z][a-z]+\.? (?:(?:and|de|van|von|der) )*[A-Z][a-z]+\b)"
    ),
    "",
)
"""Answered by a name in two parts, or two names."""
_KINDS = (
    _kind(
        (
            r"\bhow (?:much(?! (?:notice|time|space|luggage|room|longer))|expensive)\b|\b(?:price|cost|"
            r"(?<!in )charge(?! (?:my|an? (?:electric )?(?:car|phone|tesla)))|fee)s?\b|\bthe (?:fine|penalty)\b"
        ),
        _MONEY,
        "price cost charge fee fine penalty expensive",
    ),
    _kind(
        r"\bwhat(?:'s| is| are) the (?:[\w'-]+ ){0,3}(?:rent|deposit|commission|tax|tariff|surcharge)\b",
        _SUM,
        "",
    ),
    _kind(
        r"^(?:(?:and|so),? )?(?:is|are) (?:the |your |a )?[\w' -]+? free(?: of charge)?(?: for [\w' -]+)?\??$",
        _MONEY,
        "free",
    ),
    _TIME_OF_DAY,
    _kind(
        r"\b(?:what|which) time\b|\bhow (?:late|early)\b(?! (?:can|may|should|must|do|does) (?:i|we)\b)",
        _CLOCK,
        "time late early",
    ),
    _kind(r"\b(?:what|which) days?\b", _DAYS, "day"),
    _kind(
        r"\bwhat(?:'s| is) (?:the|your|its) (?:[\w' -]+ )?(?:number|reference|code)\b",
        r"(?-i:\b[A-Z]{1,4}-?\d)|(?:\d[\s().-]*){5,}",
        "number reference code",
    ),
    _kind(r"\bwhat(?:'s| is) the name of\b", r"(?-i:(?<=[a-z,] )[A-Z][a-z]+)", "name"),
    _kind(r"\bhow soon\b", _TIME, "soon"),
    _kind(
        r"\bhow (?:do|can|could|may|to) (?:i|we|one)? ?(?:book|pay|reserve|order|make)\b",
        r"\bby\b|\bonline\b|\bvia\b|\bcall\b|\bwrite\b|\bat the\b",
        "",
    ),
    _kind(r"\b(?:what|which) year\b", r"\b(?:1[89]|20)\d\d\b", "year"),
    _kind(
        r"\bhow long\b",
        rf"\b(?:{_COUNT}|an?|half|few|several)[\w -]{{0,15}}? (?:minute|hour|day|night|week|month|year)s?\b",
        "long last",
    ),
    _kind(
        r"\bhow often\b", r"\bevery\b|\b(?:once|twice|times) (?:an?|per)\b|\b(?:dai|year|month)ly\b", "often"
    ),
    _kind(
        r"\bhow far\b(?! (?:ahead|in advance|before))",
        r"\d+ ?(?:m|km|metres?|meters?|kilomet\w+|miles?|yards?|min\w*)\b|\bminutes?\b",
        "far",
    ),
    _kind(r"\bhow old\b", r"\b\d\d\b|\b(?:19|20)\d\d\b|\byears?\b", "old"),
    _WHO,
    _kind(
        r"\b(?:tele)?phone number\b|\byour number\b|\bnumber (?:can|do|should|must) i\b",
        r"(?:\d[\s().-]*){7,}|\b(?:call|ring|dial) \d{3}\b",
        "telephone phone number ring call dial",
    ),
    _kind(r"\be-?mail address\b|\byour e-?mail\b", r"\S@\S", "email e mail address"),
    _kind(
        r"\bhow (?:hot|warm|cold)\b", r"\b\d+ ?(?:degrees|°)|\b(?:heat|cool|warm|hot|cold)", "hot warm cold"
    ),
    _kind(r"\bhow (?:big|large|high|tall|wide)\b", rf"\b{_COUNT}\b", "big large high tall wide"),
)
_NOUN_END = r"(?= (?:in|at|for|from|near|to|with|on|of|that|i|we|which|nearby|around|here)\b|[?.,]|$)"
_THERE_IS = re.compile(
    r"\b(?:(?:is|are) there|(?:do|have) you (?:have|got|offer|"
    rf"sell)) (?:an? |any |some )(?:[\w'-]+ ){{0,3}}?(?P<noun>[\w'-]+)"
    rf"{_NOUN_END}|\b(?:nearest|closest|another) (?P<near>[\w'-]+)",
    re.IGNORECASE,
)
"""What is asked whether there is one: it must be spoken of, however little its name tells."""
_ANYTHING = frozenset(
    tokens(
        "somewhere anyone someone way chance possibility space room time place anybody somebody option number people"
    )
)
_VERB = re.compile(
    r"\b(?:is|are|do|does|did|can|could|will|would|may|have|has|"
    r"fit|in|at|on|of|for|until|till|after|before|from|to|with|per)\b"
)
_HOW_MANY = re.compile(r"\bhow many ([a-z' -]+)", re.IGNORECASE)
_NUMBER_AND_NOUN = re.compile(rf"\b({_COUNT})[ -]([a-z]{{3,}})", re.IGNORECASE)


_AT_A_TIME = re.compile(
    (
        r"\b(?:at|by|before|after|until|till|around) \d{1,2}(?:[:.]\d\d)?(?: "
        r"?[ap]\.?m\.?| o'?clock)?(?![\w.:])|\b(?:\d{1,2}|[a-z]+)[ -]years?[ -]olds?\b"
    ),
    re.IGNORECASE,
)
"""Hours and ages: no answer repeats them."""
_IDIOMS = tuple(
    (re.compile(pattern, re.IGNORECASE), plainer)
    for pattern, plainer in (
        (r"\bgrown[- ]?ups?\b", "adults"),
        (r"\bwhat (?:are|do) (?:you|they) (?:asking|want) for\b", "what is the price of"),
        (r"\bwhat (?:do|does|would|will|are|is) (.+?) go(?:ing)? for\b", r"what is the price of \1"),
        (
            (
                r"\bmy (?:elderly |old |little |young )?(?:wife|husband|partner|mum|mom|mother|dad|father|brother|"
                r"sister|friend|girlfriend|boyfriend|colleague)(?:'s| is)\b"
            ),
            "I am",
        ),
        (
            r"\b(?:what|how much) (?:would|will|does|do|is) (.+?) (?:set|going to set|gonna set) (?:me|us) back\b",
            r"how much does \1 cost",
        ),
        (
            r"\b(?:don't|do not|doesn't|didn't|did not|can't|cannot) (?:show up|turn up|make it|appear)\b",
            "do not come",
        ),
        (
            (
                r"\b(?:payment plans?|pay(?:ing)? (?:in )?(?:parts|stages)|"
                r"spread (?:out )?the (?:cost|payments?)|pay in bits)\b"
            ),
            "instalments",
        ),
        (r"\bhow (?:do|can|would|should) (?:i|we) (?:get|come|go) (?:to you|there)\b", "how to get there"),
        (
            (
                r"\bmy (?:kid|child|son|daughter|baby|wife|husband|mother|father|"
                r"mum|mom|dad|friend|partner)(?= (?:has|have|had|got|needs|is|was)\b)"
            ),
            "someone",
        ),
        (
            (
                r"\b(?:my |an? )?(?:[1-9]|1[0-7]|one|two|three|four|five|"
                r"six|seven|eight|nine|ten|eleven|twelve)[ -]years?[ -]olds?\b"
            ),
            "child",
        ),
        (r"\bin charge of\b|\bresponsible for\b", "leading"),
        (
            (
                r"\bwhere (?:are you|is (?:it|the (?:clinic|hotel|office|"
                r"practice)))(?: (?:based|located|situated|at|exactly))*(?=\?|$)"
            ),
            "where are you, what is your address",
        ),
        (r"\bhow (?:far|long) in advance\b", "how long before"),
        (
            (
                r"\bhow (?:do|can|could|may) (?:i|we) (?:contact|reach|"
                r"get in touch with|get hold of) (?:you|the \w+)\b(?! by\b)"
            ),
            "what is your telephone number",
        ),
        (r"\bwho (?:do|should|can|must) (?:i|we) (?:call|ring|phone)\b", "what number do I call"),
        (r"\b(?:can|could|may) (?:i|we) (?:buy|purchase)\b", "do you sell"),
        (r"\bfront desk\b", "reception"),
        (r"\bstaffed\b", "open"),
        (
            (
                r"\b(?:for|of) (?:an? (?:party|group|table) of )?(?:\d+|two|three|four|five|"
                r"six|seven|eight|nine|ten|twelve)(?: people| persons| guests| of us)?(?=[?.,]|$)"
            ),
            "",
        ),
        (
            (
                r"\b(?:do|does|would) (?:i|we|you|they|guests) (?:have to |"
                r"need to )?(?:pay|charge) (?:anything |extra )?(?:for|to)\b"
            ),
            "is there a fee for",
        ),
        (r"\bon the market\b", "for sale"),
        (r"\bstep[- ]free\b", "wheelchair"),
        (r"\be-?(?=bike|bicycle|car\b|scooter)", "electric "),
        (r"\b(?:um+|uh+|erm?|you guys)\b,? ?", ""),
    )
)
"""Turns of speech whose words mean something else one by one."""
_STARTS = (
    r"(?:what|where|when|who|which|how)(?:'s|'ll)?|(?:is|are) (?:there|you|it|the|your|my|that)|"
    r"(?:do|does|did|can|could|would|will|may|should|must|have|has|am) (?:i|you|we|it|the|your|my|they|that|she|he|"
    r"someone|somebody|anyone|anybody)|any|anywhere|anything|is|are|do|does"
)
_TOLD_FIRST = re.compile(
    r"^(?:(?:hi|hello|hey|there|good (?:morning|afternoon|evening)|so|and|well|ok|okay|um+|uh+|yes|yeah|sorry)[,.! ]+)*"
    r"(?P<told>(?:i|i'm|i've|i'd|we|we're|we've|we'd|my|our|it's|if|there's|because|since|as)\b.{8,}?)"
    rf"(?:[,.;!]+ (?:(?:and|so|but|then|okay|ok|um|uh|also)[, ]+)*|\b(?:and|so|but|then)[, ]+| )(?=(?:{_STARTS})\b)",
    re.IGNORECASE,
)
"""What callers tell of themselves before they ask: "I've run out of tablets, where is a chemist's?"."""
_NO_QUESTION_YET = re.compile(
    r"\b(?:know|ask|asking|wonder|wondering|tell|told|see|find out|sure|check|understand|me|about|to|if)[, ]*$",
    re.IGNORECASE,
)
_PEOPLE_SPOKEN_OF = frozenset(
    tokens(
        "wife husband partner spouse mum mom mother dad father brother sister friend girlfriend boyfriend colleague "
        "nephew niece cousin aunt uncle grandmother grandma granny grandfather grandpa grandson granddaughter "
        "fiance fiancee roommate flatmate pal buddy relative family folks parents boss client"
    )
)
"""Whom callers ask for, beside what they ask."""
_IN_ORDER_TO = re.compile(
    r"(?<=\w) (?:so (?:that )?(?:i|we|he|she|they) (?:can|could|don't|do not|won't)|because (?:i|we|my|our)\b"
    r"|in case (?:i|we|my|our)\b|as (?:i'm|we're|i have|we have)\b).*$",
    re.IGNORECASE,
)
"""Why they ask: "is there a kettle so I can make tea"."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, ready to be compared. `text` is what to embed.

    `words` are stems of what it is about, without what its kinds use up. `wanted` is what is asked whether there is
    one. `counted` is what "how many" asks for, and `counts` are numbers with their nouns: "two bedroom" is ("2",
    "bedroom"). `aside` are words of what the caller tells beside the question: an answer may do without them.
    """

    text: str
    words: tuple[str, ...]
    days: frozenset[int]
    kinds: tuple[_Kind, ...]
    wanted: frozenset[str]
    counted: str
    counts: tuple[tuple[str, str], ...]
    aside: frozenset[str] = frozenset()

    @property
    def asks_for_opening_hours(self) -> bool:
        """Of no certain day."""
        meant = {word for word in self.words if word not in LIGHT}
        return _TIME_OF_DAY in self.kinds and not self.days and meant <= synonyms("open")

    def admits(self, statement: Statement) -> bool:
        """Whether kinds, days and counts leave the statement possible."""
        text = statement.text
        if not all(kind.answered.search(text) for kind in self.kinds):
            return False
        asked = self.text.lower()
        if _WHO in self.kinds and all(m[0].lower() in asked for m in _WHO.answered.finditer(text)):
            return False  # "Who lived in Maple Street?" is not answered by the street
        spoken_of = days(text)
        if self.days and spoken_of and not self.days & spoken_of:
            return False
        found = tokens(text.replace(" and a half", ""))
        answers_heading = statement.topic.endswith("?") and any(token[0].isdigit() for token in found)
        if (
            self.counted
            and not answers_heading
            and not any(_numbers_beside(noun, found) for noun in synonyms(self.counted))
        ):
            return False
        return all(number in (_numbers_beside(noun, found) or {number}) for number, noun in self.counts)

    def coverage(self, statement: Statement) -> float:
        """How much of the question's own words, and of its days as one word, the statement has, from 0 to 1;
        1 for a question without."""
        text, above = _vocabularies(statement)
        # Under a heading that is a question, the statement is the answer to the words of the heading.
        heading = 1.0 if statement.leans and not statement.fragment else TOPIC_WEIGHT
        total = 1.0 if self.days else 0.0
        found = 1.0 if self.days & days(statement.text) else 0.0
        for word in self.words:
            weight = LIGHT_WEIGHT if word in LIGHT or word in self.aside else 1.0
            total += weight
            meanings = synonyms(word)
            found += weight * (1.0 if meanings & text else heading if meanings & above else 0.0)
        least = 0.0 if self.days or any(word not in LIGHT for word in self.words) else LIGHT_COVERAGE
        return max(found / total, least) if total else 1.0

    def absent(self, found: Sequence[Statement]) -> tuple[str, ...]:
        """The words that the question is about and none of the statements or their headings has: what they do not
        speak of at all."""
        known = frozenset().union(*(_around(statement) | statement.names for statement in found))
        return tuple(word for word in self.words if self._tells(word) and synonyms(word).isdisjoint(known))

    def lacks(self, statement: Statement) -> float:
        """1 if a word that the question is about is missing in a statement, its headings and the names beside it, half
        of that if a name stands only beside it, else 0."""
        if self.absent((statement,)):
            return 1.0
        known = _around(statement)
        return 0.5 if any(self._tells(w) and synonyms(w).isdisjoint(known) for w in self.words) else 0.0

    def _tells(self, word: str) -> bool:
        if word in self.aside:
            return False
        return word not in LIGHT or (word in self.wanted and word not in _ANYTHING)

    def asks_about_heading(self, statement: Statement) -> bool:
        """Whether a word that the question is about stands above the statement and not in it."""
        text, above = _vocabularies(statement)
        meant = [synonyms(word) for word in self.words if word not in LIGHT]
        return any(text.isdisjoint(words) and not above.isdisjoint(words) for words in meant)

    def asks_for_another_sum(self, statement: Statement) -> bool:
        """Whether the statement tells a fee or a tax on top, and the question asks for the price itself."""
        return any(kind.answered.pattern in (_MONEY, _SUM) for kind in self.kinds) and bool(
            _SUMS.intersection(tokens(statement.text)) - set(tokens(self.text))
        )

    def names(self, statement: Statement) -> float:
        """How much of the name of a list item or table row ("Repeat consultation: ...") the question holds,
        from 0 to 1; 1 for other statements. The price of a consultation is not that of a repeated one."""
        name, colon, _ = statement.text.partition(": ")
        words = content(name) if statement.fragment and colon else []
        asked = {meaning for word in self.words for meaning in synonyms(word)} | {n for n, _ in self.counts}
        return sum(word in asked for word in words) / len(words) if words else 1.0


def understand(text: str) -> Question:
    """What a question asks for that stands by itself (`turn.followups`)."""
    asked = " ".join(text.split())
    for idiom, plainer in _IDIOMS:
        asked = idiom.sub(plainer, asked)
    head = _THERE_IS.search(asked)
    wanted = frozenset(tokens(head["noun"] or head["near"])) if head else frozenset()
    kinds = tuple(kind for kind in _KINDS if kind.asked.search(asked))
    used_up = DAY_WORDS.union(*(kind.words for kind in kinds))
    words = tuple(word for word in content(_AT_A_TIME.sub(" ", asked)) if word not in used_up)
    how_many = _HOW_MANY.search(asked)
    return Question(
        text=asked,
        words=words,
        days=days(asked),
        kinds=kinds,
        wanted=wanted,
        counted=_head(how_many[1]) if how_many else "",
        counts=tuple((tokens(m[1])[0], tokens(m[2])[0]) for m in _NUMBER_AND_NOUN.finditer(asked)),
        aside=_aside(asked, words),
    )


def _aside(asked: str, words: Sequence[str]) -> frozenset[str]:
    """The words that stand only in what is told before or after the question; none where the question by itself says
    nothing ("my crown broke, what do I do?")."""
    asking = _IN_ORDER_TO.sub("", asked)
    told = _TOLD_FIRST.match(asking)
    if told and not _NO_QUESTION_YET.search(told["told"]):
        asking = asking[told.end() :]
    own = set(content(asking)) - _PEOPLE_SPOKEN_OF
    if not any(word in words and word not in LIGHT for word in own):
        return frozenset()
    return frozenset(words) - own


def _head(phrase: str) -> str:
    """What "how many" counts: "parking spaces do you have" counts spaces."""
    nouns = tokens(_VERB.split(phrase)[0])
    return nouns[-1] if nouns else ""


def _vocabularies(statement: Statement) -> tuple[frozenset[str], frozenset[str]]:
    """The words of the statement and those of the headings above it, hyphenated ones also in one."""
    found = statement.passage
    above = _vocabulary(f"{found.title} {found.passage.heading} {statement.topic}")
    return _vocabulary(statement.text), above


def _around(statement: Statement) -> frozenset[str]:
    """The words of a statement and of the headings above it."""
    text, above = _vocabularies(statement)
    return text | above | acronyms(statement.text)


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
