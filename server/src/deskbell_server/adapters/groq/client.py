"""The SDK's client, as we want it: no retries of its own, because a caller waits, and a bounded pool."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from groq import AsyncGroq

DEFAULT_URL = "https://api.groq.com"
CONNECT_TIMEOUT = 3.0
MAX_CONNECTIONS = 100
BACKSTOP = 300.0
"""Seconds after which httpx gives up by itself; every stage has a shorter deadline of its own."""


@asynccontextmanager
async def groq_client(api_key: str, base_url: str | None) -> AsyncIterator[AsyncGroq]:
    """A client; nothing is connected yet. `base_url` may end in /openai/v1 or not; None or empty is Groq's own."""
    url = (base_url or DEFAULT_URL).rstrip("/").removesuffix("/openai/v1")
    # Told to debug (by GROQ_LOG), the SDK logs whole requests: prompts, and what callers said.
    logging.getLogger("groq").setLevel(logging.WARNING)
    http = httpx.AsyncClient(
        timeout=httpx.Timeout(BACKSTOP, connect=CONNECT_TIMEOUT),
        limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=20),
    )
    async with AsyncGroq(api_key=api_key, base_url=url, max_retries=0, http_client=http) as client:
        yield client
