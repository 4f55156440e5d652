"""Which addresses the server may listen on."""

from __future__ import annotations

import ipaddress


class NotLoopback(ValueError):
    """An address that other machines can reach, without TLS."""


def check_loopback(name: str, address: str, *, allow_remote: bool, can_encrypt: bool = False) -> None:
    """Raises NotLoopback for an address other than loopback, unless that was allowed explicitly. `can_encrypt`
    is for what could have TLS by settings and has not."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback and not allow_remote:
        tls = "switch on TLS by DESKBELL_TLS_CERTIFICATE and DESKBELL_TLS_KEY, " if can_encrypt else ""
        raise NotLoopback(
            f"{name}={address} can be reached from other machines, and traffic there is not encrypted. "
            f"Use a loopback address, {tls}or set DESKBELL_ALLOW_REMOTE=true where something in front of the "
            "server encrypts (a proxy, a private container network)."
        )
