"""A live server with scripted engines, on the real stores."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.booking import NINE_TO_FIVE, add_resource, add_service, set_hours
from tests.support.live_server import LiveServer, live_server
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines


@pytest.fixture
def script() -> Script:
    """What the engines say; change it before the call."""
    return Script(transcription_seconds=0.02, first_token_seconds=0.02, speech_seconds_per_character=0.01)


@pytest.fixture
async def server(
    database: str, redis_url: str, secret_key: bytes, script: Script, tmp_path: Path
) -> AsyncGenerator[LiveServer, None]:
    """The server, empty."""
    engines = scripted_engines(script)
    async with live_server(database, redis_url, secret_key, engines, tmp_path) as live:
        yield live


@pytest.fixture
async def clinic(server: LiveServer) -> LiveServer:
    """Open from nine to five; Adams and Baker give a check-up of half an hour, Baker a filling of 45 minutes."""
    await server.make_tenant()
    await set_hours(server, NINE_TO_FIVE, granularity=15, lead=0)
    await add_resource(server, "adams")
    await add_resource(server, "baker")
    await add_service(server, "check-up", "adams", "baker", minutes=30)
    await add_service(server, "filling", "baker", minutes=45, buffer=15)
    return server
