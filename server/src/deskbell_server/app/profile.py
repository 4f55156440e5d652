"""The file from which the `deskbell` command takes its server, agent and key when none are given."""

from __future__ import annotations

import json
import os
from pathlib import Path

from deskbell_server.app.secrets import write_private


def profile_path() -> Path:
    """`$DESKBELL_PROFILE`, else `deskbell/profile.json` in the user's configuration folder."""
    configured = os.environ.get("DESKBELL_PROFILE")
    if configured:
        return Path(configured).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "deskbell" / "profile.json"


def write_profile(path: Path, *, server: str, agent: str, api_key: str) -> None:
    """Writes the profile, readable by its owner only."""
    content = {"server": server, "agent": agent, "api_key": api_key}
    write_private(path, json.dumps(content, indent=2) + "\n")
