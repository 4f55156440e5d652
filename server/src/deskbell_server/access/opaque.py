"""The form of the credentials that are looked up: API keys and refresh tokens.

    dbk_{tenant}_{key id}_{secret}                                 an API key
    dbr_{tenant or nothing}_{session id}_{generation}_{signature}  a refresh token

Both name their tenant, so that looking them up happens within it. A tenant's id holds no `_`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass, field

from deskbell_server.access.sealing import derived_key
from deskbell_server.domain.identity import ApiKeyId, SessionId
from deskbell_server.domain.names import TenantId

_TENANT = r"[a-z][a-z0-9-]{1,61}[a-z0-9]"
_API_KEY = re.compile(rf"dbk_({_TENANT})_([0-9a-f]{{16}})_([A-Za-z0-9_-]{{43}})")
_REFRESH = re.compile(rf"dbr_({_TENANT})?_([0-9a-f]{{32}})_([0-9]{{1,9}})_([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class ParsedApiKey:
    """An API key taken apart; of its secret only the hash."""

    tenant: TenantId
    id: ApiKeyId
    secret_hash: bytes = field(repr=False)


def new_api_key(tenant: TenantId, key: ApiKeyId) -> tuple[str, bytes]:
    """A key with a fresh secret of 256 bits, and the hash to store. The bits cannot be guessed, so that a fast
    hash is enough."""
    secret = secrets.token_urlsafe(32)
    return f"dbk_{tenant}_{key}_{secret}", hashlib.sha256(secret.encode()).digest()


def parse_api_key(credential: str) -> ParsedApiKey | None:
    """None for anything that is not of the form."""
    found = _API_KEY.fullmatch(credential)
    if found is None:
        return None
    return ParsedApiKey(TenantId(found[1]), ApiKeyId(found[2]), hashlib.sha256(found[3].encode()).digest())


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One generation of a session's refresh tokens."""

    tenant: TenantId | None
    session: SessionId
    generation: int


class RefreshTokens:
    """Makes and reads refresh tokens. They are signed: an old one is told from an invented one, which must not be
    able to end a session."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = derived_key(secret_key, "refresh tokens")

    def make(self, token: RefreshToken) -> str:
        """The token as text."""
        return f"{_unsigned(token)}_{self._signature(token)}"

    def read(self, text: str) -> RefreshToken | None:
        """None for one that was not made under this key."""
        found = _REFRESH.fullmatch(text)
        if found is None:
            return None
        token = RefreshToken(
            TenantId(found[1]) if found[1] else None, SessionId(uuid.UUID(found[2])), int(found[3])
        )
        return token if hmac.compare_digest(found[4], self._signature(token)) else None

    def _signature(self, token: RefreshToken) -> str:
        mac = hmac.digest(self._key, _unsigned(token).encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _unsigned(token: RefreshToken) -> str:
    return f"dbr_{token.tenant or ''}_{token.session.hex}_{token.generation}"
