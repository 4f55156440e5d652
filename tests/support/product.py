"""The product as a user has it: `deskbell-server` and `deskbell` as processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

READY_SECONDS = 120.0
BIN = Path(sys.executable).parent


class Product:
    """One data folder, one server at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        self.address = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: str = "up", env: Mapping[str, str] | None = None) -> str:
        """Starts the server and waits for its ready line, which it returns."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [BIN / "deskbell-server", command], env=self.env(env), stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            text = self.log.read_text()
            found = re.search(r"ready: gRPC on (\S+?),? .*", text)
            if found:
                self.address = found[1]
                return found[0]
            assert self._process.poll() is None, f"the server ended:\n{text}"
            time.sleep(0.1)
        raise AssertionError(f"not ready:\n{self.log.read_text()}")

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stops it as Ctrl-C does; returns its exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(number)
        return self._process.wait(timeout=40)

    def deskbell(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs the `deskbell` command."""
        return subprocess.run(
            [BIN / "deskbell", *arguments],
            env=self.env({"COLUMNS": "200"}),
            capture_output=True,
            text=True,
            check=check,
            timeout=120,
        )

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of both commands: nothing of the machine's own settings."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DESKBELL_", "GROQ_"))
        }
        return {
            **kept,
            "DESKBELL_DATA_DIR": str(self.folder / "data"),
            "DESKBELL_PROFILE": str(self.folder / "profile.json"),
            "DESKBELL_GRPC_ADDRESS": "127.0.0.1:0",
            "DESKBELL_DASHBOARD_ADDRESS": self.dashboard,
            **(more or {}),
        }

    @property
    def dashboard(self) -> str:
        """An address of its own for each folder."""
        return f"127.0.0.1:{20_000 + sum(str(self.folder).encode()) * 7 % 20_000}"


def children_of_folder(folder: Path) -> Sequence[int]:
    """The processes whose command line or working directory is in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            place = str((process / "cwd").readlink())
        except OSError:
            continue
        if str(folder / "data") in command or place.startswith(str(folder / "data")):
            found.append(int(process.name))
    return found
