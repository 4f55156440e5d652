"""Which of a tenant's services a caller means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskbell_server.domain.booking import BookableService

_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    "a an and the with for of to in on at our your new one two initial appointment booking "
    "first second third last".split()  # "the first one" is a time that was offered
)
_SUFFIXES = ("ings", "ing", "ies", "es", "s", "ed")
_SAME = {
    "checkup": "check",
    "dentist": "check",
    "clean": "hygien",
    "hygienist": "hygien",
    "cleaning": "hygien",
    "look": "view",
    "visit": "view",
    "tour": "view",
    "spa": "massag",
    "dinner": "tabl",
    "eat": "tabl",
    "valuation": "valu",
    "appraisal": "valu",
}
"""Words for the same thing, as stems of names that services have."""


def named(utterance: str, services: Sequence[BookableService]) -> list[BookableService]:
    """The services whose name the utterance has most of; all that have equally much, none if nothing."""
    said = _stems(utterance)
    scored = [(_share(said, service), service) for service in services]
    best = max((score for score, _ in scored), default=0.0)
    if best == 0.0:
        return []
    found = [service for score, service in scored if score == best]
    # "A check-up for my child" has all of "Check-up", too, and more of "Check-up for a child".
    most = max(len(_stems(service.display_name) & said) for service in found)
    return [service for service in found if len(_stems(service.display_name) & said) == most]


def _share(said: frozenset[str], service: BookableService) -> float:
    name = _stems(service.display_name)
    return len(name & said) / len(name) if name else 0.0


def _stems(text: str) -> frozenset[str]:
    low = text.lower().replace("\u2019", "'").replace("check-up", "checkup").replace("check up", "checkup")
    return frozenset(_stem(word) for word in _WORD.findall(low) if word not in _STOP)


def _stem(word: str) -> str:
    if word in _SAME:
        return _SAME[word]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    word = word.rstrip("e")
    return _SAME.get(word, word)
