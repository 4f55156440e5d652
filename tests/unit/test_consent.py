"""What counts as a yes where something is done upon it."""

from __future__ import annotations

import pytest

from deskbell_server.turn.slots.answers import consents


@pytest.mark.parametrize(
    "said",
    [
        "yes",
        "Yes, please.",
        "yeah go ahead",
        "okay",
        "ok, book it",
        "that's right",
        "No, that's right.",
        "yes that's correct thank you",
        "sure, go for it",
        "perfect, thanks",
        "please do",
        "mm-hmm",
        "Yes, yes, that's fine.",
        "sounds good",
        "go on then",
        "lovely",
        "that works for me",
        "yes I do",
    ],
)
def test_a_yes(said: str) -> None:
    assert consents(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no",
        "okay hold on",
        "yes hang on",
        "I can't do it",
        "that doesn't sound right",
        "that can't be right",
        "are you sure",
        "ok no",
        "sure, let me check with my wife first",
        "it's good but too early",
        "i do have a question",
        "right but not with that name",
        "correct except for the name",
        "ok but can i pay by card",
        "okay so what happens next",
        "fine but who is it with",
        "yes but make it eleven",
        "yes... no wait",
        "is that right?",
        "yes?",
        "thanks",
        "please",
        "um",
        "no, that's all right for me but not Friday",
    ],
)
def test_no_yes(said: str) -> None:
    assert not consents(said)
