"""Sentences of replies, and whether the passages say so."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from deskbell_server.domain.knowledge import FoundPassage, MediaType, Passage
from deskbell_server.domain.names import DocumentId
from deskbell_server.knowledge.chunking import split
from deskbell_server.turn.checking.grounding import Checked, Checker, Lack, Verdict

DATA = Path(__file__).parent / "data"
OTHERS = Path(__file__).parent.parent / "integration" / "data"
HOURS = "On Saturday we are open from 9 a.m. to 1 p.m. On Sunday we are closed."


def found(text: str, document: str = "doc", heading: str = "") -> FoundPassage:
    return FoundPassage(DocumentId(document), "", Passage(0, 100, 100 + len(text), text, heading), 0.5, 0.1)


def documents(names: str) -> list[FoundPassage]:
    """Every passage of some documents: of demo tenants, or of data/answers."""
    passages = []
    for name in names.split():
        path = f"{name}.md"
        text = (
            (OTHERS / path).read_text("utf-8")
            if name.startswith("answers/")
            else (files("deskbell_server.demo") / path).read_text("utf-8")
        )
        document = DocumentId(name.rpartition("/")[2])
        passages += [FoundPassage(document, "", p, 0.5, 0.1) for p in split(text, MediaType.MARKDOWN)]
    return passages


def labelled(file: str) -> Iterator[tuple[str, str, str, list[FoundPassage]]]:
    """Label, sentence, question and passages."""
    passages: list[FoundPassage] = []
    question = ""
    for line in (DATA / file).read_text("utf-8").splitlines():
        label, _, text = line.partition(" ")
        if label == "=":
            passages = documents(text)
        elif label == "?":
            question = text
        elif label in ("+", "-", "0"):
            yield label, text, question, passages


def check(
    text: str, *passages: FoundPassage, question: str = "", said: tuple[str, ...] = ()
) -> list[Checked]:
    checker = Checker(passages, question=question, said=said)
    return checker.feed(text) + checker.finish()


@pytest.mark.parametrize("file", ["checking_tune.txt", "checking_unseen.txt", "checking_others.txt"])
def test_inventions_are_told_from_paraphrases(file: str) -> None:
    missed, wrongly, inventions = [], [], 0
    for label, sentence, question, passages in labelled(file):
        verdicts = {
            c.verdict for c in check(sentence, *passages, question=question, said=("My name is Ann",))
        }
        unsupported = Verdict.UNSUPPORTED in verdicts
        inventions += label == "-"
        if label == "-" and not unsupported:
            missed.append(sentence)
        elif label != "-" and unsupported:
            wrongly.append(sentence)
        elif label == "0":
            assert verdicts == {Verdict.NO_CLAIM}, sentence
        elif label == "+":
            assert Verdict.SUPPORTED in verdicts, sentence
    assert len(missed) <= 0.05 * inventions, missed
    assert len(wrongly) <= 2, wrongly


def test_support_is_the_range_in_the_document() -> None:
    [checked] = check("We're closed on Sundays.", found(HOURS))
    [support] = checked.support
    assert HOURS[support.start - 100 : support.end - 100] == "On Sunday we are closed."


def test_sentences_are_checked_as_they_stream() -> None:
    reply = "We open at 9 a.m. on Saturday. We have a pool. Anything else?"
    checker = Checker([found(HOURS)])
    checked: list[Checked] = []
    seen_before_the_end = 0
    for character in reply:
        new = checker.feed(character)
        seen_before_the_end += len(new)
        checked += new
    checked += checker.finish()
    assert "".join(c.text for c in checked) == reply
    assert [reply[c.start : c.end] for c in checked] == [c.text for c in checked]
    assert [c.verdict for c in checked] == [Verdict.SUPPORTED, Verdict.UNSUPPORTED, Verdict.NO_CLAIM]
    assert seen_before_the_end == 2


@pytest.mark.parametrize(
    ("reply", "lack"),
    [
        ("We are open from 9 a.m. to 2 p.m. on Saturday.", Lack.NUMBER),
        ("We are open from 9 a.m. to 1 p.m. on Friday.", Lack.DAY),
        ("On Sunday we are open.", Lack.POLARITY),
        ("Please ask for Jane Miller on Saturday.", Lack.NAME),
        ("There is a heated pool.", Lack.WORD),
    ],
)
def test_what_is_lacking_is_told(reply: str, lack: Lack) -> None:
    [checked] = check(reply, found(HOURS))
    assert (checked.verdict, checked.lack) == (Verdict.UNSUPPORTED, lack)


def test_two_right_numbers_do_not_make_a_right_sentence() -> None:
    prices = found("A crown costs 690 pounds. A filling costs 120 pounds.")
    assert [c.verdict for c in check("A filling costs 690 pounds.", prices)] == [Verdict.UNSUPPORTED]
    assert [c.verdict for c in check("A filling costs 120 pounds.", prices)] == [Verdict.SUPPORTED]


@pytest.mark.parametrize(
    "text",
    [
        "You said your number is 0117 496 0199, is that right?",
        "Thank you, Ann.",
        "I have noted 0117 496 0199.",
    ],
)
def test_what_the_caller_said_may_be_said_back(text: str) -> None:
    said = ("I'm Ann and my number is 0117 496 0199",)
    assert [c.verdict for c in check(text, found(HOURS), said=said)] == [Verdict.NO_CLAIM]


def test_what_the_caller_said_is_no_source_for_a_claim() -> None:
    crown = found("A crown costs 690 pounds.")
    [checked] = check("A crown costs 62 pounds.", crown, question="Is it true that a crown costs 62 pounds?")
    assert checked.verdict is Verdict.UNSUPPORTED


def test_an_invented_number_in_a_courtesy_is_caught() -> None:
    assert check("Let me give you our number, 020 7946 0000.", found(HOURS))[0].verdict is Verdict.UNSUPPORTED


def test_a_refusal_does_not_hide_a_claim() -> None:
    reply = "I don't have that information, but parking is free for all guests."
    assert check(reply, found(HOURS))[0].verdict is Verdict.UNSUPPORTED


def test_without_passages_every_claim_is_unsupported() -> None:
    assert [c.verdict for c in check("We have a pool. How can I help?")] == [
        Verdict.UNSUPPORTED,
        Verdict.NO_CLAIM,
    ]


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("Am Samstag haben wir von 9 bis 13 Uhr geöffnet.", Verdict.UNSUPPORTED),
        ("Die Krone kostet 690 Euro.", Verdict.SUPPORTED),
        ("Die Krone kostet 700 Euro.", Verdict.UNSUPPORTED),
        ("Gerne, wie kann ich helfen?", Verdict.NO_CLAIM),
    ],
)
def test_of_other_languages_numbers_are_checked(reply: str, verdict: Verdict) -> None:
    checker = Checker([found("Eine Krone kostet 690 Euro.")], language="de-DE")
    assert [c.verdict for c in checker.feed(reply) + checker.finish()] == [verdict]
