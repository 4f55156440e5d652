"""Yes, and what leaves a dialogue or only changes what is wanted."""

from __future__ import annotations

import pytest

from deskbell_server.turn.slots.answers import aborts, answer, without_abort
from deskbell_server.turn.slots.model import Answer


@pytest.mark.parametrize(
    "said", ["book it", "please book it", "that works", "great", "go on then", "Lovely!"]
)
def test_agreeing(said: str) -> None:
    assert answer(said) is Answer.YES


@pytest.mark.parametrize("said", ["don't book it", "not great", "no that works for nobody"])
def test_not_agreeing(said: str) -> None:
    assert answer(said) is Answer.NO


@pytest.mark.parametrize(
    "said",
    [
        "cancel",
        "Stop.",
        "no, stop",
        "quit",
        "please cancel",
        "never mind",
        "leave it",
        "forget it",
        "okay cancel it",
    ],
)
def test_leaving(said: str) -> None:
    assert aborts(said)


@pytest.mark.parametrize(
    "said", ["stop at three", "my bus stop is near", "the exit is on the left", "Cancel Jones", "no", "great"]
)
def test_staying(said: str) -> None:
    assert not aborts(said)


def test_what_is_wanted_instead() -> None:
    assert without_abort("I\u2019ve changed my mind can we make it Monday").strip() == "can we make it monday"
    assert without_abort("forget it, I'll call on Monday") == "forget it, I'll call on Monday"
