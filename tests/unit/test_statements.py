"""Passages taken apart into what can be spoken."""

from __future__ import annotations

import pytest

from deskbell_server.domain.knowledge import FoundPassage, Passage
from deskbell_server.domain.names import DocumentId
from deskbell_server.knowledge.statements import Statement, plain, statements

OFFSET = 1000


def read(text: str, heading: str = "") -> list[Statement]:
    passage = Passage(index=0, start=OFFSET, end=OFFSET + len(text), text=text, heading=heading)
    return statements(FoundPassage(DocumentId("doc"), "The title", passage, similarity=0.5, score=0.1))


def spoken(text: str, heading: str = "") -> list[str]:
    return [statement.spoken for statement in read(text, heading)]


def test_sentences_are_told_apart_from_abbreviations_and_times() -> None:
    text = "Dr. Hart is here from 9 a.m. to 6 p.m. Monday to Friday. On Sunday we close at 2 p.m. Ring No. 5 now!"
    assert spoken(text) == [
        "Dr. Hart is here from 9 a.m. to 6 p.m. Monday to Friday.",
        "On Sunday we close at 2 p.m.",
        "Ring No. 5 now!",
    ]


def test_a_sentence_may_go_over_lines() -> None:
    assert spoken("We are open\non Monday.\nWe are closed\non Sunday.") == [
        "We are open on Monday.",
        "We are closed on Sunday.",
    ]


def test_a_list_item_is_spoken_with_its_heading() -> None:
    text = "- Saturday: 9 a.m. to 1 p.m.\n* Sunday: **closed**\n1. Please ring the bell twice."
    assert spoken(text, "About us > Opening hours") == [
        "Opening hours: Saturday, 9 a.m. to 1 p.m.",
        "Opening hours: Sunday, closed.",
        "Please ring the bell twice.",
    ]


def test_a_list_item_is_spoken_with_the_line_that_leads_to_it() -> None:
    assert spoken("Homes to let:\n- Flat 4: two bedrooms\n\nPets are fine with us.", "Lettings") == [
        "Homes to let: Flat 4, two bedrooms.",
        "Pets are fine with us.",
    ]


def test_without_a_heading_the_title_stands_in() -> None:
    assert spoken("- Sunday: closed") == ["The title: Sunday, closed."]


def test_a_heading_that_is_a_question_is_not_read_out() -> None:
    assert spoken("- By card", "How can I pay?") == ["By card."]


def test_a_table_is_spoken_row_by_row_with_its_columns() -> None:
    text = (
        "| Lesson | Minutes | Price |\n| --- | ---: | --- |\n| Manual | 60 | £38 |\n"
        "| Night drive | | ask us |\n| Both | same | same |"
    )
    assert spoken(text, "Prices") == [
        "Prices: Manual, 60 minutes, price £38.",
        "Prices: Night drive, price ask us.",
        "Prices: Both, same.",
    ]


def test_rows_whose_header_is_in_another_passage_are_still_spoken() -> None:
    assert spoken("| Friday | 8 a.m. | 4 p.m. |\n| Sunday | closed | closed |", "Hours") == [
        "Hours: Friday, 8 a.m., 4 p.m.",
        "Hours: Sunday, closed.",
    ]


def test_headings_inside_a_passage_become_topics() -> None:
    assert spoken("## Parking\n- 8 spaces\n\n## Bus\n- line 9") == ["Parking: 8 spaces.", "Bus: line 9."]


@pytest.mark.parametrize(
    "text",
    [
        "We are **open** today.\n\n- Saturday: 9 a.m.\n  until noon\n\n| Day | Opens |\n|---|---|\n| Friday | 8 |",
        "Ärzte: [Dr Ö](https://a.example) ist da. Next sentence here.",
    ],
)
def test_ranges_are_exact(text: str) -> None:
    for statement in read(text):
        raw = text[statement.start - OFFSET : statement.end - OFFSET]
        assert raw == raw.strip()
        assert statement.text in (plain(raw), "Friday: 8")


@pytest.mark.parametrize("text", ["", "\n\n", "---", "| | |\n|---|---|", "## Only a heading", "- \n* **"])
def test_nothing_to_say_gives_no_statement(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Bold**, *thin* and `code`", "Bold, thin and code"),
        ("[our site](https://a.example/b) now", "our site now"),
        ("![plan](p.png) 2 * 3 snake_case", "2 * 3 snake_case"),
        ("a\\*b<br>c", "a*b c"),
    ],
)
def test_markdown_is_not_spoken(markdown: str, text: str) -> None:
    assert plain(markdown) == text
