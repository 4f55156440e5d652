"""A call keeps an eye on its credential, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from deskbell_server.domain.errors import (
    DeskbellError,
    NotAuthenticated,
    NotPermitted,
    StoreUnavailable,
)
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import AgentId, TenantId
from deskbell_server.voice.credential import CallCredential
from deskbell_server.voice.messages import (
    CallEnded,
    CallFault,
    CredentialExpiring,
    CredentialRenewed,
    EndReason,
    RenewCredential,
)
from tests.support.played_call import play
from tests.support.scripted_call import LoopClock, World
from tests.support.virtual_time import run_virtually

PHONE = Principal("phone", TenantId("clinic"), agent=AgentId("desk"), caller_id="anne")


class Door:
    """Lets credentials in, as long as it does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fail: DeskbellError | None = None
        self.seconds = 0.0
        self.life = 100.0
        self.caller = "anne"

    async def admit(self, credential: str) -> Principal:
        self.asked.append(credential)
        await asyncio.sleep(self.seconds)
        if self.fail:
            raise self.fail
        return self.principal()

    def principal(self) -> Principal:
        expires_at = LoopClock().now() + timedelta(seconds=self.life)
        return replace(PHONE, expires_at=expires_at, caller_id=self.caller)


def watched(after: Callable[[Door, CallCredential], object]) -> tuple[float, list[float], Door]:
    """How long the credential counted, when its expiry was announced, and the door. `after` sets the scene."""

    async def scene() -> tuple[float, list[float], Door]:
        door, clock = Door(), LoopClock()
        credential = CallCredential(door.principal(), "first", door.admit, clock)
        announced: list[float] = []

        async def announce(_: CredentialExpiring) -> None:
            announced.append(clock.monotonic() - began)

        began = clock.monotonic()
        happening = after(door, credential)
        async with asyncio.TaskGroup() as group:
            if asyncio.iscoroutine(happening):
                group.create_task(happening)
            await credential.watch(announce)
        return clock.monotonic() - began, announced, door

    return run_virtually(scene())


def test_it_counts_until_it_expires_which_is_announced_once() -> None:
    lasted, announced, door = watched(lambda *_: None)
    assert lasted == pytest.approx(100, abs=0.1)
    assert len(announced) == 1
    assert 40 <= announced[0] <= 55
    assert set(door.asked) == {"first"}
    assert len(door.asked) == pytest.approx(100 / 15, abs=1)


@pytest.mark.parametrize("error", [NotAuthenticated("x"), NotPermitted("x")])
def test_it_ends_soon_after_it_is_revoked(error: DeskbellError) -> None:
    async def revoke(door: Door) -> None:
        await asyncio.sleep(20)
        door.fail = error

    lasted, _, _ = watched(lambda door, _: revoke(door))
    assert 20 < lasted <= 35.1


def test_a_store_that_is_away_ends_nothing() -> None:
    lasted, _, _ = watched(lambda door, _: setattr(door, "fail", StoreUnavailable("away")))
    assert lasted == pytest.approx(100, abs=0.1)


def test_clocks_that_differ_do_not_end_it_early() -> None:
    early = NotAuthenticated("x", reason="CREDENTIAL_EXPIRED")
    lasted, _, _ = watched(lambda door, _: setattr(door, "fail", early))
    assert lasted == pytest.approx(100, abs=0.1)


def test_another_one_takes_its_place() -> None:
    async def renew(door: Door, credential: CallCredential) -> None:
        await asyncio.sleep(90)
        door.life = 200.0
        await credential.renew("second")

    lasted, announced, door = watched(renew)
    assert lasted == pytest.approx(290, abs=0.2)
    assert len(announced) == 2
    assert door.asked[-1] == "second"


def test_one_of_another_caller_does_not() -> None:
    async def renew(door: Door, credential: CallCredential) -> None:
        door.caller = "bob"
        with pytest.raises(NotPermitted):
            await credential.renew("second")
        door.caller = "anne"

    lasted, _, door = watched(renew)
    assert lasted == pytest.approx(100, abs=0.1)
    assert door.asked[-1] == "first"


@pytest.mark.parametrize(("seconds", "fail"), [(9.0, None), (0.0, StoreUnavailable("away"))])
def test_a_store_that_is_slow_or_away_is_told_in_band(seconds: float, fail: DeskbellError | None) -> None:
    door = Door()
    door.seconds, door.fail = seconds, fail
    credential = CallCredential(PHONE, "first", door.admit, LoopClock())

    async def body(world: World) -> None:
        world.client.say(RenewCredential("second"))
        fault = await world.client.wait_for(CallFault)
        assert fault.error.reason == "STORE_UNAVAILABLE"
        door.seconds, door.fail = 0.0, None
        world.client.say(RenewCredential("second"))
        await world.client.wait_for(CredentialRenewed)
        await world.finish()

    world = play(body, credential=credential)
    assert world.client.of(CallEnded)[0].reason in {EndReason.CALLER_ENDED, EndReason.INPUT_CLOSED}


def test_a_check_of_one_that_was_replaced_meanwhile_counts_for_nothing() -> None:
    async def renew(door: Door, credential: CallCredential) -> None:
        await asyncio.sleep(14)
        door.seconds, door.fail = 5.0, NotAuthenticated("revoked")
        await asyncio.sleep(2)  # now the check of the first one is under way
        door.seconds, door.fail = 0.0, None
        await credential.renew("second")
        door.fail = NotAuthenticated("revoked")  # what that check gets to know
        await asyncio.sleep(4)
        door.fail = None

    lasted, _, _ = watched(renew)
    assert lasted > 60
