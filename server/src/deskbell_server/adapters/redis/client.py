"""The connection pool."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

CONNECT_TIMEOUT = 1.0
COMMAND_TIMEOUT = 1.0
"""A call must not wait longer for what it can do without."""
MAX_CONNECTIONS = 32

FAILURES = (RedisError, OSError, TimeoutError)
"""What it can raise when the server does not answer."""


@asynccontextmanager
async def open_redis(url: str) -> AsyncIterator[Redis]:
    """A client with a bounded pool; nothing is connected yet. A command is tried once more on a fresh
    connection when its own turns out to be stale."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=COMMAND_TIMEOUT,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=COMMAND_TIMEOUT,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )
    client = Redis(connection_pool=pool)
    try:
        yield client
    finally:
        await client.aclose()
        await pool.disconnect()
