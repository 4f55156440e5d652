"""The files of TLS, as the settings name them."""

from __future__ import annotations

from deskbell_server.rpc.certificates import TlsFiles
from deskbell_server.settings import Settings


def tls_files(settings: Settings) -> TlsFiles | None:
    """None where gRPC is plaintext."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return TlsFiles(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)
