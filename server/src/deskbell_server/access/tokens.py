"""JSON Web Tokens (RFC 7519) for people and phones, and how they are told from anything else.

One algorithm (EdDSA, RFC 8037), whatever a token's header says; every claim that is used is required. What a
token may do is looked up at each use, so that revoking counts at once: the token only says who it is.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt

from deskbell_server.access.keyring import KeyRing
from deskbell_server.domain.errors import NotAuthenticated
from deskbell_server.domain.names import TenantId, is_slug
from deskbell_server.ports.stores import Clock

ALGORITHM = "EdDSA"
ISSUER = "deskbell"
AUDIENCE = "deskbell.v1"
LEEWAY = timedelta(seconds=10)
"""How far servers' clocks may differ."""
MAX_LENGTH = 2048
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_REQUIRED = ["iss", "aud", "iat", "nbf", "exp", "jti", "typ", "ten"]


class TokenKind(StrEnum):
    """Whose token it is."""

    ACCESS = "access"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a token says: whose it is, of which tenant (None: the platform), and the id of its session or of the
    client token."""

    kind: TokenKind
    tenant: TenantId | None
    id: uuid.UUID
    expires_at: datetime


class Tokens:
    """Signs and reads tokens."""

    def __init__(self, ring: KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock

    async def sign(self, claims: TokenClaims) -> str:
        """A token. Raises StoreUnavailable."""
        key = await self._ring.current()
        now = self._clock.now()
        content = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": claims.expires_at,
            "jti": str(claims.id),
            "typ": claims.kind.value,
            "ten": claims.tenant or "",
        }
        return jwt.encode(content, key.private, ALGORITHM, headers={"kid": key.id})

    async def read(self, token: str) -> TokenClaims:
        """What a token says. Raises NotAuthenticated, with CREDENTIAL_EXPIRED for one that was right."""
        if len(token) > MAX_LENGTH:
            raise _invalid()
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != ALGORITHM or not isinstance(header.get("kid"), str):
                raise _invalid()
            key = await self._ring.find(header["kid"])
            if key is None:
                raise _invalid()
            content = jwt.decode(
                token,
                key.private.public_key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": _REQUIRED, "strict_aud": True, "verify_exp": False},
            )
            claims = _claims(content)
            # By the clock that is an argument; PyJWT asks the machine's.
            expired = claims.expires_at + LEEWAY <= self._clock.now()
        # PyJWT lets some errors of what it is built on through (binascii.Error, UnicodeError, RecursionError).
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError, OverflowError, OSError):
            raise _invalid() from None
        if expired:
            raise NotAuthenticated(
                "the token has expired; refresh the session or mint another one", reason="CREDENTIAL_EXPIRED"
            )
        return claims


def looks_like_token(credential: str) -> bool:
    """Whether it has the three parts of a JWT, without padding, in the one way that it is written."""
    return _FORM.fullmatch(credential) is not None


def _claims(content: dict[str, Any]) -> TokenClaims:
    tenant = content["ten"]
    if tenant and not is_slug(tenant):
        raise ValueError("no tenant id")
    return TokenClaims(
        TokenKind(content["typ"]),
        TenantId(tenant) if tenant else None,
        uuid.UUID(content["jti"]),
        datetime.fromtimestamp(content["exp"], tz=UTC),
    )


def _invalid() -> NotAuthenticated:
    return NotAuthenticated("the credential is not one that this server knows")
