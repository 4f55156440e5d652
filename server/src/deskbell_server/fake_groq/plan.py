"""How the fake behaves: its delays, its faults, and what it was asked."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class Route(StrEnum):
    """What can be asked of Groq."""

    TRANSCRIPTION = "transcription"
    CHAT = "chat"
    SPEECH = "speech"


class FaultKind(StrEnum):
    """What can go wrong, beside a status: no answer at all, a body that breaks off, a body of nonsense."""

    STATUS = "status"
    HANG = "hang"
    CUT = "cut"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure. `retry_after` is the header's text."""

    kind: FaultKind
    status: int = 0
    retry_after: str = ""


class CutOff(Exception):
    """Ends a body in the middle: the server then closes the connection without the last chunk."""


@dataclass(slots=True)
class Plan:
    """Delays in seconds; faults in the order in which requests meet them. `asked` holds what each request said,
    without its key."""

    transcription_delay: float = 0.0
    first_token_delay: float = 0.0
    tokens_per_second: float = 0.0
    speech_delay: float = 0.0
    faults: dict[Route, deque[Fault]] = field(default_factory=lambda: {route: deque() for route in Route})
    asked: deque[tuple[Route, dict[str, object]]] = field(default_factory=lambda: deque(maxlen=1000))
    tool_calls: deque[tuple[str, str]] = field(default_factory=deque)
    """Names and arguments (JSON) with which the next completions that are offered tools answer, instead of words."""
    disconnects: int = 0
    """Answers that the client did not wait for to their end."""

    def fail(self, route: Route, *faults: Fault) -> None:
        """Adds failures for the next requests of a route."""
        self.faults[route].extend(faults)

    def next_fault(self, route: Route) -> Fault | None:
        """The failure that the request which just came meets, if any."""
        return self.faults[route].popleft() if self.faults[route] else None


_FAULT = re.compile(r"(?P<route>\w+)=(?P<what>\w+)(?:@(?P<after>\d+))?(?::(?P<times>\d+))?")


def parse_fault(text: str) -> tuple[Route, list[Fault]]:
    """`chat=429@2:3`: three times status 429 with `Retry-After: 2`; `speech=cut`, `transcription=hang`, `chat=garbage`.
    Raises ValueError with what is wrong."""
    match = _FAULT.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no fault; write ROUTE=WHAT[@RETRY_AFTER][:TIMES], for example chat=429@2:3"
        )
    try:
        route = Route(match["route"])
    except ValueError:
        raise ValueError(f"{match['route']!r} is no route; there are {', '.join(Route)}") from None
    what = match["what"]
    if what.isdigit():
        if not 400 <= int(what) <= 599:
            raise ValueError(f"{what} is no status of an error: 400 to 599")
        fault = Fault(FaultKind.STATUS, int(what), match["after"] or "")
    elif what in {FaultKind.HANG, FaultKind.CUT, FaultKind.GARBAGE}:
        fault = Fault(FaultKind(what))
    else:
        raise ValueError(f"{what!r} is neither a status nor one of hang, cut, garbage")
    return route, [fault] * int(match["times"] or 1)
