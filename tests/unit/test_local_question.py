"""What a question asks for, and what could answer it."""

from __future__ import annotations

import pytest

from deskbell_server.adapters.local.question import understand
from deskbell_server.adapters.local.small_talk import (
    NO_CALL_BACK,
    small_talk,
)
from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.domain.knowledge import FoundPassage, Passage
from deskbell_server.domain.names import DocumentId
from deskbell_server.knowledge.statements import Statement, statements
from deskbell_server.knowledge.words import content, days, stem, synonyms, tokens, without_days
from deskbell_server.turn.offers import REFUSAL


def caller(text: str) -> HistoryEntry:
    return HistoryEntry(Speaker.CALLER, text)


def agent(text: str) -> HistoryEntry:
    return HistoryEntry(Speaker.AGENT, text)


def statement(text: str, heading: str = "") -> Statement:
    passage = Passage(index=0, start=0, end=len(text), text=text, heading=heading)
    [only] = statements(FoundPassage(DocumentId("doc"), "", passage, similarity=0.5, score=0.1))
    return only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Saturday", {5}),
        ("on Saturdays and Sun.", {5, 6}),
        ("Monday to Thursday", {0, 1, 2, 3}),
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("from Saturday to Monday", {5, 6, 0}),
        ("at weekends", {5, 6}),
        ("on weekdays", {0, 1, 2, 3, 4}),
        ("every day", {0, 1, 2, 3, 4, 5, 6}),
        ("the sunny month", set()),
    ],
)
def test_days(text: str, expected: set[int]) -> None:
    assert days(text) == expected


def test_days_can_be_taken_out() -> None:
    assert without_days("Are you open on Saturday?") == "Are you open on ?"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("parking", "park"),
        ("cancelling", "cancel"),
        ("inspections", "inspect"),
        ("prices", "price"),
        ("puppies", "puppy"),
        ("café", "cafe"),
        ("Dentist's", "dentists"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_numbers_are_the_same_in_words_and_digits() -> None:
    assert tokens("two beds, 1,240 yards for £95") == ["2", "bed", "1240", "yard", "for", "£95"]


def test_small_words_in_compounds_count() -> None:
    assert content("When is check-in?") == content("the check in")
    assert content("When is check-in?") != content("When is check-out?")


def test_synonyms_are_mutual() -> None:
    assert stem("flat") in synonyms(stem("apartment"))
    assert stem("apartment") in synonyms(stem("flat"))
    assert synonyms("zebra") == {"zebra"}


@pytest.mark.parametrize(
    ("question", "answer", "possible"),
    [
        ("How much is a crown?", "A crown costs 690 pounds.", True),
        ("How much is a crown?", "A crown needs two visits.", False),
        ("When is breakfast?", "Breakfast is at 8 a.m.", True),
        ("When is breakfast?", "Breakfast is included.", False),
        ("How long is a lesson?", "A lesson takes 60 minutes.", True),
        ("How long is a lesson?", "A lesson costs 60 pounds.", False),
        ("Who is the director?", "The director is Anneke de Vries.", True),
        ("Who is the director?", "The director is on holiday.", False),
        ("What is your phone number?", "Ring us on 0117 496 0142.", True),
        ("What is your phone number?", "Our phone is answered all day.", False),
        ("How far is the station?", "The station is 200 metres away.", True),
        ("How far is the station?", "The station is beautiful.", False),
        ("Are you open on Sunday?", "On Saturday we are open.", False),
        ("Are you open on Wednesday?", "Open Monday to Thursday.", True),
        ("Are you open on Sunday?", "We are open.", True),
        ("How many bedrooms are there?", "The house has four bedrooms.", True),
        ("How many patients do you have?", "First visit, new patient: £85", False),
        ("Do you have a four bedroom house?", "A house with three bedrooms.", False),
        ("Do you have a three bedroom house?", "A house with three bedrooms.", True),
    ],
)
def test_an_answer_must_hold_what_is_asked_for(question: str, answer: str, possible: bool) -> None:
    assert understand(question).admits(statement(answer)) is possible


def test_words_count_more_in_the_statement_than_above_it() -> None:
    question = understand("Is there parking?")
    assert question.coverage(statement("You find parking here.")) == 1.0
    assert question.coverage(statement("There are eight spaces.", "Parking")) == 0.5
    assert question.coverage(statement("There are eight spaces.", "Is there parking?")) == 1.0
    assert question.coverage(statement("There are eight spaces.")) == 0.0


def test_the_item_that_is_asked_for_is_told_from_a_longer_one() -> None:
    question = understand("How much is a consultation?")
    wanted, other = statement("- Consultation: £48"), statement("- Repeat consultation: £36")
    assert question.names(wanted) > question.names(other)


def test_hours_of_no_certain_day() -> None:
    assert understand("What are your opening hours?").asks_for_opening_hours
    assert not understand("What are your opening hours on Monday?").asks_for_opening_hours
    assert not understand("When is breakfast?").asks_for_opening_hours


@pytest.mark.parametrize(
    ("said", "part_of_reply"),
    [
        ("Hello!", "how can I help"),
        ("Good morning.", "how can I help"),
        ("Thank you very much.", "welcome"),
        ("Okay, thanks.", "welcome"),
        ("Bye bye.", "Goodbye"),
        ("That's all, thank you.", "Goodbye"),
        ("That's all, goodbye.", "Goodbye"),
        ("Thanks, bye.", "Goodbye"),
        ("No, that's everything, thanks, bye.", "Goodbye"),
    ],
)
def test_small_talk(said: str, part_of_reply: str) -> None:
    reply = small_talk(said, [])
    assert reply is not None
    assert part_of_reply in reply


@pytest.mark.parametrize(
    "said",
    ["Hello, are you open on Sunday?", "Thanks, and how much is a crown?", "Yes.", "Who is there?", ""],
)
def test_a_question_is_no_small_talk(said: str) -> None:
    assert small_talk(said, []) is None


def test_the_offer_of_a_call_back_may_be_declined() -> None:
    assert small_talk("No, thanks.", [agent(REFUSAL)]) == NO_CALL_BACK
    assert small_talk("No, thanks.", [agent("We are open on Monday.")]) != NO_CALL_BACK
