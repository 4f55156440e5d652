"""A tenant with every kind of credential, and credentials that must not work."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deskbell.v1 import access_pb2, auth_service_pb2, identity_pb2, user_service_pb2
from deskbell_server.access.keyring import KeyRing, SigningKey
from deskbell_server.adapters.postgres.pool import open_database
from deskbell_server.adapters.postgres.signing_keys import PostgresSigningKeyStore
from deskbell_server.app.clock import SystemClock
from tests.support.live_server import LiveServer

PASSWORD = "correct horse battery"
ROLES = {
    "owner": access_pb2.ROLE_OWNER,
    "manager": access_pb2.ROLE_MANAGER,
    "analyst": access_pb2.ROLE_ANALYST,
}
SCOPES = {
    name.removeprefix("SCOPE_").lower(): number
    for name, number in access_pb2.Scope.items()
    if number != access_pb2.SCOPE_UNSPECIFIED
}
Metadata = tuple[tuple[str, str], ...]


def bearer(credential: str) -> Metadata:
    """The metadata that carries a credential."""
    return (("authorization", f"Bearer {credential}"),)


@dataclass
class People:
    """The credentials of one tenant by kind: `owner`, `key:chat`, `client token`, ..."""

    tenant: str
    server: LiveServer
    credentials: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Resource names of what the credentials belong to."""

    def metadata(self, kind: str) -> Metadata:
        return bearer(self.credentials[kind])

    async def sign_in(self, email: str, password: str = PASSWORD) -> auth_service_pb2.SignInResponse:
        response: auth_service_pb2.SignInResponse = await self.server.stubs.auth.SignIn(
            auth_service_pb2.SignInRequest(tenant=f"tenants/{self.tenant}", email=email, password=password)
        )
        return response

    async def add_user(self, role: str, email: str = "") -> str:
        """A user with PASSWORD; returns the name."""
        created = await self.server.stubs.users.CreateUser(
            user_service_pb2.CreateUserRequest(
                parent=f"tenants/{self.tenant}",
                user=identity_pb2.User(email=email or f"{role}@{self.tenant}.example", role=ROLES[role]),
                password=PASSWORD,
            ),
            metadata=self.server.metadata,
        )
        return str(created.user.name)

    async def add_key(self, *scopes: str, **limits: Any) -> tuple[str, str]:
        """An API key; returns its name and the key."""
        created = await self.server.stubs.auth.CreateApiKey(
            auth_service_pb2.CreateApiKeyRequest(
                parent=f"tenants/{self.tenant}",
                api_key=identity_pb2.ApiKey(
                    display_name="test", scopes=[SCOPES[scope] for scope in scopes], **limits
                ),
            ),
            metadata=self.server.metadata,
        )
        return created.api_key.name, created.secret

    async def add_token(self, agent: str = "desk", **options: Any) -> tuple[str, str]:
        """A client token; returns its name and the token."""
        minted = await self.server.stubs.auth.MintClientToken(
            auth_service_pb2.MintClientTokenRequest(agent=f"tenants/{self.tenant}/agents/{agent}", **options),
            metadata=self.server.metadata,
        )
        return minted.client_token.name, minted.secret


async def make_people(server: LiveServer, tenant: str = "clinic") -> People:
    """A tenant with agent `desk`, a user of each role who is signed in, a key for each scope, a client token, and a
    key that is revoked."""
    await server.make_tenant(tenant)
    people = People(tenant, server)

    async def person(role: str) -> None:
        people.names[role] = await people.add_user(role)
        signed_in = await people.sign_in(f"{role}@{tenant}.example")
        people.credentials[role] = signed_in.tokens.access_token

    async def key(kind: str, *scopes: str) -> None:
        people.names[kind], people.credentials[kind] = await people.add_key(*scopes)

    await asyncio.gather(
        *(person(role) for role in ROLES),
        *(key(f"key:{scope}", scope) for scope in SCOPES),
        key("all scopes", *SCOPES),
        key("revoked key", *SCOPES),
    )
    people.names["client token"], people.credentials["client token"] = await people.add_token()
    await server.stubs.auth.RevokeApiKey(
        auth_service_pb2.RevokeApiKeyRequest(name=people.names["revoked key"]), metadata=server.metadata
    )
    return people


class Forger:
    """Makes tokens that are wrong in one way each."""

    def __init__(self, key: SigningKey, people: People) -> None:
        self._key = key
        self._claims = jwt.decode(
            people.credentials["owner"], options={"verify_signature": False, "verify_exp": False}
        )

    def signed(self, *, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        """The owner's token with other claims, rightly signed; a claim of None is left out."""
        claims = {name: value for name, value in (self._claims | changes).items() if value is not None}
        return jwt.encode(
            claims, self._key.private, "EdDSA", headers={"kid": self._key.id, **(headers or {})}
        )

    def expired(self) -> str:
        past = datetime.now(UTC) - timedelta(minutes=20)
        return self.signed(iat=past, nbf=past, exp=past + timedelta(minutes=10))

    def wrongly_signed(self) -> str:
        """By another key under the right one's name."""
        other = Ed25519PrivateKey.generate()
        return jwt.encode(self._claims, other, "EdDSA", headers={"kid": self._key.id})

    def unsigned(self, algorithm: str = "none") -> str:
        """Without a signature."""
        header = {"alg": algorithm, "typ": "JWT", "kid": self._key.id}
        return f"{_part(header)}.{_part(self._claims)}."

    def signed_with_public_key(self) -> str:
        """HS256 with the public key as secret: the classical confusion of algorithms."""
        public = self._key.private.public_key().public_bytes_raw()
        return jwt.encode(self._claims, public, "HS256", headers={"kid": self._key.id})


async def forger(database: str, secret_key: bytes, people: People) -> Forger:
    """With the server's own signing key, from the database."""
    async with open_database(database, secret_key, size=1) as pools:
        ring = KeyRing(PostgresSigningKeyStore(pools), secret_key, SystemClock())
        return Forger(await ring.current(), people)


def request_id() -> str:
    return str(uuid.uuid4())


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
