"""The folders of the embedded servers, and who may use them."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deskbell_server.adapters.embedded.account import service_account
from deskbell_server.adapters.embedded.processes import EmbeddedError

SIDE_FOLDER = Path("/var/lib/deskbell")
"""Where the servers' files go when we are root and their account cannot enter the data folder, as when that
lies under /root."""


class Home:
    """The data folder, made ready."""

    def __init__(self, data_dir: Path, report: Callable[[str], None]) -> None:
        self.data_dir = data_dir.resolve()
        self.account = service_account()
        # The account must be able to pass through; secrets have folders of their own.
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o711 if self.account else 0o700)
        self._base = self.data_dir
        if self.account and not self.account.can_enter(self.data_dir):
            self._base = SIDE_FOLDER / self._mark()
            self._base.mkdir(parents=True, exist_ok=True)
            self._base.chmod(0o711)
            report(
                f"the user {self.account.name} cannot enter {self.data_dir}: databases are in {self._base}"
            )

    def _mark(self) -> str:
        """The name of this data folder's side folder: kept in it, so that a new data folder at an old path does
        not find another one's databases."""
        path = self.data_dir / "side_folder"
        if not path.exists():
            path.write_text(secrets.token_hex(8))
        return path.read_text()

    def folder(self, name: str) -> Path:
        """A server's own folder, which only its account can enter."""
        path = self._base / name
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account and path.stat().st_uid != self.account.uid:
            self.account.own(path)
        return path

    def password(self, name: str) -> str:
        """A server's password, made on first use."""
        path = self.data_dir / "secrets" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            temporary = path.with_name(f".{name}.{os.getpid()}")
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
            temporary.replace(path)
        return path.read_text()

    def package(self, name: str, *siblings: str) -> Path:
        """The folder of an installed package, which is only looked for and never imported. Where the servers'
        account cannot read it, a copy in the side folder (with its siblings, which hold its libraries)."""
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedError(
                f"the package {name} is not installed: pip install 'deskbell[server]', or configure "
                "DESKBELL_DATABASE_URL and DESKBELL_REDIS_URL"
            )
        installed = Path(spec.submodule_search_locations[0])
        if self.account is None or self.account.can_read(installed):
            return installed
        return self._copied(installed, [installed.with_name(sibling) for sibling in siblings])

    def _copied(self, package: Path, siblings: list[Path]) -> Path:
        version = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:16]
        base = SIDE_FOLDER / "packages" / version
        if not base.exists():
            fresh = base.with_name(f"{version}.{os.getpid()}")
            for source in (package, *siblings):
                if source.exists():
                    shutil.copytree(source, fresh / source.name, dirs_exist_ok=True)
            for folder in (SIDE_FOLDER, SIDE_FOLDER / "packages"):
                folder.chmod(0o755)
            fresh.replace(base)
        return base / package.name


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Holds the data folder for this process. Raises EmbeddedError while another one has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise EmbeddedError(
                f"another server (process {lock.read().strip() or 'unknown'}) is using {data_dir}: "
                "stop it, or set DESKBELL_DATA_DIR to another folder"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
