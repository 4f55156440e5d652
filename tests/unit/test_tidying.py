"""What is left of a question once fillers, repeats, text-speak and misspelt days are gone."""

from __future__ import annotations

import pytest

from deskbell_server.turn.language import language_of, primary
from deskbell_server.turn.offers import REFUSAL, accepts_call_back, is_refusal
from deskbell_server.turn.tidying import tidy


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("yeah hi erm do you no sorry where where can i park", "where can i park"),
        ("wat time u open sat", "what time you open saturday"),
        ("what are your hours on saterday", "what are your hours on saturday"),
        ("um yeah hi what's the uh rent on the beacon row place", "what's the rent on the beacon row place"),
        ("Good morning, can you tell me your address, please?", "can you tell me your address, please?"),
        ("Do you, um, have parking?", "Do you, have parking?"),
        ("I was born on my birthday", "I was born on my birthday"),
        ("Hello!", "Hello!"),
        ("um", "um"),
        ("", ""),
    ],
)
def test_tidied(said: str, asked: str) -> None:
    assert tidy(said) == asked
    assert tidy(asked) == asked


@pytest.mark.parametrize(
    ("said", "before", "language"),
    [
        ("what are your opening hours", "en", "en"),
        ("um i wanna book a check up tuesday", "en", "en"),
        ("Haben Sie am Samstag geöffnet?", "en", "de"),
        ("quels sont vos horaires d'ouverture", "en", "fr"),
        ("Cuánto cuesta una limpieza dental completa", "en", "es"),
        ("ja", "de", "de"),
        ("0117 496 0123", "de", "de"),
        ("can you tell me the price please", "de", "en"),
    ],
)
def test_language(said: str, before: str, language: str) -> None:
    assert language_of(said, before) == language


def test_primary_subtags() -> None:
    assert [primary(code) for code in ("en", "en-GB", "pt_BR", "zh-Hant-TW")] == ["en", "en", "pt", "zh"]


@pytest.mark.parametrize("said", ["Yes, please.", "yeah go ahead", "my number is 0117 496 0123"])
def test_a_call_back_is_accepted(said: str) -> None:
    assert accepts_call_back(REFUSAL, said)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (REFUSAL, "No, thanks."),
        (REFUSAL, "What are your opening hours?"),
        ("We are open until five.", "Yes, please."),
        ("", "Yes, please."),
    ],
)
def test_it_is_not_accepted(before: str, said: str) -> None:
    assert not accepts_call_back(before, said)


def test_refusals_are_told_from_answers() -> None:
    assert is_refusal(REFUSAL)
    assert is_refusal("I'm afraid I don't know.")
    assert not is_refusal("We are closed on Sunday.")
    assert not is_refusal("We don't have a lift.")
