"""How well the guard tells questions apart on every labelled set, and what may be kept from what may not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from deskbell_server.ports.engines import Embedding
from deskbell_server.turn.recall import compare, is_cacheable, signature
from tests.integration.local_world import embedder
from tests.integration.question_pairs import Pair, blind_pairs, keeping, split

PRECISION, RECALL = 0.99, 0.5


NAMES = ["made on", "held out", "blind", *(f"blind{n}" for n in range(2, 14))]


@cache
def pairs_of(name: str) -> list[Pair]:
    made_on, held_out = split()
    return {"made on": made_on, "held out": held_out}.get(name) or blind_pairs(name)


def measure(pairs: list[Pair], cosine: Callable[[Pair], float]) -> tuple[float, float, list[str]]:
    """Precision, recall, and what was wrongly accepted."""
    accepted = [p for p in pairs if compare(signature(p.one), signature(p.other), cosine(p)).same]
    wrong = [f"{pair.one} / {pair.other}" for pair in accepted if not pair.same]
    same = sum(pair.same for pair in pairs)
    precision, recall = 1 - len(wrong) / len(accepted), (len(accepted) - len(wrong)) / same
    print(
        f"\n{pairs[0].family}: {len(pairs)} pairs, {same} the same: "
        f"precision {precision:.4f} at recall {recall:.3f} ({len(accepted)} accepted)"
    )
    return precision, recall, wrong


@pytest.mark.parametrize("name", NAMES)
def test_what_asks_the_same_is_told_from_what_sounds_the_same(name: str) -> None:
    """By the words alone: a cosine can only refuse more."""
    precision, recall, wrong = measure(pairs_of(name), lambda _: 1.0)
    assert precision >= PRECISION, wrong
    assert recall >= RECALL


async def test_the_embedder_confirms_what_the_words_say() -> None:
    pairs = pairs_of("blind13")
    embeddings: dict[str, Embedding] = {}
    for text in {text for pair in pairs for text in (pair.one, pair.other)}:
        embeddings[text] = await embedder().embed_query(text)
    precision, recall, wrong = measure(
        pairs, lambda pair: float(embeddings[pair.one] @ embeddings[pair.other])
    )
    assert precision >= PRECISION, wrong
    assert recall >= RECALL


def test_there_are_enough_pairs_of_both_sorts() -> None:
    pairs = [pair for name in NAMES for pair in pairs_of(name)]
    assert len({(pair.one, pair.other) for pair in pairs}) > 1000
    assert sum(pair.same for pair in pairs) > 1000
    assert not {p.family for p in pairs_of("made on")} & {p.family for p in pairs_of("held out")}


def test_look_alikes_made_to_mislead_are_refused() -> None:
    misled = [
        f"{pair.one} / {pair.other}"
        for pair in blind_pairs("attack")
        if compare(signature(pair.one), signature(pair.other), 1.0).same
    ]
    assert len(blind_pairs("attack")) > 100
    assert not misled


@pytest.mark.parametrize("name", ["keeping", "keeping2", "keeping3", "keeping4"])
def test_what_is_the_callers_or_of_the_moment_is_told_from_what_holds_for_all(name: str) -> None:
    kept, never = keeping(name)
    wrongly_kept = [question for question in never if is_cacheable(question, "Yes, we do.")]
    rightly_kept = [question for question in kept if is_cacheable(question, "Yes, we do.")]
    print(
        f"\n{name}: {len(never) - len(wrongly_kept)} of {len(never)} kept out, {len(rightly_kept)} of {len(kept)} kept"
    )
    assert len(wrongly_kept) <= 0.015 * len(never), wrongly_kept
    assert len(rightly_kept) >= 0.8 * len(kept)
