"""E-mail addresses, as they are written and as they are dictated."""

from __future__ import annotations

import re

from deskbell_server.privacy.emails import canonical
from deskbell_server.privacy.emails import emails as addresses
from deskbell_server.privacy.plain import plain
from deskbell_server.turn.slots.model import Heard, Slot
from deskbell_server.turn.slots.name_words import COURTESIES, NO_NAMES
from deskbell_server.turn.slots.names import alike
from deskbell_server.turn.slots.numbers import digits_at
from deskbell_server.turn.slots.spelling import spellings
from deskbell_server.turn.slots.tokens import FILLERS, Token, tokens

_SIGNS = {
    "dot": ".",
    "point": ".",
    "period": ".",
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "underscore": "_",
    "plus": "+",
}
_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[^\W\d_]{2,24}")
_MOST_BEFORE, _MOST_LABEL = 8, 3
_MAILBOXES = frozenset("hello hi me people".split())
"""Words that say something else unless they stand right before "at"."""
_AND = frozenset("and that's that is it's it spelt spelled lower case all".split())


def is_address(text: str) -> bool:
    """Whether a text has the form of an address."""
    return _ADDRESS.fullmatch(text) is not None and not re.search(r"\.\.|^\.|\.@", text)


def emails(text: str, *, asked: bool) -> list[Heard]:
    """The address in an utterance. `asked`: the words before "at" are its name, whatever they are."""
    text = plain(text)
    if "@" not in text and asked:
        dictated = _dictated(text)
        if dictated is not None:
            return [dictated]
    for start, end in addresses(text):
        address = canonical(text[start:end])
        if is_address(address):
            return [Heard(Slot.EMAIL, address, start, end)]
    return []


def _dictated(text: str) -> Heard | None:
    words = tokens(text)
    for at, word in enumerate(words):
        if word.low != "at":
            continue
        domain, after = _domain(words, at + 1)
        if domain is None:
            continue
        local, first = _local(words, at)
        address = f"{local}@{domain}"
        if local and is_address(address):
            return Heard(Slot.EMAIL, address, words[first].start, words[after - 1].end)
    return None


def _domain(words: list[Token], i: int) -> tuple[str | None, int]:
    """Labels with "dot" between them; a label may have come apart ("g mail")."""
    labels: list[str] = []
    label, parts = "", 0
    while i < len(words):
        word = words[i]
        if _is_dot(word):
            labels.append(label)
            label, parts = "", 0
            i += word.low in _SIGNS
            if i >= len(words):
                break
            # The last label is one word; another "dot" shows that it was not the last.
            label, i, parts = words[i].low, i + 1, 1
            continue
        if (parts and labels) or parts >= _MOST_LABEL:
            break
        if word.fresh and label:
            break
        piece = "-" if _SIGNS.get(word.low) == "-" else word.low
        label += piece
        parts += piece != "-"
        i += 1
    labels.append(label)
    if len(labels) < 2 or not all(labels):
        return None, i
    return ".".join(labels), i


def _is_dot(word: Token) -> bool:
    return _SIGNS.get(word.low) == "." or word.gap == "."


def _local(words: list[Token], at: int) -> tuple[str, int]:
    """What is said before "at", back to where something else is said."""
    first = at
    while first > 0 and at - first < 3 * _MOST_BEFORE:
        word = words[first - 1]
        joined = first < at and (words[first].low in _SIGNS or word.low in _SIGNS)
        ends_before = first < at and words[first].gap.strip() in {".", "!", "?", ":", ";"}
        if ends_before and words[first].gap != ".":
            break
        other = word.low in NO_NAMES or word.low in COURTESIES or word.low in FILLERS or word.low in _AND
        number = digits_at(words, first - 1) is not None
        mailbox = first == at and word.low in _MAILBOXES
        if other and not joined and not number and not word.letter and not mailbox:
            break
        first -= 1
    local = _spelt_local(words, first, at)
    if local is not None:
        return local, first
    pieces: list[str] = []
    i = first
    while i < at:
        read = digits_at(words, i)
        if words[i].low in _SIGNS:
            pieces.append(_SIGNS[words[i].low])
        elif read is not None and read[1] <= at and not (words[i].low in {"o", "oh"} and words[i].letter):
            pieces.append(read[0])
            i = read[1]
            continue
        else:
            pieces.append(("." if i > first and words[i].gap == "." else "") + words[i].low)
        i += 1
    return "".join(pieces), first


def _spelt_local(words: list[Token], first: int, at: int) -> str | None:
    """ "smith, S M Y T H": the letters, and not the word that they put right."""
    said = words[first:at]
    for spelt in spellings(said):
        if spelt.last == len(said) - 1 and spelt.first == 1 and alike(said[0].low, spelt.letters) > 0.5:
            return spelt.letters
    return None
