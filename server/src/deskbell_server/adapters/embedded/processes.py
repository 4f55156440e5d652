"""Child processes that do not outlive us."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deskbell_server.adapters.embedded.account import Account

_PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02
LOG_TAIL_LINES = 15


class EmbeddedError(RuntimeError):
    """An embedded server cannot be started; the message says what to do."""


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` after which the kernel sends the child this signal when its parent dies (Linux; None
    elsewhere).

    The flag belongs to the thread that spawns: spawn from the main thread. It is cleared when a process
    changes its user, and subprocess runs `preexec_fn` after that.
    """
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    # Loaded before the fork: between fork and exec nothing may allocate much or take locks.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def set_flag() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before the flag was set
            os._exit(1)

    return set_flag


class Child:
    """A server process of ours, with its log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        account: Account | None,
        log: Path,
        death_signal: signal.Signals,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Starts it. `account` is who it runs as, if not as ourselves."""
        self.name = name
        self.log = log
        identity: dict[str, object] = {}
        if account is not None:
            identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - our own binaries
                list(command),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                # Its own session: Ctrl-C at the terminal reaches us, and we stop it in order.
                start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **(env or {})},
                preexec_fn=die_with_parent(death_signal),  # noqa: PLW1509 - it only sets a flag
                **identity,
            )
        pipe = self._process.stdin
        try:
            pipe.write(stdin)
            pipe.close()
        except BrokenPipeError:
            pass  # it ended at once: whoever waits for it says why

    @property
    def pid(self) -> int:
        """Its process id."""
        return int(self._process.pid)

    @property
    def running(self) -> bool:
        """Whether it is alive."""
        return self._process.poll() is None

    def failure(self, what: str) -> EmbeddedError:
        """An error that shows the end of its log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        except OSError:
            lines = []
        return EmbeddedError("\n    ".join([f"{self.name} {what}; the end of {self.log}:", *lines]))

    async def until_exit(self, timeout: float) -> int:
        """Waits for its end; returns the exit code. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while self.running:  # noqa: ASYNC110 - the kernel has no event for us here
                await asyncio.sleep(POLL_SECONDS)
        return int(self._process.returncode)

    async def stop(self, steps: Sequence[tuple[signal.Signals, float]]) -> None:
        """Sends each signal in turn, and waits so many seconds for the end. The last one should be SIGKILL.
        Cancelling it kills the process."""
        try:
            for number, seconds in steps:
                if not self.running:
                    return
                self._signal(number)
                try:
                    await self.until_exit(seconds)
                except TimeoutError:
                    continue
        except asyncio.CancelledError:
            self._signal(signal.SIGKILL)
            self._process.wait(timeout=5)
            raise

    def _signal(self, number: signal.Signals) -> None:
        """SIGKILL goes to the whole session, for initdb has children that it could no longer end itself."""
        if number is signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)


async def until_gone(pid: int, marker: str, timeout: float) -> bool:
    """Waits until the process `pid` is gone, if its command line or working directory shows `marker` (another
    process may have got the number). False if it is still there after `timeout` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout
    while _is_process(pid, marker):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True


def _is_process(pid: int, marker: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    proc = Path(f"/proc/{pid}")
    if not proc.exists():
        return sys.platform != "linux"
    try:
        if marker.encode() in (proc / "cmdline").read_bytes():
            return True
        return os.readlink(proc / "cwd") == marker  # noqa: PTH115 - of a link that may vanish meanwhile
    except OSError:
        return False
