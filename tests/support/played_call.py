"""Plays a whole call in virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from deskbell_server.voice.messages import (
    TurnMeasured,
)
from tests.support.scripted_call import World, call
from tests.support.virtual_time import run_virtually

Body = Callable[[World], Awaitable[None]]


def play(body: Body, **options: Any) -> World:
    """Plays a call and returns what is left of it."""

    async def scene() -> World:
        async with call(**options) as world:
            await body(world)
        return world

    return run_virtually(scene())


async def ask_once(world: World) -> None:
    await world.client.ask()
    await world.client.wait_for(TurnMeasured)
    await world.finish()
