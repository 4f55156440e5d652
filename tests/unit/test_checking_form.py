"""Replies put for the ear and for the eye."""

from __future__ import annotations

import pytest

from deskbell_server.adapters.local.speakable import speakable
from deskbell_server.turn.checking.form import spoken, written

REPLIES = [
    ("We are open **Mon-Fri 9-17**.", "We are open Monday to Friday 9 to 17."),
    ("Open Tue \u2013 Thu, 10am\u20132pm.", "Open Tuesday to Thursday, 10am to 2pm."),
    ("Breakfast is 6:30-10 a.m.", "Breakfast is 6:30 to 10 a.m."),
    (
        "Our prices:\n- Check-up: \u00a362\n- Crown: \u00a3690",
        "Our prices: Check-up: \u00a362 and Crown: \u00a3690.",
    ),
    ("1. First, call us.\n2. Then come.", "First, call us. Then come."),
    ("## Hours\nWe open at 9.", "We open at 9."),
    ("See https://example.com/prices?x=1 for more.", "See our website for more."),
    ("Book at www.example.com/book.", "Book on our website."),
    ("[Our prices](https://example.com) are online.", "Our prices are online."),
    ("That is GBP 45, or 52 EUR.", "That is \u00a345, or 52 euros."),
    ("You get 10% off.", "You get 10 percent off."),
    ("We answer 24/7.", "We answer 24 hours a day, seven days a week."),
    ("It costs 3.5 percent (plus tax).", "It costs 3.5 percent, plus tax."),
    ("Tea & coffee, e.g. decaf, are free \U0001f600", "Tea and coffee, for example decaf, are free"),
    ("It is \u00a345/night.", "It is \u00a345 a night."),
    ("It is $1,200-1,500.", "It is $1,200 to 1,500."),
    (
        "| Day | Opens |\n| --- | --- |\n| Monday | 9 |\n| Friday | 8 |",
        "Monday, Opens 9 and Friday, Opens 8.",
    ),
    ("Use `code`:\n```\nrm -rf\n```\nBye.", "Use code: Bye."),
    ("This is one\nsentence.", "This is one sentence."),
]
UNCHANGED = [
    "Call 0117 496 0142 or 617-555-0142 or 555-0177.",
    "HV-202 is free from 2026-09-01.",
    "A check-up is a 10-minute visit.",
    "Write to info@my-clinic.example.",
    "It costs 3.5 percent, and 1,240 people came.",
    "The postcode is BS1 4XX.",
    "We are open from 9 a.m. to 5 p.m.",
]


@pytest.mark.parametrize(("reply", "said"), REPLIES)
def test_a_reply_is_put_for_the_ear(reply: str, said: str) -> None:
    assert spoken(reply) == said


@pytest.mark.parametrize("reply", UNCHANGED)
def test_what_can_be_said_stays(reply: str) -> None:
    assert spoken(reply) == reply


@pytest.mark.parametrize("reply", [*(reply for reply, _ in REPLIES), *UNCHANGED])
def test_saying_it_again_changes_nothing(reply: str) -> None:
    assert spoken(spoken(reply)) == spoken(reply)


@pytest.mark.parametrize("reply", [reply for reply, _ in REPLIES])
def test_nothing_is_left_that_a_voice_would_spell(reply: str) -> None:
    said = spoken(reply)
    assert not any(sign in said for sign in ("*", "#", "|", "`", "http", "www.", "[", "<", "&", "\n"))
    assert not any(sign in speakable(said) for sign in "*#|`[]<>&\u00a3$%")


def test_a_spoken_reply_ends_with_a_sentence() -> None:
    assert spoken("One. Two. Three. Four.") == "One. Two. Three."
    assert (
        spoken("Dr. Hart is in at 9 a.m. on Monday. Two. Three. Four.")
        == "Dr. Hart is in at 9 a.m. on Monday. Two. Three."
    )
    assert spoken("One. Two. Three.", most=1) == "One."


def test_of_other_languages_only_the_signs_go() -> None:
    assert spoken("**Mo-Fr 9-17 Uhr** & Sa", "de-DE") == "Mo-Fr 9-17 Uhr & Sa"


def test_every_number_is_kept() -> None:
    reply = "A crown is \u00a3690-\u00a3720, a check-up \u00a362.50, Mon-Fri 9:30-17:00, call 0117 496 0142."
    digits = "".join(c for c in reply if c.isdigit())
    assert "".join(c for c in spoken(reply) if c.isdigit()) == digits


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("  Hi there  ", "Hi there"),
        ("Hi <script>alert(1)</script><b>there</b>", "Hi there"),
        ("<img src=x onerror=alert(1)>Hello", "Hello"),
        ("[x](javascript:alert(1)) **ok**", "[x](#) **ok**"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("- one\n- two", "- one\n- two"),
        ("<script>never closed", ""),
        ("see https://example.com", "see https://example.com"),
    ],
)
def test_a_written_reply_holds_no_html(reply: str, shown: str) -> None:
    assert written(reply) == shown
    assert written(written(reply)) == shown


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n", "***", "- ", "|", "#", "(" * 500, "[a](" * 200, "<" * 500, "1-" * 300]
)
def test_any_text_has_a_form(text: str) -> None:
    assert isinstance(spoken(text), str)
    assert isinstance(written(text), str)
