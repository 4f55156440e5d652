"""Intents without a model: clauses, cues, the vote of a tenant's examples, kept weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deskbell_server.domain.intent import IntentKind
from deskbell_server.ports.engines import Embedding
from deskbell_server.turn.intents import words
from deskbell_server.turn.intents.classifier import IntentClassifier, TenantExample
from deskbell_server.turn.intents.clauses import clauses
from deskbell_server.turn.intents.dataset import load_examples
from deskbell_server.turn.intents.features import HASHED, hashed_words
from deskbell_server.turn.intents.neighbours import Neighbours
from deskbell_server.turn.intents.network import Network, fit, softmax
from deskbell_server.turn.intents.training import KINDS
from deskbell_server.turn.intents.weights import Weights, load, save

SIZE = 384


def direction(index: int) -> Embedding:
    result: Embedding = (np.arange(SIZE) == index).astype(np.float32)
    return result


def simple() -> IntentClassifier:
    """Tells intent i from dimension i, and heeds no words."""
    kinds = len(KINDS)
    axes = np.zeros((SIZE + words.COUNT, kinds), dtype=np.float32)
    axes[range(kinds), range(kinds)] = 1
    same = np.eye(kinds, dtype=np.float32)
    nothing = np.zeros(kinds, dtype=np.float32)
    sense = Network(axes, nothing, 8 * same, nothing)
    hashed = np.zeros((HASHED, kinds), dtype=np.float32)
    wording = Network(np.vstack([axes, hashed]), nothing, 8 * same, nothing)
    return IntentClassifier(Weights(sense, wording, Neighbours(axes, same, same), 1.0))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("book me a table", ("book me a table",)),
        ("", ("",)),
        ("a table for me and my wife", ("a table for me and my wife",)),
        (
            "I want to book a cleaning and how much is it",
            ("I want to book a cleaning", "how much is it"),
        ),
        ("Are you open now? Also, where are you?", ("Are you open now?", "Also, where are you?")),
        ("one two three. " * 6, ("one two three. " * 6,)),  # a long story is left whole
    ],
)
def test_an_utterance_is_cut_where_a_second_wish_may_begin(text: str, parts: tuple[str, ...]) -> None:
    assert clauses(text) == parts


def test_what_recognition_mishears_is_put_right() -> None:
    assert words.plain("Um, how mush is a point ment, please?") == "how much is appointment"


def test_cues_are_found_or_not() -> None:
    found = {
        name for (name, _), hit in zip(words.CUES, words.cues("how much is a haircut?"), strict=False) if hit
    }
    assert {"how much", "question word first"} <= found
    assert "speak to" not in found
    assert words.cues("").shape == (words.COUNT,)


def test_the_likeliest_comes_first_and_probabilities_are_probabilities() -> None:
    for i, kind in enumerate(KINDS):
        [first, *_] = simple().classify(direction(i), "some words")
        assert first.kind is kind
        assert 0 <= first.probability <= 1
    assert simple().probabilities(direction(0), "some words").sum() == pytest.approx(1)


def test_what_nothing_speaks_for_is_unknown() -> None:
    [only] = simple().classify(direction(100), "some words")
    assert only.kind is IntentKind.UNKNOWN
    [only] = simple().classify(direction(0), "?!")
    assert (only.kind, only.probability) == (IntentKind.UNKNOWN, 1.0)


def test_each_clause_may_add_an_intent_and_unknown_never_stands_beside_one() -> None:
    booking, pricing, unknown = direction(0), direction(KINDS.index(IntentKind.PRICING)), direction(5)
    got = simple().classify(booking, "all of it", [(booking, "one"), (pricing, "two"), (unknown, "three")])
    assert {intent.kind for intent in got} == {IntentKind.BOOKING, IntentKind.PRICING}
    assert [i.probability for i in got] == sorted((i.probability for i in got), reverse=True)


def test_a_tenants_example_decides_about_what_is_just_like_it() -> None:
    strange = direction(200)
    taught = simple().with_examples([TenantExample(IntentKind.PRICING, strange)])
    [first] = taught.classify(strange, "some words")
    assert first.kind is IntentKind.PRICING
    assert first.probability == pytest.approx(1.0)
    assert taught.classify(direction(0), "some words") == simple().classify(direction(0), "some words")


def test_weights_are_kept_for_one_embedder(tmp_path: Path) -> None:
    save(simple().weights, "local/minilm", tmp_path / "weights.npz")
    kept = load("local/minilm", tmp_path / "weights.npz")
    assert kept is not None
    seen = np.random.default_rng(1).normal(0, 1, (5, SIZE + words.COUNT)).astype(np.float32)
    hashed = np.zeros((5, HASHED), dtype=np.float32)
    assert kept.probabilities(seen, hashed) == pytest.approx(
        simple().weights.probabilities(seen, hashed), abs=0.01
    )
    assert kept.temperature == simple().weights.temperature
    assert load("other/model", tmp_path / "weights.npz") is None
    assert load("local/minilm", tmp_path / "none.npz") is None


def test_the_utterances_are_many_balanced_and_each_of_one_intent() -> None:
    examples = load_examples()
    counts = [sum(example.kind is kind for example in examples) for kind in IntentKind]
    assert min(counts) >= 900
    assert max(counts) <= 3 * min(
        counts
    )  # of what is none of these there is the most; training weighs all the same
    kind_of = {example.text: example.kind for example in examples}
    assert all(kind_of[example.text] is example.kind for example in examples)


def test_the_words_order_is_seen() -> None:
    one, other = hashed_words("can you call me"), hashed_words("me call can you")
    assert np.linalg.norm(one) == pytest.approx(1)
    assert not np.array_equal(one, other)
    assert np.array_equal(hashed_words("Can you CALL me?"), one)


def test_a_network_learns_what_no_line_parts() -> None:
    chance = np.random.default_rng(3)
    rows = chance.uniform(-1, 1, (600, 2)).astype(np.float32)
    labels = ((rows[:, 0] > 0) ^ (rows[:, 1] > 0)).astype(np.int64)
    network = fit(rows[:400], labels[:400], 2, hidden=16, epochs=150, seed=1)
    told = network.probabilities(rows[400:])
    assert told.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)
    assert (told.argmax(axis=1) == labels[400:]).mean() >= 0.9


def test_a_rare_intent_has_the_same_say_among_neighbours() -> None:
    rows = np.array([[1, 0.1, 0]] * 9 + [[1, -0.1, 0]], dtype=np.float32)
    labels = np.array([0] * 9 + [1])
    told = Neighbours.of(rows, labels, 2).probabilities(np.array([1, 0, 0], dtype=np.float32))
    assert told == pytest.approx([0.5, 0.5], abs=0.02)
    assert Neighbours.of(rows, labels, 2).probabilities(rows[:1])[0].argmax() == 0


def test_softmax_bears_large_numbers() -> None:
    assert softmax(np.array([1000.0, 0.0], dtype=np.float32)).tolist() == [1.0, 0.0]
