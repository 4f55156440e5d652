"""Takes personal data out of a text, as a tenant's policy says."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from deskbell_server.domain.privacy import Handling, PersonalData, RedactionPolicy
from deskbell_server.privacy.emails import canonical, emails
from deskbell_server.privacy.finding import Found, find
from deskbell_server.privacy.phones import FEWEST, spelt
from deskbell_server.privacy.plain import plain
from deskbell_server.privacy.runs import runs

_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without what had to go, and what has been taken out of the original, in order."""

    text: str
    taken: tuple[tuple[int, int], ...] = ()

    def moved(self, offset: int) -> int:
        """Where an offset of the original is now. What has been taken out is where it began."""
        last = bisect_right(self.taken, (offset, 0)) - 1
        if last >= 0 and self.taken[last][1] >= offset:
            offset = self.taken[last][0]
            last -= 1
        return offset - sum(end - start for start, end in self.taken[: last + 1])


def redact(
    text: str, policy: RedactionPolicy, *, region: str | None = None, published: Sequence[str] = ()
) -> Redacted:
    """Masks and drops what the policy says. What the business itself publishes, as the numbers that its
    documents give to callers, is nobody's secret and stays."""
    handlings = {kind: policy.handling(kind) for kind in PersonalData}
    if all(handling is Handling.KEEP for handling in handlings.values()):
        return Redacted(text)
    found = [each for each in find(text, region) if handlings[each.kind] is not Handling.KEEP]
    if found and published:
        known = _Published(published)
        found = [each for each in found if not known.has(text, each)]
    pieces: list[str] = []
    taken: list[tuple[int, int]] = []
    position = 0
    before = " "
    for each in found:
        between = text[position : each.start]
        pieces.append(between)
        before = between[-1:] or before
        position = each.end
        if handlings[each.kind] is Handling.MASK:
            pieces.append(masked(text[each.start : each.end]))
            before = pieces[-1][-1]
            continue
        # One of the two spaces around it goes too.
        if before == " " and text.startswith(" ", position):
            position += 1
        taken.append((each.start, position))
    return Redacted("".join(pieces) + text[position:], tuple(taken))


def masked(text: str) -> str:
    """A `*` for each letter and digit."""
    return "".join("*" if character.isalnum() else character for character in text)


class _Published:
    """The addresses and digits of texts that the business publishes."""

    def __init__(self, texts: Sequence[str]) -> None:
        plain_texts = [plain(text) for text in texts]
        self._addresses = {canonical(text[start:end]) for text in plain_texts for start, end in emails(text)}
        self._numbers = [run.digits(text) for text in plain_texts for run in runs(text)]

    def has(self, text: str, found: Found) -> bool:
        match = plain(text[found.start : found.end])
        if found.kind is PersonalData.EMAIL_ADDRESS:
            return canonical(match) in self._addresses
        digits = next((digits for _, _, digits in spelt(match)), _NO_DIGIT.sub("", match))
        if found.kind is not PersonalData.PHONE_NUMBER:
            return bool(digits) and any(digits in number for number in self._numbers)
        # With or without the country's code, or the zero that stands for it.
        bare = digits.lstrip("0")
        return len(bare) >= FEWEST - 1 and any(
            bare in number or (len(number.lstrip("0")) >= FEWEST and bare.endswith(number.lstrip("0")))
            for number in self._numbers
        )
