"""The connection pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from deskbell_server.domain.errors import StoreUnavailable

CONNECT_TIMEOUT = 1.0
COMMAND_TIMEOUT = 1.0
"""A call must not wait longer for what it can do without."""
MAX_CONNECTIONS = 32

AWAY = (RedisError, OSError, TimeoutError)
"""What redis-py raises when the server does not answer."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns what redis-py raises when the server does not answer into StoreUnavailable.

    redis-py can lose a cancellation that arrives while it connects: it goes on, or fails as if nobody were there. A
    task that was told to end would then never end, since nobody tells it twice; here it is a cancellation again.
    """
    task = asyncio.current_task()
    known = task.cancelling() if task else 0
    try:
        yield
    except AWAY:
        if task and task.cancelling() > known:
            raise asyncio.CancelledError from None
        raise StoreUnavailable("Redis does not answer") from None
    if task and task.cancelling() > known:
        raise asyncio.CancelledError


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
