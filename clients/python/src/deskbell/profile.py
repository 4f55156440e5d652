"""Where the server is, which agent to talk to, and with which key.

Each is taken from the argument, else the environment (`DESKBELL_SERVER`, `DESKBELL_AGENT`, `DESKBELL_API_KEY`), else
the profile file that `make up` writes: `$DESKBELL_PROFILE`, or `deskbell/profile.json` in the user's
configuration folder.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_SERVER = "127.0.0.1:50051"
_KEY = re.compile(r"[!-~]+")


class ProfileError(Exception):
    """The profile cannot be used, or something that is needed is nowhere given. The message says what to do."""


@dataclass(frozen=True)
class Profile:
    """The three answers; the agent may be unknown."""

    server: str
    agent: str
    api_key: str = field(repr=False)


def profile_path() -> Path:
    """Where the profile file is."""
    configured = os.environ.get("DESKBELL_PROFILE")
    if configured:
        return Path(configured).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "deskbell" / "profile.json"


def load_profile(server: str | None = None, agent: str | None = None, api_key: str | None = None) -> Profile:
    """The profile, with what is given put in place of what is written down. Raises ProfileError without a key."""
    kept = _read(profile_path())
    key = (api_key or os.environ.get("DESKBELL_API_KEY") or kept.get("api_key", "")).strip()
    if key and not _KEY.fullmatch(key):
        raise ProfileError("the API key holds characters that no key has")
    if not key:
        raise ProfileError(
            "no API key: give --key or DESKBELL_API_KEY, or run `make up`, which writes a profile"
        )
    found_agent = agent or os.environ.get("DESKBELL_AGENT") or kept.get("agent", "")
    return Profile(
        server or os.environ.get("DESKBELL_SERVER") or kept.get("server") or DEFAULT_SERVER,
        agent_name(found_agent) if found_agent else "",
        key,
    )


def agent_name(text: str) -> str:
    """`tenants/a/agents/b` from that or from `a/b`. Raises ProfileError."""
    parts = text.split("/")
    if len(parts) == 2 and all(parts):
        return f"tenants/{parts[0]}/agents/{parts[1]}"
    if len(parts) == 4 and parts[0] == "tenants" and parts[2] == "agents":
        return text
    raise ProfileError(f"{text!r} names no agent: write TENANT/AGENT, for example demo-clinic/reception")


def tenant_name(text: str) -> str:
    """`tenants/a` from that or from `a`."""
    return text if text.startswith("tenants/") else f"tenants/{text}"


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ProfileError(f"cannot read the profile {path}: {error}") from None
    if not isinstance(content, dict):
        raise ProfileError(f"the profile {path} must hold a JSON object")
    return {name: str(value) for name, value in content.items()}
