"""Durations as people write and read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer

from deskbell.cli.durations import duration, for_people


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("1h30m", 5_400), ("0s", 0)],
)
def test_a_duration(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "15", "m", "15 m", "-5m", "1.5h", "15m!", "x15m", "1w", "999999999d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="15m"):
        duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.75, "0.8 s"),
        (12, "12 s"),
        (119, "119 s"),
        (180, "3 min"),
        (18_000, "5 h"),
        (2_592_000, "30 days"),
    ],
)
def test_for_people(seconds: float, text: str) -> None:
    assert for_people(seconds) == text
