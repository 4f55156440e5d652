"""Which answers are kept for others."""

from __future__ import annotations

import pytest

from deskbell_server.turn.recall import is_cacheable, is_lookup_allowed

ANSWER = "We are open from 9 a.m. to 5 p.m."


@pytest.mark.parametrize(
    "question",
    [
        "What are your opening hours?",
        "Do you have parking?",
        "How do I cancel a booking?",
        "How much is a check-up for a child?",
        "Are dogs allowed?",
        "Can I bring my dog?",
        "Am I allowed to smoke on the balcony?",
        "Is it possible to pay by card?",
        "Do I need to book a table?",
        "How long does it take to change the oil?",
        "Is there a cancellation fee?",
        "Are you open on Saturdays?",
        "What time is check-in?",
    ],
)
def test_general_questions_are_kept(question: str) -> None:
    assert is_cacheable(question, ANSWER)


@pytest.mark.parametrize(
    "question",
    [
        "When is my appointment?",
        "Can you change my booking?",
        "Am I insured?",
        "Did you receive my email?",
        "Have I got an appointment?",
        "My name is Anna, is the car ready?",
        "I have a question about the bill that I got",
        "Can I book an appointment for Friday?",
        "Could you reserve a table for two?",
        "Book me a room",
        "Do you have any free slots on Monday?",
        "When is the next available appointment?",
        "Can I speak to a doctor?",
        "Do you have any vacancies?",
        "Are you open today?",
        "Are you still open?",
        "Are you open now?",
        "Is the doctor in tomorrow?",
        "Are you closed this week?",
        "What is the current waiting time?",
        "Are you open?",
        "Is it raining?",
        "I need to see a doctor",
        "And on Sunday?",
        "How much is it?",
        "How long does it take?",
        "What about children?",
        "Why?",
        "",
        "I fell " + "and then " * 60,
    ],
)
def test_what_concerns_one_caller_or_one_moment_is_neither_kept_nor_looked_up(question: str) -> None:
    assert not is_cacheable(question, ANSWER)
    assert not is_lookup_allowed(question)


@pytest.mark.parametrize(
    "answer",
    ["", " ", "I'm sorry, I don't know that.", "I do not have that information.", "Today we close at noon."],
)
def test_refusals_and_answers_of_the_moment_are_not_kept(answer: str) -> None:
    assert not is_cacheable("What are your opening hours?", answer)


def test_answers_without_a_source_and_of_other_languages_are_not_kept() -> None:
    assert not is_cacheable("Do you have parking?", ANSWER, cited=False)
    assert not is_cacheable("Haben Sie Parkplätze?", ANSWER, language="de-DE")
    assert is_cacheable("Do you have parking?", ANSWER, language="en-GB")
