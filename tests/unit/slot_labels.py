"""The labelled utterances, and what the extraction makes of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deskbell_server.turn.slots.model import Part, Slot, Understood
from deskbell_server.turn.slots.understanding import understand

FOLDER = Path(__file__).parent / "data"
SEEN = (FOLDER / "slot_utterances.txt", FOLDER / "slot_utterances_second.txt")
UNSEEN = FOLDER / "slot_utterances_unseen.txt"
_ASKED = re.compile(r"(?:(?P<region>[A-Z]{2}):)?(?P<asked>[a-z]+|-)(?:\((?P<known>.*)\))?")


@dataclass(frozen=True)
class Label:
    """One line of the file."""

    line: int
    region: str
    asked: str
    known: str
    text: str
    expected: frozenset[tuple[str, str]]

    def slots(self) -> frozenset[tuple[str, str]]:
        """What the extraction finds, as labels are written."""
        slot = Slot(self.asked) if self.asked in set(Slot) else None
        known = {slot: self.known} if slot is not None and self.known else {}
        return found(understand(self.text, asked=slot, known=known, region=self.region), self)


def labels(*files: Path) -> Iterator[Label]:
    """The lines of files."""
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("#"):
                yield _label(number, line)


def _label(number: int, line: str) -> Label:
    asked, text, said = line.split(" | ")
    match = _ASKED.fullmatch(asked)
    assert match is not None, line
    pairs = [each.strip().partition("=") for each in said.split(";") if said != "-"]
    expected = frozenset((slot, value) if equals else ("answer", slot) for slot, equals, value in pairs)
    return Label(number, match["region"] or "GB", match["asked"], match["known"] or "", text, expected)


def found(understood: Understood, label: Label) -> frozenset[tuple[str, str]]:
    """As labels are written. An answer counts where one was asked for."""
    pairs = set()
    for each in understood.heard:
        slot = str(each.slot)
        if each.slot is Slot.NAME and each.part is not Part.WHOLE:
            slot = str(each.part)
        if each.slot is Slot.PHONE and not each.valid:
            slot = "badphone"
        pairs.add((slot, each.value))
    wants_answer = label.asked == "confirm" or any(slot == "answer" for slot, _ in label.expected)
    if understood.answer is not None and wants_answer:
        pairs.add(("answer", str(understood.answer)))
    return frozenset(pairs)


def score(all_labels: list[Label]) -> dict[str, tuple[int, int, int]]:
    """Of each slot: how many are right, how many were found, how many there are."""
    right, got, there = Counter[str](), Counter[str](), Counter[str]()
    group = {"given": "name", "family": "name"}
    for label in all_labels:
        slots = label.slots()
        right.update(group.get(slot, slot) for slot, _ in slots & label.expected)
        got.update(group.get(slot, slot) for slot, _ in slots)
        there.update(group.get(slot, slot) for slot, _ in label.expected)
    return {slot: (right[slot], got[slot], there[slot]) for slot in sorted(got | there)}
