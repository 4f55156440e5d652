"""Whom the servers run as when we are root: Postgres refuses to be root, and nothing here needs to be."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

_NAMES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether the user can pass through every folder from the root to this one, which must exist."""
        resolved = folder.resolve()
        return all(self._may(part, read=False) for part in (*resolved.parents, resolved))

    def can_read(self, folder: Path) -> bool:
        """Whether the user can enter a folder and list it."""
        return self.can_enter(folder) and self._may(folder.resolve(), read=True)

    def _may(self, path: Path, *, read: bool) -> bool:
        try:
            status = path.stat()
        except OSError:
            return False
        needed = stat.S_IXOTH | (stat.S_IROTH if read else 0)
        if status.st_uid == self.uid:
            needed <<= 6
        elif status.st_gid == self.gid:
            needed <<= 3
        return status.st_mode & needed == needed

    def own(self, path: Path) -> None:
        """Gives the user a file or folder, and all that is in it."""
        os.chown(path, self.uid, self.gid)
        if path.is_dir():
            for entry in path.iterdir():
                self.own(entry)


def service_account() -> Account | None:
    """The account for the servers if we are root; None if we are an ordinary user, and run them ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    return Account("65534", 65534, 65534)
