"""How the words of a question stand to each other: before which is a preposition, and who does what to whom."""

from __future__ import annotations

from itertools import pairwise

from deskbell_server.turn.recall.kinds import Kind
from deskbell_server.turn.recall.lemmas import is_participle, is_verb, lemma
from deskbell_server.turn.recall.synonyms import concept
from deskbell_server.turn.recall.vocabulary import LIGHT

_OWNERS = {"my": "self", "our": "self", "your": "you"}
_ARTICLES = frozenset("the a an my our your some any this these those".split())
_PREPOSITIONS = {
    "in": "in", "at": "in", "on": "in", "inside": "in", "for": "for", "of": "for", "to": "to", "into": "to",
    "from": "from", "with": "with", "by": "with", "about": "about", "before": "before", "after": "after",
    "until": "until", "since": "since",
}  # fmt: skip


def relations(words: list[str], counts: frozenset[str]) -> dict[str, str]:
    """How each word that counts stands to the others.

    The preposition before it ({"airport": "from"}), "subject" after "can", "object" after a verb that somebody does,
    "bare" at the end after another ("is the guide French"); whose it is ({"towel's": "self"}); as what ("a ship":
    "thing", "verb" or "done"); before which other it stands ("sea+" in "sea view"); which is counted or chosen
    from ("?").
    """
    found = {f"{concept(word)}'s": _OWNERS[before] for before, word in pairwise(words) if before in _OWNERS}
    rest = [word for word in words if word not in _ARTICLES]
    for i, (before, word) in enumerate(pairwise(rest)):
        means = _PRONOUNS.get(word, concept(word))
        if means not in counts and word not in _PRONOUNS:
            continue
        after = rest[i + 2 : i + 3]
        if after and concept(after[0]) in counts:
            found[f"{means}+"] = "of another"
        if before in _PREPOSITIONS:
            if before not in ("to", "for") or not is_verb(word):  # not "to rent", "for renting"
                found[means] = _PREPOSITIONS[before]
        elif i == 0 and before in _MODALS and word not in _PRONOUNS:
            found[means] = "subject"
        elif i and rest[i - 1] in _DOERS and is_verb(before) and lemma(before) not in LIGHT:
            found[means] = "object"
    for before, word in pairwise(rest):
        if before in ("many", "which", "what") and concept(word) in counts:
            found["?"] = concept(word)  # "how many classes a week" does not count weeks
            break
    if len(words) > 1 and concept(words[-1]) in counts and concept(words[-2]) in counts:
        found.setdefault(concept(words[-1]), "bare")
    for before, word in pairwise(words):
        if concept(word) not in counts:
            continue
        if before in ("you", "i", "we") and is_verb(word):
            found[f"a {lemma(word)}"] = "verb"
        elif before in ("have", "get", "want") and is_participle(word) and word != words[-1]:
            found[f"a {lemma(word)}"] = "done"
        elif before in ("a", "an"):
            found[f"a {lemma(word)}"] = "thing"
    return found


_PRONOUNS = {"you": "@you", "me": "@self", "us": "@self"}
_MODALS = frozenset("can could may must should do does will would".split())
_DOERS = frozenset("you i we to".split())
_PAID = frozenset(concept(word) for word in "card cash cheque euro instalment phone".split())
_IN_HAND = frozenset(("with", "in", "bare"))
_PREPOSITIONAL = frozenset(_PREPOSITIONS.values())
_SUBJECT_IN = frozenset(("subject", "in"))
_CHARGED = {frozenset(("for", "object")), frozenset(("for", "subject"))}
"""Who charges landlords has fees for landlords."""


_OF_WHAT = frozenset(
    (Kind.PRICE, Kind.FREE, Kind.DURATION, Kind.COUNT, Kind.MEASURE, Kind.DISTANCE)
) | frozenset((Kind.FREQUENCY, Kind.PASSWORD, Kind.AGE))
"""In these "for" and "of" only go before what is measured: "the price of breakfast", "what does breakfast cost"."""


def _loose(kind: Kind, one: dict[str, str], other: dict[str, str]) -> str:
    """The first word that a preposition goes before in the one and that stands by itself in the other."""
    for word, way in one.items():
        measured = kind in _OF_WHAT and (way == "for" or kind is Kind.COUNT)
        measured = measured or (word, way) == ("@you", "with")
        stands = word in other or f"{word}+" in other or word in _PAID
        owned = way == "subject" and word not in other and f"{word}+" in other and f"{word}+" not in one
        if (way in _PREPOSITIONAL and not measured and not stands) or owned:
            return f"{way} / - {word}"
    return ""


def related_otherwise(kind: Kind, one: dict[str, str], other: dict[str, str]) -> str:
    """The first word that stands in another relation: "at the hotel", "from the hotel"."""
    alike = {_SUBJECT_IN} | (_CHARGED if kind in (Kind.PRICE, Kind.FREE) else set())
    if loose := _loose(kind, one, other) or _loose(kind, other, one):
        return loose
    for word, way in one.items():
        against = other.get(word, way)
        ways = frozenset((way, against))
        bare = "bare" in ways and not ways & _PREPOSITIONAL
        if way == against or bare or (ways <= _IN_HAND and word in _PAID) or ways in alike:
            continue
        return f"{way} / {against} {word}"
    return ""
