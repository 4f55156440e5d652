"""The server's certificate, its key and the clients' CA: read from their files, and checked before they are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

T = TypeVar("T")


class TlsUnusable(ValueError):
    """The files do not make a server's identity. The message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the PEM files are."""

    certificate: Path
    """The server's certificate, then those of the authorities between it and the root."""
    key: Path
    client_ca: Path | None = None
    """The authorities whose certificates clients must present; unset, clients need none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What was in the files, checked."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)
    client_ca_pem: bytes | None
    chain: tuple[x509.Certificate, ...]
    client_cas: tuple[x509.Certificate, ...]

    @property
    def expires(self) -> datetime:
        """When the server's certificate ends."""
        return self.chain[0].not_valid_after_utc

    @property
    def name(self) -> str:
        """A name or an address that the certificate is good for; empty if it has none."""
        try:
            names = self.chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            common = self.chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            return str(common[0].value) if common else ""
        for name in names.get_values_for_type(x509.DNSName):
            return name.replace("*", "any", 1)
        return next((str(ip) for ip in names.get_values_for_type(x509.IPAddress)), "")

    @property
    def passes_as_client(self) -> bool:
        """Whether the certificate would be taken from a client: the clients' CA signed it, for that use too."""
        try:
            uses = self.chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except x509.ExtensionNotFound:
            uses = None
        if uses is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in uses:
            return False
        for below, above in zip(self.chain, (*self.chain[1:], None), strict=True):
            if any(below == ca or _signed(below, ca) for ca in self.client_cas):
                return True
            if above is None or not _signed(below, above):
                return False
        return False


def read_identity(files: TlsFiles, now: datetime | None = None) -> Identity:
    """What the files hold. Raises TlsUnusable when a server could not serve with it."""
    now = now or datetime.now(UTC)
    where = f"DESKBELL_TLS_CERTIFICATE={files.certificate}"
    chain_pem, chain = _certificates(where, files.certificate)
    key_where = f"DESKBELL_TLS_KEY={files.key}"
    key_pem = _read(key_where, files.key)
    key = _private_key(key_where, key_pem)
    if _raw(key.public_key()) != _raw(chain[0].public_key()):
        raise TlsUnusable(
            f"{key_where} does not belong to the first certificate in {files.certificate}: "
            "give the key that it was made with, and put the server's own certificate first"
        )
    if now >= chain[0].not_valid_after_utc:
        raise TlsUnusable(f"{where} expired on {chain[0].not_valid_after_utc:%Y-%m-%d %H:%M} UTC: renew it")
    if now < chain[0].not_valid_before_utc:
        raise TlsUnusable(
            f"{where} is not valid before {chain[0].not_valid_before_utc:%Y-%m-%d %H:%M} UTC: "
            "wait until then, or set this machine's clock right"
        )
    client_ca_pem: bytes | None = None
    client_cas: tuple[x509.Certificate, ...] = ()
    if files.client_ca is not None:
        ca_where = f"DESKBELL_TLS_CLIENT_CA={files.client_ca}"
        client_ca_pem, client_cas = _certificates(ca_where, files.client_ca)
        if all(now >= ca.not_valid_after_utc for ca in client_cas):
            raise TlsUnusable(f"{ca_where} has expired, so no client could call: renew it")
    return Identity(chain_pem, key_pem, client_ca_pem, chain, client_cas)


def _certificates(where: str, path: Path) -> tuple[bytes, tuple[x509.Certificate, ...]]:
    pem = _read(where, path)
    found = _parsed(where, "certificate", lambda: tuple(x509.load_pem_x509_certificates(pem)))
    # A block without its end, as in a file that is still being written, is passed over in silence.
    if len(found) != pem.count(b"-----BEGIN CERTIFICATE-----"):
        raise TlsUnusable(f"{where} ends in the middle of a certificate: write the whole chain")
    return pem, found


def _private_key(where: str, pem: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    try:
        key: PrivateKeyTypes = _parsed(where, "private key", lambda: load_pem_private_key(pem, None))
    except TypeError:
        raise TlsUnusable(
            f"{where} is locked by a password: give a key without one, readable by the server alone"
        ) from None
    # What gRPC's own TLS library can sign and check; with others no gRPC client could connect.
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    raise TlsUnusable(
        f"{where} is of a kind that gRPC clients do not take: "
        "make an RSA key of 2048 bits or more, or one on the curve P-256 or P-384"
    )


def _parsed(where: str, what: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (ValueError, UnsupportedAlgorithm):  # their words may hold parts of the file
        raise TlsUnusable(f"{where} holds no usable {what} in PEM form: write it anew") from None


def _read(where: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsUnusable(
            f"{where} cannot be read ({error.strerror}): name a file that the server's account may read"
        ) from None


def _raw(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _signed(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
