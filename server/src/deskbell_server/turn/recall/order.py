"""In which order the words of a question stand: "from A to B" is not "from B to A"."""

from __future__ import annotations

from deskbell_server.turn.recall.lemmas import is_participle
from deskbell_server.turn.recall.synonyms import concept

_ARTICLES = frozenset("the a an my our your some any this these those".split())
_SELF = frozenset("i we me us myself ourselves".split())


def order(words: list[str], counts: frozenset[str]) -> tuple[str, ...]:
    """The words one after the other: those that count as their concept, callers and the business as "@self" and "@you",
    the rest as "~word", articles as "~a"."""
    parts: list[str] = []
    for word in words:
        meaning = concept(word)
        if meaning in counts:
            parts.append(meaning)
        elif word in _SELF:
            parts.append("@self")
        elif word == "you":
            parts.append("@you")
        else:
            parts.append("~a" if word in _ARTICLES else f"~{word}")
    return tuple(parts)


def participles(words: list[str]) -> frozenset[str]:
    """The concepts of words that are something done to what stands elsewhere: "washed", "included"."""
    return frozenset(concept(word) for word in words if is_participle(word))


def turned(one: tuple[str, ...], other: tuple[str, ...], passive: frozenset[str], *, of_one: bool) -> str:
    """The first two words that change their places while what is between them stays, as in "from A to B" and "from B to
    A"; nothing if there are none. "Tickets for adults" and "adult tickets" are the same: there something else is
    between them. `passive` are words that may change their place with one, as in "heat pools" and "are pools heated".
    `of_one` says that both say something of one thing, in which the order tells what of what."""
    places, other_places = _places(one), _places(other)
    shared = [part for part in places if part in other_places]
    for i, first in enumerate(shared):
        for second in shared[i + 1 :]:
            if (places[first] < places[second]) is (other_places[first] < other_places[second]):
                continue
            between, other_between = (
                _between(one, places, first, second),
                _between(other, other_places, first, second),
            )
            if of_one and not any(part[0] == "~" for part in (*_spoken(between), *_spoken(other_between))):
                return f"{first} {second}"
            if not _may_turn(between, other_between, first in passive or second in passive):
                return f"{first} {second}"
            if (
                between == other_between
                and between not in (("~and",), ("~or",))
                and (first in passive) is (second in passive)
                and _done(one, places, first, second) is _done(other, other_places, first, second)
            ):
                return f"{first} {second}"
    return ""


_HAVING = frozenset(("~have", "~has", "include"))


def _may_turn(between: tuple[str, ...], other: tuple[str, ...], passive: bool) -> bool:
    """Whether two words may change places that have these words between them: "adult tickets" and "tickets for adults",
    "the room has a bath" and "a bath in the room", "A and B" and "B and A"."""
    spoken = _spoken(between), _spoken(other)
    if () in spoken:
        return not {("~in",), ("~on",), ("~at",)} & set(
            spoken
        )  # the quiet flat on the street is not on the quiet street
    if any(each in (("~and",), ("~or",)) for each in spoken):
        return True
    if (
        "include" in between and "include" in other
    ):  # "is lunch included in the price", "does the price include lunch"
        return ("~in" in between) is not ("~in" in other)
    return passive or bool(_HAVING & (set(between) ^ set(other)))


def _spoken(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in parts if part != "~a")


def _done(parts: tuple[str, ...], places: dict[str, int], first: str, second: str) -> bool:
    """Whether the one word is what somebody does and the other what to: "do you wash cars", of "a car wash"."""
    low = min(places[first], places[second])
    return parts[low - 1 : low] in (("@you",), ("@self",), ("~to",))


def _places(parts: tuple[str, ...]) -> dict[str, int]:
    """Where each word stands that stands there only once."""
    return {part: i for i, part in enumerate(parts) if part[0] != "~" and parts.count(part) == 1}


def _between(parts: tuple[str, ...], places: dict[str, int], first: str, second: str) -> tuple[str, ...]:
    low, high = sorted((places[first], places[second]))
    inner = parts[low + 1 : high]
    spoken = tuple(part for part in inner if part != "~a")
    return spoken or inner


def offers_choice(order: tuple[str, ...]) -> bool:
    """Whether one of several things is meant: "do I pay before or after", "do I pay before"."""
    return "~or" in order
