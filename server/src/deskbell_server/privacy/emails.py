"""E-mail addresses, as typed ("john@example.com") and as dictated ("john dot smith at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DOT = r"(?:dot|punto|point|punkt|ponto)"
_DASH = r"(?:dash|hyphen|minus)"
_JOINS = frozenset("dot punto point punkt ponto dash hyphen minus underscore plus".split())
_LABEL = r"[^\W_][\w-]{0,62}"
_AT = re.compile(r"@|(?<=\s)(?:at|arroba|chiocciola|arobase)(?=\s)", re.IGNORECASE)
_DOMAIN = re.compile(
    rf"\s{{0,2}}(?!(?:the|a|an|my|your|our)\s){_LABEL}(?:\s{_DASH}\s{_LABEL})*(?:(?:\.|\s{_DOT}\s){_LABEL}(?:\s{_DASH}\s{_LABEL})*)+",
    re.IGNORECASE,
)
_LAST = re.compile(r"[^\W\d_]{2,24}\Z")
_LOCAL = re.compile(r"[\w.+%'-]+\Z")
_TOKEN = re.compile(r"[\w.+%'-]+")
_MOST_BEFORE = 96
_MOST_AFTER = 256
# What people say before "at example dot com" when they speak of a place or of a web site.
_NO_NAMES = frozenset(
    """a about account active am and are arrive arriving availability available be been book booked
    booking browse buy by check checked click company details dial directions everything find found go
    got have her here him hosted hours i information is it item items its join just laugh less listed
    live located log login look looked looking looks lot me meet meeting menu more my not now off offer
    office online open or order out page people place posted prices published read register see seen
    sell shop shopping show sign site sold something start starting stay stop store that the their them
    there these they this those to today tomorrow up us visit was we web webpage website were work
    worked working works you your it's""".split()
)


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Where a text has e-mail addresses, in order."""
    done = 0
    for match in _AT.finditer(text):
        domain = _DOMAIN.match(text, match.end(), match.end() + _MOST_AFTER)
        if domain is None or not _LAST.search(re.split(r"[.\s]", domain.group())[-1]):
            continue
        earliest = max(done, match.start() - _MOST_BEFORE)
        start = _typed(text, earliest, match.start()) if match.group() == "@" else None
        if start is None:
            start = _dictated(text, earliest, match.start())
        if start is not None:
            done = domain.end()
            yield start, done


def canonical(address: str) -> str:
    """An address as it would be typed, in small letters."""
    words = address.lower()
    for pattern, character in (
        (_DOT, "."),
        (_DASH, "-"),
        ("underscore", "_"),
        ("plus", "+"),
        (r"(?:at|arroba|chiocciola|arobase)", "@"),
    ):
        words = re.sub(rf"\s{pattern}(?=\s)", character, words)
    return re.sub(r"\s", "", words)


def _typed(text: str, earliest: int, at: int) -> int | None:
    """Where the name begins that ends right at the "@"."""
    name = _LOCAL.search(text, max(earliest, at - 64), at)
    if name is None:
        return None
    return name.end() - len(name.group().lstrip(".'-+%")) if name.group().strip(".'-+%") else None


def _dictated(text: str, earliest: int, at: int) -> int | None:
    """Where the name begins whose words, letters and "dot"s end in front of the word "at"."""
    tokens = list(_TOKEN.finditer(text, earliest, at))
    if not tokens or text[tokens[-1].end() : at].strip() or tokens[-1].group().endswith((".", "'", "-")):
        return None
    first = len(tokens) - 1
    sure = re.search(r"[._+%-]|[^\W\d]\d", tokens[first].group()) is not None
    if first > 0 and tokens[first].group().isdigit() and tokens[first - 1].group().isalpha():
        first -= 1  # "connor 84"
        if tokens[first].group().lower() in _NO_NAMES:
            return None
        sure = True
    while first > 0 and not text[tokens[first - 1].end() : tokens[first].start()].strip(" ,"):
        word = tokens[first - 1].group().lower()
        if word in _JOINS and first > 1:
            first -= 2
            sure = True
        elif len(word) == 1 and len(tokens[first].group()) == 1:
            first -= 1  # spelt out
            sure = True
        else:
            break
    if tokens[first].group().lower() in _JOINS:
        return None
    if not sure and tokens[first].group().lower() in _NO_NAMES:
        return None
    return tokens[first].start()
