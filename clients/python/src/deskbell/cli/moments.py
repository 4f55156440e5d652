"""Days and times as people write them for a business: `2026-05-02`, `2026-05-02T10:00`, in its own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from deskbell.cli.options import UsageProblem


def day(text: str) -> date:
    """Reads a date. Raises UsageProblem."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"{text!r} is no date: write 2026-05-02") from None


def moment(text: str, zone: str) -> datetime:
    """Reads a time on the clock in a zone, or one with an offset of its own. Raises UsageProblem, also for a time that
    the clock skips or shows twice."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"{text!r} is no time: write 2026-05-02T10:00 ({zone})") from None
    if len(text) <= len("2026-05-02"):
        raise UsageProblem(f"{text!r} has no time of the day: write {text}T10:00 ({zone})")
    if found.tzinfo is not None:
        return found
    first, second = (found.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != found:
        raise UsageProblem(f"the clock in {zone} skips {text}: it is put forward then")
    both = " or ".join(one.isoformat(timespec="minutes") for one in (first, second))
    raise UsageProblem(f"the clock in {zone} shows {text} twice: write {both}")


def midnight(text: str, zone: str) -> datetime:
    """The beginning of a day in a zone. Raises UsageProblem."""
    found = day(text)
    return datetime(found.year, found.month, found.day, tzinfo=ZoneInfo(zone))


def shown(time: Timestamp, zone: str) -> str:
    """`Sat 2026-05-02 10:00`, as the clock in a zone shows it."""
    return f"{time.ToDatetime(UTC).astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"
