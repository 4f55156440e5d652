"""TLS of the server: credentials that follow their files, so that a certificate is renewed without a restart.

gRPC's core asks for them before each handshake, in one of its own threads. Reading files there holds up
connections that are being made, and neither the event loop nor the streams that are open. A connection keeps the
certificate it was made with. The core itself refuses what is older than TLS 1.2.
"""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import grpc
import structlog

from deskbell_server.rpc.certificates import Identity, TlsFiles, TlsUnusable, read_identity

LOOK_SECONDS = 1.0
"""How often the files are looked at, at most."""
EXPIRES_SOON = timedelta(days=14)
_log = structlog.get_logger(__name__)


def server_credentials(certificate: Path, key: Path, client_ca: Path | None) -> grpc.ServerCredentials:
    """Credentials for the one port of one server. With `client_ca`, clients must present a certificate that it
    signed. Raises TlsUnusable when the files cannot be served with."""
    following = FollowedFiles(TlsFiles(certificate, key, client_ca))
    return grpc.dynamic_ssl_server_credentials(
        _configuration(following.identity),
        following.changed,  # type: ignore[arg-type]  # None is "no change"; the stubs do not know
        require_client_authentication=client_ca is not None,
    )


class FollowedFiles:
    """The identity in some files, and what becomes of it when they change."""

    def __init__(
        self,
        files: TlsFiles,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._files = files
        self._monotonic = monotonic
        self._now = now
        self._lock = threading.Lock()
        self._state = _state(files)
        self._complained_of: object = None
        self._warned_on: date | None = None
        self._looked = monotonic()
        self.identity = read_identity(files, now())
        self._warn_of_mode()
        self._warn_of_expiry()

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """What to serve with from now on, if the files hold something else and it can be used."""
        with self._lock:
            if self._monotonic() < self._looked + LOOK_SECONDS:
                return None
            self._looked = self._monotonic()
            state = _state(self._files)
            renewed = state != self._state and self._renewed(state)
            self._warn_of_expiry()
            return _configuration(self.identity) if renewed else None

    def _renewed(self, state: object) -> bool:
        # The state is from before the reading: what is written meanwhile changes it once more.
        try:
            self.identity = read_identity(self._files, self._now())
        except TlsUnusable as error:
            # Certificate and key are seldom replaced in one instant, so it is tried again; but told once.
            if state != self._complained_of:
                self._complained_of = state
                _log.warning(
                    "tls_files_not_taken", problem=str(error), serving_until=str(self.identity.expires)
                )
            return False
        self._state = state
        self._warned_on = None
        _log.info("tls_certificate_renewed", expires=str(self.identity.expires))
        self._warn_of_mode()
        return True

    def _warn_of_mode(self) -> None:
        try:
            mode = stat.S_IMODE(self._files.key.stat().st_mode)
        except OSError:  # just replaced: the next look sees it
            return
        if mode & 0o077:
            _log.warning("tls_key_open_to_others", path=str(self._files.key), mode=f"{mode:o}", wanted="600")

    def _warn_of_expiry(self) -> None:
        """Once a day, while clients connect."""
        now = self._now()
        if self.identity.expires - now < EXPIRES_SOON and self._warned_on != now.date():
            self._warned_on = now.date()
            _log.warning("tls_certificate_expires_soon", expires=str(self.identity.expires))


def _configuration(identity: Identity) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(identity.key_pem, identity.chain_pem)], identity.client_ca_pem
    )


def _state(files: TlsFiles) -> object:
    """Something that differs after a file was written, replaced, or given other rights."""
    state: list[object] = []
    for path in (files.certificate, files.key, files.client_ca):
        try:
            found = path.stat() if path is not None else None
        except OSError:
            found = None
        state.append(found and (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino))
    return state
