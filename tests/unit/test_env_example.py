"""`.env.example` documents every setting, with its default, and nothing that is no setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import AliasChoices, SecretStr

from deskbell_server.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".env.example").read_text("utf-8")
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}


def documented(pattern: str = r"#(DESKBELL_[A-Z0-9_]+)=(.*)") -> dict[str, str]:
    found = re.findall(rf"^{pattern}$", TEXT, re.MULTILINE)
    assert len(found) == len(dict(found)), "a setting stands there twice"
    return dict(found)


def defaults() -> dict[str, str]:
    shown = {}
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        key = alias.choices[0] if isinstance(alias, AliasChoices) else f"DESKBELL_{name.upper()}"
        value = field.default
        if isinstance(value, bool):
            shown[str(key)] = str(value).lower()
        else:
            shown[str(key)] = "" if value is None else str(value)
    return shown


def test_shows_every_setting_with_its_default() -> None:
    assert documented() == defaults()


def test_nothing_is_set_but_what_docker_compose_asks_for() -> None:
    assert documented(r"([A-Z][A-Z0-9_]*)=(.*)") == dict.fromkeys(COMPOSE_ONLY, "")


def test_every_setting_is_explained() -> None:
    unexplained = re.findall(r"\n\n(#DESKBELL_\w+)=", TEXT)
    assert not unexplained


def test_its_lines_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*defaults(), "GROQ_API_KEY", "GROQ_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    env = tmp_path / ".env"
    lines = [f"{name}={value}" for name, value in documented().items() if value]
    env.write_text("\n".join([*lines, "DESKBELL_ADMIN_KEY=secret", "POSTGRES_PASSWORD=x"]), "utf-8")
    # _env_file is pydantic-settings' own argument, which its mypy plugin alone would know of.
    read = Settings(_env_file=env)  # type: ignore[call-arg]
    assert read == Settings(_env_file=None, admin_key=SecretStr("secret"))  # type: ignore[call-arg]
