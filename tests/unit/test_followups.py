"""Questions that lean on what went before."""

from __future__ import annotations

import pytest

from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.turn.followups import resolve


def history(*said: str) -> list[HistoryEntry]:
    """The caller's and the agent's utterances in turn."""
    speakers = (Speaker.CALLER, Speaker.AGENT)
    return [HistoryEntry(speakers[number % 2], text) for number, text in enumerate(said)]


@pytest.mark.parametrize(
    ("before", "question", "resolved"),
    [
        ("When is breakfast?", "And on Sundays?", "When is breakfast on Sundays?"),
        ("What are your hours on Saturday?", "And Sunday?", "What are your hours on Sunday?"),
        ("Are you open on Sunday?", "What about Saturday?", "Are you open on Saturday?"),
        ("How much is breakfast?", "What about children?", "How much is breakfast for children?"),
        ("How much is breakfast?", "And for two?", "How much is breakfast for two?"),
        ("How much is a single room?", "And a double one?", "How much is a double room?"),
        ("When is breakfast?", "and dinner?", "When is dinner?"),
        ("Do you have a gym?", "And a pool?", "Do you have a pool?"),
        ("Do you have a sauna?", "How much is it?", "How much is the sauna?"),
        ("Do you have a sauna?", "OK, and when is it open?", "OK, and when is the sauna open?"),
        ("Do you offer massages?", "How much are they?", "How much are massages?"),
        (
            "What is the rent of the flat in Beacon Row?",
            "Are pets allowed there?",
            "Are pets allowed in Beacon Row?",
        ),
        ("Can I bring my dog?", "How much is that?", "How much is my dog?"),
        (
            "How much does the loft cost?",
            "How many rooms does it have?",
            "How many rooms does the loft have?",
        ),
        ("How much is the loft?", "Who shows it?", "Who shows the loft?"),
        ("When do you open on Friday?", "And when do you close?", "when do you close on Friday?"),
        ("How much is the loft in Harbor Street?", "And the penthouse?", "How much is the penthouse?"),
    ],
)
def test_a_follow_up_stands_by_itself(before: str, question: str, resolved: str) -> None:
    found = resolve(question, history(before, "An answer."))
    assert found.lower().removeprefix("ok, ").removeprefix("and ") == resolved.lower().removeprefix(
        "ok, "
    ).removeprefix("and ")


@pytest.mark.parametrize(
    "question",
    [
        "How much is parking?",
        "Where is the hotel?",
        "How do I get there?",
        "Is anybody there?",
        "Is it possible to park?",
        "How much does it cost to rent a bicycle?",
        "How long does it take to get to the airport?",
        "Is there a lift?",
        "I have a dog, can I bring it?",
        "Thank you.",
        "Yes, please.",
        "That's all, thanks.",
        "And how much is a double room?",
        "What time is breakfast this morning?",
        "Do you have rooms that are quiet?",
        "My name is Ann Smith.",
        "",
    ],
)
def test_a_whole_question_stays_as_it_is(question: str) -> None:
    assert resolve(question, history("When is breakfast?", "At 7 a.m.")) in (
        question,
        question.removeprefix("And "),
    )


def test_nothing_before_changes_nothing() -> None:
    assert resolve("And on Sunday?", []) == "And on Sunday?"
    assert (
        resolve("How much is it?", [HistoryEntry(Speaker.AGENT, "Hello, how can I help you?")])
        == "How much is it?"
    )


def test_follow_ups_of_follow_ups_reach_back() -> None:
    said = history("What are your hours on Friday?", "From 8 to 4.", "And on Saturday?", "From 9 to 1.")
    assert resolve("And Sunday?", said) == "What are your hours on Sunday?"


def test_thanks_in_between_do_not_matter() -> None:
    said = history("Do you have a sauna?", "Yes.", "Okay, thanks.", "You're welcome.")
    assert resolve("How much is it?", said) == "How much is the sauna?"


def test_a_person_is_known_from_the_reply() -> None:
    said = history("Who is your orthodontist?", "Dr Marcus Webb is our orthodontist, who fits braces.")
    assert resolve("When does he work?", said) == "When does Dr Marcus Webb work?"


def test_resolving_again_changes_nothing() -> None:
    said = history("Do you have a sauna?", "Yes.")
    once = resolve("When is it open?", said)
    assert resolve(once, said) == once


def test_a_long_utterance_is_not_taken_for_a_follow_up() -> None:
    story = "I was there last year with my whole family and it was lovely but the food was cold"
    assert resolve(story, history("When is breakfast?", "At 7.")) == story
