"""The passage that says what is asked comes before one that is only about it."""

from __future__ import annotations

from deskbell_server.domain.knowledge import FoundPassage, Passage
from deskbell_server.domain.names import DocumentId
from deskbell_server.knowledge.reranking import rerank


def found(index: int, text: str, similarity: float) -> FoundPassage:
    return FoundPassage(DocumentId("prices"), "Prices", Passage(index, 0, len(text), text), similarity, 0.03)


NEAR = found(0, "Our dentists explain every treatment. They take their time.", 0.55)
EXACT = found(1, "A white filling costs 120 pounds. A crown costs 780 pounds.", 0.5)
OTHER = found(2, "The car park is behind the building.", 0.3)


def test_what_says_the_words_comes_first() -> None:
    assert rerank("How much is a white filling?", [NEAR, EXACT, OTHER]) == [EXACT, NEAR, OTHER]


def test_words_alone_do_not_beat_everything() -> None:
    assert rerank("Where is the car park?", [NEAR, EXACT, OTHER])[0] == OTHER
    assert rerank("Is there a building?", [found(3, "Yes.", 0.9), OTHER])[0].passage.index == 3


def test_without_words_nothing_changes() -> None:
    assert rerank("And then?", [NEAR, EXACT]) == [NEAR, EXACT]
    assert rerank("How much is a filling?", [OTHER]) == [OTHER]
    assert rerank("How much is a filling?", []) == []
