"""Whether a caller gives the name that a booking is under."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from deskbell_server.turn.slots.name_words import PARTICLES, TITLES

ALIKE = 0.85
"""Share of letters in common, 0 to 1, from which two spellings are one name: speech recognition errs."""
_BEHIND = frozenset("jr sr junior senior ii iii phd md".split())
_JOINED = frozenset({"mac", "mc"})
_PARTICLES = PARTICLES | {"das", "dal", "des", "vom", "zum", "zur", "het", "'t", "t"}


def same_person(said: str, known: str) -> bool:
    """Whether both names may be one person's. The family name must be the same, and the given name where both have one;
    an initial stands for any name that begins so. Titles, and particles such as "van der", say nothing."""
    one, other = _words(said), _words(known)
    if not one or not other:
        return False
    if "".join(one) == "".join(other):
        return True
    if len(other) == 1 and len(one) > 1:
        # All that is known, be it the given name or the family name, has been said.
        return _alike(one[-1], other[0]) or _alike(one[0], other[0])
    if not _alike(one[-1], other[-1]):
        return False
    given, givens = one[:-1], other[:-1]
    return not given or not givens or any(_alike(given[0], each, initials=True) for each in givens)


def _words(name: str) -> list[str]:
    """What distinguishes a name, the family name last."""
    if name.count(",") == 1:
        family, _, given = name.partition(",")
        name = f"{given} {family}"
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(each)
    )
    words = re.sub(r"[^\w\s-]|_", "", plain).replace("-", " ").split()
    while words and words[-1] in _BEHIND:
        words.pop()
    found: list[str] = []
    for place, word in enumerate(words):
        if word in TITLES or (word in _PARTICLES and place < len(words) - 1):
            continue
        if found and place and words[place - 1] in _JOINED:
            found[-1] += word
        else:
            found.append(word)
    return found


def _alike(one: str, other: str, *, initials: bool = False) -> bool:
    if initials and 1 in {len(one), len(other)}:
        return one[0] == other[0]
    return SequenceMatcher(None, one, other).ratio() >= ALIKE
