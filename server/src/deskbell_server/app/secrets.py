"""Secrets that the server makes for itself where none are configured: kept in the data folder, mode 0600."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from deskbell_server.settings import Settings


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """The root of everything derived, and the bootstrap key."""

    secret_key: bytes
    admin_key: str

    def __repr__(self) -> str:
        return "ServerSecrets(***)"


def load_secrets(settings: Settings) -> ServerSecrets:
    """The configured secrets, or those of the data folder, which are made on first use."""
    folder = settings.data_dir / "secrets"
    configured_secret, configured_key = settings.secret_key, settings.admin_key
    return ServerSecrets(
        secret_key=(
            configured_secret.get_secret_value() if configured_secret else _kept(folder / "secret_key", "")
        ).encode(),
        admin_key=(
            configured_key.get_secret_value() if configured_key else _kept(folder / "admin_key", "dbk_")
        ),
    )


def write_private(path: Path, content: str) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _kept(path: Path, prefix: str) -> str:
    if not path.exists():
        write_private(path, prefix + secrets.token_urlsafe(32))
    return path.read_text().strip()
