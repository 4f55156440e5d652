"""Connections to the database, and transactions that see one tenant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol, TypeAlias

import asyncpg
from pgvector.asyncpg import register_vector

from deskbell_server.adapters.postgres.errors import DRIVER_ERRORS, translated_errors
from deskbell_server.adapters.postgres.roles import Role, role_url
from deskbell_server.domain.errors import NotFound
from deskbell_server.domain.names import TenantId, is_slug, tenant_name

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

# Written as strings because these classes take a parameter in their type stubs only.
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CONNECT_TIMEOUT = 5.0
ACQUIRE_TIMEOUT = 5.0
COMMAND_TIMEOUT = 10.0
ROLLBACK_TIMEOUT = 2.0
CLOSE_TIMEOUT = 5.0
"""Deadlines in seconds."""
PLATFORM_POOL_SIZE = 4
"""Connections for work that belongs to no tenant: indexing, the list of tenants, lost calls."""

_SESSION = {
    "application_name": "deskbell",
    # In milliseconds. Shorter than the driver's deadline, so that Postgres gives up first and says why.
    "statement_timeout": "8000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
    # Compiling a statement takes longer than any of ours runs.
    "jit": "off",
}


class Work(Protocol):
    """A unit of work, whose transaction begins when it is first needed."""

    @property
    def tenant(self) -> TenantId | None:
        """Whose rows it sees; None for the platform's."""
        ...

    async def connection(self) -> Connection:
        """Where its statements go."""
        ...


_current_work: ContextVar[Work | None] = ContextVar("current_work", default=None)


@contextmanager
def joined(work: Work) -> Iterator[None]:
    """Within it, transactions for the work's tenant are part of the work."""
    token = _current_work.set(work)
    try:
        yield
    finally:
        _current_work.reset(token)


class Database:
    """Two pools: one whose transactions are bound to a tenant, and one for work that belongs to none."""

    def __init__(self, server: _Pool, platform: _Pool) -> None:
        self._server = server
        self._platform = platform

    @asynccontextmanager
    async def tenant(self, tenant: TenantId) -> AsyncIterator[Connection]:
        """A transaction that sees the rows of one tenant; it commits if the block ends well, or with the
        unit of work that goes on in this task for that tenant.

        Cancelling rolls back and gives the connection back. Raises `StoreUnavailable` and, for what can be
        no tenant's id, `NotFound`.
        """
        work = _current_work.get()
        if work is not None and work.tenant == tenant:
            yield await work.connection()
            return
        async with self.own_tenant(tenant) as connection:
            yield connection

    @asynccontextmanager
    async def own_tenant(self, tenant: TenantId) -> AsyncIterator[Connection]:
        """As `tenant`, always with a transaction of its own."""
        # The id becomes part of a statement, as SET takes no parameters.
        if not is_slug(tenant):
            raise NotFound("tenant", tenant_name(tenant))
        opening = f"begin; set local app.tenant_id = '{tenant}'"
        async with _transaction(self._server, opening) as connection:
            yield connection

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Connection]:
        """A transaction for work that belongs to no tenant; otherwise as `tenant`."""
        work = _current_work.get()
        if work is not None and work.tenant is None:
            yield await work.connection()
            return
        async with self.own_platform() as connection:
            yield connection

    @asynccontextmanager
    async def own_platform(self) -> AsyncIterator[Connection]:
        """As `platform`, always with a transaction of its own."""
        async with _transaction(self._platform, "begin") as connection:
            yield connection


@asynccontextmanager
async def open_database(owner_url: str, secret_key: bytes, *, size: int) -> AsyncIterator[Database]:
    """Connects to a migrated database with the roles that `migrate` made, and disconnects at the end.

    `size` bounds the connections for tenants' work; there are up to `PLATFORM_POOL_SIZE` more. Raises
    `StoreUnavailable` if the database does not answer.
    """
    async with (
        _open_pool(role_url(owner_url, Role.SERVER, secret_key), size) as server,
        _open_pool(role_url(owner_url, Role.PLATFORM, secret_key), PLATFORM_POOL_SIZE) as platform,
    ):
        yield Database(server, platform)


@asynccontextmanager
async def _open_pool(url: str, size: int) -> AsyncIterator[_Pool]:
    with translated_errors():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            timeout=CONNECT_TIMEOUT,
            command_timeout=COMMAND_TIMEOUT,
            server_settings=_SESSION,
            init=register_vector,
            reset=_keep_session,
        )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def _keep_session(_: asyncpg.Connection[asyncpg.Record]) -> None:
    """Spares the driver's RESET ALL, a message to the server after each transaction: ours leave nothing
    in the session, since SET LOCAL ends with its transaction."""


@asynccontextmanager
async def _transaction(pool: _Pool, opening: str) -> AsyncIterator[Connection]:
    with translated_errors():
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
            try:
                await connection.execute(opening)
                yield connection
                await connection.execute("commit")
            except BaseException:
                await _roll_back(connection)
                raise


async def _roll_back(connection: Connection) -> None:
    """Rolls back, or drops the connection: a failure here must not hide the one that led here."""
    try:
        await connection.execute("rollback", timeout=ROLLBACK_TIMEOUT)
    except DRIVER_ERRORS:
        connection.terminate()
