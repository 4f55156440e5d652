"""The files of TLS, made into a channel's credentials."""

from __future__ import annotations

import ssl
from pathlib import Path

import grpc

from deskbell.profile import ProfileError, TlsFiles


def channel_credentials(files: TlsFiles) -> grpc.ChannelCredentials:
    """Raises ProfileError for what cannot be used, where gRPC would only fail to connect."""
    if (files.certificate is None) != (files.key is None):
        given, missing = ("certificate", "key") if files.key is None else ("key", "certificate")
        raise ProfileError(
            f"a client's {given} for TLS needs its {missing} too: give --tls-cert and --tls-key"
        )
    ca = _read("CA", files.ca)
    certificate, key = _read("certificate", files.certificate), _read("key", files.key)
    check = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if files.ca is not None:
        try:
            check.load_verify_locations(files.ca)
        except ssl.SSLError:
            raise ProfileError(f"the CA file {files.ca} holds no certificate in PEM form") from None
    if files.certificate is not None:
        try:
            # Without a password OpenSSL would ask for one at the terminal.
            check.load_cert_chain(files.certificate, files.key, password="")
        except ssl.SSLError:
            raise ProfileError(
                f"{files.certificate} and {files.key} are not a certificate and its key, in PEM form "
                "and without a password"
            ) from None
    return grpc.ssl_channel_credentials(ca, key, certificate)


def _read(what: str, path: Path | None) -> bytes | None:
    try:
        return None if path is None else path.read_bytes()
    except OSError as error:
        raise ProfileError(f"cannot read the TLS {what} {path}: {error.strerror}") from None
