"""What slows down those who guess."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from deskbell_server.access import passwords
from deskbell_server.access.brake import BURST, MAX_SENDERS, RATE, FailureBrake
from deskbell_server.access.passwords import Passwords
from deskbell_server.domain.errors import LimitReached
from deskbell_server.rpc.caller import address_of, network_of


@dataclass
class Clock:
    """Time that is set by hand."""

    seconds: float = 100.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


def fill(brake: FailureBrake, sender: str = "a") -> None:
    for _ in range(int(BURST)):
        brake.failed(sender)


def test_too_many_failures_are_refused_until_some_time_has_passed() -> None:
    clock = Clock()
    brake = FailureBrake(clock)
    brake.check("a", "wrong")
    fill(brake)
    with pytest.raises(LimitReached) as refused:
        brake.check("a", "wrong")
    assert refused.value.retry_after is not None
    brake.check("b", "wrong")
    clock.seconds += refused.value.retry_after
    brake.check("a", "wrong")
    brake.failed("a")
    clock.seconds += BURST / RATE
    fill(brake)
    with pytest.raises(LimitReached):
        brake.check("a", "wrong")


def test_a_credential_that_was_right_passes_beside_a_guesser() -> None:
    clock = Clock()
    brake = FailureBrake(clock)
    brake.succeeded("right")
    fill(brake)
    brake.check("a", "right")
    clock.seconds += 601
    fill(brake)
    with pytest.raises(LimitReached):
        brake.check("a", "right")


def test_what_is_remembered_is_bounded() -> None:
    brake = FailureBrake(Clock())
    for number in range(MAX_SENDERS + 100):
        brake.failed(str(number))
    assert len(brake._failures) == MAX_SENDERS


async def test_passwords_wait_in_a_bounded_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MAX_WAITING", 4)
    with monkeypatch.context() as light:
        light.setattr(passwords, "MEMORY_KIB", 8192)
        hasher = Passwords()
    try:
        answers = await asyncio.gather(*(hasher.hash("x" * 12) for _ in range(10)), return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, LimitReached)]
        assert len(refused) == 6
        assert all(error.retry_after for error in refused)
        hashed = await hasher.hash("right password")
        assert await hasher.matches(hashed, "right password")
        assert not await hasher.matches(hashed, "wrong password")
        assert not await hasher.matches(None, "right password")
        strong = Passwords()
        assert strong.is_weak(hashed)
        strong.close()
    finally:
        hasher.close()


@pytest.mark.parametrize(
    ("peer", "address", "network"),
    [
        ("ipv4:192.0.2.7:4711", "192.0.2.7", "192.0.2.7"),
        ("ipv6:%5B2001:db8:1:2:3::4%5D:4711", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("ipv6:[::1]:4711", "::1", "::/64"),
        ("ipv6:%5B::ffff:192.0.2.7%5D:1", "::ffff:192.0.2.7", "192.0.2.7"),
        ("unix:", "unix", "unix"),
    ],
)
def test_who_counts_as_one_sender(peer: str, address: str, network: str) -> None:
    assert address_of(peer) == address
    assert network_of(address) == network
