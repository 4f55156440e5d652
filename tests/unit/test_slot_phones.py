"""Telephone numbers that are said in more than one breath, and how much of an utterance is looked at."""

from __future__ import annotations

import pytest

from deskbell_server.turn.slots.commands import Ask, Confirm, Escalate
from deskbell_server.turn.slots.dialogue import Dialogue
from deskbell_server.turn.slots.form import Field, Form
from deskbell_server.turn.slots.model import Slot
from deskbell_server.turn.slots.phones import phones
from deskbell_server.turn.slots.saving import from_json, to_json
from deskbell_server.turn.slots.understanding import MOST, understand

FORM = Form(fields=(Field(Slot.PHONE, "Which number?"),))


@pytest.mark.parametrize(
    "breaths",
    [
        ("oh one one seven", "four nine six oh one two three"),
        ("0117", "um, 496", "and then 0123"),
        ("oh one one seven", "yes", "four nine six oh one two three"),
        ("0117 496 01", "0117 496 0123"),
        ("oh one one", "oh one one seven", "four nine six oh one two three"),
        ("plus four four one one seven", "four nine six oh one two three"),
    ],
)
def test_a_number_in_parts_is_one(breaths: tuple[str, ...]) -> None:
    dialogue = Dialogue(FORM, "GB")
    state, _ = dialogue.begin()
    for breath in breaths:
        state, commands = dialogue.step(from_json(to_json(state)), breath)
    assert isinstance(commands[-1], Confirm)
    assert state.values[Slot.PHONE] == "+441174960123"
    assert state.digits == ""


def test_after_some_digits_the_caller_is_asked_to_go_on() -> None:
    dialogue = Dialogue(FORM, "GB")
    state, commands = dialogue.step(dialogue.begin()[0], "oh one one seven")
    assert commands[-1] == Ask(Slot.PHONE, FORM.phrases.go_on_number)
    assert state.digits == "0117"


def test_digits_that_make_no_number_end_with_a_person() -> None:
    dialogue = Dialogue(FORM, "GB")
    state, _ = dialogue.begin()
    for _ in range(12):
        state, commands = dialogue.step(state, "nine nine nine nine nine")
        if isinstance(commands[-1], Escalate):
            return
    pytest.fail("asked for ever")


def test_so_much_of_an_utterance_is_looked_at_and_no_more() -> None:
    number = "07700 900123"
    assert understand("well " * ((MOST - len(number)) // 5) + number, region="GB").of(Slot.PHONE)
    assert understand("well " * (MOST // 5) + number, region="GB").of(Slot.PHONE) is None


def test_written_numbers_are_searched_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from deskbell_server.turn.slots import phones as module

    searched: list[str] = []
    find = module.find

    def counted(text: str, region: str | None) -> object:
        searched.append(text)
        return find(text, region)

    monkeypatch.setattr(module, "find", counted)
    assert phones("from 111 to 222 " * 60 + "or 07700 900123", "GB", asked=False)
    assert len(searched) == 1
