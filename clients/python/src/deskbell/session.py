"""Somebody who is signed in, as the profile keeps it under "session"."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from deskbell.profile_file import ProfileError, locked, read_profile, write_profile
from deskbell.v1 import access_pb2, auth_service_pb2

EXPIRES_SOON = timedelta(seconds=30)
ENTRY = "session"


@dataclass(frozen=True)
class Tokens:
    """An access token and the refresh token that, once, gives new ones."""

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime

    @classmethod
    def of(cls, tokens: auth_service_pb2.SessionTokens) -> Self:
        """From what the server sends."""
        return cls(
            tokens.access_token,
            tokens.access_expire_time.ToDatetime(UTC),
            tokens.refresh_token,
            tokens.refresh_expire_time.ToDatetime(UTC),
        )

    def expires_soon(self) -> bool:
        """Whether the access token should not be used for another request."""
        return self.access_expires_at - datetime.now(UTC) < EXPIRES_SOON


@dataclass(frozen=True)
class Session:
    """Who is signed in at which server. The tokens are for that server only."""

    server: str
    user: str
    role: str
    tokens: Tokens

    @classmethod
    def of(cls, server: str, response: auth_service_pb2.SignInResponse) -> Self:
        """From the answer to signing in."""
        return cls(server, response.user, role_name(response.role), Tokens.of(response.tokens))

    @classmethod
    def read(cls, entry: Any) -> Self:
        """From the profile. Raises ProfileError."""
        try:
            tokens = Tokens(
                str(entry["access_token"]),
                datetime.fromisoformat(entry["access_expires_at"]),
                str(entry["refresh_token"]),
                datetime.fromisoformat(entry["refresh_expires_at"]),
            )
            tokens.expires_soon()  # a time without a zone cannot be compared
            return cls(str(entry["server"]), str(entry["user"]), str(entry["role"]), tokens)
        except (KeyError, TypeError, ValueError):
            raise ProfileError("the profile holds a session that cannot be read: deskbell login") from None

    def written(self) -> dict[str, str]:
        """For the profile."""
        return {
            "server": self.server,
            "user": self.user,
            "role": self.role,
            "access_token": self.tokens.access_token,
            "access_expires_at": self.tokens.access_expires_at.isoformat(),
            "refresh_token": self.tokens.refresh_token,
            "refresh_expires_at": self.tokens.refresh_expires_at.isoformat(),
        }

    def with_tokens(self, tokens: Tokens) -> Session:
        """The same with other tokens."""
        return replace(self, tokens=tokens)


def role_name(role: int) -> str:
    """`OWNER` of ROLE_OWNER; also for one that this client does not know."""
    found = access_pb2.Role.DESCRIPTOR.values_by_number.get(role)
    return found.name.removeprefix("ROLE_") if found else str(role)


def stored_session(content: dict[str, Any]) -> Session | None:
    """The session of a profile. Raises ProfileError."""
    entry = content.get(ENTRY)
    return None if entry is None else Session.read(entry)


async def replace_session(path: Path, session: Session | None) -> Session | None:
    """Keeps a session in the profile, or none; returns the one before. Raises ProfileError."""
    async with locked(path):
        content = read_profile(path)
        try:
            before = stored_session(content)
        except ProfileError:
            before = None  # what cannot be read is gone now
        put_session(path, content, session)
        return before


def put_session(path: Path, content: dict[str, Any], session: Session | None) -> None:
    """Writes a profile's content with this session, for those who hold the lock. Raises ProfileError."""
    others = {name: value for name, value in content.items() if name != ENTRY}
    if session is not None:
        others[ENTRY] = session.written()
    elif ENTRY not in content:
        return
    write_profile(path, others)
