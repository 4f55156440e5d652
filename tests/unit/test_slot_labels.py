"""How much of the labelled utterances is understood."""

from __future__ import annotations

import pytest

from tests.unit.slot_labels import SEEN, UNSEEN, Label, labels, score

ALL = list(labels(*SEEN))
LEAST = 0.95
"""Of precision and recall, for each slot, where the code was made to fit."""
LEAST_UNSEEN = (0.80, 0.70)
"""Of precision and recall, over all slots, where it was not."""


def test_there_are_enough_of_each_kind() -> None:
    there = {slot: counts[2] for slot, counts in score(ALL).items()}
    assert len(ALL) >= 250
    assert there["name"] >= 90
    assert there["phone"] >= 40
    assert there["email"] >= 25


@pytest.mark.parametrize(
    "slot", ["answer", "badphone", "callback", "email", "name", "people", "phone", "property"]
)
def test_precision_and_recall(slot: str) -> None:
    right, got, there = score(ALL)[slot]
    assert right / got >= LEAST, f"precision {right}/{got}"
    assert right / there >= LEAST, f"recall {right}/{there}"


def test_precision_and_recall_of_what_nothing_was_made_to_fit() -> None:
    counts = score(list(labels(UNSEEN))).values()
    right, got, there = (sum(column) for column in zip(*counts, strict=True))
    precision, recall = LEAST_UNSEEN
    assert right / got >= precision, f"{right}/{got}"
    assert right / there >= recall, f"{right}/{there}"


@pytest.mark.parametrize(
    "label", [each for each in ALL if not each.expected], ids=lambda each: each.text[:40]
)
def test_nothing_is_made_up(label: Label) -> None:
    assert label.slots() == frozenset(), label.text
