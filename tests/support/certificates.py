"""An authority of the tests' own, and certificates that it signs."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class Pair:
    """A certificate and its key, as PEM."""

    def __init__(self, certificate: x509.Certificate, key: Key) -> None:
        self.serial = certificate.serial_number
        self.certificate = certificate.public_bytes(Encoding.PEM)
        self._key = key
        self.key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def locked_key(self, password: bytes = b"password") -> bytes:
        """The key under a password."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Two files, the second one private."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
        key.touch(0o600)
        key.write_bytes(self.key)
        certificate.write_bytes(self.certificate)
        return certificate, key


class Authority(Pair):
    """Signs certificates."""

    def __init__(self, name: str = "Test CA") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = _valid(x509.CertificateBuilder(), timedelta(days=-1), timedelta(days=365))
        certificate = (
            builder.subject_name(self._name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        super().__init__(certificate, key)
        self._signing_key = key

    def issue(
        self,
        *uses: x509.ObjectIdentifier,
        names: tuple[str, ...] = ("desk.test", "127.0.0.1"),
        begins: timedelta = timedelta(days=-1),
        ends: timedelta = timedelta(days=90),
        key: Key | None = None,
    ) -> Pair:
        """A certificate for names and addresses, for a server unless other uses are given."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = _valid(x509.CertificateBuilder(), begins, ends)
        certificate = (
            builder.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
            .add_extension(x509.ExtendedKeyUsage(uses or (SERVER,)), critical=False)
            .sign(self._signing_key, hashes.SHA256())
        )
        return Pair(certificate, key)


def _valid(builder: x509.CertificateBuilder, begins: timedelta, ends: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
    )


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
