"""What the database's errors mean to the rest of the server; the only place that says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from deskbell_server.domain.errors import AlreadyExists, Conflict, InvalidInput, NotFound, StoreUnavailable
from deskbell_server.domain.names import etag

_PASSING = (
    "08",  # connection exception
    "28",  # invalid authorisation: the connection was not let in
    "3D",  # invalid catalogue name: there is no such database
    "40",  # transaction rollback: deadlock, serialisation failure
    "53",  # insufficient resources
    "55",  # object not in prerequisite state: a lock was not to be had in time
    "57",  # operator intervention: shutting down, starting up, statement timeout
    "58",  # system error
)
"""Classes of SQLSTATE (PostgreSQL manual, appendix A) that say nothing against the statement itself."""

DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    TimeoutError,
    OSError,
)
"""All that asyncpg raises when the database, the connection or a deadline fails."""


def is_passing(error: asyncpg.PostgresError) -> bool:
    """Whether the same statement may succeed when it is tried again."""
    # The last one: a statement was prepared before its tables changed; the driver prepares it anew.
    return (error.sqlstate or "").startswith(_PASSING) or isinstance(
        error, asyncpg.InvalidCachedStatementError
    )


class StatementFailed(RuntimeError):
    """The database refused a statement: a defect of ours.

    Carries the kind of error and the constraint only, because Postgres quotes values in its messages.
    """


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turns errors of the driver and of connections into `StoreUnavailable` where trying again may help,
    `InvalidInput` for text that Postgres cannot hold, and `StatementFailed` otherwise."""
    try:
        yield
    except asyncpg.CharacterNotInRepertoireError:
        raise InvalidInput("text cannot hold the character U+0000") from None
    except asyncpg.PostgresError as error:
        kind = f"{type(error).__name__}, SQLSTATE {error.sqlstate}"
        if is_passing(error):
            raise StoreUnavailable(f"the database does not answer ({kind})") from None
        raise StatementFailed(f"{kind}, constraint {error.constraint_name}") from None
    except asyncpg.DataError as error:
        raise StatementFailed(type(error).__name__) from None
    except DRIVER_ERRORS as error:
        raise StoreUnavailable(f"the database does not answer ({type(error).__name__})") from None


@contextmanager
def broken_constraints(*, taken: AlreadyExists, parent: NotFound | None = None) -> Iterator[None]:
    """Raises `taken` for a key that exists, and `parent` for a foreign key of nothing."""
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise taken from None
    except asyncpg.ForeignKeyViolationError:
        if parent is None:
            raise
        raise parent from None


def check_etag(version: int, given: str) -> None:
    """Raises Conflict unless `given` is empty or the etag of the version. The row must be locked."""
    if given and given != etag(version):
        raise Conflict("it was changed since this etag was given out; read it again")
