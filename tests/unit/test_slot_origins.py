"""Nothing is made up: each value comes from what was said, or from a rule of spelling."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deskbell_server.privacy.plain import plain
from deskbell_server.turn.slots.hints import hints
from deskbell_server.turn.slots.model import Heard, Part, Slot
from deskbell_server.turn.slots.numbers import DIGITS, TEENS, TENS, said_digits
from deskbell_server.turn.slots.spelling import spellings
from deskbell_server.turn.slots.tokens import tokens
from deskbell_server.turn.slots.understanding import MOST, understand
from tests.unit.slot_labels import SEEN, labels

KNOWN = {Slot.NAME: "Mark Stephens", Slot.PHONE: "+442079460123", Slot.EMAIL: "mark.s@example.com"}
WORDS = [
    *DIGITS, *list(TEENS)[:3], *list(TENS)[:3],
    *"""my name is it's this no not sorry meant Anna Kowalski smith O'Brien van Jean-Luc with a v ph double t as in
    Sierra Mike spelt S-M-I-T-H at dot com example gmail underscore dash 12B AB-1234 flat reference table for people
    me back after call 07700 900123 020 7946 0958 last digit surname first yes plus +44 one two ² ٣ … ' - é""".split(),
]  # fmt: skip
said = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=14).map(" ".join)
asked = st.sampled_from([None, *Slot])


def folded(text: str) -> str:
    """Without capitals, and with a plain apostrophe."""
    return text.casefold().replace("\u2019", "'")


def check_origin(text: str, heard: Heard, known: dict[Slot, str]) -> None:
    assert 0 <= heard.start < heard.end <= len(text)
    # Folded, as a letter's capital need not have it for a small letter: the micro sign's is a Greek one.
    source = folded(text)
    before = folded(known.get(heard.slot, "")) if heard.corrects or heard.part is not Part.WHOLE else ""
    match heard.slot:
        case Slot.NAME:
            for word in folded(heard.value).split():
                plain = word in source or word in before.split()
                # What is spelt may end where the value does, and the rest of the text goes on with more letters.
                heard_of = text[heard.start : heard.end]
                spelt = word in {
                    folded(each.letters) for part in (text, heard_of) for each in spellings(tokens(part))
                }
                assert plain or spelt or hinted(word, text, f"{source} {before}"), (word, text)
        case Slot.PHONE:
            digits = Counter("".join(run.digits for run in said_digits(text, tokens(text))) + before)
            # The country's code may be the tenant's.
            local = Counter(heard.value.removeprefix("+44").removeprefix("+"))
            assert local <= digits, (heard.value, text)
        case Slot.EMAIL:
            words = Counter(source + before + "".join(run.digits for run in said_digits(text, tokens(text))))
            letters = Counter(character for character in folded(heard.value) if character.isalnum())
            assert letters <= words + Counter(
                "".join(folded(each.letters) for each in spellings(tokens(text)))
            ), text
        case Slot.PROPERTY:
            numbers = "".join(run.digits for run in said_digits(text, tokens(text)))
            assert set(folded(heard.value)) <= set(source + numbers)
        case Slot.CALLBACK:
            assert heard.value == text[heard.start : heard.end]
        case _:
            assert heard.value.isdecimal()


def hinted(word: str, text: str, source: str) -> bool:
    """Whether hints make the word of another one that is there."""
    made = set(source.replace(",", " ").replace(".", " ").split())
    for _ in range(2):
        made |= {folded(hint.apply(each)) for hint in hints(text) for each in made}
    return word in made


@settings(max_examples=400)
@example(text="a Sierra A* A*", asked=Slot.NAME, known={})
@given(text=said, asked=asked, known=st.sampled_from([{}, KNOWN]))
def test_each_value_comes_from_what_was_said(text: str, asked: Slot | None, known: dict[Slot, str]) -> None:
    understood = understand(text, asked=asked, known=known, region="GB")
    for heard in understood.heard:
        check_origin(plain(text), heard, known)
    spans = sorted((heard.start, heard.end) for heard in understood.heard)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_so_does_each_value_of_the_labelled_utterances() -> None:
    for label in labels(*SEEN):
        slot = Slot(label.asked) if label.asked in set(Slot) else None
        known = {slot: label.known} if slot is not None and label.known else {}
        for heard in understand(label.text, asked=slot, known=known, region=label.region).heard:
            if label.region == "GB":
                check_origin(label.text, heard, known)


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "S ",
        "not a, ",
        "double ",
        "1 ",
        "with a ",
        "call me back after ",
        "x at ",
        "dot ",
        "my name is ",
        "@",
        "first name ",
    ],
)
@pytest.mark.parametrize("asked", [Slot.NAME, Slot.EMAIL, Slot.PHONE])
def test_of_long_and_hostile_utterances_only_the_beginning_costs(piece: str, asked: Slot) -> None:
    text = piece * 2000
    whole = understand(text, asked=asked, known=KNOWN, region="GB")
    assert whole == understand(text[:MOST], asked=asked, known=KNOWN, region="GB")
