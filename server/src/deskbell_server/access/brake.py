"""Slows down senders of credentials that are none: each costs a look into the database."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from deskbell_server.domain.errors import LimitReached
from deskbell_server.ports.stores import Clock

RATE, BURST = 100.0, 2000.0
"""Failures a second, and at once, of one sender at one server."""
MAX_SENDERS = 10_000
MAX_GOOD = 10_000
GOOD_SECONDS = 600.0


class FailureBrake:
    """Counts failures by sender. Credentials that were right a while ago pass all the same: others may share the
    address of a guesser, behind a proxy."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By sender: the level of its bucket, and when it was that."""
        self._good: OrderedDict[bytes, float] = OrderedDict()

    def check(self, sender: str, credential: str) -> None:
        """Raises LimitReached for a sender of too many failures."""
        level = self._level(sender)
        if level < BURST:
            return
        seen = self._good.get(_digest(credential))
        if seen is not None and self._clock.monotonic() - seen < GOOD_SECONDS:
            return
        raise LimitReached(
            "too many credentials from this address were not known",
            reason="RATE_LIMITED",
            metadata={"subject": "address", "limit": f"{RATE:.0f}/s, burst {BURST:.0f}"},
            retry_after=max((level - BURST + 1) / RATE, 0.001),
        )

    def failed(self, sender: str) -> None:
        """A credential was not known."""
        self._failures[sender] = (self._level(sender) + 1, self._clock.monotonic())
        self._failures.move_to_end(sender)
        if len(self._failures) > MAX_SENDERS:
            self._failures.popitem(last=False)

    def succeeded(self, credential: str) -> None:
        """A credential was right."""
        digest = _digest(credential)
        self._good[digest] = self._clock.monotonic()
        self._good.move_to_end(digest)
        if len(self._good) > MAX_GOOD:
            self._good.popitem(last=False)

    def _level(self, sender: str) -> float:
        level, at = self._failures.get(sender, (0.0, 0.0))
        return max(level - (self._clock.monotonic() - at) * RATE, 0.0)


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()
