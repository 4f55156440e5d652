"""The dashboard shows nothing on an address that others reach, unless told to."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import deskbell_dashboard
from deskbell_dashboard.exposure import is_loopback, refusal

APP = Path(deskbell_dashboard.__file__).with_name("app.py")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_loopback(address: str) -> None:
    assert is_loopback(address)
    assert refusal(address, "") == ""


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.0.7", "localhost.example.com"])
def test_anything_else_needs_leave(address: str | None) -> None:
    assert "DESKBELL_ALLOW_REMOTE" in refusal(address, "")
    assert refusal(address, "false")
    assert refusal(address, "true") == ""


def test_the_app_stops_before_any_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKBELL_ALLOW_REMOTE", raising=False)
    page = AppTest.from_file(APP, default_timeout=30).run()
    assert "has no sign-in" in page.error[0].value
    assert len(page.main) == 1


def test_the_configuration_beside_the_app_keeps_to_itself() -> None:
    config = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert is_loopback(config["server"]["address"])
    assert all(is_loopback(host) for host in config["server"]["allowedHosts"])
