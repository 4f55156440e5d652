"""Who can reach the dashboard: it has no sign-in, so by default only its own machine."""

from __future__ import annotations

import ipaddress


def is_loopback(address: str | None) -> bool:
    """Whether only this machine reaches a server that listens on `address`; None listens everywhere."""
    if address is None:
        return False
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def refusal(address: str | None, allow_remote: str) -> str:
    """Why the dashboard must not show anything on `address`, empty if it may.

    `allow_remote` is the value of DESKBELL_ALLOW_REMOTE, with the spellings of true that the server takes.
    """
    if is_loopback(address) or allow_remote.strip().lower() in {"true", "t", "1", "yes", "y", "on"}:
        return ""
    where = "every address of this machine" if address is None else address
    return (
        f"The dashboard listens on {where} and has no sign-in. Start it with `--server.address 127.0.0.1`, "
        "or set `DESKBELL_ALLOW_REMOTE=true` if something in front of it asks who comes."
    )
