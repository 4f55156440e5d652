"""Whether a text says something, however numbers and times are written."""

from __future__ import annotations

import pytest

from deskbell.evaluation.facts import AnyOf, Digits, Fact, Matches, Says, says
from deskbell.evaluation.tokens import Number, Time, digits, tokens


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("A check-up costs £62.", "62 pounds"),
        ("A check up costs sixty-two pounds.", "62 pounds"),
        ("It is 62 Pounds", "£62"),
        ("An implant is £2,450.", "two thousand four hundred and fifty pounds"),
        ("It costs 845,000 dollars.", "$845,000"),
        ("eight hundred and forty-five thousand dollars", "845,000"),
        ("It costs 1,650,000 dollars", "one million six hundred fifty thousand"),
        ("Our commission is 4.5%.", "4.5 percent"),
        ("four and a half per cent", "4.5 percent"),
        ("four point five percent", "4.5 percent"),
        ("from 9 a.m. to 1 p.m.", "9"),
        ("from 9 a.m. to 1 p.m.", "13:00"),
        ("from nine to one", "1 p.m."),
        ("from 9 to 1 p.m.", "9 a.m."),
        ("half past three in the afternoon", "3:30 p.m."),
        ("at 15:30", "half past three"),
        ("at three thirty", "half past three"),
        ("We are free at 3.30 pm", "half past three"),
        ("at a quarter to four", "3:45"),
        ("at ten to four", "3:50"),
        ("from noon to 4 p.m.", "12:00"),
        ("at seven o'clock", "7 p.m."),
        ("on the 14th of May", "fourteenth of May"),
        ("on the twenty-first of May", "21st"),
        ("You\u2019re welcome", "you're welcome"),
        ("four bedrooms", "4 bedrooms"),
        ("The reception is open 24 hours", "twenty four hours"),
    ],
)
def test_the_same_in_other_words(text: str, phrase: str) -> None:
    assert says(text, Says(phrase))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("from 10 a.m. to 6 p.m.", "1"),
        ("It costs 162 pounds", "62 pounds"),
        ("It costs 62.50 pounds", "62 pounds"),
        ("from 9:30 a.m.", "9"),
        ("from 9 a.m. to 1 p.m.", "9 p.m."),
        ("It has one bedroom", "1 p.m."),
        ("at 3:30 a.m.", "15:30"),
        ("open from 10 to 5", "4:50"),
        ("the first floor", "1"),
        ("one five four", "154"),
        ("dogs are welcome", "dog"),
        ("", "anything"),
    ],
)
def test_another_thing_is_not_the_same(text: str, phrase: str) -> None:
    assert not says(text, Says(phrase))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phone: 0 1 1 7, 4 9 6, 0 1 4 2.", True),
        ("0117 496 0142", True),
        ("+44 117 496 0142", True),
        ("plus 4 4, 1 1 7, 4 9 6, 0 1 4 2", True),
        ("oh double one seven four nine six oh one four two", True),
        ("0117 496 0143", False),
        ("117", False),
    ],
)
def test_numbers_are_the_same_in_any_groups(text: str, found: bool) -> None:
    assert says(text, Digits("0117 496 0142")) is found


def test_one_of_several_is_enough() -> None:
    fact: Fact = AnyOf((Says("closed"), Matches(r"not\s+open")))
    assert says("We are NOT open.", fact)
    assert says("Closed.", fact)
    assert not says("We are open.", fact)


def test_numbers_in_words_are_read_as_one_hears_them() -> None:
    assert [
        str(t.value) for t in tokens("zero degrees, one hundred degrees, nine four") if isinstance(t, Number)
    ] == [
        "0",
        "100",
        "9",
        "4",
    ]
    assert tokens("nine fifteen in the evening") == (Time(21, 15, True),)
    assert digits("triple two, 05") == "22205"
