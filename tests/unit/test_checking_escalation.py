"""When a person should take over, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.turn.checking.escalation import MESSAGES, MOST_FAILURES, Reason, needs_person, sentiment

DATA = Path(__file__).parent / "data"
REASONS = {
    "emergency": Reason.EMERGENCY,
    "person": Reason.ASKED_FOR_PERSON,
    "anger": Reason.ANGER,
    "none": None,
}


def labelled(file: str) -> list[tuple[Reason | None, str]]:
    lines = [line for line in (DATA / file).read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(REASONS[label], said) for label, _, said in (line.partition("\t") for line in lines)]


@pytest.mark.parametrize("file", ["escalation_tune.txt", "escalation_unseen.txt", "escalation_hard.txt"])
def test_labelled_utterances(file: str) -> None:
    utterances = labelled(file)
    wrong = []
    for reason, said in utterances:
        found = needs_person(said)
        if (found.reason if found else None) is not reason:
            wrong.append(f"{said}: {found}")
    assert len(wrong) <= 0.03 * len(utterances), wrong


@pytest.mark.parametrize("file", ["escalation_tune.txt", "escalation_unseen.txt", "escalation_hard.txt"])
def test_no_emergency_is_missed(file: str) -> None:
    for reason, said in labelled(file):
        if reason is Reason.EMERGENCY:
            found = needs_person(said)
            assert found is not None and found.reason is Reason.EMERGENCY, said  # noqa: PT018
            assert found.evidence.lower() in said.lower()


@pytest.mark.parametrize("in_dialogue", [False, True])
def test_each_clause_is_judged_by_itself(in_dialogue: bool) -> None:
    for reason, said in labelled("escalation_clauses.txt"):
        found = needs_person(said, in_dialogue=in_dialogue)
        assert (found.reason if found else None) is reason, said


def test_in_a_dialogue_only_plain_words_count() -> None:
    sure = (ScoredIntent(IntentKind.ESCALATION, 0.95),)
    for said in (
        "Your staff left us standing there, horrible, awful",
        "I need someone",
        "Could somebody sensible",
    ):
        assert needs_person(said, sure) is not None, said
        assert needs_person(said, sure, in_dialogue=True) is None, said
    angry = needs_person("you people are useless", in_dialogue=True)
    assert angry is not None
    assert angry.reason is Reason.ANGER


def test_an_emergency_comes_before_all_else() -> None:
    found = needs_person("This is ridiculous, get me the manager, my wife can't breathe!", failures=9)
    assert found is not None
    assert found.reason is Reason.EMERGENCY
    assert "emergency services" in found.message


def test_failures_are_counted() -> None:
    assert needs_person("Is there a pool?", failures=MOST_FAILURES - 1) is None
    found = needs_person("Is there a pool?", failures=MOST_FAILURES)
    assert found is not None
    assert (found.reason, found.evidence) == (Reason.REPEATED_FAILURE, "")


def test_a_sure_intent_decides_where_the_words_do_not() -> None:
    said = "Could somebody sensible deal with my case"
    sure = (ScoredIntent(IntentKind.ESCALATION, 0.95),)
    unsure = (ScoredIntent(IntentKind.ESCALATION, 0.5),)
    found = needs_person(said, sure)
    assert found is not None
    assert found.reason is Reason.ASKED_FOR_PERSON
    assert needs_person(said, unsure) is None


def test_the_mood_may_be_given() -> None:
    said = "Your staff left us standing there"
    assert needs_person(said, mood=0.0) is None
    found = needs_person(said, mood=-0.9)
    assert found is not None
    assert found.reason is Reason.ANGER


def test_sentiment_has_a_sign() -> None:
    assert sentiment("That was a wonderful stay") > 0.3
    assert sentiment("That was a horrible, disgusting stay") < -0.3
    assert abs(sentiment("The room has a desk")) < 0.1


def test_there_is_something_to_say_for_each_reason() -> None:
    assert set(MESSAGES) == set(Reason)


@pytest.mark.parametrize("said", ["", "   ", "?!", "a" * 5000, "not " * 500])
def test_anything_can_be_said(said: str) -> None:
    assert needs_person(said) is None
