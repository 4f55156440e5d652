"""Long texts in parts that can be spoken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.adapters.clauses import parts_of


def test_a_long_text_is_cut_at_its_clauses_and_loses_nothing() -> None:
    text = "We are open on Monday, on Tuesday and on Wednesday, but not on Thursday. " * 5
    parts = parts_of(text, 120)
    assert all(part.endswith((".", ",")) for part in parts)
    assert " ".join(parts) == text.strip()


def test_the_end_of_a_sentence_comes_before_that_of_a_clause() -> None:
    assert parts_of("One. Two, three four", 15) == ["One.", "Two, three four"]


def test_a_word_longer_than_a_part_is_cut() -> None:
    assert parts_of(f"{'x' * 25} and more", 10) == ["x" * 10, "x" * 10, "xxxxx and", "more"]


@given(st.text(alphabet="ab. ,;!\n", max_size=1000), st.integers(1, 200))
def test_parts_are_short_and_lose_nothing_but_space(text: str, limit: int) -> None:
    parts = parts_of(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
