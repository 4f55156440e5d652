"""Durations as people write them: `15m`, `24h`, `7d`, `1h30m`."""

from __future__ import annotations

import re
from datetime import timedelta

import typer

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LONGEST = 36_500 * 86_400
_PART = re.compile(r"(\d{1,9})([dhms])")


def duration(text: str) -> timedelta:
    """Reads one. Raises typer.BadParameter."""
    parts = _PART.findall(text)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip() or seconds > _LONGEST:
        raise typer.BadParameter(f"{text!r} is no duration: write 90s, 15m, 24h or 7d")
    return timedelta(seconds=seconds)


def for_people(seconds: float) -> str:
    """`0.8 s`, `12 s`, `3 min`, `5 h`, `12 days`: no more exact than is useful."""
    if seconds < 10:
        return f"{round(seconds, 1):g} s"
    for limit, size, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} days"
