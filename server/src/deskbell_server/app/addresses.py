"""Which addresses the server may listen on."""

from __future__ import annotations

import ipaddress


class NotLoopback(ValueError):
    """An address that other machines can reach, without TLS."""


def check_loopback(name: str, address: str, *, allow_remote: bool) -> None:
    """Raises NotLoopback for an address other than loopback, unless that was allowed explicitly."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback and not allow_remote:
        raise NotLoopback(
            f"{name}={address} can be reached from other machines, and traffic there is not encrypted. "
            "Use a loopback address, or set DESKBELL_ALLOW_REMOTE=true where something in front of the "
            "server encrypts (a proxy, a private container network)."
        )
