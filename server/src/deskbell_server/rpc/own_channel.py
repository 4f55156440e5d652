"""A channel to the server that runs with the same settings, for its health check."""

from __future__ import annotations

import grpc

from deskbell_server.rpc.certificates import TlsFiles, TlsUnusable, read_identity


def open_own_channel(address: str, files: TlsFiles | None) -> grpc.aio.Channel:
    """Plaintext without files. With them it trusts exactly the server's own certificate, under the name that stands
    in it, whatever the address; to a server that asks for a client's certificate it presents that one too.

    Raises TlsUnusable when the files cannot be used, or when their certificate is none for a client.
    """
    if files is None:
        return grpc.aio.insecure_channel(address)
    own = read_identity(files)
    if files.client_ca is not None and not own.passes_as_client:
        raise TlsUnusable(
            f"clients need a certificate of DESKBELL_TLS_CLIENT_CA={files.client_ca}, and the server's own, which "
            "this check would present, is none: let that CA sign it, with clientAuth beside serverAuth in its "
            "extended key usage, or probe with a client that has a certificate"
        )
    credentials = grpc.ssl_channel_credentials(
        own.chain_pem,
        own.key_pem if files.client_ca is not None else None,
        own.chain_pem if files.client_ca is not None else None,
    )
    return grpc.aio.secure_channel(
        address, credentials, options=[("grpc.ssl_target_name_override", own.name)] if own.name else None
    )
