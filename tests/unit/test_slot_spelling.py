"""Words that are spelt, and what is said of their letters."""

from __future__ import annotations

import pytest

from deskbell_server.turn.slots.hints import hints
from deskbell_server.turn.slots.model import Slot
from deskbell_server.turn.slots.numbers import said_digits
from deskbell_server.turn.slots.readback import digits_aloud, speakable, spelt_out
from deskbell_server.turn.slots.spelling import spellings
from deskbell_server.turn.slots.tokens import tokens


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("S-M-I-T-H", ["Smith"]),
        ("s m i t h", ["Smith"]),
        ("S, M, I, T, H.", ["Smith"]),
        ("that's S as in Sierra, M as in mother, Y for yellow", ["Smy"]),
        ("Bravo Oscar Bravo", ["Bob"]),
        ("B E double N E double T", ["Bennett"]),
        ("O apostrophe B R I E N", ["O'Brien"]),
        ("double u o o d", ["Wood"]),
        ("A N N hyphen L I", ["Ann-Li"]),
        ("I a b", ["Iab"]),
        ("I am", []),
        ("Matt with a double t", []),
        ("plan B", []),
    ],
)
def test_spelt_words(text: str, names: list[str]) -> None:
    assert [each.name for each in spellings(tokens(text))] == names


@pytest.mark.parametrize(
    ("word", "said", "result"),
    [
        ("Stephens", "with a v", "Stevens"),
        ("Stevens", "with a v", "Stevens"),
        ("Stevens", "with ph", "Stephens"),
        ("Catherine", "with a K", "Katherine"),
        ("Smith", "with a y", "Smyth"),
        ("Sara", "with an h", "Sarah"),
        ("Brown", "with an e at the end", "Browne"),
        ("Anne", "without an e", "Ann"),
        ("Philip", "with two l's", "Phillip"),
        ("Phillip", "with one l", "Philip"),
        ("Alison", "with double l", "Allison"),
        ("Andersen", "with an o", "Anderson"),
        ("Johnson", "with a q", "Johnson"),
    ],
)
def test_hints(word: str, said: str, result: str) -> None:
    [hint] = hints(said)
    assert hint.apply(word) == result


@pytest.mark.parametrize(
    "text", ["with me", "with us at no time", "a flat with a view", "no problem", "no idea"]
)
def test_what_is_no_hint(text: str) -> None:
    assert list(hints(text)) == []


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("oh seven seven double oh nine", ["077009"]),
        ("nine hundred, twenty three, four", ["900234"]),
        ("triple five", ["555"]),
        ("020 7946 um 0958", ["02079460958"]),
        ("at 4pm in 12B", []),
        ("fifty-six", ["56"]),
        ("one then two", ["1", "2"]),
    ],
)
def test_digits(text: str, digits: list[str]) -> None:
    assert [run.digits for run in said_digits(text, tokens(text))] == digits


@pytest.mark.parametrize(
    ("slot", "value", "aloud"),
    [
        (Slot.PHONE, "+442079460958", "0 2 0, 7 9 4 6, 0 9 5 8"),
        (Slot.PHONE, "+14155552671", "plus 1, 4 1 5, 5 5 5, 2 6 7 1"),
        (Slot.EMAIL, "a.lee_9@my-firm.co.uk", "a dot lee underscore 9 at my dash firm dot co dot uk"),
        (Slot.PROPERTY, "AB-1234", "A B, 1 2 3 4"),
        (Slot.NAME, "Jane Doe", "Jane Doe"),
    ],
)
def test_read_back(slot: Slot, value: str, aloud: str) -> None:
    assert speakable(slot, value, "GB") == aloud


def test_digits_and_letters_aloud() -> None:
    assert digits_aloud("1234567") == "1 2 3, 4 5 6 7"
    assert spelt_out("O'Brien") == "O, B, R, I, E, N"
