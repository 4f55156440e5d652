"""Talks to a Deskbell server.

    async with deskbell.Client() as client:
        async for event in client.chat.send("When are you open on Saturday?"):
            print(event.response_text.text, end="")

        async with client.call() as call:
            ...

The messages are the generated ones of `deskbell.v1`; the protos' comments explain them.
"""

from deskbell.call import Call
from deskbell.client import Client
from deskbell.errors import (
    AlreadyExists,
    CallFailed,
    Conflict,
    DeskbellError,
    InvalidRequest,
    LimitReached,
    NotFound,
    PermissionDenied,
    ServerUnreachable,
    Unauthenticated,
    Unavailable,
)
from deskbell.profile import Profile, ProfileError, load_profile

__all__ = [
    "AlreadyExists",
    "Call",
    "CallFailed",
    "Client",
    "Conflict",
    "DeskbellError",
    "InvalidRequest",
    "LimitReached",
    "NotFound",
    "PermissionDenied",
    "Profile",
    "ProfileError",
    "ServerUnreachable",
    "Unauthenticated",
    "Unavailable",
    "load_profile",
]
