"""The profile file: read, written whole or not at all, and locked while it is changed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

LOCK_SECONDS = 30.0
"""How long to wait for whoever is changing the file; an exchange of tokens with the server takes 10 s at most."""
LOOK_AGAIN_SECONDS = 0.05


class ProfileError(Exception):
    """The profile cannot be used, or something that is needed is nowhere given. The message says what to do."""


def profile_path() -> Path:
    """Where the profile file is."""
    configured = os.environ.get("DESKBELL_PROFILE")
    if configured:
        return Path(configured).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "deskbell" / "profile.json"


def read_profile(path: Path) -> dict[str, Any]:
    """What the file holds; nothing if there is none. Raises ProfileError."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ProfileError(f"cannot read the profile {path}: {error}") from None
    if not isinstance(content, dict):
        raise ProfileError(f"the profile {path} must hold a JSON object")
    return content


def write_profile(path: Path, content: dict[str, Any]) -> None:
    """Puts the content in the place of the file, readable by its owner only. Raises ProfileError, and then the file
    is as it was."""
    path = path.resolve()  # a link stays one
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(json.dumps(content, indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ProfileError(f"cannot write the profile {path}: {error.strerror}") from None


@asynccontextmanager
async def locked(path: Path) -> AsyncGenerator[None, None]:
    """Keeps every other process, and every other task of this one, from changing the file. Raises ProfileError.

    The lock is on a file beside the profile, because the profile itself is replaced. Where the system has no such
    locks (Windows), only the whole writing protects the file."""
    lock = _open_lock(path)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _taken(lock):
            if time.monotonic() > deadline:
                raise ProfileError(f"another program has been changing the profile {path} for too long")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)  # waiting in the system could not be cancelled
        yield
    finally:
        os.close(lock)  # lets go of it


def _open_lock(path: Path) -> int:
    path = path.resolve()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ProfileError(f"cannot lock the profile {path}: {error.strerror}") from None


def _taken(lock: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ProfileError(f"cannot lock the profile: {error.strerror}") from None
    return True
