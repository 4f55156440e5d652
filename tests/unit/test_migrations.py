"""Migration files and the roles' URLs, without a database."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from deskbell_server.adapters.postgres.migrations import MigrationFailed, read_migrations
from deskbell_server.adapters.postgres.roles import Role, role_url

KEY = b"k" * 32


def test_this_versions_migrations_are_sound() -> None:
    assert [migration.name[:5] for migration in read_migrations()][:2] == ["0001_", "0002_"]


def test_reads_a_folder_in_order_with_checksums(tmp_path: Path) -> None:
    (tmp_path / "0002_b.sql").write_text("select 'é'")
    (tmp_path / "0001_a.sql").write_text("select 1")
    first, second = read_migrations(tmp_path)
    assert (first.name, first.sql) == ("0001_a", "select 1")
    assert second.checksum == hashlib.sha256("select 'é'".encode()).hexdigest()


@pytest.mark.parametrize(
    "names",
    [
        ["0002_b.sql"],
        ["0001_a.sql", "0003_c.sql"],
        ["0001_a.sql", "0001_b.sql"],
        ["0001_a.sql", "0002_B.sql"],
        ["0001_a.sql", "notes.txt"],
    ],
)
def test_refuses_gaps_repeats_and_other_files(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("select 1")
    with pytest.raises(MigrationFailed, match=names[-1]):
        read_migrations(tmp_path)


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("postgresql://o:p%40w@db.example:5433/bell", "@db.example:5433/bell"),
        ("postgres://o@[::1]:5432/bell?sslmode=require", "@[::1]:5432/bell?sslmode=require"),
        ("postgresql://a:1,b:2/bell", "@a:1,b:2/bell"),
        ("postgresql:///bell?host=/run/pg&user=o&password=p", "@/bell?host=%2Frun%2Fpg"),
    ],
)
def test_a_roles_url_keeps_all_but_the_credentials(owner: str, expected: str) -> None:
    url = role_url(owner, Role.SERVER, KEY)
    credentials, _, rest = url.partition("@")
    assert "@" + rest == expected
    scheme, _, user = credentials.partition("://")
    assert owner.startswith(scheme)
    assert user.startswith("deskbell_server:")


def test_passwords_depend_on_role_and_key() -> None:
    urls = {role_url("postgresql:///bell", role, key) for role in Role for key in (KEY, b"other")}
    assert len(urls) == 6
    assert role_url("postgresql:///bell", Role.SERVER, KEY) in urls


@pytest.mark.parametrize(
    "url", ["postgresql://o:hidden@host", "postgresql://o:hidden@host/", "mysql://o:hidden@host/x"]
)
def test_refuses_a_url_without_a_database_and_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://user") as caught:
        role_url(url, Role.SERVER, KEY)
    assert "hidden" not in str(caught.value)
