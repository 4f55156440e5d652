"""What is a name in answer to a question, and what puts one right: courtesies and commands are neither."""

from __future__ import annotations

import pytest

from deskbell_server.turn.slots.model import Slot
from deskbell_server.turn.slots.understanding import understand

KNOWN = {Slot.NAME: "Anna Stevens", Slot.PHONE: "+441174960123"}


def name_asked(said: str) -> str | None:
    heard = understand(said, asked=Slot.NAME, region="GB").of(Slot.NAME)
    return None if heard is None else heard.value


def name_corrected(said: str) -> str | None:
    heard = understand(said, known=KNOWN, region="GB").of(Slot.NAME)
    return None if heard is None else heard.value


@pytest.mark.parametrize(
    "said",
    [
        "no worries",
        "no that's lovely",
        "no, that's lovely.",
        "sure whatever",
        "no changes",
        "no no that's perfect",
        "that's brilliant",
        "no thats great thanks",
        "No, Friday.",
        "make it seven",
        "no it's fine",
        "No. It's Wonderful!",
        "no hard feelings",
        "it's my husband",
        "the hygienist instead",
    ],
)
def test_courtesies_put_no_name_right(said: str) -> None:
    assert name_corrected(said) is None


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("no Stephens with ph", "Anna Stephens"),
        ("sorry it's Hannah not Anna", "Hannah Stevens"),
        ("no it's hanna stephens", "hanna stephens"),
        ("No, it's Peter Novak.", "Peter Novak"),
        ("No, Baker.", "Anna Baker"),
        ("no the surname is baker", "Anna Baker"),
        ("no it's peter novak", "peter novak"),
        ("the name is Hope Lovely", "Hope Lovely"),
        ("no, it's for my daughter Lucy Grey", "Lucy Grey"),
        ("no it's for my son Tom", "Tom"),
    ],
)
def test_names_are_put_right(said: str, right: str) -> None:
    corrected = name_corrected(said)
    assert corrected is not None
    assert corrected.lower() == right.lower()


@pytest.mark.parametrize(
    "said",
    "stop|cancel|quit|exit|bye|operator|repeat|louder|cheers|umm|Friday|blah|Main menu|ummmm|lovely|none|my daughter"
    "|for my husband|louder please|it's for two".split("|"),
)
def test_commands_are_no_names(said: str) -> None:
    assert name_asked(said) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("its tom baker", "Tom Baker"),
        ("it's for my daughter Lucy Grey", "Lucy Grey"),
        ("my daughter lucy grey", "Lucy Grey"),
        ("for my mother-in-law, Joan Hill", "Joan Hill"),
        ("for Tom", "Tom"),
        ("put it under baker", "Baker"),
        ("it's under my husband's name which is Robert Hall", "Robert Hall"),
        ("tom baker thats b a k e r", "Tom Baker"),
        ("Grace", "Grace"),
        ("April May", "April May"),
        ("will young", "Will Young"),
    ],
)
def test_names_in_answer_to_the_question(said: str, name: str) -> None:
    assert name_asked(said) == name
