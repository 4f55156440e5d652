"""The file from which the `deskbell` command takes its server, agent and key when none are given."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deskbell_server.app.secrets import write_private

LOCK_SECONDS = 5.0


def profile_path() -> Path:
    """`$DESKBELL_PROFILE`, else `deskbell/profile.json` in the user's configuration folder."""
    configured = os.environ.get("DESKBELL_PROFILE")
    if configured:
        return Path(configured).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "deskbell" / "profile.json"


def write_profile(path: Path, *, server: str, agent: str, api_key: str) -> None:
    """Writes the profile, readable by its owner only. What else is in it stays: whoever is signed in, and TLS.
    Raises OSError."""
    with _locked(path):
        content = {**_read(path), "server": server, "agent": agent, "api_key": api_key}
        write_private(path, json.dumps(content, indent=2) + "\n")


def _read(path: Path) -> dict[str, object]:
    """What the file holds; nothing where there is none that can be read, which is then replaced."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keeps the `deskbell` command from changing the file meanwhile; it locks the same file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("another program has been changing it for too long") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(lock)
