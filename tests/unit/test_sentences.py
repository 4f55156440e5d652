"""Sentences out of a streamed answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.turn.sentences import MAX_CHARACTERS, SentenceSplitter


def split(text: str, size: int = 1) -> list[str]:
    splitter = SentenceSplitter()
    found: list[str] = []
    for i in range(0, len(text), size):
        found += splitter.push(text[i : i + size])
    return found + splitter.flush()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We open at nine. See you then!", ["We open at nine.", "See you then!"]),
        ("Dr. Webb is in on Monday. Ask her.", ["Dr. Webb is in on Monday.", "Ask her."]),
        ("We open at 9 a.m. and close at 5 p.m. on Friday.", None),
        ("We close at 5 p.m. Sunday is closed.", ["We close at 5 p.m.", "Sunday is closed."]),
        ("It costs 3.5 percent. Fine?", ["It costs 3.5 percent.", "Fine?"]),
        ("See www.example.com for more.", None),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("One", None),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str] | None) -> None:
    expected = [text] if sentences is None else sentences
    for size in (1, 3, 1000):
        assert [sentence.strip() for sentence in split(text, size)] == expected


def test_a_sentence_comes_as_soon_as_the_next_word_begins() -> None:
    splitter = SentenceSplitter()
    assert splitter.push("We are open. ") == []
    assert splitter.push("O") == ["We are open. "]


def test_a_sentence_without_an_end_is_cut_at_a_word() -> None:
    for sentence in split("word " * 400, size=7):
        assert len(sentence) <= MAX_CHARACTERS
        assert sentence.split() == ["word"] * len(sentence.split())


@given(st.text(alphabet="ab .!?\n\"'Dr1", max_size=400), st.integers(1, 50))
def test_nothing_is_lost_and_none_is_blank(text: str, size: int) -> None:
    sentences = split(text, size)
    assert "".join(sentences).rstrip() == text.rstrip()
    assert all(sentence.strip() for sentence in sentences)
