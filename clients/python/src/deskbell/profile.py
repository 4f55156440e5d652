"""Where the server is, which agent to talk to, with which key, and whom TLS trusts.

Each is taken from the argument, else the environment, else the profile file that `make up` writes:
`$DESKBELL_PROFILE`, or `deskbell/profile.json` in the user's configuration folder.

    environment                   profile           what it is
    DESKBELL_SERVER               server            host:port
    DESKBELL_AGENT                agent             tenants/a/agents/b, or a/b
    DESKBELL_API_KEY              api_key           an API key, or any other credential
                                  session           who `deskbell login` signed in; see deskbell.session
    DESKBELL_SERVER_CA            tls_ca            PEM: who signs the server's certificate
    DESKBELL_CLIENT_CERTIFICATE   tls_certificate   PEM: the client's own, where a server asks for one
    DESKBELL_CLIENT_KEY           tls_key           PEM: the key of that certificate

The server's own settings are named DESKBELL_TLS_...: on one machine both may be set. A file that the profile
names without its folder is beside the profile.

A key that is given comes before a session, and that before the profile's key: signing in has an effect, and a script
with a key of its own is not disturbed. While there is a session, its server comes before the profile's; its tokens
go to no other.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deskbell.profile_file import ProfileError, profile_path, read_profile
from deskbell.session import Session, stored_session

__all__ = [
    "DEFAULT_SERVER",
    "Profile",
    "ProfileError",
    "TlsFiles",
    "agent_name",
    "load_profile",
    "profile_path",
    "tenant_name",
]

DEFAULT_SERVER = "127.0.0.1:50051"
_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class TlsFiles:
    """PEM files; those that are not given are None."""

    ca: Path | None = None
    """Who signs the server's certificate; else the authorities that gRPC brings along."""
    certificate: Path | None = None
    """The client's own, for a server that asks for one, with its key."""
    key: Path | None = None

    def __bool__(self) -> bool:
        return any((self.ca, self.certificate, self.key))


@dataclass(frozen=True)
class Profile:
    """The answers; the agent may be unknown. Of `api_key` and `session` at most one is there."""

    server: str
    agent: str
    api_key: str = field(repr=False)
    tls: TlsFiles = TlsFiles()
    session: Session | None = None
    origin: str = ""
    """Where the credential comes from, for people."""


def load_profile(
    server: str | None = None,
    agent: str | None = None,
    api_key: str | None = None,
    tls: TlsFiles = TlsFiles(),
    *,
    credential_needed: bool = True,
) -> Profile:
    """The profile, with what is given put in place of what is written down. Raises ProfileError, also without a
    credential where one is needed."""
    path = profile_path()
    kept = read_profile(path)
    try:
        session = stored_session(kept)
    except ProfileError:
        if credential_needed:
            raise
        session = None  # signing in puts another one in its place
    found_server = (
        server
        or os.environ.get("DESKBELL_SERVER")
        or (session.server if session else "")
        or str(kept.get("server", ""))
        or DEFAULT_SERVER
    )
    if session is not None and session.server != found_server:
        session = None
    keys = {"the argument": api_key, "DESKBELL_API_KEY": os.environ.get("DESKBELL_API_KEY")}
    if session is None:
        keys["the profile"] = str(kept.get("api_key", ""))
    given = [(text.strip(), name) for name, text in keys.items() if text and text.strip()]
    key, origin = given[0] if given else ("", "")
    if key and not _KEY.fullmatch(key):
        raise ProfileError("the API key holds characters that no key has")
    if credential_needed and not key and session is None:
        raise ProfileError(
            f"no credential for {found_server}: `deskbell login`, or give --key or DESKBELL_API_KEY, "
            "or run `make up`, which writes a profile"
        )
    found_agent = agent or os.environ.get("DESKBELL_AGENT") or str(kept.get("agent", ""))
    return Profile(
        found_server,
        agent_name(found_agent) if found_agent else "",
        key,
        TlsFiles(
            tls.ca or _file("DESKBELL_SERVER_CA", kept.get("tls_ca"), path),
            tls.certificate or _file("DESKBELL_CLIENT_CERTIFICATE", kept.get("tls_certificate"), path),
            tls.key or _file("DESKBELL_CLIENT_KEY", kept.get("tls_key"), path),
        ),
        None if key else session,
        origin or ("`deskbell login`" if session else ""),
    )


def agent_name(text: str) -> str:
    """`tenants/a/agents/b` from that or from `a/b`. Raises ProfileError."""
    parts = text.split("/")
    if len(parts) == 2 and all(parts):
        return f"tenants/{parts[0]}/agents/{parts[1]}"
    if len(parts) == 4 and parts[0] == "tenants" and parts[2] == "agents":
        return text
    raise ProfileError(f"{text!r} names no agent: write TENANT/AGENT, for example demo-clinic/reception")


def agent_version_name(text: str, number: int) -> str:
    """`tenants/a/agents/b/versions/3` from `tenants/a/agents/b` or `a/b`. Raises ProfileError."""
    return f"{agent_name(text)}/versions/{number}"


def tenant_name(text: str) -> str:
    """`tenants/a` from that or from `a`."""
    return text if text.startswith("tenants/") else f"tenants/{text}"


def _file(variable: str, kept: Any, profile: Path) -> Path | None:
    if configured := os.environ.get(variable):
        return Path(configured).expanduser()
    return profile.parent / Path(str(kept)).expanduser() if kept else None
