"""The roles that the server and the dashboard connect as, and their passwords."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

_RACE_ATTEMPTS = 20
_RACE_PAUSE = 0.05
"""Seconds."""
_SCRAM_ITERATIONS = 4096
"""Postgres's own default. More would not help: the passwords are 256 bits that nobody can guess."""


class Role(StrEnum):
    """A login role without any right that its policies and grants do not give."""

    SERVER = "deskbell_server"
    """Serves tenants, one a transaction."""
    PLATFORM = "deskbell_platform"
    """Does what belongs to no tenant: tenants themselves, indexing, lost calls."""
    DASHBOARD = "deskbell_dashboard"
    """Reads the views of the schema `reporting`."""


class RoleTooPowerful(RuntimeError):
    """A role that row-level security must bind has an attribute or membership that could free it."""


def role_url(owner_url: str, role: Role, secret_key: bytes) -> str:
    """The URL with which a role connects to the owner's database.

    Raises ValueError unless `owner_url` is a `postgresql://` URL that names its database in its path.
    """
    url = urlsplit(owner_url)
    if url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise ValueError("the database URL must look like postgresql://user:password@host:port/database")
    hosts = url.netloc.rpartition("@")[2]
    options = [
        (name, value) for name, value in parse_qsl(url.query) if name not in {"user", "password", "passfile"}
    ]
    return urlunsplit(
        (url.scheme, f"{role}:{_password(role, secret_key)}@{hosts}", url.path, urlencode(options), "")
    )


async def create_roles(owner: asyncpg.Connection[asyncpg.Record], secret_key: bytes) -> None:
    """Makes the roles where they are missing, and sets their passwords.

    Roles belong to the whole cluster, so migrations of its other databases may do the same at this moment:
    then it tries again. Raises `RoleTooPowerful`.
    """
    for role in Role:
        await _create_role(owner, role, _scram_verifier(role, secret_key))
    await _check_powerless(owner)


async def _create_role(owner: asyncpg.Connection[asyncpg.Record], role: Role, verifier: str) -> None:
    for attempt in range(1, _RACE_ATTEMPTS + 1):
        exists = await owner.fetchval("select exists (select from pg_roles where rolname = $1)", role)
        try:
            await owner.execute(f"{'alter' if exists else 'create'} role {role} login password '{verifier}'")
        except (
            asyncpg.DuplicateObjectError,
            asyncpg.UniqueViolationError,
            asyncpg.InternalServerError,  # "tuple concurrently updated"
        ):
            if attempt == _RACE_ATTEMPTS:
                raise
            await asyncio.sleep(_RACE_PAUSE)
        else:
            return


async def _check_powerless(owner: asyncpg.Connection[asyncpg.Record]) -> None:
    powerful = await owner.fetchval(
        """
        select string_agg(rolname, ', ' order by rolname)
        from pg_roles
        where rolname = any($1) and (
            rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication
            or exists (select from pg_auth_members where member = pg_roles.oid)
        )
        """,
        list(Role),
    )
    if powerful:
        raise RoleTooPowerful(f"these roles must have no attributes and no memberships: {powerful}")


def _password(role: Role, secret_key: bytes) -> str:
    return hmac.new(secret_key, f"role password {role}".encode(), hashlib.sha256).hexdigest()


def _scram_verifier(role: Role, secret_key: bytes) -> str:
    """What Postgres stores of a SCRAM-SHA-256 password (RFC 5803), made here so that the password itself
    is in no statement and so in no log of the server."""
    salt = hmac.new(secret_key, f"role salt {role}".encode(), hashlib.sha256).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", _password(role, secret_key).encode(), salt, _SCRAM_ITERATIONS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${_SCRAM_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
