"""Both servers, one data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deskbell_server.adapters.embedded.home import Home, exclusive
from deskbell_server.adapters.embedded.postgres import postgres_server
from deskbell_server.adapters.embedded.valkey import valkey_server


@dataclass(frozen=True, slots=True)
class EmbeddedStack:
    """Where the servers are; None for one that was not asked for. The URLs hold passwords."""

    database_url: str | None
    redis_url: str | None

    def __repr__(self) -> str:
        return "EmbeddedStack(***)"


@asynccontextmanager
async def embedded_stack(
    data_dir: Path, *, postgres: bool, redis: bool, report: Callable[[str], None]
) -> AsyncIterator[EmbeddedStack]:
    """Runs what is asked for, with its data in `data_dir`; `report` gets a line for each step.

    Must be entered in the main thread. Raises EmbeddedError. Leaving it, or cancelling, stops the servers.
    """
    if not (postgres or redis):
        yield EmbeddedStack(None, None)
        return
    async with AsyncExitStack() as stack:
        stack.enter_context(exclusive(data_dir))
        home = Home(data_dir, report)
        database_url = await stack.enter_async_context(postgres_server(home, report)) if postgres else None
        redis_url = await stack.enter_async_context(valkey_server(home, report)) if redis else None
        yield EmbeddedStack(database_url, redis_url)
