"""What a server's files of TLS must hold, and how changed ones are taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pydantic import ValidationError
from structlog.testing import capture_logs

from deskbell_server.rpc.certificates import TlsFiles, TlsUnusable, read_identity
from deskbell_server.rpc.transport import LOOK_SECONDS, FollowedFiles, server_credentials
from deskbell_server.settings import Settings
from tests.support.certificates import CLIENT, SERVER, Authority, Pair

CA = Authority()
OTHER = Authority("Other CA")
GOOD = CA.issue()


class Clock:
    """Both clocks, in the test's hand."""

    def __init__(self) -> None:
        self.passed = timedelta()
        self.start = datetime.now(UTC)

    def now(self) -> datetime:
        return self.start + self.passed

    def monotonic(self) -> float:
        return self.passed.total_seconds()


def written(folder: Path, pair: Pair, ca: bytes | None = None) -> TlsFiles:
    client_ca = folder / "ca.pem"
    if ca is not None:
        client_ca.write_bytes(ca)
    return TlsFiles(*pair.write(folder, "server"), client_ca if ca is not None else None)


def followed(files: TlsFiles, clock: Clock) -> FollowedFiles:
    return FollowedFiles(files, monotonic=clock.monotonic, now=clock.now)


def mixed(certificate: bytes, key: bytes) -> Pair:
    pair = CA.issue()
    pair.certificate, pair.key = certificate, key
    return pair


BAD: dict[str, tuple[Pair, bytes | None, str]] = {
    "no certificate": (mixed(b"", GOOD.key), None, "TLS_CERTIFICATE=.* no usable certificate"),
    "half a certificate": (mixed(GOOD.certificate[:200], GOOD.key), None, "no usable certificate"),
    "half a chain": (
        mixed(GOOD.certificate + CA.certificate[:-40], GOOD.key),
        None,
        "in the middle of a certificate",
    ),
    "half a key": (mixed(GOOD.certificate, GOOD.key[:90]), None, "TLS_KEY=.* no usable private key"),
    "a locked key": (mixed(GOOD.certificate, GOOD.locked_key()), None, "locked by a password"),
    "another key": (mixed(GOOD.certificate, CA.issue().key), None, "does not belong to the first"),
    "the chain upside down": (mixed(CA.certificate + GOOD.certificate, GOOD.key), None, "does not belong"),
    "expired": (CA.issue(ends=timedelta(hours=-1)), None, "expired on .* renew it"),
    "not yet valid": (CA.issue(begins=timedelta(hours=1)), None, "not valid before .* clock"),
    "Ed25519": (CA.issue(key=ed25519.Ed25519PrivateKey.generate()), None, "P-256 or P-384"),
    "P-521": (CA.issue(key=ec.generate_private_key(ec.SECP521R1())), None, "P-256 or P-384"),
    "short RSA": (CA.issue(key=rsa.generate_private_key(65537, 1024)), None, "2048 bits"),  # noqa: S505
    "no client CA": (GOOD, b"", "TLS_CLIENT_CA=.* no usable certificate"),
    "expired client CA": (GOOD, CA.issue(ends=timedelta(hours=-1)).certificate, "CLIENT_CA=.* has expired"),
}


@pytest.mark.parametrize(("pair", "ca", "words"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_served_with_is_refused(
    pair: Pair, ca: bytes | None, words: str, tmp_path: Path
) -> None:
    files = written(tmp_path, pair, ca)
    with pytest.raises(TlsUnusable, match=words) as refused:
        server_credentials(files.certificate, files.key, files.client_ca)
    assert "BEGIN" not in str(refused.value)


@pytest.mark.parametrize("gone", ["server.pem", "server-key.pem", "ca.pem"])
def test_a_file_that_cannot_be_read_is_named(gone: str, tmp_path: Path) -> None:
    files = written(tmp_path, GOOD, CA.certificate)
    (tmp_path / gone).unlink()
    with pytest.raises(TlsUnusable, match=f"{gone} cannot be read"):
        read_identity(files)


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())]
)
def test_other_kinds_of_keys(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, tmp_path: Path) -> None:
    identity = read_identity(written(tmp_path, CA.issue(key=key)))
    assert identity.name == "desk.test"
    assert "PRIVATE" not in repr(identity)


@pytest.mark.parametrize(
    ("pair", "passes"),
    [
        (CA.issue(SERVER, CLIENT), True),
        (CA.issue(SERVER), False),
        (OTHER.issue(SERVER, CLIENT), False),
    ],
)
def test_who_passes_as_a_client(pair: Pair, passes: bool, tmp_path: Path) -> None:
    assert read_identity(written(tmp_path, pair, CA.certificate)).passes_as_client is passes


def test_the_files_are_looked_at_once_a_second(tmp_path: Path) -> None:
    clock = Clock()
    files = followed(written(tmp_path, GOOD), clock)
    renewed = CA.issue()
    written(tmp_path, renewed)
    assert files.changed() is None
    clock.passed += timedelta(seconds=LOOK_SECONDS)
    assert files.changed() is not None
    assert files.identity.chain[0].serial_number == renewed.serial
    clock.passed += timedelta(seconds=LOOK_SECONDS)
    assert files.changed() is None


def test_one_that_becomes_valid_later_is_taken_then(tmp_path: Path) -> None:
    clock = Clock()
    files = followed(written(tmp_path, GOOD), clock)
    written(tmp_path, CA.issue(begins=timedelta(hours=1)))
    with capture_logs() as logs:
        for minutes in (10, 20):
            clock.passed = timedelta(minutes=minutes)
            assert files.changed() is None
        clock.passed = timedelta(hours=2)
        assert files.changed() is not None
    assert [line["event"] for line in logs] == ["tls_files_not_taken", "tls_certificate_renewed"]


def test_a_key_open_to_others_is_told(tmp_path: Path) -> None:
    written_files = written(tmp_path, GOOD)
    with capture_logs() as logs:
        followed(written_files, Clock())
        written_files.key.chmod(0o640)
        followed(written_files, Clock())
    assert [(line["event"], line["mode"]) for line in logs] == [("tls_key_open_to_others", "640")]


def test_a_certificate_that_ends_soon_is_told_once_a_day(tmp_path: Path) -> None:
    clock = Clock()
    clock.start = clock.start.replace(hour=0, minute=0, second=30)
    with capture_logs() as logs:
        files = followed(written(tmp_path, CA.issue(ends=timedelta(days=16))), clock)
        for hours in (24, 48, 72, 73, 96, 97):
            clock.passed = timedelta(hours=hours)
            files.changed()
    assert [line["event"] for line in logs] == ["tls_certificate_expires_soon"] * 2


def test_settings_that_need_each_other() -> None:
    def settings(**values: Any) -> Settings:
        return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings' own

    for half in ({"tls_certificate": "a"}, {"tls_key": "a"}, {"tls_client_ca": "a"}):
        with pytest.raises(ValidationError, match="need"):
            settings(**half)
    assert settings(tls_certificate="", tls_key="", tls_client_ca="").tls_certificate is None
    assert settings(tls_certificate="a", tls_key="b").tls_key == Path("b")
