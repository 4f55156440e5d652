"""What `make up` writes down for the `deskbell` command."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest

from deskbell_server.app import profile


def write(path: Path) -> None:
    profile.write_profile(path, server="127.0.0.1:1", agent="tenants/a/agents/b", api_key="key")


def test_the_rest_of_the_profile_stays(tmp_path: Path) -> None:
    path = tmp_path / "deskbell" / "profile.json"
    write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(json.dumps({"server": "old", "session": {"refresh_token": "r"}, "tls_ca": "ca.pem"}))
    write(path)
    assert json.loads(path.read_text()) == {
        "server": "127.0.0.1:1",
        "agent": "tenants/a/agents/b",
        "api_key": "key",
        "session": {"refresh_token": "r"},
        "tls_ca": "ca.pem",
    }


@pytest.mark.parametrize("content", ["", "{", "[]", "\0"])
def test_what_cannot_be_read_is_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "profile.json"
    path.write_text(content)
    write(path)
    assert json.loads(path.read_text())["api_key"] == "key"


def test_it_waits_for_whoever_is_changing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "LOCK_SECONDS", 0.2)
    path = tmp_path / "profile.json"
    with path.with_name("profile.json.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OSError, match="another program"):
            write(path)
    write(path)
