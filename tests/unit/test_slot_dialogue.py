"""Whole dialogues in which a form is filled. "?" in front of an utterance: it asks for something else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.domain.names import TenantId
from deskbell_server.turn.slots.commands import (
    Ask,
    Cancel,
    CancelReason,
    Command,
    Commit,
    Confirm,
    Digress,
    Escalate,
    Say,
)
from deskbell_server.turn.slots.dialogue import Dialogue
from deskbell_server.turn.slots.form import LEAD_FORM, Field, Form, Phase, State
from deskbell_server.turn.slots.leads import lead_of
from deskbell_server.turn.slots.model import Slot
from deskbell_server.turn.slots.questions import is_question
from deskbell_server.turn.slots.saving import from_json, to_json

HELLO = "Hello, I'd like to view a flat."
LANDLINE = "+442079460958"
TABLE = Form(
    fields=(
        Field(Slot.PEOPLE, "For how many people?"),
        Field(Slot.NAME, "What name shall I put it under?"),
    )
)


def talk(utterances: Sequence[str], form: Form = LEAD_FORM) -> list[tuple[Command, ...]]:
    """What is done after each utterance."""
    dialogue = Dialogue(form, "GB")
    state, commands = dialogue.begin(utterances[0])
    done = [commands]
    for utterance in utterances[1:]:
        state, commands = dialogue.step(state, utterance.removeprefix("?"), digression=utterance[:1] == "?")
        done.append(commands)
    return done


def committed(utterances: Sequence[str], form: Form = LEAD_FORM) -> dict[str, str]:
    """What is kept in the end."""
    [commit] = talk(utterances, form)[-1]
    assert isinstance(commit, Commit), commit
    assert commit.consent == form.consent
    return {str(slot): value for slot, value in commit.values.items()}


@pytest.mark.parametrize(
    ("utterances", "kept"),
    [
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0958", "no thanks", "yes", "yes please"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="plain",
        ),
        pytest.param(
            ["My name is Jane Doe, flat 12B, 020 7946 0958.", "no", "that's right", "sure"],
            {"name": "Jane Doe", "phone": LANDLINE, "property": "12B"},
            id="everything at once",
        ),
        pytest.param(
            ["hello", "mark stephens", "oh two oh seven nine four six oh nine five eight", "nope",
             "no it's stevens with a v", "yeah", "ok"],
            {"name": "Mark Stevens", "phone": LANDLINE},
            id="put right with a letter, in small letters",
        ),
        pytest.param(
            [HELLO, "Anna Kovalska, that's spelt K O W A L S K A", "020 7946 0958", "No.", "Yes.", "Yes."],
            {"name": "Anna Kowalska", "phone": LANDLINE},
            id="spelt",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0123", "no", "Sorry, I meant 0958.", "correct", "go ahead"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="the last digits put right",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0951", "no", "no", "change the last digit to 8", "yes", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="no, and then what is wrong",
        ),
        pytest.param(
            [HELLO, "Anne Weber", "It's Hanne, not Anne.", "020 7946 0958", "no", "yes", "yes"],
            {"name": "Hanne Weber", "phone": LANDLINE},
            id="put right while the next is asked for",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0958", "no", "the name is wrong", "Joan Dow", "yes", "yes"],
            {"name": "Joan Dow", "phone": LANDLINE},
            id="the name is wrong",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0958", "no", "yes", "No, my number is 020 7946 0321.", "yes", "yes"],
            {"name": "Jane Doe", "phone": "+442079460321"},
            id="put right instead of consenting: read back again",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "I don't have a phone.", "jane dot doe at example dot com", "no", "yes", "yes"],
            {"name": "Jane Doe", "email": "jane.doe@example.com"},
            id="an address instead of a number",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "12345", "oh seven seven double oh nine", "020 7946 0958", "no", "yes", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="incomplete numbers",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "?Do you have parking?", "020 7946 0958", "?What are your hours?", "no", "yes",
             "?Who will see my number?", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="other subjects in between",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "?020 7946 0958, and do you have parking?", "no", "yes", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="an answer and a question",
        ),
        pytest.param(
            [HELLO, "Um, it's, uh, Jane Doe", "er 020 um 7946 uh 0958", "uh no", "mm-hmm", "yep"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="sounds",
        ),
        pytest.param(
            [HELLO, "[inaudible]", "Jane Doe", "Thank you.", "020 7946 0958", "no", "", "yes", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE},
            id="noise, silence and what recognisers make of it",
        ),
        pytest.param(
            [HELLO, "Okafor", "First name Lee.", "020 7946 0958", "no", "yes", "yes"],
            {"name": "Lee Okafor", "phone": LANDLINE},
            id="a name in two parts",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0958", "My wife's number is 020 7946 0321.", "yes", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE, "notes": "My wife's number is 020 7946 0321."},
            id="somebody else's number is a note",
        ),
        pytest.param(
            [HELLO, "Jane Doe", "020 7946 0958", "Please call me back after five, the bell is broken.", "yes", "yes"],
            {
                "name": "Jane Doe",
                "phone": LANDLINE,
                "callback": "after five",
                "notes": "Please call me back after five, the bell is broken.",
            },
            id="a note that says when",
        ),
        pytest.param(
            [HELLO, "yes", "Jane Doe", "sure", "020 7946 0958", "yes", "The blue door.", "yes", "yes"],
            {"name": "Jane Doe", "phone": LANDLINE, "notes": "The blue door."},
            id="yes to questions that want more",
        ),
    ],
)  # fmt: skip
def test_what_is_kept(utterances: list[str], kept: dict[str, str]) -> None:
    assert committed(utterances) == kept


@pytest.mark.parametrize(
    ("utterances", "reason"),
    [
        ([HELLO, "never mind"], CancelReason.ABORTED),
        ([HELLO, "Jane Doe", "020 7946 0958", "no", "Forget it."], CancelReason.ABORTED),
        ([HELLO, "Jane Doe", "020 7946 0958", "no", "yes", "I've changed my mind."], CancelReason.ABORTED),
        ([HELLO, "I'd rather not say"], CancelReason.DECLINED),
        ([HELLO, "Jane Doe", "I'd rather not.", "I don't have e-mail."], CancelReason.DECLINED),
        (
            [HELLO, "Jane Doe", "020 7946 0958", "no", "yes", "No, I'd rather you didn't."],
            CancelReason.CONSENT_REFUSED,
        ),
    ],
)
def test_what_keeps_nothing(utterances: list[str], reason: CancelReason) -> None:
    assert talk(utterances)[-1] == (Cancel(reason),)


def test_a_person_takes_over_after_three_misunderstandings() -> None:
    *before, last = talk([HELLO, "Jane Doe", "mumble", "blah blah", "static"])
    assert last == (Escalate({Slot.NAME: "Jane Doe"}),)
    assert all(not isinstance(command, Escalate) for commands in before for command in commands)


def test_misunderstandings_do_not_add_up_over_questions() -> None:
    done = talk([HELLO, "it is what it is", "what", "Jane Doe", "mumble", "static", "020 7946 0958", "no"])
    assert isinstance(done[-1][0], Confirm)


def test_no_without_saying_what_is_wrong_ends_with_a_person() -> None:
    done = talk([HELLO, "Jane Doe", "020 7946 0958", "no", "no", "no", "no"])
    assert isinstance(done[-1][0], Escalate)


def test_reads_back_what_can_be_misheard() -> None:
    [read_back] = talk([HELLO, "Smith, S M Y T H", "020 7946 0958", "no"])[-1]
    assert read_back == Confirm(
        "Let me read that back. Name: Smyth, spelt S, M, Y, T, H. Phone: 0 2 0, 7 9 4 6, 0 9 5 8. Is that right?"
    )


def test_says_which_number_is_incomplete() -> None:
    say, ask = talk([HELLO, "Jane Doe", "oh seven seven double oh nine"])[-1]
    assert say == Say("I heard 0 7 7, 0 0 9, and that is no complete telephone number.")
    assert isinstance(ask, Ask)
    assert ask.slot is Slot.PHONE


def test_a_digression_is_answered_and_the_question_comes_again() -> None:
    digress, ask = talk([HELLO, "?Do you have parking?"])[-1]
    assert digress == Digress()
    assert ask == Ask(Slot.NAME, "What is your name, please?")


def test_what_is_put_right_is_said_at_once() -> None:
    say, _ = talk([HELLO, "Anne Weber", "not Anne, Hanne"])[-1]
    assert isinstance(say, Say)
    assert "Hanne Weber" in say.text


@pytest.mark.parametrize("again", ["Sorry?", "What was the number again?", "Could you repeat that please?"])
def test_reads_back_again_without_counting_it_as_a_misunderstanding(again: str) -> None:
    done = talk([HELLO, "Jane Doe", "020 7946 0958", "no", again, again, again, again])
    assert done[-1] == done[-5]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("do you have parking", True),
        ("and what are your opening hours", True),
        ("Is it far?", True),
        ("Sorry?", False),
        ("Jane Doe", False),
        ("Will Young", False),
        ("May Day", False),
        ("no", False),
    ],
)
def test_questions_are_told_from_answers(text: str, question: bool) -> None:
    assert is_question(text) is question


def test_a_state_survives_being_saved() -> None:
    dialogue = Dialogue(LEAD_FORM, "GB")
    state, _ = dialogue.begin(HELLO)
    for utterance in (
        "surname Okafor",
        "I'd rather not",
        "what",
        "a dot b at example dot com",
        "no",
        "my name is Lee Okafor",
    ):
        state, commands = dialogue.step(state, utterance)
        assert from_json(to_json(state)) == state
        assert dialogue.resume(from_json(to_json(state))) == dialogue.resume(state)
    assert commands


def test_a_lead_of_what_was_taken_down() -> None:
    commit = Commit(
        {Slot.NAME: "Jane Doe", Slot.CALLBACK: "after five", Slot.NOTES: "The bell is broken."}, "May we?"
    )
    now = datetime(2026, 3, 1, tzinfo=UTC)
    lead = lead_of(commit, tenant=TenantId("clinic"), now=now, intent="viewing")
    assert (lead.name, lead.phone, lead.consented_at) == ("Jane Doe", "", now)
    assert lead.notes == "Call back: after five\nThe bell is broken."
    assert lead_of(Commit({}, ""), tenant=TenantId("clinic"), now=now, intent="").consented_at is None


def test_nothing_happens_after_the_end() -> None:
    assert talk([HELLO, "never mind", "Jane Doe"])[-1] == ()


def test_a_booking_without_consent() -> None:
    assert committed(["A table please", "there will be four of us", "Jane Doe", "yes"], TABLE) == {
        "people": "4",
        "name": "Jane Doe",
    }


def test_a_bare_number_is_no_correction_of_another() -> None:
    form = Form(fields=(Field(Slot.PHONE, "Number?"), Field(Slot.PEOPLE, "How many?")))
    assert committed(["hi", "020 7946 0958", "four", "yes"], form) == {"phone": LANDLINE, "people": "4"}


@given(st.lists(st.text(max_size=60) | st.sampled_from([
    "yes", "no", "Jane Doe", "020 7946 0958", "never mind", "not Anne, Hanne", "with a v", "double", "S M I T H",
    "jane at example dot com", "skip that", "the last digit is", "four", "my first name is Lee", "uh", "",
]), max_size=12))  # fmt: skip
def test_every_dialogue_goes_on_or_ends(utterances: list[str]) -> None:
    dialogue = Dialogue(LEAD_FORM, "GB")
    state, commands = dialogue.begin("hello")
    for utterance in utterances:
        ended = state.phase is Phase.DONE
        state, commands = dialogue.step(state, utterance)
        assert bool(commands) is not ended
        if not ended:
            waits = isinstance(commands[-1], Ask | Confirm)
            assert waits is (state.phase is not Phase.DONE)
    assert isinstance(state, State)
