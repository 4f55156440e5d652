"""A server with scripted engines as a process of its own: `python -m tests.support.serve_scripted DATABASE REDIS SECRET
FOLDER`. Prints its address when it serves, and ends with its standard input."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from deskbell_server.observability.logs import configure_logging
from deskbell_server.privacy.scrubbing import scrub
from tests.support.live_server import live_server
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines


async def main(database: str, redis: str, secret: str, folder: str) -> None:
    """Serves until standard input ends."""
    configure_logging(json=False, debug=False, scrub=scrub)
    script = Script()
    engines = scripted_engines(script)
    async with live_server(database, redis, secret.encode(), engines, Path(folder)) as server:
        print(server.address, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
