"""Lengths of calls as the tables show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deskbell_dashboard.tables import length

BEGAN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (187, "3:07"), (3765, "1:02:45")]
)
def test_length(seconds: float, shown: str) -> None:
    assert length(BEGAN, BEGAN + timedelta(seconds=seconds)) == shown


def test_a_call_that_goes_on_has_no_length() -> None:
    assert length(BEGAN, None) == ""
