"""Serves the fake on a socket."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import uvicorn

from deskbell_server.fake_groq.app import FakeEngines, create_app
from deskbell_server.fake_groq.plan import Plan

STOP_SECONDS = 1


async def serve_fake_groq(
    host: str, port: int, engines: FakeEngines, plan: Plan, ready: Callable[[str], None]
) -> None:
    """Serves until cancelled; `ready` gets the base URL (port 0 takes any free port). Raises OSError when the
    address cannot be had."""
    # uvicorn logs a traceback for each body that is cut off on purpose.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        create_app(engines, plan),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = uvicorn.Server(config)
    is_ipv6 = ":" in host
    family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        async with asyncio.TaskGroup() as group:
            # `serve` would take over the process's signals; this is the same without them.
            serving = group.create_task(server._serve([listener]))
            try:
                while not server.started and not serving.done():  # noqa: ASYNC110 - there is no event for it
                    await asyncio.sleep(0.01)
                name = f"[{host}]" if is_ipv6 else host
                ready(f"http://{name}:{listener.getsockname()[1]}")
                # Cancelled itself, uvicorn would leave its listening socket with the event loop.
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                server.should_exit = True
                await asyncio.wait({serving}, timeout=2 * STOP_SECONDS)
                raise
