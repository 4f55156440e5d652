"""Whether the passages say what a reply says, sentence by sentence, before it is spoken.

    sentence       cut as for speaking (turn/sentences.py)
    claims         its clauses; courtesies, questions, offers and refusals claim nothing
    evidence       for each claim one statement of a passage that has all its numbers, times, days and names
    verdict        supported by that statement, or unsupported for the first thing that it lacks

All facts of a claim must stand in one statement: of two right prices the wrong one is still wrong. The words must be
there too, in the statement or above it, as far as they say anything: a paraphrase keeps them, an invention does not.
In other languages than English only numbers and names are checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from deskbell_server.domain.knowledge import FoundPassage
from deskbell_server.knowledge.instructions import told
from deskbell_server.knowledge.statements import Statement, plain
from deskbell_server.knowledge.words import LIGHT, acronyms, content, stem, synonyms, tokens
from deskbell_server.turn.checking.clauses import Claim, claims, courtesy, left_out, negative
from deskbell_server.turn.checking.facts import VALUES, Fact, FactKind, facts
from deskbell_server.turn.sentences import SentenceSplitter

LEAST_COVERED = 0.7
"""How much of a claim's own words its statement must have."""
LEAST_COVERED_WITH_FACTS = 0.6
"""The same where numbers or names agree as well."""
ABOVE = 0.35
"""What a word is worth that stands above a statement which does not lean on it."""


NAMED = 0.2
"""What it is worth that a list item is named by the claim's words and no others."""
BORROWED = 0.3
"""What it costs that a name stands only beside the statement."""
MOST_COMPARED = 6
"""Statements that are looked at closely for each claim, those with most in common."""


class Verdict(StrEnum):
    """What the passages say about a sentence."""

    SUPPORTED = "supported"
    NO_CLAIM = "no claim"
    UNSUPPORTED = "unsupported"


class Lack(StrEnum):
    """What of an unsupported sentence is not in the passages."""

    NUMBER = "number"
    NAME = "name"
    DAY = "day"
    WORD = "word"
    POLARITY = "polarity"
    CERTAINTY = "certainty"


@dataclass(frozen=True, slots=True)
class Support:
    """Characters `start` to `end` of the document of `passage`, as in a citation."""

    passage: FoundPassage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence of a reply: its characters `start` to `end`, white space behind it included, so that the sentences
    joined are the reply.

    `support` is what says so, of a SUPPORTED one: one for each statement that was needed, the first claim's first. Of
    an UNSUPPORTED one `lack` is the kind of thing that is not in the passages, and `what` the thing, for a log.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    support: tuple[Support, ...] = ()
    lack: Lack | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A statement, ready to be compared."""

    statement: Statement
    words: frozenset[str]
    above: frozenset[str]
    facts: tuple[Fact, ...]
    names: bool
    text: str

    @property
    def around(self) -> frozenset[str]:
        return self.words | self.above


@dataclass(frozen=True, slots=True)
class _Found:
    evidence: _Evidence | None = None
    lack: Lack | None = None
    what: str = ""


@dataclass(slots=True)
class Checker:
    """Checks one reply as it is streamed. Not to be shared; `feed` and `finish` take well under a millisecond a
    sentence."""

    passages: Sequence[FoundPassage]
    question: str = ""
    """What was asked, standing by itself: "it" in the reply may mean what it asks about."""
    said: Sequence[str] = ()
    """What the caller has said, which the agent may say back."""
    known: Sequence[str] = ()
    """What is true without a passage: the business's name, the agent's greeting."""
    language: str = "en"
    """BCP 47."""
    _splitter: SentenceSplitter = field(default_factory=SentenceSplitter)
    _position: int = 0
    _evidence: list[_Evidence] = field(default_factory=list)
    _subject: tuple[str, ...] = ()
    _named: tuple[Fact, ...] = ()
    _heard: frozenset[str] = frozenset()
    _known: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._evidence = [_evidence(statement) for statement in told(self.passages)]
        self._heard = _values(self.said) | _values([self.question])
        self._known = _values(self.known)
        asked = [fact for fact in facts(self.question) if fact.kind is FactKind.NAME]
        self._named = tuple(fact for fact in asked if any(_has(e, fact) for e in self._evidence))

    def feed(self, piece: str) -> list[Checked]:
        """Adds a piece of the reply; returns the sentences that are over with it."""
        return [self._check(sentence) for sentence in self._splitter.push(piece)]

    def finish(self) -> list[Checked]:
        """The rest, when no more comes."""
        return [self._check(sentence) for sentence in self._splitter.flush()]

    def _check(self, sentence: str) -> Checked:
        start, self._position = self._position, self._position + len(sentence)
        text = plain(sentence)
        english = self.language.lower().split("-")[0] == "en"
        if not english:
            return self._checked(sentence, start, [self._facts_anywhere(text)])
        if courtesy(text):
            lack = self._unheard(text)
            found = [_Found(lack=lack[0], what=lack[1])] if lack else []
            return self._checked(sentence, start, found)
        found = [self._find(claim) for claim in claims(text)]
        if len(found) > 1 and any(one.lack for one in found):
            # It may have been taken apart where it should not: one statement may say it all.
            whole = self._find(Claim(text))
            found = found if whole.lack else [whole]
        return self._checked(sentence, start, found)

    def _checked(self, sentence: str, start: int, found: Iterable[_Found]) -> Checked:
        found = list(found)
        end = start + len(sentence)
        for one in found:
            if one.lack:
                return Checked(sentence, start, end, Verdict.UNSUPPORTED, lack=one.lack, what=one.what)
        needed = dict.fromkeys(one.evidence.statement for one in found if one.evidence)
        support = tuple(Support(s.passage, s.start, s.end) for s in needed)
        return Checked(sentence, start, end, Verdict.SUPPORTED if support else Verdict.NO_CLAIM, support)

    def _unheard(self, text: str) -> tuple[Lack, str] | None:
        """The first number or name of a courtesy that nobody has spoken of."""
        for fact in facts(text):
            if fact.kind is FactKind.DAY or fact.value in self._heard | self._known:
                continue
            if not any(fact.agrees(other) for evidence in self._evidence for other in evidence.facts):
                if fact.kind is FactKind.NAME and any(fact.value in e.around for e in self._evidence):
                    continue
                return _lack(fact), fact.value
        return None

    def _facts_anywhere(self, text: str) -> _Found:
        """The statement with most of the facts, each of which must stand in one; in languages whose words are not
        understood here."""
        wanted = [
            fact for fact in facts(text) if fact.kind is not FactKind.DAY and fact.value not in self._known
        ]
        # Any word has a capital where the sentence begins.
        wanted = [fact for fact in wanted if fact.kind is not FactKind.NAME or fact.start > 0]
        best: tuple[int, _Evidence | None] = (0, None)
        missing = list(wanted)
        for evidence in self._evidence:
            has = [fact for fact in wanted if _has(evidence, fact)]
            missing = [fact for fact in missing if fact not in has]
            best = max(best, (len(has), evidence), key=lambda one: one[0])
        if missing:
            return _Found(lack=_lack(missing[0]), what=missing[0].value)
        return _Found(best[1])

    def _find(self, claim: Claim) -> _Found:
        own = _subject_words(claim.text)
        if own and _INCLUDED.search(claim.text):
            own = (*own, *(word for word in self._subject if word not in own))
        every = facts(claim.text)
        names = tuple(dict.fromkeys(fact.value for fact in every if fact.kind is FactKind.NAME))
        subject = own or (() if names else self._subject or _subject_words(self.question))
        if own or names:
            self._subject = own
        if not names and _POINTS_BACK.search(claim.text):
            every += self._named  # "there", "it": what was named before must be named by the statement too
        elif names:
            self._named = tuple(fact for fact in every if fact.kind is FactKind.NAME)
        wanted = [fact for fact in every if fact.kind is not FactKind.NAME or fact.value not in self._known]
        if not wanted and (
            not subject or not (own or negative(claim.text, ()) or _CERTAIN.search(claim.text))
        ):
            return _Found()
        found = self._best(claim, subject, bool(own), wanted)
        by_day = [fact for fact in wanted if fact.kind is FactKind.DAY]
        if found.lack is Lack.DAY and len(by_day) > 1:
            rest = [fact for fact in wanted if fact.kind is not FactKind.DAY]
            for day in by_day:
                found = self._best(claim, subject, bool(own), [*rest, day])
                if found.lack:
                    break
        if found.lack is Lack.NUMBER and (halves := _halves(claim.text)):
            both = [self._find(Claim(half)) for half in halves]
            return next((half for half in both if half.lack), both[0])
        return found

    def _best(self, claim: Claim, subject: Sequence[str], own: bool, wanted: Sequence[Fact]) -> _Found:
        meant = [synonyms(word) for word in subject]
        compared = []
        for evidence in self._evidence:
            worth = tuple(_worth(meanings, evidence) for meanings in meant)
            about_it = 1.0 in worth
            missing = tuple(fact for fact in wanted if not _has(evidence, fact, about_it))
            borrowed = tuple(fact for fact in wanted if fact not in missing and not _has(evidence, fact))
            compared.append(_Compared(evidence, worth, missing, _named(evidence, subject), borrowed))
        compared.sort(key=lambda one: (len(one.missing), -one.rank))
        if not compared:
            return _Found(lack=Lack.WORD, what=claim.text)
        lacks = [self._lacks(claim, subject, own, wanted, one, compared) for one in compared[:MOST_COMPARED]]
        # A statement that is as much about it and says the opposite is not outweighed by another one.
        return next((found for found in lacks if found.lack in (None, Lack.POLARITY)), lacks[0])

    def _lacks(
        self,
        claim: Claim,
        subject: Sequence[str],
        own: bool,
        wanted: Sequence[Fact],
        one: _Compared,
        every: Sequence[_Compared],
    ) -> _Found:
        evidence = one.evidence
        if one.missing:
            return _Found(lack=_lack(one.missing[0]), what=one.missing[0].value)
        counted = [fact for fact in wanted if fact.kind is not FactKind.NAME]
        least = LEAST_COVERED_WITH_FACTS if counted else LEAST_COVERED
        if one.share < least or (not own and subject and not any(one.worth)):
            what = next(
                (word for word, worth in zip(subject, one.worth, strict=True) if not worth), claim.text
            )
            return _Found(lack=Lack.WORD, what=what)
        if counted and (fact := _told_otherwise(counted, one, every)):
            return _Found(lack=_lack(fact), what=fact.value)
        if fact := _of_another(counted, subject, evidence):
            return _Found(lack=_lack(fact), what=fact.value)
        certain = _CERTAIN.search(claim.text)
        texts = self._beside(evidence) if certain and _AT_ANY_TIME.search(certain[0]) else [evidence.text]
        if certain and not any(_as_certain(certain[0], text) for text in texts):
            return _Found(lack=Lack.CERTAINTY, what=certain[0])
        less = _LESS.search(evidence.text)
        if less and not _LESS.search(claim.text) and _EVERY.search(claim.text):
            return _Found(lack=Lack.CERTAINTY, what=less[0])
        excluded, included = left_out(evidence.text), left_out(claim.text)
        if (excluded & set(tokens(claim.text)) - included) or (included & evidence.words - excluded):
            return _Found(lack=Lack.POLARITY, what="without")
        if word := _opposite(claim.text, evidence):
            return _Found(lack=Lack.WORD, what=word)
        if negative(claim.text, subject) != negative(evidence.text, subject):
            return _Found(lack=Lack.POLARITY, what=claim.text)
        return _Found(evidence)

    def _beside(self, evidence: _Evidence) -> Iterable[str]:
        """The statement and the others under its heading."""
        mine = evidence.statement
        return (
            other.text
            for other in self._evidence
            if other.statement.passage is mine.passage and other.statement.topic == mine.topic
        )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A statement beside a claim: what each word of its subject is worth there, and the facts that it lacks."""

    evidence: _Evidence
    worth: tuple[float, ...]
    missing: tuple[Fact, ...]

    named: float
    borrowed: tuple[Fact, ...]
    """The names that it has only from the statements beside it."""

    @property
    def share(self) -> float:
        return sum(self.worth) / len(self.worth) if self.worth else 1.0

    @property
    def rank(self) -> float:
        """How much it is about the subject, and about nothing narrower."""
        return self.share + NAMED * self.named - BORROWED * len(self.borrowed)


def _told_otherwise(wanted: Sequence[Fact], one: _Compared, every: Sequence[_Compared]) -> Fact | None:
    """The fact for which a statement that is more about the subject has another one of the kind."""
    for other in every:
        if other.rank <= one.rank or other.share < one.share or not other.missing:
            continue
        for fact in other.missing:
            kinds = {FactKind.TIME, FactKind.MONEY, FactKind.PERCENT}
            if (
                fact in wanted
                and fact.kind in kinds
                and any(fact.kind is it.kind for it in other.evidence.facts)
            ):
                return fact
    return None


def _halves(text: str) -> tuple[str, str] | None:
    """Both sides of the first "and" that has numbers on either side: they may be told by two statements."""
    for joint in re.finditer(r",? and ", text):
        before, after = text[: joint.start()], text[joint.end() :]
        if all(any(it.kind in _SUMS for it in facts(side)) for side in (before, after)):
            return before, after
    return None


def _named(evidence: _Evidence, subject: Sequence[str]) -> float:
    """How much of the name of a list item ("Repeat consultation: 36") the subject has; 1 for other statements."""
    name, colon, _ = evidence.text.partition(": ")
    words = _subject_words(name) if evidence.statement.fragment and colon else ()
    meant = frozenset().union(*(synonyms(word) for word in subject))
    return sum(word in meant for word in words) / len(words) if words else 1.0


def _of_another(wanted: Sequence[Fact], subject: Sequence[str], evidence: _Evidence) -> Fact | None:
    """The fact that the statement tells of something else: of "19 euros for adults and 9 euros for children" the 19
    is not the children's."""
    parts = [part for part in _PARTS.split(evidence.text) if part.strip()]
    for fact in wanted:
        if sum(other.kind is fact.kind for other in wanted) > 1:
            continue
        same_kind = [part for part in parts if any(it.kind is fact.kind for it in facts(part))]
        if fact.kind is FactKind.DAY or len(same_kind) < 2:
            continue
        words = [_stems(part) for part in same_kind]
        has = [any(fact.agrees(it) for it in facts(part)) for part in same_kind]
        for word in subject:
            where = [not synonyms(word).isdisjoint(stems) for stems in words]
            if sum(where) == 1 and not has[where.index(True)]:
                return fact
    return None


_PARTS = re.compile(r"[;,]\s+|\s+(?:but|and|or)\s+(?=.*\d)")


def _opposite(text: str, evidence: _Evidence) -> str:
    """The word of a claim of which the statement has the opposite."""
    for word in tokens(text):
        opposites = _OPPOSITES.get(word)
        if opposites and word not in evidence.around and not opposites.isdisjoint(evidence.words):
            return word
    return ""


def _opposites(pairs: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in pairs.split("|"):
        ones, others = ({stem(word) for word in side.split()} for side in pair.split("/"))
        for one, other in [*((o, others) for o in ones), *((o, ones) for o in others)]:
            table.setdefault(one, set()).update(other)
    return {word: frozenset(others) for word, others in table.items()}


_SUMS = frozenset({FactKind.MONEY, FactKind.TIME, FactKind.PERCENT})
_OPPOSITES = _opposites(
    "large big/small little|early/late|first/last|before/after|"
    "more/less fewer|minimum least/maximum most|indoor indoors "
    "inside/outdoor outdoors outside|new/old|hot warm/cold|"
    "heated/unheated|with/without|upstairs/downstairs|furnished/"
    "unfurnished|adult/child children kid|single/double|weekday/weekend|arrival arrive/departure depart|"
    "tenant/landlord|morning/evening|monthly/yearly annual|smoking/non-smoking|cheaper/dearer|left/right"
)
_POINTS_BACK = re.compile(r"\b(?:it|its|there|their|they|this|that|he|she|his|her)\b", re.IGNORECASE)
_INCLUDED = re.compile(r"\b(?:included?s?|including|free|extra)\b", re.IGNORECASE)
_AT_ANY_TIME = re.compile(r"\b(?:any|always|24/7|around the clock)\b", re.IGNORECASE)
_LESS = re.compile(r"\bevery (?:second|other|third)\b", re.IGNORECASE)
_EVERY = re.compile(r"\b(?:every|each)\b", re.IGNORECASE)
_CERTAIN = re.compile(
    r"\b(?:always|never fails?|definitely|certainly|guarantee[sd]?|"
    r"absolutely|undoubtedly|every|all|any(?!thing)|entire|"
    r"unlimited|completely|fully|100 ?%|at any time|24/7|around "
    r"the clock|still|best|cheapest|largest|biggest|fastest|only)\b",
    re.IGNORECASE,
)
_SAME_CERTAINTY = (
    re.compile(
        r"\b(?:always|every|all|any|each|24|daily|seven days|fully|completely|whole|entire|unlimited)\b", re.I
    ),
    re.compile(r"\bonly\b", re.I),
    re.compile(r"\bguarantee", re.I),
)


def _as_certain(word: str, text: str) -> bool:
    stemmed = tokens(word)
    if set(stemmed) <= set(tokens(text)):
        return True
    return any(same.search(word) and same.search(text) for same in _SAME_CERTAINTY)


_UNITS = frozenset(
    tokens(
        "pound pounds euro euros dollar dollars cent cents pence "
        "percent cent a p m am pm o'clock noon midnight half past "
        "quarter price cost costs costing fee charge rate charged priced monday tuesday wednesday thursday friday "
        "saturday sunday weekday weekdays weekend weekends day "
        "days month months night nights hour hours minute minutes "
        "week weeks year years"
    )
)
_TELLING = frozenset(
    tokens(
        "treatment standard special regular extra plan area public "
        "large small second first last general section party "
        "guest visit professional building night equipment facilities front top side average fast quick "
        "easy free good bad nice problem condition method morning afternoon evening early late stop course basic"
    )
)
"""Light in a question, and not in a claim: the second floor is not the first."""
_NUMBER_WORDS = frozenset(tokens(" ".join(VALUES)))
_CONTRACTED = re.compile(r"['\u2019](?:d|ll|ve|re|m|s)\b")
_FREE_OF = re.compile(r"\b(\w+)-free\b")
_FLUFF = frozenset(
    tokens(
        "yes yeah sure course actually happy glad lovely great "
        "kindly simply basically currently convenient note located "
        "situated offer available provide provided include included "
        "including includes come comes cover covers covering "
        "feature features total also additionally however though although while whereas so then that's it's there's "
        "afraid sorry unfortunately roughly approximately "
        "typically usually around about aged served runs run running "
        "listed list asking called named known say says according document information request requested per "
        "time times pre both either neither together along welcome allowed allow accept permitted"
    )
)


def _subject_words(text: str) -> tuple[str, ...]:
    """The stems that a claim is about: without units and what only carries a sentence."""
    of_names = {fact.value for fact in facts(text) if fact.kind is FactKind.NAME}
    return tuple(
        word
        for word in content(_CONTRACTED.sub("", _FREE_OF.sub(r"without \1", text)))
        if (word not in LIGHT or word in _TELLING)
        and word not in _UNITS
        and word not in _FLUFF
        and word not in of_names
        and not word[0].isdigit()
        and word not in _NUMBER_WORDS
        and word[0] not in "£$€"
    )


def _worth(meanings: frozenset[str], evidence: _Evidence) -> float:
    if not meanings.isdisjoint(evidence.words):
        return 1.0
    if meanings.isdisjoint(evidence.above):
        return 0.0
    return 1.0 if evidence.statement.leans else ABOVE


def _has(evidence: _Evidence, fact: Fact, about_it: bool = False) -> bool:
    """Whether the statement has the fact. `about_it`: it also has a word of the claim itself, so that the names under
    its heading may be meant by it."""
    if any(fact.agrees(other) for other in evidence.facts):
        return True
    if fact.kind is not FactKind.NAME:
        return False
    pronoun = evidence.statement.leans and not evidence.statement.fragment
    named = evidence.words | evidence.above
    if pronoun or (about_it and not evidence.names):
        named |= evidence.statement.names  # it goes on about who or what was named before
    return not named.isdisjoint((fact.value.removesuffix("s"), *synonyms(fact.value)))


def _lack(fact: Fact) -> Lack:
    return {FactKind.NAME: Lack.NAME, FactKind.DAY: Lack.DAY}.get(fact.kind, Lack.NUMBER)


@lru_cache(maxsize=2048)
def _stems(text: str) -> frozenset[str]:
    return frozenset(tokens(text)) | frozenset(tokens(text.replace("-", "")))


def _evidence(statement: Statement) -> _Evidence:
    found = statement.passage
    above = f"{found.title}. {found.passage.heading}. {statement.topic}"
    above_facts = tuple(
        fact for fact in facts(above) if fact.kind is not FactKind.DAY or not facts_days(statement.text)
    )
    return _Evidence(
        statement,
        _stems(statement.text) | acronyms(statement.text),
        _stems(above),
        facts(statement.text) + above_facts,
        any(fact.kind is FactKind.NAME for fact in facts(statement.text)),
        statement.text,
    )


def facts_days(text: str) -> bool:
    """Whether the text speaks of days itself, so that those of a heading do not count."""
    return any(fact.kind is FactKind.DAY for fact in facts(text))


def _values(texts: Iterable[str]) -> frozenset[str]:
    values = {fact.value for text in texts for fact in facts(text) if fact.kind is not FactKind.DAY}
    return frozenset(values | {word for text in texts for word in tokens(text)})
