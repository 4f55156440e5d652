"""Runs the Streamlit dashboard as a process of its own, which dies with the server."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import structlog

from deskbell_server.adapters.embedded import die_with_parent
from deskbell_server.app.addresses import check_loopback
from deskbell_server.app.reporting import Report
from deskbell_server.settings import Settings

START_TIMEOUT = 60.0
STOP_TIMEOUT = 5.0
_log = structlog.get_logger(__name__)


class DashboardMissing(RuntimeError):
    """The dashboard is not installed."""


class Dashboard:
    """A dashboard that was started."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self._process = process
        self._log = log
        self.url = url

    async def wait_until_shown(self, report: Report) -> bool:
        """Waits until the page answers. If it does not come up the server goes on without it: says so and
        returns False."""
        async with httpx.AsyncClient(timeout=2.0) as client:
            try:
                async with asyncio.timeout(START_TIMEOUT):
                    while self._process.poll() is None:
                        try:
                            answer = await client.get(f"{self.url}/_stcore/health")
                            if answer.status_code == httpx.codes.OK:
                                return True
                        except httpx.TransportError:
                            pass
                        await asyncio.sleep(0.1)
            except TimeoutError:
                pass
        report(f"the dashboard did not start; its log is {self._log}. Calls are not affected.")
        return False

    async def wait(self) -> int:
        """Waits until the process ends; returns its exit code."""
        while (code := self._process.poll()) is None:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.2)
        return code


@asynccontextmanager
async def open_dashboard(settings: Settings, database_url: str, report: Report) -> AsyncIterator[Dashboard]:
    """Starts the dashboard on `settings.dashboard_address`, reading `database_url` (the dashboard's role).

    It is stopped on exit, and by the kernel if this process is killed. Raises DashboardMissing, NotLoopback.
    """
    address = settings.dashboard_address
    check_loopback("DESKBELL_DASHBOARD_ADDRESS", address, allow_remote=settings.allow_remote)
    spec = importlib.util.find_spec("deskbell_dashboard")
    if spec is None or not spec.submodule_search_locations or importlib.util.find_spec("streamlit") is None:
        raise DashboardMissing("the dashboard is not installed: pip install 'deskbell[dashboard]'")
    host, _, port = address.rpartition(":")
    script = Path(spec.submodule_search_locations[0]) / "app.py"
    log_path = settings.data_dir / "dashboard.log"
    log_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    report("starting the dashboard")
    with log_path.open("wb") as log:
        # Popen rather than asyncio's: the flag that ties the child to its parent is tied to the thread that
        # spawns it, which must be the main one.
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own interpreter and script
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(script),
                f"--server.address={host.strip('[]')}",
                f"--server.port={port}",
                "--server.headless=true",
                "--server.fileWatcherType=none",
                "--browser.gatherUsageStats=false",
                "--client.toolbarMode=viewer",
            ],
            env=_environment(settings, database_url),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C at the terminal reaches the server, which stops it in order.
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - sets a flag of the kernel, no more
        )
    dashboard = Dashboard(process, f"http://{address}", log_path)
    try:
        yield dashboard
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await dashboard.wait()
        except TimeoutError:
            process.kill()
            await dashboard.wait()


def _environment(settings: Settings, database_url: str) -> dict[str, str]:
    """What the dashboard needs to know, and none of the server's secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DESKBELL_", "GROQ_"))}
    return {
        **kept,
        "DESKBELL_DASHBOARD_DATABASE_URL": database_url,
        "DESKBELL_ALLOW_REMOTE": str(settings.allow_remote).lower(),
    }
